import type { MetricItem, RunDetail, ThresholdItem } from "@/lib/api";
import { count, deltaShare, percent, quantity, signed } from "@/lib/format";

type Unit = ThresholdItem["unit"];
type Values = MetricItem["values"];

/** The statistics that a table of one type of metric shows, as the API and the reader call them. */
export const STATISTICS = {
  trend: ["avg", "min", "med", "p90", "p95", "p99", "max"],
  rate: ["rate", "passes", "fails"],
  counter: ["count", "rate"],
  gauge: ["value", "min", "max"],
} as const;

export type MetricType = keyof typeof STATISTICS;

export const TYPES: { type: MetricType; title: string; note: string }[] = [
  {
    type: "trend",
    title: "Response times and other trends",
    note: "change of avg and p95 against the baseline",
  },
  { type: "rate", title: "Rates", note: "shares of what was counted" },
  { type: "counter", title: "Counters", note: "in all, and each second" },
  { type: "gauge", title: "Gauges", note: "last value and range" },
];

/** What a statistic of a metric is measured in. */
export function unitOf({ type, contains }: Pick<MetricItem, "type" | "contains">, statistic: string): Unit {
  if (type === "rate") return statistic === "rate" ? "%" : "";
  if (contains === "time") return "ms";
  return contains === "data" ? "bytes" : "";
}

/** A value of a metric in its unit; a dash when the report does not hold it. */
export function sayValue(
  metric: Pick<MetricItem, "type" | "contains">,
  statistic: string,
  value: number | undefined,
): string {
  if (value === undefined) return "–";
  const unit = unitOf(metric, statistic);
  if (unit === "%") return percent(value * 100, 2);
  const each = metric.type === "counter" && statistic === "rate" ? "/s" : "";
  return `${quantity(value, unit)}${each}`;
}

/** A measured value of the report beyond the columns of its table, e.g. `p(99.9)`. */
export function extras({ type, values }: Pick<MetricItem, "type" | "values">): string[] {
  const known: readonly string[] = STATISTICS[type as MetricType] ?? [];
  return Object.keys(values).filter((name) => !known.includes(name) && /^p\(?\d/.test(name));
}

/** A change against the baseline, and whether it is to be welcomed. */
export interface Delta {
  text: string;
  trend: "good" | "bad" | "flat";
}

/** A smaller change is noise between two runs, and is not coloured. */
const NOTABLE_PERCENT = 5;

/** Whether more of a metric is better (1), worse (-1), or neither (0). */
export function directionOf({
  name,
  type,
  contains,
}: Pick<MetricItem, "name" | "type" | "contains">): -1 | 0 | 1 {
  if (name === "checks") return 1;
  if (name.includes("failed") || name.includes("error") || name.startsWith("dropped_")) return -1;
  return type === "trend" && contains === "time" ? -1 : 0;
}

function judge(share: number, direction: -1 | 0 | 1): Delta["trend"] {
  if (direction === 0 || Math.abs(Math.round(share * 100)) < NOTABLE_PERCENT) return "flat";
  return Math.sign(share) === direction ? "good" : "bad";
}

/** How a statistic moved against the baseline; null when either side lacks it. Rates move in points, others by share. */
export function deltaOf(metric: MetricItem, statistic: string): Delta | null {
  const now = metric.values[statistic];
  const before = metric.baseline?.[statistic];
  if (now === undefined || before === undefined) return null;
  const direction = directionOf(metric);
  if (unitOf(metric, statistic) === "%") {
    const points = (now - before) * 100;
    return { text: `${signed(points, 2)}\u2009pt`, trend: judge(points / 20, direction) };
  }
  if (before === 0) return now === 0 ? { text: deltaShare(0), trend: "flat" } : null;
  const share = (now - before) / before;
  return { text: deltaShare(share), trend: judge(share, direction) };
}

/** Metrics of each type, by name, every sub-metric below its own; types that do not occur are left out. */
export function byType(
  metrics: MetricItem[],
): { type: MetricType; title: string; note: string; metrics: MetricItem[] }[] {
  return TYPES.map((group) => ({
    ...group,
    metrics: metrics
      .filter(({ type }) => type === group.type)
      .toSorted((a, b) => a.name.localeCompare(b.name) || a.tags.localeCompare(b.tags)),
  })).filter((group) => group.metrics.length > 0);
}

/** One figure of the head of a load test. */
export interface Figure {
  label: string;
  value: string;
  delta: Delta | null;
}

function find(metrics: MetricItem[], name: string): MetricItem | undefined {
  return metrics.find((metric) => metric.name === name && metric.tags === "");
}

function firstOf(values: Values, statistics: string[]): string | undefined {
  return statistics.find((statistic) => values[statistic] !== undefined);
}

const FIGURES: {
  label: string;
  name: string;
  statistics: string[];
  key: keyof NonNullable<RunDetail["load"]>;
  unit: Unit;
}[] = [
  {
    label: "p95",
    name: "http_req_duration",
    statistics: ["p95"],
    key: "http_req_duration_p95_ms",
    unit: "ms",
  },
  {
    label: "Average",
    name: "http_req_duration",
    statistics: ["avg"],
    key: "http_req_duration_avg_ms",
    unit: "ms",
  },
  { label: "Requests", name: "http_reqs", statistics: ["count"], key: "requests", unit: "" },
  { label: "Checks passed", name: "checks", statistics: ["rate"], key: "checks_rate", unit: "%" },
  { label: "VUs at most", name: "vus_max", statistics: ["value", "max"], key: "vus_max", unit: "" },
  { label: "Iterations", name: "iterations", statistics: ["count"], key: "iterations", unit: "" },
];

function sayFigure(value: number | null, unit: Unit): string {
  if (value === null) return "–";
  if (unit === "%") return percent(value);
  return unit === "" ? count(value) : quantity(value, unit);
}

/** The usual figures of a load test, each with its change against the baseline once the metrics are at hand. */
export function figures(load: RunDetail["load"], metrics: MetricItem[]): Figure[] {
  return FIGURES.map(({ label, name, statistics, key, unit }) => {
    const metric = find(metrics, name);
    const statistic = metric && firstOf(metric.values, statistics);
    return {
      label,
      value: sayFigure(load?.[key] ?? null, unit),
      delta: metric && statistic ? deltaOf(metric, statistic) : null,
    };
  });
}

/** How far inside its limit a value lies, as a share of the limit; with a minus when it is beyond. */
export function sayMargin({ margin }: Pick<ThresholdItem, "margin">): string {
  if (margin === null) return "–";
  const share = percent(Math.abs(margin) * 100, Math.abs(margin) < 0.1 ? 1 : 0);
  return margin < 0 ? `−${share}` : share;
}

/** A threshold's value in its unit; counts stay whole. */
export function sayMeasure(value: number | null, unit: Unit): string {
  if (value === null) return "–";
  return unit === "%" ? percent(value, Number.isInteger(value) ? 0 : 2) : quantity(value, unit);
}
