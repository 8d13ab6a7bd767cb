import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "react-router";
import { useArrive } from "@/app/place";
import { Card, Tile } from "@/components/card";
import { Chart } from "@/components/chart";
import { Grid, type GridColumn } from "@/components/grid";
import { PageHead } from "@/components/page";
import { Empty, Loaded, Skeleton } from "@/components/states";
import { StatusChip, Tag } from "@/components/status";
import { Strip } from "@/components/strip";
import { testStrip } from "@/components/strips";
import { Commit } from "@/features/runs/run-cells";
import { listTestHistory, type TestDetail, type TestHistoryItem } from "@/lib/api";
import { getTestOptions } from "@/lib/api/@tanstack/react-query.gen";
import { ago, count, duration, moment, percent, plural } from "@/lib/format";
import { useLiveRefresh } from "@/lib/use-live";
import { useIsNarrow } from "@/lib/use-media";
import { usePages } from "@/lib/use-pages";

const PAGE_SIZE = 100;
const STRIP_MOST = 100;
const STRIP_NARROW = 30;

const linkTo = (item: TestHistoryItem, testId: string) => `/runs/${item.run_id}?tab=tests&test=${testId}`;

function columns(testId: string): GridColumn<TestHistoryItem>[] {
  return [
    { key: "status", title: "Status", width: "w-24", cell: (item) => <StatusChip word={item.status} /> },
    {
      key: "run",
      title: "Run",
      cell: (item) => (
        <Link
          className="font-medium after:absolute after:inset-0 hover:text-accent"
          to={linkTo(item, testId)}
        >
          #{item.number}
        </Link>
      ),
    },
    { key: "duration", title: "Duration", numeric: true, cell: (item) => duration(item.duration_ms) },
    { key: "branch", title: "Branch", from: "lg", cell: (item) => item.branch || "–" },
    { key: "commit", title: "Commit", from: "lg", cell: (item) => <Commit commit={item.commit} /> },
    { key: "environment", title: "Environment", from: "xl", cell: (item) => item.environment || "–" },
    {
      key: "message",
      title: "Message",
      width: "w-full max-w-0 truncate",
      cell: (item) => <span className="text-text-2">{item.message}</span>,
    },
    {
      key: "started",
      title: "Started",
      numeric: true,
      cell: (item) => (
        <time dateTime={item.started_at} title={moment(item.started_at)} className="text-text-3">
          {ago(item.started_at)}
        </time>
      ),
    },
  ];
}

function HistoryCard({ item, testId }: { item: TestHistoryItem; testId: string }) {
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-0.5">
      <div className="flex items-center justify-between gap-2">
        <Link className="font-medium after:absolute after:inset-0" to={linkTo(item, testId)}>
          #{item.number}
        </Link>
        <StatusChip word={item.status} />
      </div>
      <div className="flex gap-2 text-text-3">
        <span>{duration(item.duration_ms)}</span>
        <span className="truncate">{item.branch}</span>
        <span className="ml-auto whitespace-nowrap">{ago(item.started_at)}</span>
      </div>
    </div>
  );
}

function sayStats({ stats }: TestDetail): string {
  const bad = stats.failed + stats.broken;
  if (stats.runs === 0) return "Never run";
  if (bad === 0 && stats.flaky === 0) return `Green in all of its ${plural(stats.runs, "run")}`;
  const parts = [
    bad > 0 && `failed in ${count(bad)}`,
    stats.flaky > 0 && `flaky in ${count(stats.flaky)}`,
  ].filter(Boolean);
  return `${parts.join(" and ")} of ${plural(stats.runs, "run")}`.replace(/^./, (first) =>
    first.toUpperCase(),
  );
}

