import { useQuery } from "@tanstack/react-query";
import clsx from "clsx";
import { Link, useParams } from "react-router";
import { useArrive } from "@/app/place";
import { ButtonLink } from "@/components/button";
import { Card } from "@/components/card";
import { PageHead } from "@/components/page";
import { Empty, Loaded } from "@/components/states";
import { SampleTag } from "@/components/status";
import { LookAt } from "@/features/project/look-at";
import { RANGE_KEYS, readRange } from "@/features/project/range";
import { RangePicker } from "@/features/project/range-picker";
import { SummaryTiles } from "@/features/project/summary-tiles";
import { TrendCard } from "@/features/project/trend-card";
import { RunGrid } from "@/features/runs/run-grid";
import type { ProjectSummary } from "@/lib/api";
import { getProjectSummaryOptions } from "@/lib/api/@tanstack/react-query.gen";
import { ago } from "@/lib/format";
import { useMay } from "@/lib/may";
import { useFilters } from "@/lib/url-state";
import { useLiveRefresh } from "@/lib/use-live";

const EDGE: Record<ProjectSummary["state"], string> = {
  failing: "border-l-fail",
  incomplete: "border-l-broken",
  flaky: "border-l-flaky",
  passing: "border-l-pass",
  empty: "border-l-line-strong",
};

/** The detail in words, with the numbers of runs as links to them. */
function Detail({ summary }: { summary: ProjectSummary }) {
  const runs = [summary.last_green, summary.newest_run].filter((run) => run !== null);
  return summary.detail.split(/(#\d+)/).map((part) => {
    const run = runs.find(({ number }) => part === `#${number}`);
    if (run === undefined) return part;
    return (
      <Link key={part} to={`/runs/${run.id}`} className="link">
        {part}
      </Link>
    );
  });
}

function Banner({ summary }: { summary: ProjectSummary }) {
  const { newest_run: newest, last_green: green, state } = summary;
  return (
    <section
      aria-label="What changed"
      className={clsx(
        "flex flex-wrap items-center gap-x-4 gap-y-2 rounded-md border border-line border-l-[3px] bg-surface px-4 py-3.5",
        EDGE[state],
      )}
    >
      <div className="min-w-0 flex-1 basis-60">
        <div className="flex flex-wrap items-center gap-2">
          <h1 className="font-semibold text-lg [overflow-wrap:anywhere]">{summary.headline}</h1>
          {summary.project.is_sample && <SampleTag />}
        </div>
        <p className="text-text-2">
          <Detail summary={summary} />
          {green !== null && green.id !== newest?.id && ` Last green ${ago(green.started_at)}.`}
        </p>
      </div>
      {newest !== null && (
        <ButtonLink look="primary" to={`/runs/${newest.id}`}>
          {state === "failing" ? "See what broke" : "Open the newest run"}
        </ButtonLink>
      )}
    </section>
  );
}

function NoRuns({ summary }: { summary: ProjectSummary }) {
  const { slug } = summary.project;
  const canSend = useMay("upload.create", slug);
  return (
    <>
      <PageHead title={summary.project.name} answer="No runs yet" />
      <Card>
        <Empty
          title="Send the first report"
          command={`testflux upload output.xml --project ${slug} --branch ${summary.project.default_branch} --wait`}
          action={canSend && <ButtonLink to={`/upload?project=${slug}`}>Or drop a file here</ButtonLink>}
        >
          Robot Framework output.xml, ZAP reports (XML or JSON) and k6 summaries are recognised by their
          content. The run appears here by itself.
        </Empty>
      </Card>
    </>
  );
}

function Charts({ summary }: { summary: ProjectSummary }) {
  const { slug, default_branch: branch } = summary.project;
  const [filters, change] = useFilters(RANGE_KEYS);
  const range = readRange(filters);
  const kinds = new Set(summary.latest_runs.map(({ kind }) => kind));
  const second = { functional: "duration", load: "response", security: "findings" } as const;
  const cards = [
    ...(summary.tiles.pass_rate === null ? [] : ["pass_rate", second.functional]),
    ...(summary.tiles.p95_ms === null && !kinds.has("load") ? [] : [second.load]),
    ...(summary.tiles.open_high === null && !kinds.has("security") ? [] : [second.security]),
  ];
  return (
    <>
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h2 className="font-semibold text-base">Trends</h2>
        <RangePicker filters={filters} onChange={change} />
      </div>
      <div className="grid gap-4 lg:grid-cols-2">
        {cards.map((key) => (
          <TrendCard
            key={key}
            slug={slug}
            metricKey={key}
            query={range}
            note={`all branches and lanes, by ${range.interval}`}
            end={
              <Link className="hover:text-accent" to={`/p/${slug}/trends?metric=${key}`}>
                Explore
              </Link>
            }
          />
        ))}
      </div>
      <p className="sr-only">The default branch is {branch}.</p>
    </>
  );
}

/** A project at a glance: what changed since the last green run, then numbers, pictures and lists. */
export function ProjectHome() {
  const { slug = "" } = useParams();
  const query = useQuery(getProjectSummaryOptions({ path: { slug } }));
  const name = query.data?.project.name ?? slug;
  useArrive("Home", slug, [{ label: name, to: `/p/${slug}` }]);
  useLiveRefresh(`project:${slug}`, "getProjectSummary", "getProjectTrends", "getProject");
  return (
    <Loaded query={query} rows={12} heading={slug}>
      {(summary) =>
        summary.newest_run === null && summary.latest_runs.length === 0 ? (
          <NoRuns summary={summary} />
        ) : (
          <>
            <Banner summary={summary} />
            <SummaryTiles tiles={summary.tiles} />
            <Charts summary={summary} />
            <LookAt items={summary.look_at} slug={slug} />
            <Card
              title="Latest runs"
              end={
                <Link className="hover:text-accent" to={`/p/${slug}/runs`}>
                  All runs
                </Link>
              }
            >
              <RunGrid label="Latest runs" runs={summary.latest_runs} />
            </Card>
          </>
        )
      }
    </Loaded>
  );
}
