import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { Link, useParams } from "react-router";
import { useArrive } from "@/app/place";
import { Button } from "@/components/button";
import { Card } from "@/components/card";
import { FilterChips } from "@/components/filter-chips";
import { Grid, type GridColumn } from "@/components/grid";
import { PageHead } from "@/components/page";
import { SearchBox } from "@/components/search-box";
import { Empty, Skeleton, TroubleNote } from "@/components/states";
import { SampleTag, StatusMark, Tag } from "@/components/status";
import { Strip } from "@/components/strip";
import { byNumber, cellsOf, type Runs, testStrip } from "@/components/strips";
import { listTests, type TestItem } from "@/lib/api";
import { getProjectOptions } from "@/lib/api/@tanstack/react-query.gen";
import { ago, duration, plural } from "@/lib/format";
import { given, useFilters } from "@/lib/url-state";
import { useLiveRefresh } from "@/lib/use-live";
import { usePages } from "@/lib/use-pages";

const KEYS = ["q", "status", "tag", "sort"] as const;
const STATUSES = ["", "failed", "broken", "flaky", "skipped", "passed"].map((key) => ({
  key,
  label: key || "All",
}));

function Name({ item }: { item: TestItem }) {
  return (
    <>
      <Link
        to={`/tests/${item.test_id}`}
        className="font-medium after:absolute after:inset-0 hover:text-accent"
      >
        {item.name}
      </Link>{" "}
      <span className="text-sm text-text-3">{item.suite}</span>
    </>
  );
}

const lastStatus = (item: TestItem) =>
  item.last_status === null ? "–" : <StatusMark word={item.last_status} />;

const Cells = ({ item, runs }: { item: TestItem; runs: Runs }) => (
  <Strip items={testStrip(cellsOf(item.strip, runs), item.test_id)} />
);

const columnsWith = (runs: Runs): GridColumn<TestItem>[] => [
  { key: "status", title: "Last", width: "w-12", cell: lastStatus },
  {
    key: "name",
    title: "Test",
    sort: "name",
    width: "w-full max-w-0 truncate",
    cell: (item) => <Name item={item} />,
  },
  {
    key: "tags",
    title: "Tags",
    from: "2xl",
    cell: (item) => item.tags.slice(0, 3).map((tag) => <Tag key={tag}>{tag}</Tag>),
  },
  {
    key: "strip",
    title: "Last 20 runs",
    sort: "-failures",
    cell: (item) => (
      <span className="relative z-10">
        <Cells item={item} runs={runs} />
      </span>
    ),
  },
  {
    key: "duration",
    title: "Duration",
    numeric: true,
    sort: "-duration",
    cell: (item) => (item.duration_ms === null ? "–" : duration(item.duration_ms)),
  },
  {
    key: "last",
    title: "Last run",
    numeric: true,
    from: "lg",
    cell: (item) => (
      <span className="text-text-3">{item.last_run === null ? "–" : ago(item.last_run.started_at)}</span>
    ),
  },
];

function TestCard({ item, runs }: { item: TestItem; runs: Runs }) {
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-1">
      <div className="flex items-start gap-2">
        {lastStatus(item)}
        <span className="line-clamp-2 min-w-0 [overflow-wrap:anywhere]">
          <Name item={item} />
        </span>
      </div>
      <div className="relative z-10 flex items-center justify-between text-text-3">
        <Cells item={item} runs={runs} />
        {item.duration_ms !== null && duration(item.duration_ms)}
      </div>
    </div>
  );
}

/** Every test that a project has ever run. */
export function Catalogue() {
  const { slug = "" } = useParams();
  const [filters, change] = useFilters(KEYS);
  const { data: project } = useQuery(getProjectOptions({ path: { slug } }));
  useArrive("Tests", slug, [{ label: project?.name ?? slug, to: `/p/${slug}` }]);
  useLiveRefresh(`project:${slug}`, "listTests", "getProject");
  const { status, ...rest } = filters;
  const query = { ...given(rest), ...(status !== "" && { status: [status] }) };
  const {
    rows,
    pages,
    more,
    query: state,
  } = usePages([{ _id: "listTests", list: true }, slug, query], async (cursor, signal) => {
    const { data } = await listTests({
      path: { slug },
      query: { ...(query as object), limit: 100, cursor },
      signal,
      throwOnError: true,
    });
    return data;
  });
  const runs = useMemo(() => byNumber(pages), [pages]);
  const columns = useMemo(() => columnsWith(runs), [runs]);
  const isFiltered = filters.q !== "" || status !== "" || filters.tag !== "";
  return (
    <>
      <PageHead
        title={`Tests of ${project?.name ?? slug}`}
        answer={
          project === undefined ? "Looking…" : `${plural(project.test_count, "test")}, each with its history`
        }
        tags={project?.is_sample && <SampleTag />}
      />
      <Card>
        <search className="flex flex-wrap items-center gap-2 px-3 py-2.5">
          <div className="w-72 max-md:w-full">
            <SearchBox
              label="Search tests"
              placeholder="Search tests, or tag:smoke"
              value={filters.q}
              onSearch={(q) => change({ q }, { replace: true })}
            />
          </div>
          <FilterChips
            label="Last status"
            options={STATUSES}
            chosen={status}
            onChoose={(key) => change({ status: key })}
          />
        </search>
        {state.error !== null && rows.length === 0 && (
          <TroubleNote error={state.error} retry={() => void state.refetch()} />
        )}
        {state.isPending && <Skeleton rows={12} />}
        {state.isSuccess && rows.length === 0 && (
          <Empty
            title={isFiltered ? "No test matches" : "No tests yet"}
            command={isFiltered ? undefined : `testflux upload output.xml --project ${slug}`}
            action={
              isFiltered && (
                <Button onClick={() => change({ q: "", status: "", tag: "" })}>Show all tests</Button>
              )
            }
          />
        )}
        {rows.length > 0 && (
          <Grid
            label="Tests"
            columns={columns}
            rows={rows}
            rowKey={(item) => item.test_id}
            card={(item) => <TestCard item={item} runs={runs} />}
            cardHeight={72}
            sort={filters.sort || "name"}
            onSort={(sort) => change({ sort: sort === "name" ? "" : sort })}
            more={more}
          />
        )}
      </Card>
    </>
  );
}
