import { useMemo } from "react";
import { Button } from "@/components/button";
import { Card } from "@/components/card";
import { FilterChips } from "@/components/filter-chips";
import { Grid, type GridColumn } from "@/components/grid";
import { SearchBox } from "@/components/search-box";
import { Split } from "@/components/split";
import { Empty, Skeleton, TroubleNote } from "@/components/states";
import { StatusMark, Tag } from "@/components/status";
import { total } from "@/features/runs/run-words";
import { ResultPane } from "@/features/tests/result-pane";
import { suiteName } from "@/features/tests/suite-path";
import { listResults, type ResultItem, type RunDetail } from "@/lib/api";
import { count, duration } from "@/lib/format";
import { given, useFilters } from "@/lib/url-state";
import { useKeys } from "@/lib/use-keys";
import { usePages } from "@/lib/use-pages";

const KEYS = ["test", "suite", "status", "q", "sort", "change"] as const;
const STATUSES = ["failed", "broken", "flaky", "skipped", "passed"] as const;
const PAGE_SIZE = 200;

function columns(onChoose: (test: string) => void): GridColumn<ResultItem>[] {
  return [
    { key: "status", title: "Status", width: "w-16", cell: (item) => <StatusMark word={item.status} /> },
    {
      key: "name",
      title: "Test",
      sort: "name",
      width: "w-full max-w-0 truncate",
      cell: (item) => (
        <>
          <button
            type="button"
            className="font-medium after:absolute after:inset-0 hover:text-accent"
            onClick={() => onChoose(item.test_id)}
          >
            {item.name}
          </button>{" "}
          <span className="text-sm text-text-3">{item.suite}</span>
        </>
      ),
    },
    {
      key: "change",
      title: "Change",
      cell: (item) =>
        item.change !== null && <Tag>{item.change === "still" ? "still failing" : item.change}</Tag>,
    },
    {
      key: "duration",
      title: "Duration",
      numeric: true,
      sort: "-duration_ms",
      cell: (item) => duration(item.duration_ms),
    },
  ];
}

function ResultCard({ item, onChoose }: { item: ResultItem; onChoose: () => void }) {
  return (
    <div className="flex items-start gap-2">
      <StatusMark word={item.status} />
      <div className="min-w-0 flex-1">
        <button
          type="button"
          className="text-left font-medium after:absolute after:inset-0 [overflow-wrap:anywhere]"
          onClick={onChoose}
        >
          {item.name}
        </button>
        <p className="truncate text-sm text-text-3">{item.suite}</p>
      </div>
      <span className="text-text-3">{duration(item.duration_ms)}</span>
    </div>
  );
}

type Filters = Record<(typeof KEYS)[number], string>;

function Bar({
  run,
  filters,
  change,
}: {
  run: RunDetail;
  filters: Filters;
  change: (changes: Partial<Filters>, options?: { replace?: boolean }) => void;
}) {
  const options = [
    { key: "", label: "All", note: count(total(run, "total")) },
    ...STATUSES.filter((status) => total(run, status) > 0).map((status) => ({
      key: status,
      label: status,
      note: count(total(run, status)),
    })),
  ];
  const changes = [
    ...(run.new_failures > 0 ? [{ key: "new", label: "new failures", note: count(run.new_failures) }] : []),
    ...(run.fixed > 0 ? [{ key: "fixed", label: "fixed", note: count(run.fixed) }] : []),
  ];
  return (
    <search className="flex flex-wrap items-center gap-2 px-3 py-2.5">
      <div className="w-64 max-md:w-full">
        <SearchBox
          label="Search tests"
          placeholder="Search tests, or tag:smoke dur:>5s"
          value={filters.q}
          onSearch={(q) => change({ q }, { replace: true })}
        />
      </div>
      <FilterChips
        label="Status"
        options={options}
        chosen={filters.status}
        onChoose={(status) => change({ status, test: "" })}
      />
      {changes.length > 0 && (
        <FilterChips
          label="Change"
          options={changes}
          chosen={filters.change}
          onChoose={(key) => change({ change: key === filters.change ? "" : key, test: "" })}
        />
      )}
      {filters.suite !== "" && (
        <Button
          onClick={() => change({ suite: "" })}
          aria-label={`Show all suites instead of ${suiteName(filters.suite)}`}
        >
          in {suiteName(filters.suite)} ✕
        </Button>
      )}
    </search>
  );
}

/** Every test of the run. */
export function ResultsTab({ run }: { run: RunDetail }) {
  const [filters, change] = useFilters(KEYS);
  const { test, status, change: kindOfChange, ...rest } = filters;
  const query = {
    ...given(rest),
    ...(status !== "" && { status: [status] }),
    ...(kindOfChange !== "" && { change: kindOfChange }),
  };
  const {
    rows,
    more,
    query: state,
  } = usePages([{ _id: "listResults", list: true }, run.id, query], async (cursor, signal) => {
    const { data } = await listResults({
      path: { run_id: run.id },
      query: { ...(query as object), limit: PAGE_SIZE, cursor },
      signal,
      throwOnError: true,
    });
    return data;
  });
  const choose = (id: string | undefined) => id !== undefined && change({ test: id }, { replace: true });
  // biome-ignore lint/correctness/useExhaustiveDependencies: choosing depends on the address only
  const shown = useMemo(() => columns(choose), [change]);
  const index = rows.findIndex((item) => item.test_id === test);
  useKeys({ j: () => choose(rows[index + 1]?.test_id), k: () => choose(rows[index - 1]?.test_id) });
  const list = (
    <Card>
      <Bar run={run} filters={filters} change={change} />
      {state.error !== null && rows.length === 0 && (
        <TroubleNote error={state.error} retry={() => void state.refetch()} />
      )}
      {state.isPending && <Skeleton rows={12} />}
      {state.isSuccess && rows.length === 0 && (
        <Empty
          title="No test matches"
          action={
            <Button onClick={() => change({ status: "", q: "", suite: "", change: "" })}>
              Show all tests
            </Button>
          }
        />
      )}
      {rows.length > 0 && (
        <Grid
          label="Tests of this run"
          columns={shown}
          rows={rows}
          rowKey={(item) => item.test_id}
          card={(item) => <ResultCard item={item} onChoose={() => choose(item.test_id)} />}
          cardHeight={62}
          chosen={test}
          sort={filters.sort}
          onSort={(sort) => change({ sort: sort === filters.sort ? "" : sort })}
          more={more}
        />
      )}
    </Card>
  );
  if (test === "") return list;
  return (
    <Split
      isChosen
      onBack={() => change({ test: "" })}
      back="All tests"
      list={list}
      detail={
        <ResultPane
          runId={run.id}
          testId={test}
          position={{ index, count: rows.length }}
          onStep={(step) => choose(rows[index + step]?.test_id)}
        />
      }
    />
  );
}
