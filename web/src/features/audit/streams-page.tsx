import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useCrumbs } from "@/app/crumbs";
import { Button, ButtonLink } from "@/components/button";
import { Card } from "@/components/card";
import { ConfirmDialog } from "@/components/dialog";
import { PageHead } from "@/components/page";
import { Empty, Loaded } from "@/components/states";
import { Chip } from "@/components/status";
import { AgeForm } from "@/features/audit/age-form";
import { StreamDialog } from "@/features/audit/stream-dialog";
import { type AuditStream, changeAuditStream, dropAuditStream, testAuditStream } from "@/lib/api";
import { getAuditStateOptions, listAuditStreamsOptions } from "@/lib/api/@tanstack/react-query.gen";
import { ago, plural } from "@/lib/format";
import { useMay } from "@/lib/may";
import { explain } from "@/lib/problem";
import { invalidate } from "@/lib/queries";
import { tell } from "@/lib/toasts";
import { useTitle } from "@/lib/use-title";

const ASK_AGAIN_MS = 10_000;

async function test(stream: AuditStream): Promise<void> {
  try {
    const { data } = await testAuditStream({ path: { stream_id: stream.id }, throwOnError: true });
    tell(data.error === "" ? `${stream.name} took the test message.` : data.error);
  } catch (error) {
    tell(explain(error).detail);
  }
}

async function turn(stream: AuditStream): Promise<void> {
  try {
    const body = { is_enabled: !stream.is_enabled };
    await changeAuditStream({ path: { stream_id: stream.id }, body, throwOnError: true });
    invalidate("listAuditStreams");
  } catch (error) {
    tell(explain(error).detail);
  }
}

function placeOf({ config, kind }: AuditStream): string {
  if (kind === "webhook") return config.url ?? "";
  return `${config.host}:${config.port} over ${config.transport?.toUpperCase()}`;
}

function State({ stream }: { stream: AuditStream }) {
  if (!stream.is_enabled) return <Chip tone="skip">switched off</Chip>;
  if (stream.last_error !== "") return <Chip tone="fail">not sent</Chip>;
  return <Chip tone="pass">{stream.waiting === 0 ? "up to date" : "sending"}</Chip>;
}

function Stream({
  stream,
  onChange,
  onRemove,
}: {
  stream: AuditStream;
  onChange: () => void;
  onRemove: () => void;
}) {
  return (
    <li className="grid gap-2 border-line border-b px-4 py-3 last:border-b-0 md:grid-cols-[7rem_minmax(0,1fr)_auto] md:items-start md:gap-4">
      <div>
        <State stream={stream} />
      </div>
      <div className="min-w-0 [overflow-wrap:anywhere]">
        <h3 className="font-[550]">{stream.name}</h3>
        <p className="text-text-2">{placeOf(stream)}</p>
        <p className="text-sm text-text-3">
          {stream.sent_at === null ? "Nothing was sent yet" : `Last sent ${ago(stream.sent_at)}`}
          {stream.waiting > 0 && `, ${plural(stream.waiting, "event")} waiting`}
        </p>
        {stream.last_error !== "" && (
          <p className="text-sm text-text-2">
            {stream.last_error} Next try {ago(stream.next_try_at)}.
          </p>
        )}
      </div>
      <div className="flex flex-wrap gap-1">
        <Button look="quiet" aria-label={`Send a test to ${stream.name}`} onClick={() => void test(stream)}>
          Send a test
        </Button>
        <Button look="quiet" aria-label={`Change ${stream.name}`} onClick={onChange}>
          Change
        </Button>
        <Button
          look="quiet"
          aria-label={`Switch ${stream.name} ${stream.is_enabled ? "off" : "on"}`}
          onClick={() => void turn(stream)}
        >
          Switch {stream.is_enabled ? "off" : "on"}
        </Button>
        <Button look="quiet" aria-label={`Remove ${stream.name}`} onClick={onRemove}>
          Remove
        </Button>
      </div>
    </li>
  );
}

/** Where the audit log is sent, and how long it is kept. */
export function Component() {
  useTitle("Streams of the audit log");
  useCrumbs("", { to: "/audit", label: "Audit log" }, { label: "Streams and age" });
  const mayRead = useMay("audit.read");
  const mayEdit = useMay("org.edit");
  const query = useQuery({ ...listAuditStreamsOptions(), enabled: mayRead, refetchInterval: ASK_AGAIN_MS });
  const state = useQuery({ ...getAuditStateOptions(), enabled: mayRead && mayEdit });
  const [changed, setChanged] = useState<AuditStream | "new" | null>(null);
  const [removed, setRemoved] = useState<AuditStream | null>(null);
  if (!mayRead) {
    return (
      <Card label="Streams">
        <Empty title="The audit log is not yours to read">Owners and auditors of the organisation can.</Empty>
      </Card>
    );
  }
  return (
    <>
      <PageHead
        title="Streams and age"
        answer="Where the audit log is sent as it grows, and how long it is kept."
        actions={
          <>
            <ButtonLink to="/audit">To the log</ButtonLink>
            <Button look="primary" onClick={() => setChanged("new")}>
              New stream
            </Button>
          </>
        }
      />
      <Card title="Streams">
        <Loaded query={query} rows={3}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty title="The log is sent nowhere">
                A copy elsewhere is what nobody here can change: a webhook of your own, or a syslog server.
              </Empty>
            ) : (
              <ul aria-label="Streams">
                {items.map((stream) => (
                  <Stream
                    key={stream.id}
                    stream={stream}
                    onChange={() => setChanged(stream)}
                    onRemove={() => setRemoved(stream)}
                  />
                ))}
              </ul>
            )
          }
        </Loaded>
      </Card>
      {mayEdit && (
        <Card title="How long the log is kept">
          <Loaded query={state} rows={2}>
            {({ retention_days }) => <AgeForm key={retention_days ?? 0} days={retention_days} />}
          </Loaded>
        </Card>
      )}
      {changed !== null && (
        <StreamDialog stream={changed === "new" ? null : changed} onClose={() => setChanged(null)} />
      )}
      <ConfirmDialog
        title={`Remove ${removed?.name ?? ""}?`}
        action="Remove"
        isOpen={removed !== null}
        onClose={() => setRemoved(null)}
        onConfirm={async () => {
          await dropAuditStream({ path: { stream_id: removed?.id ?? 0 }, throwOnError: true });
          invalidate("listAuditStreams");
        }}
      >
        <p>What it was still to be sent is not sent. The log itself stays.</p>
      </ConfirmDialog>
    </>
  );
}
