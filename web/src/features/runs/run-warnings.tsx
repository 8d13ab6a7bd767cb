import { sayKept } from "@/features/runs/run-words";
import type { RunDetail } from "@/lib/api";
import { count, plural } from "@/lib/format";

type Warning = RunDetail["warnings"][number];
const BROKEN_OFF = ["report-truncated", "compression-damaged"];

function place({ line, byte }: Warning): string {
  if (line != null) return ` (line ${count(line)})`;
  return byte == null ? "" : ` (byte ${count(byte)})`;
}

/** Said of a run whose report breaks off: where, what was kept, and what that means. */
function Incomplete({ run }: { run: RunDetail }) {
  const reasons = run.warnings.filter(({ code }) => BROKEN_OFF.includes(code));
  return (
    <section
      aria-label="Incomplete report"
      className="grid gap-0.5 rounded-md border border-line border-l-[3px] border-l-broken bg-surface px-4 py-2.5"
    >
      <p className="font-[550]">
        <span aria-hidden="true" className="mr-1.5 text-broken">
          !
        </span>
        The report breaks off: {sayKept(run)}. It does not count as green, and closes nothing.
      </p>
      {reasons.map((reason) => (
        <p
          key={`${reason.line}${reason.byte}${reason.message}`}
          className="text-text-2 [overflow-wrap:anywhere]"
        >
          {reason.message}
        </p>
      ))}
    </section>
  );
}

/** What the reader of the report stumbled over; folded, because the run is readable all the same. */
export function RunWarnings({ run }: { run: RunDetail }) {
  const others = run.warnings.filter(({ code }) => run.complete || !BROKEN_OFF.includes(code));
  return (
    <>
      {!run.complete && <Incomplete run={run} />}
      {others.length > 0 && (
        <details className="rounded-md border border-line border-l-[3px] border-l-flaky bg-surface px-4 py-2">
          <summary className="min-h-6 font-[550]">
            {plural(others.length, "warning")} while reading the report
          </summary>
          <ul className="mt-1 list-disc pl-5 text-text-2">
            {others.map((warning) => (
              <li
                key={`${warning.code}${warning.line}${warning.byte}${warning.message}`}
                className="[overflow-wrap:anywhere]"
              >
                {warning.message}
                {place(warning)}
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}
