import clsx from "clsx";
import { useState } from "react";
import { CopyButton } from "@/components/copy";
import { cutAt, dedent } from "@/features/findings/finding-words";
import type { FindingInstance } from "@/lib/api";
import { count } from "@/lib/format";

const SHOWN_AT_FIRST = 8;

function Marked({ text, needles }: { text: string; needles: string[] }) {
  let at = 0;
  return cutAt(text, needles).map((piece) => {
    const key = at;
    at += piece.text.length;
    return piece.isHit ? (
      <mark key={key} className="rounded-sm bg-fail-weak font-semibold text-fail">
        {piece.text}
      </mark>
    ) : (
      <span key={key}>{piece.text}</span>
    );
  });
}

function Pane({ title, text, needles }: { title: string; text: string; needles: string[] }) {
  if (text === "") return null;
  return (
    <div className="relative min-w-0">
      <h4 className="mb-1 text-sm text-text-3">{title}</h4>
      <section
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        aria-label={title}
        className="max-h-72 overflow-auto rounded-sm bg-sunken py-2.5 pr-9 pl-3"
      >
        <pre className="whitespace-pre-wrap font-mono text-sm [overflow-wrap:anywhere]">
          <Marked text={text} needles={needles} />
        </pre>
      </section>
      <div className="absolute top-7 right-1.5">
        <CopyButton text={text} label={`Copy ${title.toLowerCase()}`} />
      </div>
    </div>
  );
}

function Evidence({ instance }: { instance: FindingInstance }) {
  const { attack, evidence, other } = instance;
  const request = dedent(instance.request ?? "");
  const response = dedent(instance.response ?? "");
  const isCode = !instance.uri.includes("://") && instance.method === "";
  const isAttackShown = attack !== "" && request.includes(attack);
  const isEvidenceShown = evidence !== "" && response.includes(evidence);
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-2.5">
      <p className="flex flex-wrap items-center gap-x-2 font-mono text-sm [overflow-wrap:anywhere]">
        {instance.method !== "" && <b>{instance.method}</b>}
        <span className="min-w-0">{instance.uri}</span>
        {instance.uri !== "" && <CopyButton text={instance.uri} label="Copy this place" />}
        {instance.param !== "" && <span className="text-text-3">parameter {instance.param}</span>}
      </p>
      {!isAttackShown && <Pane title="Attack" text={attack} needles={[attack]} />}
      <Pane title="Request" text={request} needles={[attack]} />
      {!isEvidenceShown && (
        <Pane
          title={isCode ? "In the source" : "Evidence"}
          text={isCode ? dedent(evidence) : evidence}
          needles={isCode ? [] : [evidence]}
        />
      )}
      <Pane title="Response" text={response} needles={[evidence, attack]} />
      <Pane title="More about it" text={other} needles={[]} />
    </div>
  );
}

function Places({
  instances,
  chosen,
  onChoose,
}: {
  instances: FindingInstance[];
  chosen: number;
  onChoose: (index: number) => void;
}) {
  const [isAll, setAll] = useState(false);
  const shown = isAll ? instances : instances.slice(0, SHOWN_AT_FIRST);
  return (
    <ul className="rounded-sm border border-line" aria-label="Places">
      {shown.map((place, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: places of one scan never change, and two may read the same
        <li key={index} className="border-line border-b last:border-b-0">
          <button
            type="button"
            aria-current={index === chosen}
            className={clsx(
              "flex min-h-7 w-full items-center gap-2 px-2.5 py-0.5 text-left font-mono text-sm focus-visible:-outline-offset-2",
              index === chosen ? "bg-accent-weak" : "hover:bg-sunken",
            )}
            onClick={() => onChoose(index)}
          >
            {place.method !== "" && <span className="shrink-0">{place.method}</span>}
            <span className="min-w-0 truncate" title={place.uri}>
              {place.uri}
            </span>
            {place.param !== "" && <span className="shrink-0 text-text-3">{place.param}</span>}
          </button>
        </li>
      ))}
      {shown.length < instances.length && (
        <li>
          <button
            type="button"
            className="min-h-7 px-2.5 text-accent hover:underline"
            onClick={() => setAll(true)}
          >
            Show all {count(instances.length)}
          </button>
        </li>
      )}
    </ul>
  );
}

/** Where a finding was seen in this scan: the places, and what was sent and answered at the chosen one. */
export function Instances({ instances }: { instances: FindingInstance[] }) {
  const [chosen, setChosen] = useState(0);
  const instance = instances[chosen];
  if (instance === undefined) return null;
  return (
    <section className="grid grid-cols-[minmax(0,1fr)] gap-2">
      <h3 className="font-semibold">
        Where it was seen <span className="font-normal text-text-3">{count(instances.length)}</span>
      </h3>
      {instances.length > 1 && <Places instances={instances} chosen={chosen} onChoose={setChosen} />}
      <Evidence instance={instance} />
    </section>
  );
}
