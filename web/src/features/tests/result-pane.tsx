import { useQuery } from "@tanstack/react-query";
import { Copy } from "lucide-react";
import { Link } from "react-router";
import { Button, ButtonLink } from "@/components/button";
import { CopyButton } from "@/components/copy";
import { Markup } from "@/components/markup";
import { Loaded } from "@/components/states";
import { StatusChip, StatusMark, Tag } from "@/components/status";
import { Strip } from "@/components/strip";
import { testStrip } from "@/components/strips";
import { Evidence } from "@/features/tests/evidence";
import { resultMarkdown } from "@/features/tests/markdown";
import { ChangeChip } from "@/features/tests/result-cells";
import { type Position, StepButtons } from "@/features/tests/step-buttons";
import type { ResultDetail, RunDetail } from "@/lib/api";
import { getResultOptions } from "@/lib/api/@tanstack/react-query.gen";
import { copyText } from "@/lib/clipboard";
import { ago, duration, shortCommit } from "@/lib/format";
import { messageText } from "@/lib/plain-text";
import { tell } from "@/lib/toasts";

/** A failure message; the kind of error stands out. */
export function Message({ text }: { text: string }) {
  const [, head = "", rest = text] = /^([\w.]*(?:Error|Exception|Failure)):([\s\S]*)$/.exec(text) ?? [];
  return (
    <div className="relative">
      <pre
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        className="max-h-[50vh] overflow-auto whitespace-pre-wrap rounded-sm bg-sunken py-2.5 pr-9 pl-3 font-mono text-sm [overflow-wrap:anywhere]"
      >
        {head !== "" && <b className="text-fail">{head}</b>}
        {head !== "" && ":"}
        {rest}
      </pre>
      <div className="absolute top-1.5 right-1.5">
        <CopyButton text={text} label="Copy message" />
      </div>
    </div>
  );
}

function RunLink({ id, number }: { id: string; number: number }) {
  return (
    <Link className="text-accent underline" to={`/runs/${id}`}>
      #{number}
    </Link>
  );
}

function Since({ result, runId }: { result: ResultDetail; runId: string }) {
  const { first_failed: first, source, line } = result;
  const passed = result.last_passed?.run_id === runId ? null : result.last_passed;
  if (first === null && passed === null && source === "") return null;
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1 text-text-2">
      {first !== null && (
        <>
          <dt className="text-text-3">first failed in</dt>
          <dd>
            <RunLink id={first.run_id} number={first.number} />, {ago(first.started_at)}
          </dd>
        </>
      )}
      {passed !== null && (
        <>
          <dt className="text-text-3">last passed in</dt>
          <dd>
            <RunLink id={passed.run_id} number={passed.number} />
            {passed.commit !== "" && (
              <>
                {" "}
                at <span className="font-mono text-sm">{shortCommit(passed.commit)}</span>
              </>
            )}
            , {ago(passed.started_at)}
          </dd>
        </>
      )}
      {source !== "" && (
        <>
          <dt className="text-text-3">source</dt>
          <dd className="font-mono text-sm [overflow-wrap:anywhere]">
            {source}
            {line !== null && `:${line}`}
          </dd>
        </>
      )}
    </dl>
  );
}

function Attempts({ result }: { result: ResultDetail }) {
  if (result.previous_attempts.length === 0) return null;
  return (
    <section>
      <h3 className="font-semibold">Earlier attempts in this run</h3>
      <ul className="mt-1 grid gap-2">
        {result.previous_attempts.map((attempt) => (
          <li key={attempt.attempt} className="grid gap-1">
            <span className="flex items-center gap-2">
              <StatusMark word={attempt.status} /> attempt {attempt.attempt}
              {attempt.duration_ms > 0 && `, ${duration(attempt.duration_ms)}`}
            </span>
            {attempt.message !== "" && <Message text={attempt.message} />}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Detail({ result, run, ...walk }: { result: ResultDetail; run: RunDetail } & Walk) {
  const text = messageText(result);
  const address = `${location.origin}/runs/${run.id}?tab=tests&test=${result.test_id}`;
  const copy = () =>
    copyText(resultMarkdown(result, run.number, address)).then(() =>
      tell("The test is on the clipboard as Markdown."),
    );
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3 px-4 py-3">
      <header className="flex flex-wrap items-start gap-x-3 gap-y-1">
        <div className="min-w-0 flex-1 basis-60">
          <h2 className="font-semibold text-base [overflow-wrap:anywhere]">
            <Link className="hover:text-accent" to={`/tests/${result.test_id}`}>
              {result.name}
            </Link>
          </h2>
          <p className="font-mono text-sm text-text-3 [overflow-wrap:anywhere]">{result.suite}</p>
        </div>
        <StepButtons {...walk} />
      </header>
      <div className="flex flex-wrap items-center gap-2">
        <StatusChip word={result.status} />
        <ChangeChip change={result.change} />
        <span className="text-text-2">{duration(result.duration_ms)}</span>
        {result.attempts > 1 && <span className="text-text-2">{result.attempts} attempts</span>}
        {result.tags.map((tag) => (
          <Tag key={tag}>{tag}</Tag>
        ))}
      </div>
      <Strip items={testStrip(result.history, result.test_id)} />
      {result.message_html !== "" ? (
        <div className="rounded-sm bg-sunken px-3 py-2.5">
          <Markup html={result.message_html} />
        </div>
      ) : (
        text !== "" && <Message text={text} />
      )}
      <Since result={result} runId={run.id} />
      <Evidence runId={run.id} testId={result.test_id} attempts={<Attempts result={result} />} />
      <div className="flex flex-wrap gap-2">
        <ButtonLink to={`/tests/${result.test_id}`}>History of this test</ButtonLink>
        <Button onClick={() => void copy()}>
          <Copy size={14} aria-hidden="true" /> Copy as Markdown
        </Button>
      </div>
    </div>
  );
}

/** Where one is in a list that is walked with keys. */
export interface Walk {
  position: Position;
  keys?: [back: string, on: string];
  onStep: (step: number) => void;
}

/** One test in one run, read beside the list. */
export function ResultPane({ run, testId, ...walk }: { run: RunDetail; testId: string } & Walk) {
  const query = useQuery(getResultOptions({ path: { run_id: run.id, test_id: testId } }));
  return (
    <section aria-label="Test detail" className="min-w-0 rounded-md border border-line bg-surface">
      <Loaded query={query} rows={7}>
        {(result) => <Detail result={result} run={run} {...walk} />}
      </Loaded>
    </section>
  );
}
