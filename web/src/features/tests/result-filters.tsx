import { FilterChips } from "@/components/filter-chips";
import type { Hint } from "@/components/query-help";
import { RemovableChips } from "@/components/removable-chips";
import { SearchBox } from "@/components/search-box";
import { total } from "@/features/runs/run-words";
import { suiteName } from "@/features/tests/suite-path";
import type { ListResultsData, RunDetail } from "@/lib/api";
import { count } from "@/lib/format";
import { type Filters, given } from "@/lib/url-state";

/** What the list of a run's tests can be narrowed by, and the chosen test, as they stand in the address. */
export const RESULT_KEYS = ["test", "suite", "status", "q", "tag", "sort", "change"] as const;

export type ResultFilters = Filters<(typeof RESULT_KEYS)[number]>;
type ResultQuery = NonNullable<ListResultsData["query"]>;

const STATUSES = ["failed", "broken", "flaky", "skipped", "passed"] as const;
const CHANGES = ["new", "fixed", "still"] as const;
const SORTS = ["name", "-duration_ms", "position"] as const;
const HINTS: Hint[] = [
  { term: '"two words"', finds: "in the names of tests and suites" },
  { term: "status:failed,broken", finds: "by how they ended" },
  { term: "change:new", finds: "new, fixed or still failing" },
  { term: "tag:smoke", finds: "by tag" },
  { term: "dur:>5s dur:<1m", finds: "by duration: ms, s, m, h" },
];

/** What the API is asked for; what makes no sense is left out. */
export function resultQuery({ suite, status, q, tag, sort, change }: ResultFilters): ResultQuery {
  return given({
    suite,
    status,
    q,
    tag,
    sort: SORTS.find((known) => known === sort),
    change: CHANGES.find((known) => known === change),
  });
}

/** How many tests ended each way; the totals count a flaky test as passed, which it was in the end. */
export function statusCounts(run: RunDetail, flaky: number): { key: string; label: string; note: string }[] {
  const amounts: Record<(typeof STATUSES)[number], number> = {
    failed: total(run, "failed"),
    broken: total(run, "broken"),
    flaky,
    skipped: total(run, "skipped"),
    passed: total(run, "passed") - flaky,
  };
  return STATUSES.filter((status) => amounts[status] > 0).map((status) => ({
    key: status,
    label: status,
    note: count(amounts[status]),
  }));
}

function changeCounts(run: RunDetail): { key: string; label: string; note?: string }[] {
  return [
    ...(run.new_failures > 0 ? [{ key: "new", label: "new failures", note: count(run.new_failures) }] : []),
    ...(run.fixed > 0 ? [{ key: "fixed", label: "fixed", note: count(run.fixed) }] : []),
  ];
}

/** How to narrow the tests of a run; `misread` is why the server could not read the search. */
export function ResultFilterBar({
  run,
  flaky,
  filters,
  misread,
  onChange,
}: {
  run: RunDetail;
  flaky: number;
  filters: ResultFilters;
  misread?: string;
  onChange: (changes: Partial<ResultFilters>, options?: { replace?: boolean }) => void;
}) {
  const changes = changeCounts(run);
  const chips = [
    ...(filters.suite === "" ? [] : [{ key: "suite", text: `in ${suiteName(filters.suite)}` }]),
    ...(filters.tag === "" ? [] : [{ key: "tag", text: `tag ${filters.tag}` }]),
    ...(filters.change === "still" ? [{ key: "change", text: "still failing" }] : []),
  ];
  return (
    <search aria-label="Tests" className="grid gap-2 px-3 py-2.5">
      <div className="flex flex-wrap items-start gap-2">
        <div className="w-72 max-md:w-full">
          <SearchBox
            label="Search tests"
            placeholder="Search, or tag:smoke dur:>5s"
            value={filters.q}
            hints={HINTS}
            error={misread}
            onSearch={(q) => onChange({ q }, { replace: true })}
          />
        </div>
        <FilterChips
          label="Status"
          options={[{ key: "", label: "All", note: count(total(run, "total")) }, ...statusCounts(run, flaky)]}
          chosen={filters.status}
          onChoose={(status) => onChange({ status, test: "" })}
        />
        {changes.length > 0 && (
          <FilterChips
            label="Change"
            options={changes}
            chosen={filters.change}
            onChoose={(key) => onChange({ change: key === filters.change ? "" : key, test: "" })}
          />
        )}
      </div>
      <RemovableChips
        chips={chips}
        onRemove={(key) => onChange({ [key]: "" })}
        onClear={() => onChange({ suite: "", tag: "", change: "" })}
      />
    </search>
  );
}
