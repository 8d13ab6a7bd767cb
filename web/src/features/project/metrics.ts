import { type ChartPoint, type ChartShape, fillBuckets, type Series } from "@/components/chart-model";
import type { TrendPoint, Trends } from "@/lib/api";
import { count, duration, percent, quantity } from "@/lib/format";

/** How one of the things that change over time is drawn. */
export interface Metric {
  key: string;
  label: string;
  query: string;
  shape: ChartShape;
  series: (Series & { read: (point: TrendPoint) => number | null })[];
  format: (value: number) => string;
  domain?: [number | "auto", number | "auto"];
}

const whole = (value: number) => count(Math.round(value));
const some = (amount: number, point: TrendPoint) => (point.total > 0 ? amount : null);

export const METRICS: Metric[] = [
  {
    key: "pass_rate",
    label: "Pass rate",
    query: "pass_rate",
    shape: "lines",
    format: (value) => percent(value),
    domain: ["auto", 100],
    series: [
      { key: "pass_rate", label: "pass rate", colour: "var(--pass)", read: (point) => point.pass_rate },
    ],
  },
  {
    key: "results",
    label: "Results",
    query: "results",
    shape: "stack",
    format: whole,
    series: [
      { key: "failed", label: "failed", colour: "var(--fail)", read: (point) => some(point.failed, point) },
      { key: "broken", label: "broken", colour: "var(--broken)", read: (point) => some(point.broken, point) },
      { key: "flaky", label: "flaky", colour: "var(--flaky)", read: (point) => some(point.flaky, point) },
      {
        key: "skipped",
        label: "skipped",
        colour: "var(--skip)",
        read: (point) => some(point.skipped, point),
      },
      {
        key: "passed",
        label: "passed",
        colour: "color-mix(in srgb, var(--pass) 55%, var(--surface))",
        read: (point) => some(point.passed, point),
      },
    ],
  },
  {
    key: "duration",
    label: "Test duration",
    query: "duration",
    shape: "lines",
    format: duration,
    domain: [0, "auto"],
    series: [
      { key: "p50", label: "p50", colour: "var(--series-2)", read: (point) => point.duration_p50_ms },
      { key: "avg", label: "average", colour: "var(--series-1)", read: (point) => point.duration_avg_ms },
      { key: "p95", label: "p95", colour: "var(--series-3)", read: (point) => point.duration_p95_ms },
    ],
  },
  {
    key: "run_duration",
    label: "Run duration",
    query: "duration",
    shape: "lines",
    format: duration,
    series: [
      {
        key: "run",
        label: "average of a run",
        colour: "var(--series-1)",
        read: (point) => point.run_duration_avg_ms,
      },
    ],
  },
  {
    key: "findings",
    label: "Findings by severity",
    query: "findings",
    shape: "stack",
    format: whole,
    series: [
      { key: "high", label: "high", colour: "var(--fail)", read: (point) => point.findings?.high ?? null },
      {
        key: "medium",
        label: "medium",
        colour: "var(--broken)",
        read: (point) => point.findings?.medium ?? null,
      },
      {
        key: "low",
        label: "low",
        colour: "color-mix(in srgb, var(--flaky) 45%, var(--surface))",
        read: (point) => point.findings?.low ?? null,
      },
      {
        key: "informational",
        label: "informational",
        colour: "color-mix(in srgb, var(--skip) 45%, var(--surface))",
        read: (point) => point.findings?.informational ?? null,
      },
    ],
  },
  {
    key: "response",
    label: "Response time (http_req_duration)",
    query: "load:http_req_duration:avg",
    shape: "lines",
    format: duration,
    series: [
      {
        key: "avg",
        label: "average",
        colour: "var(--series-2)",
        read: (point) => point.load?.http_req_duration_avg_ms ?? null,
      },
      {
        key: "p95",
        label: "p95",
        colour: "var(--series-1)",
        read: (point) => point.load?.http_req_duration_p95_ms ?? null,
      },
    ],
  },
  {
    key: "vus",
    label: "Virtual users (vus_max)",
    query: "load:vus_max:max",
    shape: "lines",
    format: whole,
    series: [
      {
        key: "vus",
        label: "virtual users",
        colour: "var(--series-1)",
        read: (point) => point.load?.vus_max ?? null,
      },
    ],
  },
  {
    key: "iterations",
    label: "Iterations",
    query: "load:iterations:count",
    shape: "lines",
    format: whole,
    series: [
      {
        key: "iterations",
        label: "iterations",
        colour: "var(--series-1)",
        read: (point) => point.load?.iterations ?? null,
      },
    ],
  },
  {
    key: "checks",
    label: "Checks rate",
    query: "load:checks:rate",
    shape: "lines",
    format: (value) => percent(value),
    domain: ["auto", 100],
    series: [
      {
        key: "checks",
        label: "checks passed",
        colour: "var(--pass)",
        read: (point) => point.load?.checks_rate ?? null,
      },
    ],
  },
];

/** A metric by its key; `load:<metric>:<stat>` draws any metric that a load test has stored. */
export function metricOf(key: string): Metric {
  const known = METRICS.find((metric) => metric.key === key);
  const [, name = "", stat = ""] = /^load:(.+):([^:]+)$/.exec(key) ?? [];
  if (known !== undefined || name === "") return known ?? (METRICS[0] as Metric);
  return {
    key,
    label: `${name}, ${stat}`,
    query: key,
    shape: "lines",
    format: (value) => quantity(value, ""),
    series: [
      {
        key: "value",
        label: `${name} ${stat}`,
        colour: "var(--series-1)",
        read: (point) => point.load?.value ?? null,
      },
    ],
  };
}

/** The points of a metric, with the empty stretches put back. */
export function pointsOf(metric: Metric, trends: Trends): ChartPoint[] {
  const points = trends.points.map((point) => ({
    start: point.start,
    values: Object.fromEntries(metric.series.map(({ key, read }) => [key, read(point)])),
  }));
  return fillBuckets(points, trends.interval, (start) => ({ start, values: {} }));
}
