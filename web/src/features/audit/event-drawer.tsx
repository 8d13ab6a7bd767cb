import { X } from "lucide-react";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { Chip } from "@/components/status";
import { changesOf } from "@/features/audit/audit-words";
import type { AuditEvent } from "@/lib/api";
import { moment } from "@/lib/format";

const DRAWER =
  "fixed inset-y-0 right-0 z-50 grid w-[min(560px,100vw)] grid-cols-[minmax(0,1fr)] content-start gap-4 overflow-y-auto border-line border-l bg-raised p-4 shadow-pop";

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <>
      <dt className="text-text-3">{name}</dt>
      <dd className="min-w-0 [overflow-wrap:anywhere]">{children}</dd>
    </>
  );
}

function Side({ sign, text, tone }: { sign: string; text: string; tone: string }) {
  return (
    <p
      className={`grid grid-cols-[1.25rem_minmax(0,1fr)] rounded-sm px-1.5 py-0.5 font-mono text-sm ${tone}`}
    >
      <span aria-hidden="true">{sign}</span>
      <span className="whitespace-pre-wrap [overflow-wrap:anywhere]">{text === "" ? "(empty)" : text}</span>
    </p>
  );
}

function Changes({ event }: { event: AuditEvent }) {
  const changes = changesOf(event);
  if (changes.length === 0) return <p className="text-text-2">Nothing more was written down about it.</p>;
  return (
    <dl className="grid gap-3">
      {changes.map((change) => (
        <div key={change.name} className="grid gap-1">
          <dt className="text-text-2">{change.name}</dt>
          <dd className="grid gap-0.5">
            {change.before !== undefined && <Side sign="−" text={change.before} tone="bg-fail-weak" />}
            {change.after !== undefined && <Side sign="+" text={change.after} tone="bg-pass-weak" />}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** One event with everything that was written down about it. */
export function EventDrawer({ event, onClose }: { event: AuditEvent; onClose: () => void }) {
  return (
    <Dialog title={`Event ${event.number}`} isOpen hidesTitle onClose={onClose} className={DRAWER}>
      <div className="flex items-start gap-3">
        <div className="min-w-0 flex-1">
          <p className="font-semibold text-lg">{event.about || event.act}</p>
          <p className="text-text-3">
            Event {event.number}, {moment(event.happened_at)}
          </p>
        </div>
        <Button look="quiet" aria-label="Close" onClick={onClose}>
          <X size={16} aria-hidden="true" />
        </Button>
      </div>
      {event.is_refused && (
        <div>
          <Chip tone="fail">refused</Chip>
        </div>
      )}
      <dl className="grid grid-cols-[max-content_minmax(0,1fr)] gap-x-4 gap-y-1">
        <Fact name="Act">{event.act}</Fact>
        <Fact name="Who">
          {event.actor.name} <span className="text-text-3">({event.actor.kind})</span>
        </Fact>
        <Fact name="On what">
          {event.target.name || event.target.id}{" "}
          <span className="text-text-3">
            ({event.target.kind} {event.target.id})
          </span>
        </Fact>
        {event.project !== null && <Fact name="Project">{event.project}</Fact>}
        {event.address !== "" && <Fact name="Address">{event.address}</Fact>}
        {event.request_id !== "" && <Fact name="Request">{event.request_id}</Fact>}
      </dl>
      <section className="grid gap-2" aria-label="What changed">
        <h2 className="font-semibold text-base">What changed</h2>
        <Changes event={event} />
      </section>
      <section className="grid gap-1" aria-label="Digest">
        <h2 className="font-semibold text-base">Digest</h2>
        <p className="font-mono text-sm text-text-2 [overflow-wrap:anywhere]">{event.digest}</p>
      </section>
    </Dialog>
  );
}
