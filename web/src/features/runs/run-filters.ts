import type { ListProjectRunsData } from "@/lib/api";
import { type Filters, given } from "@/lib/url-state";

/** The filters of a list of runs, as they stand in the address. */
export const RUN_KEYS = [
  "q",
  "kind",
  "verdict",
  "branch",
  "environment",
  "type",
  "name",
  "tool",
  "label",
  "from",
  "to",
  "sort",
] as const;

export type RunFilters = Filters<(typeof RUN_KEYS)[number]>;
type RunQuery = NonNullable<ListProjectRunsData["query"]>;

const DAY_MS = 86_400_000;

/** The day after, because `to` of the API is exclusive and a chosen day is meant whole. */
function dayAfter(day: string): string {
  return new Date(Date.parse(day) + DAY_MS).toISOString();
}

/** What the API is asked for. */
export function runQuery(filters: RunFilters): RunQuery {
  const { verdict, label, from, to, ...rest } = filters;
  return {
    ...(given(rest) as Pick<RunQuery, "q" | "kind" | "sort">),
    ...(verdict !== "" && { verdict: [verdict] }),
    ...(label !== "" && { label: [label] }),
    ...(from !== "" && { from: `${from}T00:00:00Z` }),
    ...(to !== "" && { to: dayAfter(to) }),
  };
}

/** How many filters narrow the list; the order does not. */
export function countFilters(filters: RunFilters): number {
  return RUN_KEYS.filter((key) => key !== "sort" && filters[key] !== "").length;
}
