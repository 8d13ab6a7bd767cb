import { ChevronLeft, ChevronRight, Download, ExternalLink, Link2, Trash2 } from "lucide-react";
import { Fragment, type ReactNode, useState } from "react";
import { Link, useNavigate } from "react-router";
import { Button } from "@/components/button";
import { ConfirmDialog } from "@/components/dialog";
import { Chip, SampleTag } from "@/components/status";
import { Strip } from "@/components/strip";
import { runStrip } from "@/components/strips";
import { Commit, Labels } from "@/features/runs/run-cells";
import { isWebAddress, sayTotals, sayVerdict } from "@/features/runs/run-words";
import { StarButton, toggleStar } from "@/features/runs/star-button";
import { dropRun, type RunDetail } from "@/lib/api";
import { copyText } from "@/lib/clipboard";
import { downloadReport } from "@/lib/download";
import { bytes, duration, moment, plural } from "@/lib/format";
import { useMay } from "@/lib/may";
import { invalidate } from "@/lib/queries";
import { tell } from "@/lib/toasts";
import { useKeys } from "@/lib/use-keys";
import { useIsNarrow } from "@/lib/use-media";

function facts(run: RunDetail): [key: string, fact: ReactNode][] {
  const baseline = run.baseline;
  return [
    ["branch", run.branch],
    ["commit", run.commit !== "" && <Commit commit={run.commit} />],
    ["environment", run.environment],
    ["type", run.type],
    ["tool", `${run.tool.name} ${run.tool.version}`.trim()],
    ["totals", sayTotals(run)],
    [
      "files",
      run.parts.length > 1 && (
        <Link
          key="files"
          to="?tab=about"
          title="Shards and reruns of one CI run"
          className="whitespace-nowrap text-accent underline"
        >
          {plural(run.parts.length, "file")}
        </Link>
      ),
    ],
    ["duration", run.duration_ms > 0 && duration(run.duration_ms)],
    [
      "started",
      <time
        key="started"
        dateTime={run.started_at}
        title={run.local_times ? "The report gives its own clock’s time without a zone" : undefined}
      >
        {moment(run.started_at)}
        {run.local_times && " (report’s clock)"}
      </time>,
    ],
    ["pull request", run.pull_request !== "" && `pull request ${run.pull_request}`],
    [
      "build",
      isWebAddress(run.build_url) && (
        <a
          href={run.build_url}
          target="_blank"
          rel="noopener noreferrer"
          className="inline-flex items-center gap-1 text-accent underline"
        >
          {run.ci_provider || "CI"} build <ExternalLink size={12} aria-hidden="true" />
        </a>
      ),
    ],
    [
      "baseline",
      baseline === null ? (
        "nothing to compare with yet"
      ) : (
        <>
          compared with{" "}
          <Link to={`/runs/${baseline.id}`} className="text-accent underline">
            #{baseline.number}
          </Link>
        </>
      ),
    ],
  ];
}

function Facts({ run }: { run: RunDetail }) {
  const shown = facts(run).filter(([, fact]) => fact !== "" && fact !== false);
  return (
    <p className="text-text-3">
      {shown.map(([key, fact], index) => (
        <Fragment key={key}>
          {index > 0 && " · "}
          {fact}
        </Fragment>
      ))}
    </p>
  );
}

const STRIP_NARROW = 24;

function Steps({ run }: { run: RunDetail }) {
  const isNarrow = useIsNarrow();
  const step = (to: RunDetail["previous"], label: string, icon: ReactNode) =>
    to === null ? null : (
      <Link
        to={`/runs/${to.id}`}
        aria-label={`${label}: #${to.number}`}
        title={`${label}: #${to.number}`}
        className="inline-grid size-6 place-items-center rounded-sm text-text-2 hover:bg-sunken"
      >
        {icon}
      </Link>
    );
  return (
    <div className="flex items-center gap-1">
      {step(run.previous, "Previous run", <ChevronLeft size={16} aria-hidden="true" />)}
      <Strip items={runStrip(isNarrow ? run.strip.slice(-STRIP_NARROW) : run.strip)} />
      {step(run.next, "Next run", <ChevronRight size={16} aria-hidden="true" />)}
    </div>
  );
}

async function share(): Promise<void> {
  await copyText(location.href);
  tell("The link to this view is on the clipboard.");
}

function Actions({ run }: { run: RunDetail }) {
  const canStar = useMay("run.star", run.project.slug);
  const canDelete = useMay("run.delete", run.project.slug);
  const navigate = useNavigate();
  const [isAsking, setAsking] = useState(false);
  useKeys(canStar ? { s: () => toggleStar(run) } : {});
  const remove = async () => {
    await dropRun({ path: { run_id: run.id }, throwOnError: true });
    invalidate("getOverview", "listRuns", "listProjectRuns", "getProjectSummary", "listProjects");
    tell(`Run #${run.number} is deleted.`);
    await navigate(`/p/${run.project.slug}/runs`);
  };
  return (
    <div className="flex flex-wrap gap-2">
      <StarButton run={run} />
      <Button onClick={() => void share()}>
        <Link2 size={14} aria-hidden="true" /> <span className="max-sm:sr-only">Copy link</span>
      </Button>
      {run.parts.length === 1 && run.upload.download_url !== null && (
        <Button
          title={`${run.upload.file_name}, ${bytes(run.upload.size_bytes)}`}
          onClick={() => void downloadReport(run.upload.id, run.upload.file_name)}
        >
          <Download size={14} aria-hidden="true" /> <span className="max-sm:sr-only">Report file</span>
        </Button>
      )}
      {canDelete && (
        <Button look="danger" onClick={() => setAsking(true)}>
          <Trash2 size={14} aria-hidden="true" /> <span className="max-sm:sr-only">Delete</span>
        </Button>
      )}
      <ConfirmDialog
        title={`Delete run #${run.number}?`}
        action="Delete run"
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        onConfirm={remove}
      >
        Its results, findings and figures leave all lists and trends. This cannot be undone.
      </ConfirmDialog>
    </div>
  );
}

/** The answer in words, then what was run, where and how long, and what can be done with it. */
export function RunHeader({ run }: { run: RunDetail }) {
  const where = run.environment === "" ? "" : ` on ${run.environment}`;
  const verdict = sayVerdict(run);
  return (
    <section
      aria-label="Run"
      className="grid grid-cols-[minmax(0,1fr)] gap-2 rounded-md border border-line bg-surface px-4 py-3.5"
    >
      <div className="flex flex-wrap items-start gap-x-3 gap-y-2">
        <div className="min-w-0 flex-1 basis-72">
          <div className="flex flex-wrap items-center gap-2">
            <Chip tone={verdict.tone}>{verdict.text}</Chip>
            {!run.complete && run.verdict !== "incomplete" && <Chip tone="broken">incomplete</Chip>}
            <h1 className="font-semibold text-lg [overflow-wrap:anywhere]">
              #{run.number} {run.name}
              {where}
            </h1>
            {run.is_sample && <SampleTag />}
          </div>
          {run.headline !== "" && (
            <p className="mt-0.5 font-[550] [overflow-wrap:anywhere]">{run.headline}</p>
          )}
        </div>
        <Actions run={run} />
      </div>
      <div className="[overflow-wrap:anywhere]">
        <Facts run={run} />
      </div>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
        <Steps run={run} />
        <Labels labels={run.labels} />
      </div>
    </section>
  );
}
