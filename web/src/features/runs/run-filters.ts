import type { Kind, ListRunsData } from "@/lib/api";
import { count, day, plural } from "@/lib/format";
import { type Filters, given } from "@/lib/url-state";

/** What a list of runs can be narrowed by, as it stands in the address. */
export const FILTER_KEYS = [
  "q",
  "kind",
  "verdict",
  "branch",
  "environment",
  "type",
  "name",
  "label",
  "tool",
  "from",
  "to",
] as const;

/** The filters, and how the list is sorted. */
export const RUN_KEYS = [...FILTER_KEYS, "sort"] as const;

export type RunFilters = Filters<(typeof RUN_KEYS)[number]>;
type FilterKey = (typeof FILTER_KEYS)[number];
type RunQuery = NonNullable<ListRunsData["query"]>;

export const KINDS: Kind[] = ["functional", "security", "load"];
export const VERDICTS = ["passed", "failed", "flaky", "incomplete", "empty"];
const SORTS = ["-started_at", "-number", "-duration_ms"] as const;
const DAY_MS = 86_400_000;

function instant(date: string, addedDays = 0): string | undefined {
  const start = Date.parse(`${date}T00:00:00Z`);
  return Number.isNaN(start) ? undefined : new Date(start + addedDays * DAY_MS).toISOString();
}

/** What the API is asked for. Days are whole and in UTC; `to` is included. What makes no sense is left out. */
export function runQuery(filters: RunFilters): RunQuery {
  const { kind, verdict, label, from, to, sort, ...texts } = filters;
  return given({
    ...texts,
    kind: KINDS.find((known) => known === kind),
    verdict: verdict === "" ? undefined : verdict.split(","),
    label: label === "" ? undefined : [label],
    from: instant(from),
    to: instant(to, 1),
    sort: SORTS.find((known) => known === sort),
  });
}

const WORDS: Partial<Record<FilterKey, (value: string) => string>> = {
  q: (value) => `“${value}”`,
  verdict: (value) => value.replaceAll(",", " or "),
  kind: (value) => value,
  from: (value) => `from ${instant(value) === undefined ? value : day(value)}`,
  to: (value) => `until ${instant(value) === undefined ? value : day(value)}`,
};

/** The filters that are on, in words, in the order of the bar. */
export function chipsOf(filters: RunFilters): { key: FilterKey; text: string }[] {
  return FILTER_KEYS.filter((key) => filters[key] !== "").map((key) => ({
    key,
    text: WORDS[key]?.(filters[key]) ?? `${key} ${filters[key]}`,
  }));
}

/** All filters off; how the list is sorted stays. */
export const NO_FILTERS = Object.fromEntries(FILTER_KEYS.map((key) => [key, ""])) as Record<
  FilterKey,
  string
>;

/**
 * A list of runs in one sentence. `runs` are those at hand, `hasMore` says that more match,
 * `all` how many there are without filters, where that is known.
 */
export function headline(
  runs: { verdict: string }[],
  { hasMore, isFiltered, all }: { hasMore: boolean; isFiltered: boolean; all?: number },
): string {
  if (runs.length === 0) return isFiltered ? "No run matches these filters" : "No runs yet";
  const failed = runs.filter(({ verdict }) => verdict === "failed").length;
  const among = hasMore ? ` of the first ${count(runs.length)}` : "";
  const outcome = `${failed === 0 ? "none" : count(failed)}${among} failed`;
  if (!isFiltered && all !== undefined) return `${plural(all, "run")}, ${outcome}`;
  const match = isFiltered ? (runs.length === 1 && !hasMore ? " matches" : " match") : "";
  return `${hasMore ? "More than " : ""}${plural(runs.length, "run")}${match}, ${outcome}`;
}
