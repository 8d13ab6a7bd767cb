import { type FormEvent, useState } from "react";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { SelectField, TextField } from "@/components/field";
import { TroubleNote } from "@/components/states";
import { SecretDialog } from "@/features/channels/channel-dialog";
import { type AuditStream, type AuditStreamConfig, addAuditStream, changeAuditStream } from "@/lib/api";
import { invalidate } from "@/lib/queries";
import { tell } from "@/lib/toasts";
import { useAct } from "@/lib/use-act";

type Transport = "tls" | "tcp" | "udp";
const PORTS: Record<Transport, number> = { tls: 6514, tcp: 601, udp: 514 };

function configOf(kind: AuditStream["kind"], form: FormData): AuditStreamConfig {
  if (kind === "webhook") return { url: String(form.get("url")).trim() };
  return {
    host: String(form.get("host")).trim(),
    port: Number(form.get("port")),
    transport: String(form.get("transport")) as Transport,
  };
}

function SyslogFields({
  config,
  fields,
}: {
  config: AuditStreamConfig | undefined;
  fields: Record<string, string>;
}) {
  const [transport, setTransport] = useState<Transport>(config?.transport ?? "tls");
  return (
    <div className="grid gap-3 sm:grid-cols-[minmax(0,1fr)_7rem_6rem]">
      <TextField
        label="Host"
        name="host"
        required
        defaultValue={config?.host ?? ""}
        placeholder="log.example.org"
        error={fields["config.host"]}
      />
      <SelectField
        label="Over"
        name="transport"
        value={transport}
        onChange={(event) => setTransport(event.target.value as Transport)}
      >
        <option value="tls">TLS</option>
        <option value="tcp">TCP</option>
        <option value="udp">UDP</option>
      </SelectField>
      <TextField
        key={transport}
        label="Port"
        name="port"
        type="number"
        required
        min={1}
        max={65_535}
        defaultValue={config?.transport === transport ? (config.port ?? PORTS[transport]) : PORTS[transport]}
      />
    </div>
  );
}

/** Set up a stream, or change one. */
export function StreamDialog({ stream, onClose }: { stream: AuditStream | null; onClose: () => void }) {
  const [kind, setKind] = useState<AuditStream["kind"]>(stream?.kind ?? "webhook");
  const [secret, setSecret] = useState("");
  const { isBusy, error, trouble, act } = useAct();
  const fields = trouble?.fields ?? {};
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const said = { name: String(form.get("name")).trim(), config: configOf(kind, form) };
    let made = "";
    const isDone = await act(async () => {
      if (stream === null) {
        const body = { ...said, kind, from_start: form.get("start") === "all" };
        made = (await addAuditStream({ body, throwOnError: true })).data.secret ?? "";
      } else {
        await changeAuditStream({ path: { stream_id: stream.id }, body: said, throwOnError: true });
      }
    });
    if (!isDone) return;
    invalidate("listAuditStreams");
    tell(stream === null ? "The stream is set up." : "The stream is changed.");
    if (made === "") onClose();
    else setSecret(made);
  };
  if (secret !== "") return <SecretDialog secret={secret} onClose={onClose} />;
  return (
    <Dialog title={stream === null ? "New stream" : "Change the stream"} isOpen onClose={onClose}>
      <form className="grid gap-3" onSubmit={(event) => void submit(event)}>
        {stream === null && (
          <SelectField
            label="Kind"
            value={kind}
            onChange={(event) => setKind(event.target.value as AuditStream["kind"])}
          >
            <option value="webhook">Webhook (signed)</option>
            <option value="syslog">Syslog (RFC 5424)</option>
          </SelectField>
        )}
        <TextField label="Name" name="name" required maxLength={100} defaultValue={stream?.name ?? ""} />
        {kind === "webhook" ? (
          <TextField
            label="Address"
            name="url"
            type="url"
            required
            defaultValue={stream?.config.url ?? ""}
            placeholder="https://example.org/audit"
            error={fields["config.url"]}
          />
        ) : (
          <SyslogFields config={stream?.config} fields={fields} />
        )}
        {stream === null && (
          <SelectField label="Begin with" name="start" defaultValue="next">
            <option value="next">what happens next</option>
            <option value="all">everything that is kept</option>
          </SelectField>
        )}
        {error !== null && Object.keys(fields).length === 0 && <TroubleNote error={error} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" disabled={isBusy}>
            {stream === null ? "Set up" : "Save"}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
