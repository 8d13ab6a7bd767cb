/** What a chart draws, without saying how. */
export interface Series {
  key: string;
  label: string;
  colour: string;
  isDashed?: boolean;
}

/** One place on the time axis; a missing value is a gap. `word` marks the point with a status. */
export interface ChartPoint {
  start: string;
  values: Record<string, number | null>;
  word?: string;
}

export type ChartShape = "lines" | "stack";

const DAY_MS = 86_400_000;

function nextBucket(start: Date, interval: "day" | "week" | "month"): Date {
  if (interval === "month") return new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1, 1));
  return new Date(start.getTime() + (interval === "week" ? 7 : 1) * DAY_MS);
}

/** Put the buckets back in that had no runs, so that time runs evenly; lists already longer than `most` stay as they are. */
export function fillBuckets<T extends { start: string }>(
  points: T[],
  interval: "day" | "week" | "month",
  empty: (start: string) => T,
  most = 1000,
): T[] {
  const [first] = points;
  const last = points.at(-1);
  if (first === undefined || last === undefined) return points;
  const known = new Map(points.map((point) => [point.start.slice(0, 10), point]));
  const filled: T[] = [];
  const end = new Date(last.start);
  for (let at = new Date(first.start); at <= end; at = nextBucket(at, interval)) {
    if (filled.length >= most) return points;
    const start = at.toISOString();
    filled.push(known.get(start.slice(0, 10)) ?? empty(start));
  }
  return filled;
}

/** A chart in one sentence: where each line starts, ends, and its extremes. */
export function summarise(points: ChartPoint[], series: Series[], format: (value: number) => string): string {
  const sentences = series.flatMap(({ key, label }) => {
    const values = points.flatMap(({ values: all }) => all[key] ?? []);
    const [first] = values;
    const last = values.at(-1);
    if (first === undefined || last === undefined) return [];
    const low = Math.min(...values);
    const high = Math.max(...values);
    return [
      `${label}: from ${format(first)} to ${format(last)}, lowest ${format(low)}, highest ${format(high)}`,
    ];
  });
  return sentences.length === 0 ? "No values in this range." : `${sentences.join("; ")}.`;
}
