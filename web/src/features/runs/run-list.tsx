import { useRef, useState } from "react";
import { Button } from "@/components/button";
import { Card } from "@/components/card";
import { Empty, Skeleton, TroubleNote } from "@/components/states";
import { RunFilterBar } from "@/features/runs/run-filter-bar";
import { countFilters, RUN_KEYS, runQuery } from "@/features/runs/run-filters";
import { RunGrid } from "@/features/runs/run-grid";
import { listProjectRuns, listRuns } from "@/lib/api";
import { useFilters } from "@/lib/url-state";
import { useLive } from "@/lib/use-live";
import { usePages } from "@/lib/use-pages";

const PAGE_SIZE = 100;
const REST_MS = 400;

/** Runs that came in while the page was open, and a fresh list when they do. */
function useArrivals(topic: string, refetch: () => void): ReadonlySet<string> {
  const [arrived, setArrived] = useState<ReadonlySet<string>>(new Set());
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useLive(topic, ({ type, data }) => {
    if (type !== "run.stored" && type !== "run.deleted") return;
    const id = (data.run as { id?: string } | undefined)?.id;
    if (type === "run.stored" && id !== undefined) setArrived((present) => new Set(present).add(id));
    clearTimeout(timer.current);
    timer.current = setTimeout(refetch, REST_MS);
  });
  return arrived;
}

/** A list of runs with its filters in the address; it grows by itself when reports arrive. */
export function RunList({ slug = "", command }: { slug?: string; command: string }) {
  const [filters, change] = useFilters(RUN_KEYS);
  const query = runQuery(filters);
  const {
    rows,
    more,
    query: state,
  } = usePages(
    [{ _id: slug === "" ? "listRuns" : "listProjectRuns", list: true }, slug, query],
    async (cursor, signal) => {
      const options = { query: { ...query, limit: PAGE_SIZE, cursor }, signal, throwOnError: true } as const;
      const { data } =
        slug === "" ? await listRuns(options) : await listProjectRuns({ ...options, path: { slug } });
      return data;
    },
  );
  const arrived = useArrivals(slug === "" ? "projects" : `project:${slug}`, () => void state.refetch());
  const isFiltered = countFilters(filters) > 0;
  return (
    <Card>
      <RunFilterBar slug={slug} filters={filters} onChange={change} />
      {state.error !== null && rows.length === 0 && (
        <TroubleNote error={state.error} retry={() => void state.refetch()} />
      )}
      {state.isPending && <Skeleton rows={12} />}
      {state.isSuccess &&
        (rows.length > 0 ? (
          <RunGrid
            label="Runs"
            runs={rows}
            showsProject={slug === ""}
            arrived={arrived}
            sort={filters.sort || "-started_at"}
            onSort={(sort) => change({ sort: sort === "-started_at" ? "" : sort })}
            more={more}
          />
        ) : (
          <Empty
            title={isFiltered ? "No run matches these filters" : "No runs yet"}
            command={isFiltered ? undefined : command}
            action={
              isFiltered && (
                <Button onClick={() => change(Object.fromEntries(RUN_KEYS.map((key) => [key, ""])))}>
                  Show all runs
                </Button>
              )
            }
          >
            {isFiltered
              ? "Take a filter away, or search for something shorter."
              : "Send a report; it appears here by itself."}
          </Empty>
        ))}
    </Card>
  );
}
