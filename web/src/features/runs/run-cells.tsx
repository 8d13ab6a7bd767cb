import { FlaskConical, Gauge, type LucideIcon, Shield } from "lucide-react";
import { Fragment } from "react";
import { Link } from "react-router";
import { Proportion } from "@/components/proportion";
import { Chip, SampleTag, StatusChip, Tag } from "@/components/status";
import { gravestFirst, sayThresholds, total } from "@/features/runs/run-words";
import { StarInList } from "@/features/runs/star-button";
import type { Kind, Run } from "@/lib/api";
import { ago, count, duration, moment, percent, shortCommit } from "@/lib/format";

const ICONS: Record<Kind, LucideIcon> = { functional: FlaskConical, security: Shield, load: Gauge };

/** The kind of a run as a picture, with its word for those who listen or point. */
export function KindIcon({ kind }: { kind: Kind }) {
  const Icon = ICONS[kind];
  return (
    <span title={kind} className="relative z-10 inline-flex shrink-0 text-text-3">
      <Icon size={14} aria-hidden="true" />
      <span className="sr-only">{kind}</span>
    </span>
  );
}

/** What a run is called: its kind, number and name. */
export function RunName({ run }: { run: Run }) {
  return (
    <span className="inline-flex max-w-full items-center gap-2 align-middle">
      <StarInList run={run} />
      <KindIcon kind={run.kind} />
      <Link
        to={run.url}
        className="max-w-52 scroll-mt-16 truncate font-medium min-[1400px]:max-w-72 after:absolute after:inset-0 hover:text-accent"
        data-run-link
        title={`#${run.number} ${run.name}: ${run.headline}`}
      >
        #{run.number} {run.name}
      </Link>
      {!run.complete && run.verdict !== "incomplete" && (
        <span title="The report breaks off">
          <Chip tone="broken">incomplete</Chip>
        </span>
      )}
      {run.is_sample && <SampleTag />}
    </span>
  );
}

/** A run's verdict. */
export function RunVerdict({ run }: { run: Pick<Run, "verdict"> }) {
  return <StatusChip word={run.verdict} />;
}

/** The outcome of a run in a few marks: proportions, findings or response times, whichever it is about. */
export function RunOutcome({ run }: { run: Run }) {
  if (run.kind === "functional") {
    return (
      <span className="inline-flex items-center gap-2">
        <Proportion
          width={96}
          totals={{
            passed: total(run, "passed"),
            failed: total(run, "failed"),
            broken: total(run, "broken"),
            skipped: total(run, "skipped"),
            flaky: total(run, "flaky"),
          }}
        />
        <span className="w-12 whitespace-nowrap text-right">
          {run.pass_rate === null ? "–" : percent(run.pass_rate)}
        </span>
      </span>
    );
  }
  if (run.kind === "security") return <Findings run={run} />;
  const p95 = run.load?.http_req_duration_p95_ms ?? null;
  return (
    <span className="text-text-2">
      <span className={total(run, "thresholds_failed") > 0 ? "font-semibold text-fail" : undefined}>
        {sayThresholds(run)}
      </span>
      {p95 !== null && `, p95 ${duration(p95)}`}
    </span>
  );
}

function Findings({ run }: { run: Run }) {
  const found = gravestFirst(run).slice(0, 3);
  if (found.length === 0) return <span className="text-text-2">no findings</span>;
  return (
    <span className="text-text-2">
      {found.map(([severity, amount], index) => (
        <Fragment key={severity}>
          {index > 0 && ", "}
          <span className={["critical", "high"].includes(severity) ? "font-semibold text-fail" : undefined}>
            {count(amount)} {severity === "informational" ? "info" : severity}
          </span>
        </Fragment>
      ))}
    </span>
  );
}

/** What is new and what is fixed against the run before. */
export function RunChanges({ run }: { run: Run }) {
  if (run.new_failures === 0 && run.fixed === 0)
    return <span className="text-text-3">{run.baseline === null ? "first" : "–"}</span>;
  return (
    <span className="inline-flex gap-1.5">
      {run.new_failures > 0 && <Chip tone="new">{count(run.new_failures)} new</Chip>}
      {run.fixed > 0 && <Chip tone="pass">{count(run.fixed)} fixed</Chip>}
    </span>
  );
}

/** When a run started: how long ago, and exactly on demand. */
export function RunTime({ run }: { run: Pick<Run, "started_at"> }) {
  return (
    <time dateTime={run.started_at} title={moment(run.started_at)} className="text-text-3">
      {ago(run.started_at)}
    </time>
  );
}

/** The branch and the environment of a run. */
export function RunPlace({ run }: { run: Pick<Run, "branch" | "environment"> }) {
  const place = [run.branch, run.environment].filter((part) => part !== "").join(" · ") || "–";
  return (
    <span title={place} className="inline-block max-w-34 truncate align-middle min-[1400px]:max-w-52">
      {place}
    </span>
  );
}

/** A run on a phone. */
export function RunCard({ run, showsProject }: { run: Run; showsProject: boolean }) {
  const place = [
    showsProject ? run.project.name : "",
    run.branch,
    run.environment,
    duration(run.duration_ms),
  ];
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-1">
      <div className="flex items-center justify-between gap-2">
        <span className="min-w-0 truncate">
          <RunName run={run} />
        </span>
        <RunVerdict run={run} />
      </div>
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <RunOutcome run={run} />
        {(run.new_failures > 0 || run.fixed > 0) && <RunChanges run={run} />}
      </div>
      <div className="flex gap-2 text-text-3">
        <span className="min-w-0 flex-1 truncate">{place.filter((part) => part !== "").join(" · ")}</span>
        <RunTime run={run} />
      </div>
    </div>
  );
}

/** A commit, short. */
export function Commit({ commit }: { commit: string }) {
  if (commit === "") return <span className="text-text-3">–</span>;
  return (
    <span className="font-mono text-sm" title={commit}>
      {shortCommit(commit)}
    </span>
  );
}

/** Labels of a run as tags. */
export function Labels({ labels }: { labels: Record<string, string> }) {
  return Object.entries(labels).map(([key, value]) => (
    <Tag key={key}>
      {key}: {value}
    </Tag>
  ));
}
