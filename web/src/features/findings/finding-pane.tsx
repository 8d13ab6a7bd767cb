import { useQuery } from "@tanstack/react-query";
import { ExternalLink } from "lucide-react";
import type { ReactNode } from "react";
import { Link } from "react-router";
import { Loaded } from "@/components/states";
import { Chip, SeverityMark, Tag, toneOf } from "@/components/status";
import { Strip } from "@/components/strip";
import {
  identityOf,
  isInFile,
  isSuppressed,
  paragraphs,
  STATES,
  sightings,
  splitReferences,
  whereOf,
} from "@/features/findings/finding-words";
import { Instances } from "@/features/findings/instances";
import { Suppressed } from "@/features/findings/suppressed";
import { type Position, StepButtons } from "@/features/tests/step-buttons";
import type { FindingDetail } from "@/lib/api";
import { getFindingOptions } from "@/lib/api/@tanstack/react-query.gen";
import { ago, count, moment, plural } from "@/lib/format";

interface Walk {
  position: Position;
  onStep: (step: number) => void;
}

function Outside({ to, children }: { to: string; children: ReactNode }) {
  return (
    <a
      href={to}
      target="_blank"
      rel="noopener noreferrer"
      className="inline-flex max-w-full items-center gap-1 text-accent underline [overflow-wrap:anywhere]"
    >
      <span className="min-w-0">{children}</span>
      <ExternalLink size={12} aria-hidden="true" className="shrink-0" />
    </a>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="grid gap-1.5">
      <h3 className="font-semibold">{title}</h3>
      {children}
    </section>
  );
}

function Prose({ title, text }: { title: string; text: string }) {
  const parts = paragraphs(text);
  if (parts.length === 0) return null;
  return (
    <Section title={title}>
      {parts.map((part, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: paragraphs never move, and two may read the same
        <p key={index} className="max-w-[76ch] text-text-2 [overflow-wrap:anywhere]">
          {part}
        </p>
      ))}
    </Section>
  );
}

function References({ references }: { references: string[] }) {
  const { links, texts } = splitReferences(references);
  if (references.length === 0) return null;
  return (
    <Section title="References">
      <ul className="grid gap-1 text-text-2">
        {links.map((link) => (
          <li key={link}>
            <Outside to={link}>{link}</Outside>
          </li>
        ))}
        {texts.map((text) => (
          <li key={text} className="[overflow-wrap:anywhere]">
            {text}
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Identity({ finding }: { finding: FindingDetail }) {
  return (
    <details>
      <summary className="min-h-6 font-semibold">Why this is one finding</summary>
      <p className="mt-1 max-w-[76ch] text-text-2">
        {isInFile(finding)
          ? "Scans that report the same rule with the same code in the same file report the same finding. Line numbers, severity and wording may differ without making it another one."
          : "Scans that report the same rule at the same place report the same finding. Evidence, severity and wording may differ without making it another one."}
      </p>
      <dl className="mt-2 grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-0.5">
        {identityOf(finding).map(([part, value]) => (
          <div key={part} className="contents">
            <dt className="text-text-3">{part}</dt>
            <dd className="font-mono text-sm [overflow-wrap:anywhere]">{value}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

function Marks({ finding }: { finding: FindingDetail }) {
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Chip tone={toneOf(finding.severity)}>{finding.severity}</Chip>
      <span title={STATES[finding.state].meaning}>
        <Chip tone={toneOf(finding.state)}>{STATES[finding.state].label}</Chip>
      </span>
      {isSuppressed(finding) ? (
        <Suppressed />
      ) : (
        <span className="text-text-2">confidence {finding.confidence}</span>
      )}
      {finding.cwe !== null && (
        <Outside to={`https://cwe.mitre.org/data/definitions/${finding.cwe}.html`}>CWE-{finding.cwe}</Outside>
      )}
      {finding.wasc !== null && <span className="text-text-2">WASC-{finding.wasc}</span>}
      {Object.keys(finding.tags).map((tag) => (
        <Tag key={tag}>{tag}</Tag>
      ))}
    </div>
  );
}

function Known({ finding }: { finding: FindingDetail }) {
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1 text-text-2">
      <Strip items={sightings(finding.history, finding.finding_id)} />
      <span title={moment(finding.first_seen_at)}>
        first seen in{" "}
        <Link to={`/runs/${finding.first_seen_run.id}`} className="text-accent underline">
          #{finding.first_seen_run.number}
        </Link>
        , {ago(finding.first_seen_at)}
      </span>
    </div>
  );
}

function Detail({ finding, position, onStep }: { finding: FindingDetail } & Walk) {
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3.5 px-4 py-3">
      <header className="flex items-start gap-2.5">
        <SeverityMark severity={finding.severity} />
        <div className="min-w-0 flex-1">
          <h2 className="font-semibold text-base [overflow-wrap:anywhere]">{finding.name}</h2>
          <p className="font-mono text-sm text-text-3 [overflow-wrap:anywhere]">
            {finding.origin} {whereOf(finding)}
          </p>
        </div>
        <StepButtons position={position} onStep={onStep} />
      </header>
      <Marks finding={finding} />
      <Known finding={finding} />
      <Instances key={finding.finding_id} instances={finding.instances} />
      <Prose title="What it is" text={finding.description} />
      <Prose title="What to do" text={finding.solution} />
      <References references={finding.references} />
      <Identity finding={finding} />
      <p className="text-sm text-text-3">
        rule {finding.rule}, {plural(finding.occurrences, "place")} listed, {count(finding.count)} counted by
        the tool, told apart by {finding.identity.algorithm}
      </p>
    </div>
  );
}

/** One finding of one scan, read beside the list. */
export function FindingPane({
  runId,
  findingId,
  position,
  onStep,
}: { runId: string; findingId: string } & Walk) {
  const query = useQuery(getFindingOptions({ path: { run_id: runId, finding_id: findingId } }));
  return (
    <section aria-label="Finding detail" className="min-w-0 rounded-md border border-line bg-surface">
      <Loaded query={query} rows={8}>
        {(finding) => <Detail finding={finding} position={position} onStep={onStep} />}
      </Loaded>
    </section>
  );
}
