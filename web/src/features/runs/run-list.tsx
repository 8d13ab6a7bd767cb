import { type ReactNode, useMemo } from "react";
import { Button } from "@/components/button";
import { Card } from "@/components/card";
import { PageHead } from "@/components/page";
import { Empty, Skeleton, TroubleNote } from "@/components/states";
import { RunFilterBar } from "@/features/runs/run-filter-bar";
import { chipsOf, headline, NO_FILTERS, RUN_KEYS, runQuery } from "@/features/runs/run-filters";
import { RunGrid } from "@/features/runs/run-grid";
import { useArrivals, useRunNews } from "@/features/runs/use-run-news";
import { listProjectRuns, listRuns } from "@/lib/api";
import { misreadSearch } from "@/lib/misread";
import { useFilters } from "@/lib/url-state";
import { useKeys } from "@/lib/use-keys";
import { usePages } from "@/lib/use-pages";

const PAGE_SIZE = 100;

function command(slug: string): string {
  const project = slug === "" ? "my-project" : slug;
  return [
    `testflux upload output.xml --project ${project}`,
    "",
    "# or without the command line tool",
    'curl -H "Authorization: Bearer $TESTFLUX_TOKEN" -F files=@output.xml \\',
    `  ${location.origin}/api/v1/projects/${project}/uploads`,
  ].join("\n");
}

function NoRuns({ slug, onClear }: { slug: string; onClear: (() => void) | null }) {
  if (onClear !== null)
    return (
      <Empty title="No run matches these filters" action={<Button onClick={onClear}>Show all runs</Button>}>
        Take a filter away, or search for something shorter.
      </Empty>
    );
  return (
    <Empty title="No runs yet" command={command(slug)}>
      Send the first report from a shell or from CI, with an API token in TESTFLUX_TOKEN; its run appears here
      by itself.
    </Empty>
  );
}

/** Move the focus to the next or the previous run in sight. */
function walk(move: number): void {
  const links = [...document.querySelectorAll<HTMLElement>("[data-run-link]")];
  const index = links.indexOf(document.activeElement as HTMLElement);
  links[Math.min(links.length - 1, Math.max(0, index + move))]?.focus();
}

/** Press the star of the run that has the focus. */
function starFocused(): void {
  document.activeElement?.closest("tr, li")?.querySelector<HTMLElement>("[data-star]")?.click();
}

/** A list of runs with its filters in the address; it grows by itself when reports arrive. */
export function RunList({
  slug = "",
  title,
  tags,
  actions,
  all,
}: {
  slug?: string;
  title: string;
  tags?: ReactNode;
  actions?: ReactNode;
  all?: number;
}) {
  const [filters, change] = useFilters(RUN_KEYS);
  const wanted = useMemo(() => runQuery(filters), [filters]);
  const {
    rows,
    more,
    query: state,
  } = usePages(
    [{ _id: slug === "" ? "listRuns" : "listProjectRuns", list: true }, slug, wanted],
    async (cursor, signal) => {
      const options = { query: { ...wanted, limit: PAGE_SIZE, cursor }, signal, throwOnError: true } as const;
      const { data } =
        slug === "" ? await listRuns(options) : await listProjectRuns({ ...options, path: { slug } });
      return data;
    },
  );
  const topic = slug === "" ? "projects" : `project:${slug}`;
  const arrived = useArrivals(topic);
  useRunNews(topic, () => void state.refetch());
  useKeys({ j: () => walk(1), k: () => walk(-1), s: starFocused });
  const isFiltered = chipsOf(filters).length > 0;
  const misread = misreadSearch(state.error);
  const answer = headline(rows, { hasMore: more.hasMore, isFiltered, all });
  return (
    <>
      <PageHead title={title} answer={state.isSuccess ? answer : "Looking…"} tags={tags} actions={actions} />
      <Card>
        <RunFilterBar slug={slug} filters={filters} misread={misread} onChange={change} />
        {state.error !== null && misread === undefined && rows.length === 0 && (
          <TroubleNote error={state.error} retry={() => void state.refetch()} />
        )}
        {state.isPending && <Skeleton rows={12} />}
        {state.isSuccess && rows.length === 0 && (
          <NoRuns slug={slug} onClear={isFiltered ? () => change(NO_FILTERS) : null} />
        )}
        {rows.length > 0 && (
          <RunGrid
            label="Runs"
            runs={rows}
            showsProject={slug === ""}
            arrived={arrived}
            sort={filters.sort || "-started_at"}
            onSort={(sort) => change({ sort: sort === "-started_at" ? "" : sort })}
            more={more}
          />
        )}
      </Card>
    </>
  );
}
