import type { RunDetail } from "@/lib/api";
import { count, plural } from "@/lib/format";

/** What the reader of the report stumbled over; folded, because the run is readable all the same. */
export function RunWarnings({ run }: { run: RunDetail }) {
  if (run.warnings.length === 0 && run.complete) return null;
  return (
    <details className="rounded-md border border-line border-l-[3px] border-l-flaky bg-surface px-4 py-2">
      <summary className="min-h-6 font-[550]">
        {!run.complete && "The report ends early: what is here is what had been written. "}
        {run.warnings.length > 0 && `${plural(run.warnings.length, "warning")} while reading the report`}
      </summary>
      <ul className="mt-1 list-disc pl-5 text-text-2">
        {run.warnings.map((warning) => (
          <li
            key={`${warning.code}${warning.line}${warning.byte}${warning.message}`}
            className="[overflow-wrap:anywhere]"
          >
            {warning.message}
            {warning.line != null && ` (line ${count(warning.line)})`}
            {warning.line == null && warning.byte != null && ` (byte ${count(warning.byte)})`}
          </li>
        ))}
      </ul>
    </details>
  );
}
