import { Link } from "react-router";
import { Proportion } from "@/components/proportion";
import { Chip, SampleTag, StatusChip, Tag } from "@/components/status";
import type { Run } from "@/lib/api";
import { ago, duration, moment, percent, plural, shortCommit } from "@/lib/format";

/** A number of the run's totals; 0 when the kind has no such total. */
export function total(run: Pick<Run, "totals">, key: string): number {
  const value = run.totals[key];
  return typeof value === "number" ? value : 0;
}

/** Findings of a run by severity. */
export function severities(run: Pick<Run, "totals">): Record<string, number> {
  const value = run.totals.by_severity;
  return typeof value === "object" ? value : {};
}

/** What a run is called: its number and lane. */
export function RunName({ run }: { run: Run }) {
  return (
    <span className="inline-flex items-center gap-2">
      <Link to={run.url} className="font-medium after:absolute after:inset-0 hover:text-accent">
        #{run.number} {run.name}
      </Link>
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
        <span className="w-14 text-right">{run.pass_rate === null ? "–" : percent(run.pass_rate)}</span>
      </span>
    );
  }
  if (run.kind === "security") {
    const { high = 0, medium = 0, low = 0 } = severities(run);
    return (
      <span className="text-text-2">
        <span className={high > 0 ? "font-semibold text-fail" : undefined}>{high} high</span>, {medium}{" "}
        medium, {low} low
      </span>
    );
  }
  return (
    <span className="text-text-2">
      {run.load?.http_req_duration_p95_ms == null
        ? `${total(run, "metrics")} metrics`
        : `p95 ${duration(run.load.http_req_duration_p95_ms)}`}
    </span>
  );
}

/** What is new and what is fixed against the run before. */
export function RunChanges({ run }: { run: Run }) {
  const missed = total(run, "thresholds_failed");
  if (run.new_failures === 0 && run.fixed === 0 && missed === 0)
    return <span className="text-text-3">–</span>;
  return (
    <span className="inline-flex gap-1.5">
      {run.new_failures > 0 && <Chip tone="new">{run.new_failures} new</Chip>}
      {run.fixed > 0 && <Chip tone="pass">{run.fixed} fixed</Chip>}
      {missed > 0 && <Chip tone="fail">{missed} missed</Chip>}
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

/** A run on a phone. */
export function RunCard({ run, showsProject }: { run: Run; showsProject: boolean }) {
  return (
    <div className="grid gap-1">
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
      <div className="flex flex-wrap gap-x-2 text-text-3">
        {showsProject && <span>{run.project.name}</span>}
        <span>{run.kind}</span>
        {run.branch !== "" && <span className="max-w-40 truncate">{run.branch}</span>}
        {run.environment !== "" && <span>{run.environment}</span>}
        <span>{duration(run.duration_ms)}</span>
        <span className="ml-auto">
          <RunTime run={run} />
        </span>
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

/** What was tested, in a few words, for titles of kinds without tests. */
export function sayTotals(run: Pick<Run, "kind" | "totals">): string {
  if (run.kind === "functional") return plural(total(run, "total"), "test");
  if (run.kind === "security")
    return `${plural(total(run, "instances"), "occurrence")} in ${plural(total(run, "findings"), "finding")} on ${plural(total(run, "sites"), "site")}`;
  return `${plural(total(run, "thresholds"), "threshold")}, ${plural(total(run, "metrics"), "metric")}`;
}
