import type { ResultDetail } from "@/lib/api";
import { duration, shortCommit } from "@/lib/format";
import { messageText } from "@/lib/plain-text";

/** A fence longer than any run of backticks in the text, so that the text cannot close it. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}\n${text}\n${fence}`;
}

/** A result as Markdown, to take along into an issue or a chat. `address` is the page it was copied from. */
export function resultMarkdown(result: ResultDetail, runNumber: number, address: string): string {
  const { first_failed: first, last_passed: passed, source, line } = result;
  const facts = [
    `Status: ${result.status} in #${runNumber}, ${duration(result.duration_ms)}`,
    first !== null && `First failed in #${first.number}`,
    passed !== null &&
      `Last passed in #${passed.number}${passed.commit === "" ? "" : ` (${shortCommit(passed.commit)})`}`,
    source !== "" && `Source: ${source}${line === null ? "" : `:${line}`}`,
    address,
  ];
  const message = messageText(result);
  return [
    `### ${result.name}`,
    result.suite,
    ...(message === "" ? [] : [fenced(message)]),
    facts
      .filter((fact) => fact !== false)
      .map((fact) => `- ${fact}`)
      .join("\n"),
  ].join("\n\n");
}
