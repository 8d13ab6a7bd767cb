import { Button, ButtonLink } from "@/components/button";
import { Card } from "@/components/card";
import { Progress } from "@/components/progress";
import { clear, goOn, type Import, type OldState, pause, tally, useImport } from "@/features/uploads/history";
import { count, percent, plural } from "@/lib/format";

const TITLES: Record<Import["phase"], string> = {
  nothing: "",
  comparing: "Comparing with what is there",
  sending: "Sending",
  paused: "Paused",
  done: "Done",
};
const WORDS: [state: OldState, word: string][] = [
  ["stored", "stored"],
  ["there", "already there"],
  ["skipped", "skipped"],
  ["rejected", "rejected"],
];

/** How far an import is, from 0 to 1: of comparing while that lasts, then of the files. */
export function shareOf({ phase, compared, files }: Pick<Import, "phase" | "compared" | "files">): number {
  if (phase === "comparing") return compared;
  const { waiting, sending } = tally(files);
  return files.length === 0 ? 1 : 1 - (waiting + sending) / files.length;
}

/** `12 stored, 3 already there` */
export function sayOutcome(files: Import["files"]): string {
  const counts = tally(files);
  const parts = WORDS.filter(([state]) => counts[state] > 0).map(
    ([state, word]) => `${count(counts[state])} ${word}`,
  );
  return parts.length === 0 ? "nothing yet" : parts.join(", ");
}

/** How far the import is, what became of it so far, and the buttons to pause it or go on. */
export function ImportProgress() {
  const present = useImport();
  const { phase, files, project, trouble } = present;
  const { waiting, sending } = tally(files);
  const isBusy = phase === "comparing" || phase === "sending";
  const share = shareOf(present);
  return (
    <Card
      title={TITLES[phase]}
      note={`${plural(files.length, "file")} for ${project}`}
      end={isBusy && percent(share * 100, 0)}
    >
      <div className="grid gap-3 px-4 pb-4">
        <Progress label="Import" share={share} className="w-full" />
        <p className="text-text-2">
          <span role="status">{phase === "done" ? `Done: ${sayOutcome(files)}.` : TITLES[phase]}</span>
          {phase !== "done" && (
            <>
              : {sayOutcome(files)}, {plural(waiting + sending, "file")} to go.
            </>
          )}
        </p>
        {phase === "paused" && trouble === null && sending > 0 && (
          <p className="text-text-3">The file that is under way still arrives.</p>
        )}
        {trouble !== null && (
          <div role="alert" className="border-fail border-l-2 pl-2.5 [overflow-wrap:anywhere]">
            <p className="font-[550]">{trouble.title}</p>
            {trouble.detail !== "" && <p className="text-text-2">{trouble.detail}</p>}
            {trouble.status !== 0 && trouble.hint !== "" && <p className="text-text-2">{trouble.hint}</p>}
            {trouble.requestId !== "" && (
              <p className="font-mono text-sm text-text-3">request {trouble.requestId}</p>
            )}
            <p className="text-text-2">Nothing is lost: go on when that is mended.</p>
          </div>
        )}
        <div className="flex flex-wrap gap-2">
          {isBusy && <Button onClick={pause}>Pause</Button>}
          {phase === "paused" && (
            <Button look="primary" onClick={() => void goOn()}>
              Go on
            </Button>
          )}
          {!isBusy && <Button onClick={clear}>Import another folder</Button>}
          <ButtonLink look="quiet" to={`/p/${project}/runs`}>
            Runs of {project}
          </ButtonLink>
        </div>
        {isBusy && (
          <p className="text-sm text-text-3">
            Leave this window open; other pages of TestFlux may be looked at meanwhile.
          </p>
        )}
      </div>
    </Card>
  );
}
