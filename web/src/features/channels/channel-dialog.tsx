import { type FormEvent, useState } from "react";
import { Button } from "@/components/button";
import { CopyBlock } from "@/components/copy";
import { Dialog } from "@/components/dialog";
import { SelectField, TextField } from "@/components/field";
import { TroubleNote } from "@/components/states";
import { addChannel, type Channel, type ChannelKind, changeChannel, type Rule } from "@/lib/api";
import { invalidate } from "@/lib/queries";
import { tell } from "@/lib/toasts";
import { useAct } from "@/lib/use-act";

/** When a channel speaks, in words. */
export const RULES: Record<Rule, string> = {
  new_failures: "on new failures only",
  any_failure: "on any failure",
  every_run: "on every run",
};

/** A secret that is shown once. */
export function SecretDialog({ secret, onClose }: { secret: string; onClose: () => void }) {
  return (
    <Dialog title="Signing secret" isOpen onClose={onClose}>
      <p className="text-text-2">
        This secret is shown once. Your receiver checks the webhook-signature header with it, after the
        Standard Webhooks specification.
      </p>
      <CopyBlock text={secret} label="Copy secret" />
      <Button look="primary" className="justify-self-end" onClick={onClose}>
        Done
      </Button>
    </Dialog>
  );
}

/** E-mail addresses out of a line of text. */
export function recipientsOf(text: string): string[] {
  return text.split(/[\s,;]+/).filter(Boolean);
}

function configOf(kind: ChannelKind, form: FormData) {
  if (kind === "webhook") return { url: String(form.get("url")).trim() };
  return { recipients: recipientsOf(String(form.get("recipients"))) };
}

/** Make a channel, or change one. */
export function ChannelDialog({
  slug,
  channel,
  hasMail,
  onClose,
}: {
  slug: string;
  channel: Channel | null;
  hasMail: boolean;
  onClose: () => void;
}) {
  const [kind, setKind] = useState<ChannelKind>(channel?.kind ?? "webhook");
  const [secret, setSecret] = useState("");
  const { isBusy, error, trouble, act } = useAct();
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const values = {
      name: String(form.get("name")).trim(),
      rule: form.get("rule") as Rule,
      config: configOf(kind, form),
    };
    let shown = "";
    const done = await act(async () => {
      if (channel !== null) {
        await changeChannel({ path: { channel_id: channel.id }, body: values, throwOnError: true });
        return;
      }
      const { data } = await addChannel({ path: { slug }, body: { kind, ...values }, throwOnError: true });
      shown = data.secret ?? "";
    });
    if (!done) return;
    invalidate("listChannels");
    tell(`Channel ${values.name} was saved. Send a test to see it arrive.`);
    if (shown === "") onClose();
    else setSecret(shown);
  };
  if (secret !== "") return <SecretDialog secret={secret} onClose={onClose} />;
  return (
    <Dialog title={channel === null ? "New channel" : `Change ${channel.name}`} isOpen onClose={onClose}>
      <form className="grid gap-3" onSubmit={(event) => void submit(event)}>
        {channel === null && (
          <SelectField
            label="Kind"
            value={kind}
            onChange={(event) => setKind(event.target.value === "email" ? "email" : "webhook")}
          >
            <option value="webhook">Webhook</option>
            <option value="email">E-mail</option>
          </SelectField>
        )}
        <TextField
          label="Name"
          name="name"
          required
          maxLength={100}
          defaultValue={channel?.name}
          placeholder="Team channel"
          error={trouble?.fields.name}
        />
        {kind === "webhook" ? (
          <TextField
            label="Address"
            name="url"
            type="url"
            required
            defaultValue={channel?.config.url ?? ""}
            placeholder="https://hooks.example.test/testflux"
            error={trouble?.fields["config.url"] ?? trouble?.fields.url}
          />
        ) : (
          <TextField
            label="Recipients"
            name="recipients"
            required
            defaultValue={channel?.config.recipients?.join(", ") ?? ""}
            placeholder="team@example.test"
            help={
              hasMail
                ? "Parted by commas."
                : "No mail server is set: TESTFLUX_SMTP_URL tells TestFlux where to send mail."
            }
            error={trouble?.fields["config.recipients"] ?? trouble?.fields.recipients}
          />
        )}
        <SelectField label="It speaks" name="rule" defaultValue={channel?.rule ?? "new_failures"}>
          {Object.entries(RULES).map(([rule, words]) => (
            <option key={rule} value={rule}>
              {words}
            </option>
          ))}
        </SelectField>
        {error !== null && <TroubleNote error={error} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" disabled={isBusy}>
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
