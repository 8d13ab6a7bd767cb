import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Button } from "@/components/button";
import { Card } from "@/components/card";
import { CopyBlock } from "@/components/copy";
import { ConfirmDialog } from "@/components/dialog";
import { TextField } from "@/components/field";
import { Loaded, TroubleNote } from "@/components/states";
import { text } from "@/features/sso/kinds";
import { addDomain, type DomainEntry, dropDomain, verifyDomain } from "@/lib/api";
import { listDomainsOptions } from "@/lib/api/@tanstack/react-query.gen";
import { ago } from "@/lib/format";
import { invalidate } from "@/lib/queries";
import { tell } from "@/lib/toasts";
import { useAct } from "@/lib/use-act";

function DomainRow({ entry }: { entry: DomainEntry }) {
  const [isLeaving, setLeaving] = useState(false);
  const { isBusy, error, act } = useAct();
  const path = { domain: entry.domain };
  const verify = () =>
    act(async () => {
      await verifyDomain({ path, throwOnError: true });
      invalidate("listDomains");
      tell(`${entry.domain} is verified.`);
    });
  return (
    <li className="grid gap-2 border-line border-t px-4 py-3">
      <div className="flex flex-wrap items-center gap-2">
        <strong className="font-semibold">{entry.domain}</strong>
        <span className="text-text-3">
          {entry.verified_at === null ? "not verified yet" : `verified ${ago(entry.verified_at)}`}
        </span>
        <span className="ml-auto flex gap-2">
          {entry.verified_at === null && (
            <Button disabled={isBusy} onClick={() => void verify()}>
              Verify
            </Button>
          )}
          <Button look="quiet" aria-label={`Remove ${entry.domain}`} onClick={() => setLeaving(true)}>
            Remove
          </Button>
        </span>
      </div>
      {entry.verified_at === null && (
        <div className="grid gap-1">
          <p className="text-text-2">
            Add a TXT record named <code className="font-mono">{entry.record}</code> with this value to its
            DNS:
          </p>
          <CopyBlock text={entry.value} label="Copy value" />
        </div>
      )}
      {error !== null && <TroubleNote error={error} />}
      <ConfirmDialog
        title={`Remove ${entry.domain}`}
        action="Remove the domain"
        isOpen={isLeaving}
        onClose={() => setLeaving(false)}
        onConfirm={async () => {
          await dropDomain({ path, throwOnError: true });
          invalidate("listDomains");
        }}
      >
        Providers add nobody of it any more. Who is there stays.
      </ConfirmDialog>
    </li>
  );
}

/** The mail domains that are the organisation's own. */
export function DomainsCard() {
  const query = useQuery(listDomainsOptions());
  const { isBusy, error, act } = useAct();
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const domain = text(new FormData(form), "domain").toLowerCase();
    const done = await act(() => addDomain({ body: { domain }, throwOnError: true }));
    if (!done) return;
    form.reset();
    invalidate("listDomains");
  };
  return (
    <Card title="Mail domains" note="whose people providers may add">
      <p className="max-w-[68ch] px-4 pb-2 text-text-2">
        With a verified domain, providers add people of it and of no other. Members with other addresses are
        invited.
      </p>
      <Loaded query={query} rows={2}>
        {({ items }) => (
          <ul aria-label="Mail domains">
            {items.map((entry) => (
              <DomainRow key={entry.domain} entry={entry} />
            ))}
          </ul>
        )}
      </Loaded>
      <form
        className="flex flex-wrap items-end gap-2 border-line border-t p-4"
        onSubmit={(event) => void submit(event)}
      >
        <div className="min-w-0 flex-1 basis-52">
          <TextField label="Domain" name="domain" required maxLength={253} placeholder="example.org" />
        </div>
        <Button type="submit" disabled={isBusy}>
          Add domain
        </Button>
      </form>
      {error !== null && <TroubleNote error={error} />}
    </Card>
  );
}
