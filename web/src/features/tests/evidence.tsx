import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { CopyButton } from "@/components/copy";
import { LongText } from "@/components/long-text";
import { Loaded } from "@/components/states";
import { Files } from "@/features/tests/files";
import { isAttempt, isOutput, withoutColours } from "@/features/tests/step-tree";
import { Steps } from "@/features/tests/steps";
import type { ReportWarning, StepItem, TestProperty, TestSteps } from "@/lib/api";
import { getStepsOptions } from "@/lib/api/@tanstack/react-query.gen";
import { count } from "@/lib/format";

const STREAMS: Record<string, string> = { stdout: "Standard output", stderr: "Standard error" };

function Output({ block }: { block: StepItem }) {
  const text = withoutColours(block.text);
  const title = block.name || STREAMS[block.level] || "Output";
  return (
    <section aria-label={title} className="grid grid-cols-[minmax(0,1fr)] gap-1">
      <h3 className="font-semibold">{title}</h3>
      <div className="grid grid-cols-[minmax(0,1fr)_auto] gap-1 rounded-sm bg-sunken py-1.5 pr-1.5 pl-3">
        <div
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
          tabIndex={0}
          className="max-h-[60vh] overflow-auto"
        >
          <LongText text={text} />
        </div>
        <CopyButton text={text} label={`Copy ${title.toLowerCase()}`} />
      </div>
    </section>
  );
}

function Properties({ properties }: { properties: TestProperty[] }) {
  return (
    <details>
      <summary className="min-h-6 font-semibold">
        Properties <span className="font-normal text-text-3">{count(properties.length)}</span>
      </summary>
      <dl className="mt-1 grid grid-cols-[minmax(0,1fr)] gap-x-4 gap-y-0.5 sm:grid-cols-[auto_minmax(0,1fr)]">
        {properties.map(({ name, value }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: properties never move, and names may repeat
          <div key={index} className="contents">
            <dt className="text-text-3 [overflow-wrap:anywhere]">{name}</dt>
            <dd>
              <LongText text={value} />
            </dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

function Warnings({ warnings }: { warnings: ReportWarning[] }) {
  return (
    <ul className="grid gap-0.5 border-flaky border-l-2 pl-2.5 text-text-2">
      {warnings.map(({ code, message, line, byte }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: warnings never move, and two may read the same
        <li key={index} title={code} className="[overflow-wrap:anywhere]">
          {message}
          {line != null && ` (line ${count(line)} of this test)`}
          {line == null && byte != null && ` (byte ${count(byte)} of this test)`}
        </li>
      ))}
    </ul>
  );
}

function Opened({ answer, attempts }: { answer: TestSteps; attempts: ReactNode }) {
  const { steps = [], properties = [], files = [], warnings = [] } = answer;
  return (
    <>
      {!steps.some(isAttempt) && attempts}
      {!answer.is_available && <p className="text-text-3">{answer.reason}</p>}
      {warnings.length > 0 && <Warnings warnings={warnings} />}
      {steps.some((step) => !isOutput(step)) && <Steps steps={steps} />}
      {steps.filter(isOutput).map((block, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: blocks of output never move
        <Output key={index} block={block} />
      ))}
      {files.length > 0 && (
        <section>
          <h3 className="font-semibold">Files</h3>
          <Files label="Files of this test" files={files} />
        </section>
      )}
      {properties.length > 0 && <Properties properties={properties} />}
    </>
  );
}

/**
 * What the report holds of one test beyond its outcome: read from the report when somebody looks. `attempts` is shown
 * with it, unless the steps tell of them at more length.
 */
export function Evidence({
  runId,
  testId,
  attempts,
}: {
  runId: string;
  testId: string;
  attempts: ReactNode;
}) {
  const query = useQuery(getStepsOptions({ path: { run_id: runId, test_id: testId } }));
  return (
    <>
      {query.data === undefined && attempts}
      <Loaded query={query} rows={4}>
        {(answer) => <Opened key={testId} answer={answer} attempts={attempts} />}
      </Loaded>
    </>
  );
}
