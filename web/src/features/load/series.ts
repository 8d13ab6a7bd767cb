import type { ChartPoint } from "@/components/chart-model";
import type { MetricItem, SeriesItem } from "@/lib/api";

/** What one bucket of a series is drawn as; null where nothing was measured. */
type Measure = (series: SeriesItem, at: number) => number | null;

const perSample =
  (values: (series: SeriesItem) => number[]): Measure =>
  (series, at) =>
    (series.counts[at] ?? 0) === 0 ? null : (values(series)[at] ?? null);

/** The ways to draw a series: its p95, average or maximum, its amount each second, or the share that was not zero. */
export const MEASURES = {
  p95: perSample(({ p95s }) => p95s),
  max: perSample(({ maxima }) => maxima),
  average: (series, at) => {
    const samples = series.counts[at] ?? 0;
    return samples === 0 ? null : (series.sums[at] ?? 0) / samples;
  },
  perSecond: (series, at) => ((series.sums[at] ?? 0) * 1000) / series.bucket_ms,
  share: (series, at) => {
    const samples = series.counts[at] ?? 0;
    return samples === 0 ? null : (100 * (series.sums[at] ?? 0)) / samples;
  },
} satisfies Record<string, Measure>;

/** The points of a chart from a series, one for each bucket; each key is one line, drawn by its measure. */
export function pointsOfSeries(
  series: SeriesItem,
  lines: Record<string, keyof typeof MEASURES>,
): ChartPoint[] {
  const start = Date.parse(series.start_at);
  return series.counts.map((_, at) => ({
    start: new Date(start + at * series.bucket_ms).toISOString(),
    values: Object.fromEntries(
      Object.entries(lines).map(([key, measure]) => [key, MEASURES[measure](series, at)]),
    ),
  }));
}

/** How far into a test a moment lies: `2:30`, `1:05:00`. */
export function elapsed(start: string, now: string): string {
  const seconds = Math.max(0, Math.round((Date.parse(now) - Date.parse(start)) / 1000));
  const two = (value: number) => String(value).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  const tail = `${two(minutes % 60)}:${two(seconds % 60)}`;
  return minutes < 60 ? tail.replace(/^0/, "") : `${Math.floor(minutes / 60)}:${tail}`;
}

const KEY = /(?:^|,)(scenario|group|status|expected_response|error_code|method|name|url|proto):/g;

/** Tags as pairs; a value may hold commas and colons, as addresses do. */
export function readTags(tags: string): [key: string, value: string][] {
  const found = [...tags.matchAll(KEY)];
  if (found[0]?.index !== 0) return tags === "" ? [] : [["", tags]];
  return found.map((match, at) => {
    const from = match.index + match[0].length;
    return [match[1] ?? "", tags.slice(from, found[at + 1]?.index ?? tags.length)];
  });
}

/** What a set of tags is called: the request, or the values. */
export function sayTags(tags: string): string {
  return readTags(tags)
    .map(([key, value]) => (key === "group" ? value.replace(/^::/, "").replaceAll("::", " / ") : value))
    .join(" ");
}

/** The ways in which a load test is broken down, by the keys of its tags. */
export const DIMENSIONS = [
  { key: "method+name", label: "Requests", title: "Request" },
  { key: "scenario", label: "Scenarios", title: "Scenario" },
  { key: "group", label: "Groups", title: "Group" },
  { key: "status", label: "Status codes", title: "Status" },
  { key: "method+name+status", label: "Requests by status", title: "Request and status" },
  { key: "expected_response", label: "Expected or not", title: "As expected" },
  { key: "error_code", label: "Errors", title: "Error code" },
] as const;

export type Dimension = (typeof DIMENSIONS)[number]["key"];

/** The way of breaking down that a set of tags belongs to; empty for the whole and for tags of the script's own. */
export function dimensionOf(tags: string): Dimension | "" {
  const keys = readTags(tags)
    .map(([key]) => key)
    .join("+");
  return DIMENSIONS.find(({ key }) => key === keys)?.key ?? "";
}

/** One line of a breakdown: a request, a scenario, …, with its share of the main figures. */
export interface Part {
  tags: string;
  label: string;
  requests: MetricItem | undefined;
  time: MetricItem | undefined;
  failed: MetricItem | undefined;
}

/** The lines of a breakdown, those with most requests first. */
export function partsOf(metrics: MetricItem[], dimension: Dimension): Part[] {
  const parts = new Map<string, Part>();
  for (const metric of metrics) {
    if (metric.tags === "" || dimensionOf(metric.tags) !== dimension) continue;
    const { tags } = metric;
    const part = parts.get(tags) ?? {
      tags,
      label: sayTags(tags),
      requests: undefined,
      time: undefined,
      failed: undefined,
    };
    if (metric.name === "http_reqs") part.requests = metric;
    if (metric.name === "http_req_duration") part.time = metric;
    if (metric.name === "http_req_failed") part.failed = metric;
    parts.set(tags, part);
  }
  const amount = ({ requests, time }: Part) => requests?.values.count ?? time?.values.count ?? 0;
  return [...parts.values()].toSorted((a, b) => amount(b) - amount(a) || a.label.localeCompare(b.label));
}
