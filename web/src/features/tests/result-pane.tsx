import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { Card } from "@/components/card";
import { CopyButton } from "@/components/copy";
import { Loaded } from "@/components/states";
import { Chip, StatusChip, StatusMark, Tag } from "@/components/status";
import { Strip } from "@/components/strip";
import { testStrip } from "@/components/strips";
import { StepButtons } from "@/features/tests/step-buttons";
import type { ResultDetail } from "@/lib/api";
import { getResultOptions } from "@/lib/api/@tanstack/react-query.gen";
import { ago, duration, shortCommit } from "@/lib/format";
import { messageText } from "@/lib/plain-text";

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

function Since({ result }: { result: ResultDetail }) {
  const { first_failed: first, last_passed: passed } = result;
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1 text-text-2">
      {first !== null && (
        <>
          <dt className="text-text-3">failing since</dt>
          <dd>
            <Link className="text-accent hover:underline" to={`/runs/${first.run_id}`}>
              #{first.number}
            </Link>
            , {ago(first.started_at)}
          </dd>
        </>
      )}
      {passed !== null && (
        <>
          <dt className="text-text-3">last passed</dt>
          <dd>
            <Link className="text-accent hover:underline" to={`/runs/${passed.run_id}`}>
              #{passed.number}
            </Link>
            , {ago(passed.started_at)}
            {passed.commit !== "" && (
              <>
                {" "}
                at <span className="font-mono text-sm">{shortCommit(passed.commit)}</span>
              </>
            )}
          </dd>
        </>
      )}
      {result.source !== "" && (
        <>
          <dt className="text-text-3">source</dt>
          <dd className="font-mono text-sm [overflow-wrap:anywhere]">
            {result.source}
            {result.line !== null && `:${result.line}`}
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
              <StatusMark word={attempt.status} /> attempt {attempt.attempt}, {duration(attempt.duration_ms)}
            </span>
            {attempt.message !== "" && <Message text={attempt.message} />}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Detail({ result, position, onStep }: { result: ResultDetail } & Walk) {
  const text = messageText(result);
  return (
    <div className="grid gap-3 px-4 py-3">
      <header className="flex flex-wrap items-start gap-x-3 gap-y-1">
        <div className="min-w-0 flex-1 basis-60">
          <h2 className="font-semibold text-base [overflow-wrap:anywhere]">
            <Link className="hover:text-accent" to={`/tests/${result.test_id}`}>
              {result.name}
            </Link>
          </h2>
          <p className="font-mono text-sm text-text-3 [overflow-wrap:anywhere]">{result.suite}</p>
        </div>
        <StepButtons position={position} onStep={onStep} />
      </header>
      <div className="flex flex-wrap items-center gap-2">
        <StatusChip word={result.status} />
        {result.change === "new" && <Chip tone="new">new failure</Chip>}
        {result.change === "fixed" && <Chip tone="pass">fixed here</Chip>}
        {result.change === "still" && <Chip tone="flaky">still failing</Chip>}
        <span className="text-text-2">{duration(result.duration_ms)}</span>
        {result.attempts > 1 && <span className="text-text-2">{result.attempts} attempts</span>}
        {result.tags.map((tag) => (
          <Tag key={tag}>{tag}</Tag>
        ))}
      </div>
      <Strip items={testStrip(result.history, result.test_id)} />
      {text !== "" && <Message text={text} />}
      <Since result={result} />
      <Attempts result={result} />
      <Link className="justify-self-start text-accent hover:underline" to={`/tests/${result.test_id}`}>
        The whole history of this test
      </Link>
    </div>
  );
}

/** Where one is in a list that is walked with keys. */
export interface Walk {
  position: { index: number; count: number };
  onStep: (step: number) => void;
}

/** One test in one run, read beside the list. */
export function ResultPane({ runId, testId, position, onStep }: { runId: string; testId: string } & Walk) {
  const query = useQuery({
    ...getResultOptions({ path: { run_id: runId, test_id: testId } }),
    enabled: testId !== "",
  });
  return (
    <Card label="Test detail">
      <Loaded query={query} rows={7}>
        {(result) => <Detail result={result} position={position} onStep={onStep} />}
      </Loaded>
    </Card>
  );
}
