import { useMemo } from "react";
import { Button } from "@/components/button";
import { Card } from "@/components/card";
import { Grid } from "@/components/grid";
import { Split } from "@/components/split";
import { Empty, Skeleton, TroubleNote } from "@/components/states";
import { ResultCard, resultColumns } from "@/features/tests/result-cells";
import {
  RESULT_KEYS,
  ResultFilterBar,
  type ResultFilters,
  resultQuery,
} from "@/features/tests/result-filters";
import { ResultPane } from "@/features/tests/result-pane";
import { listResults, type RunDetail } from "@/lib/api";
import { misreadSearch } from "@/lib/misread";
import { useFilters } from "@/lib/url-state";
import { useKeys } from "@/lib/use-keys";
import { usePages } from "@/lib/use-pages";

const PAGE_SIZE = 200;
const NO_FILTERS = { status: "", q: "", suite: "", tag: "", change: "" };

function useResults(run: RunDetail, filters: ResultFilters) {
  const wanted = resultQuery(filters);
  return usePages([{ _id: "listResults", list: true }, run.id, wanted], async (cursor, signal) => {
    const { data } = await listResults({
      path: { run_id: run.id },
      query: { ...wanted, limit: PAGE_SIZE, cursor },
      signal,
      throwOnError: true,
    });
    return data;
  });
}

/** Every test of the run; `flaky` is how many of the passed ones needed more than one attempt. */
export function ResultsTab({ run, flaky }: { run: RunDetail; flaky: number }) {
  const [filters, change] = useFilters(RESULT_KEYS);
  const { test } = filters;
  const { rows, more, query: state } = useResults(run, filters);
  const choose = useMemo(
    () => (id: string | undefined) => id !== undefined && change({ test: id }, { replace: true }),
    [change],
  );
  const shown = useMemo(() => resultColumns(choose), [choose]);
  const index = rows.findIndex((item) => item.test_id === test);
  const step = (move: number) => {
    if (more.hasMore && index + move >= rows.length - 1) more.fetch();
    choose(rows[index + move]?.test_id);
  };
  useKeys({ j: () => step(1), k: () => step(-1) });
  const misread = misreadSearch(state.error);
  return (
    <Split
      isChosen={test !== ""}
      onBack={() => change({ test: "" })}
      back="All tests"
      list={
        <Card>
          <ResultFilterBar run={run} flaky={flaky} filters={filters} misread={misread} onChange={change} />
          {state.error !== null && misread === undefined && rows.length === 0 && (
            <TroubleNote error={state.error} retry={() => void state.refetch()} />
          )}
          {state.isPending && <Skeleton rows={12} />}
          {state.isSuccess && rows.length === 0 && (
            <Empty
              title="No test matches"
              action={<Button onClick={() => change(NO_FILTERS)}>Show all tests</Button>}
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
      }
      detail={
        test !== "" && (
          <ResultPane
            run={run}
            testId={test}
            position={{ index, count: rows.length, isPartial: more.hasMore }}
            onStep={step}
          />
        )
      }
    />
  );
}
