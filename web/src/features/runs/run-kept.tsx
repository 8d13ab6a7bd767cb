import type { RunDetail } from "@/lib/api";
import { day } from "@/lib/format";

/** What retention has taken from a run, in sentences; none when it is whole. */
export function sayGone(run: Pick<RunDetail, "rows_dropped_at" | "upload">): string[] {
  const files = run.upload.dropped_at ?? null;
  const rows = run.rows_dropped_at ?? null;
  return [
    files !== null &&
      `The file was removed by retention on ${day(files)}, with screenshots, logs and steps that came in it.`,
    rows !== null &&
      `Messages, causes and earlier attempts of tests that did not pass were removed by retention on ${day(rows)}. What each test came to is still there.`,
  ].filter((sentence) => sentence !== false);
}

/** Said of a run of which retention has removed something. */
export function RunKept({ run }: { run: RunDetail }) {
  const sentences = sayGone(run);
  if (sentences.length === 0) return null;
  return (
    <section
      aria-label="Removed by retention"
      className="grid gap-0.5 rounded-md border border-line border-l-[3px] border-l-line-strong bg-surface px-4 py-2.5"
    >
      {sentences.map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
    </section>
  );
}