function Stats({ stats }: { stats: TestDetail["stats"] }) {
  return (
    <div className="grid grid-cols-2 gap-3 sm:grid-cols-3 xl:grid-cols-5">
      <Tile label="Pass rate" value={stats.pass_rate === null ? "–" : percent(stats.pass_rate)} />
      <Tile label="Runs" value={count(stats.runs)} />
      <Tile label="Changes of outcome" value={count(stats.flips)} />
      <Tile label="p50 duration" value={stats.p50_ms === null ? "–" : duration(stats.p50_ms)} />
      <Tile label="p95 duration" value={stats.p95_ms === null ? "–" : duration(stats.p95_ms)} />
    </div>
  );
}

function DurationChart({ history, testId }: { history: TestHistoryItem[]; testId: string }) {
  const navigate = useNavigate();
  const oldestFirst = [...history].reverse();
  return (
    <Card title="Duration" note={`last ${plural(history.length, "run")}; marks show what did not pass`}>
      <Chart
        label="Duration of this test"
        shape="lines"
        format={duration}
        domain={[0, "auto"]}
        series={[{ key: "duration", label: "duration", colour: "var(--series-1)" }]}
        points={oldestFirst.map((item) => ({
          start: item.started_at,
          word: item.status,
          values: { duration: item.duration_ms },
        }))}
        onOpen={(index) => {
          const item = oldestFirst[index];
          if (item !== undefined) void navigate(linkTo(item, testId));
        }}
      />
    </Card>
  );
}

function History({ test }: { test: TestDetail }) {
  const testId = test.test_id;
  const isNarrow = useIsNarrow();
  const { rows, more, query } = usePages(
    [{ _id: "listTestHistory", list: true }, testId],
    async (cursor, signal) => {
      const { data } = await listTestHistory({
        path: { test_id: testId },
        query: { limit: PAGE_SIZE, cursor },
        signal,
        throwOnError: true,
      });
      return data;
    },
  );
  if (query.isPending) return <Skeleton rows={10} />;
  const recent = rows.slice(0, STRIP_MOST);
  const shown = recent.slice(0, isNarrow ? STRIP_NARROW : STRIP_MOST);
  return (
    <>
      <div className="overflow-x-auto rounded-md border border-line bg-surface px-4 py-3">
        <Strip items={testStrip([...shown].reverse(), testId)} />
      </div>
      <Stats stats={test.stats} />
      <DurationChart history={recent} testId={testId} />
      <Card title="History" note="newest first">
        {rows.length === 0 ? (
          <Empty title="No results" />
        ) : (
          <Grid
            label="Results of this test"
            columns={columns(testId)}
            rows={rows}
            rowKey={(item) => item.run_id}
            card={(item) => <HistoryCard item={item} testId={testId} />}
            cardHeight={64}
            more={more}
          />
        )}
      </Card>
    </>
  );
}

/** One test over all its runs. */
export function TestPage() {
  const { testId = "" } = useParams();
  const query = useQuery(getTestOptions({ path: { test_id: testId } }));
  const slug = query.data?.project.slug ?? "";
  useArrive(
    query.data?.name ?? "Test",
    slug,
    query.data === undefined
      ? []
      : [
          { label: query.data.project.name, to: `/p/${slug}` },
          { label: "Tests", to: `/p/${slug}/tests` },
        ],
  );
  useLiveRefresh(slug === "" ? "" : `project:${slug}`, "getTest", "listTestHistory");
  return (
    <Loaded query={query} rows={10} heading="Test">
      {(test) => (
        <>
          <PageHead
            title={test.name}
            answer={
              <>
                {sayStats(test)}. <span className="text-text-3 [overflow-wrap:anywhere]">{test.suite}</span>
              </>
            }
            tags={test.tags.map((tag) => <Tag key={tag}>{tag}</Tag>)}
          />
          <History test={test} />
          <p className="text-text-3 [overflow-wrap:anywhere]">
            First seen {ago(test.first_seen_at)}, last seen {ago(test.last_seen_at)}
            {test.source !== "" && (
              <>
                ; source <span className="font-mono text-sm">{test.source}</span>
                {test.line !== null && `:${test.line}`}
              </>
            )}
          </p>
        </>
      )}
    </Loaded>
  );
}
