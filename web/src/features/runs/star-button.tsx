import clsx from "clsx";
import { Star } from "lucide-react";
import { Button } from "@/components/button";
import { addStar, dropStar, type Run } from "@/lib/api";
import { useMay } from "@/lib/may";
import { explain } from "@/lib/problem";
import { invalidate } from "@/lib/queries";
import { tell } from "@/lib/toasts";

type Starred = Pick<Run, "id" | "number" | "starred" | "project">;

async function set(run: Starred, isStarred: boolean): Promise<void> {
  const options = { path: { run_id: run.id }, throwOnError: true } as const;
  try {
    await (isStarred ? addStar(options) : dropStar(options));
  } catch (problem) {
    tell(`Run #${run.number} is as it was: ${explain(problem).title}`);
    return;
  }
  invalidate("getRun", "listRuns", "listProjectRuns", "getProjectSummary");
  tell(
    isStarred
      ? `Run #${run.number} has a star: it is kept, whatever its age.`
      : `Run #${run.number} has no star any more: it goes when its time comes.`,
    () => void set(run, !isStarred),
  );
}

/** Give a run its star, or take it away; the note about it takes that back. */
export function toggleStar(run: Starred): void {
  void set(run, !run.starred);
}

function Picture({ isOn, size }: { isOn: boolean; size: number }) {
  return <Star size={size} aria-hidden="true" className={clsx(isOn && "fill-current text-flaky")} />;
}

/** The star of a run, on its page. */
export function StarButton({ run }: { run: Starred }) {
  const canStar = useMay("run.star", run.project.slug);
  const isOn = run.starred === true;
  if (!canStar) return isOn ? <StarMark /> : null;
  return (
    <Button
      aria-pressed={isOn}
      title={isOn ? "Kept, whatever its age (s)" : "Keep this run, whatever its age (s)"}
      onClick={() => toggleStar(run)}
    >
      <Picture isOn={isOn} size={14} /> <span className="max-sm:sr-only">{isOn ? "Starred" : "Star"}</span>
    </Button>
  );
}

/** The star of a run in a list: a button for whoever may star, a mark for all others. */
export function StarInList({ run }: { run: Starred }) {
  const canStar = useMay("run.star", run.project.slug);
  const isOn = run.starred === true;
  if (!canStar) return isOn ? <StarMark /> : null;
  return (
    <button
      type="button"
      data-star
      aria-pressed={isOn}
      aria-label={`Star run #${run.number}`}
      title={isOn ? "Kept, whatever its age (s)" : "Keep this run, whatever its age (s)"}
      className={clsx(
        "relative z-10 inline-grid size-6 shrink-0 place-items-center rounded-sm hover:bg-sunken",
        isOn ? "text-flaky" : "text-text-3",
      )}
      onClick={() => toggleStar(run)}
    >
      <Picture isOn={isOn} size={14} />
    </button>
  );
}

function StarMark() {
  return (
    <span title="Kept, whatever its age" className="relative z-10 inline-flex shrink-0 text-flaky">
      <Star size={14} aria-hidden="true" className="fill-current" />
      <span className="sr-only">starred</span>
    </span>
  );
}
