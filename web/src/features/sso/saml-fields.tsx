import { type ChangeEvent, useState } from "react";
import { Button } from "@/components/button";
import { AreaField, CheckField, TextField } from "@/components/field";
import { TroubleNote } from "@/components/states";
import type { FieldsProps } from "@/features/sso/kinds";
import { writeCertificates } from "@/features/sso/saml-config";
import { readSamlMetadata } from "@/lib/api";
import { useAct } from "@/lib/use-act";

interface Said {
  entityId: string;
  ssoUrl: string;
  certificates: string;
}

/** Reading the metadata of an identity provider, from a file or an address. */
function Metadata({ url, onRead }: { url: string; onRead: (said: Said, until: string[]) => void }) {
  const [address, setAddress] = useState(url);
  const { isBusy, error, act } = useAct();
  const read = (body: { xml: string } | { url: string }) =>
    act(async () => {
      const { data } = await readSamlMetadata({ body, throwOnError: true });
      onRead(
        {
          entityId: data.entity_id,
          ssoUrl: data.sso_url,
          certificates: writeCertificates(data.certificates.map((each) => each.certificate)),
        },
        data.certificates.map((each) => each.expires_at.slice(0, 10)),
      );
    });
  const upload = async (event: ChangeEvent<HTMLInputElement>) => {
    const file = event.target.files?.[0];
    if (file !== undefined) await read({ xml: await file.text() });
  };
  return (
    <fieldset className="grid gap-3 rounded-md border border-line p-3">
      <legend className="px-1 text-text-2">Fill in from the provider’s metadata</legend>
      <div className="grid gap-2 sm:grid-cols-[1fr_auto] sm:items-end">
        <TextField
          label="Address of the metadata"
          name="metadata_url"
          type="url"
          maxLength={500}
          value={address}
          placeholder="https://idp.example.org/metadata"
          onChange={(event) => setAddress(event.target.value)}
        />
        <Button disabled={isBusy || address === ""} onClick={() => void read({ url: address })}>
          {isBusy ? "Reading…" : "Read"}
        </Button>
      </div>
      <TextField
        label="Or their file"
        type="file"
        accept=".xml,application/xml,text/xml,application/samlmetadata+xml"
        className="py-1"
        disabled={isBusy}
        onChange={(event) => void upload(event)}
      />
      {error !== null && (
        <div className="-m-3">
          <TroubleNote error={error} />
        </div>
      )}
    </fieldset>
  );
}

/** A SAML 2.0 identity provider. */
export function SamlFields({ config, wrong }: FieldsProps) {
  const own = config?.kind === "saml" ? config : null;
  const [said, setSaid] = useState<Said>({
    entityId: own?.entity_id ?? "",
    ssoUrl: own?.sso_url ?? "",
    certificates: writeCertificates((own?.certificates ?? []) as string[]),
  });
  const [until, setUntil] = useState<string[]>([]);
  const change = (part: Partial<Said>) => setSaid((old) => ({ ...old, ...part }));
  return (
    <>
      <Metadata
        url={own?.metadata_url ?? ""}
        onRead={(next, ends) => {
          setSaid(next);
          setUntil(ends);
        }}
      />
      <TextField
        label="Entity ID of the identity provider"
        name="entity_id"
        required
        maxLength={500}
        value={said.entityId}
        onChange={(event) => change({ entityId: event.target.value })}
        error={wrong["config.entity_id"]}
      />
      <TextField
        label="Its sign-in address (HTTP-Redirect)"
        name="sso_url"
        type="url"
        required
        maxLength={500}
        value={said.ssoUrl}
        onChange={(event) => change({ ssoUrl: event.target.value })}
        error={wrong["config.sso_url"]}
      />
      <AreaField
        label="Its signing certificates"
        name="certificates"
        required
        rows={5}
        value={said.certificates}
        onChange={(event) => {
          change({ certificates: event.target.value });
          setUntil([]);
        }}
        help={
          until.length > 0
            ? `Good until ${until.join(", ")}.`
            : "PEM, one after the other. While keys change, keep the old one beside the new one."
        }
        error={wrong["config.certificates"]}
      />
      <Attributes own={own} wrong={wrong} />
    </>
  );
}

type SamlConfig = Extract<FieldsProps["config"], { kind: "saml" }>;

function Attributes({ own, wrong }: { own: SamlConfig | null; wrong: Record<string, string> }) {
  return (
    <>
      <div className="grid gap-3 sm:grid-cols-3">
        <TextField
          label="E-mail attribute"
          name="email_attribute"
          maxLength={200}
          defaultValue={own?.email_attribute}
          placeholder="found by itself"
          error={wrong["config.email_attribute"]}
        />
        <TextField
          label="Name attribute"
          name="name_attribute"
          maxLength={200}
          defaultValue={own?.name_attribute}
          placeholder="found by itself"
          error={wrong["config.name_attribute"]}
        />
        <TextField
          label="Groups attribute"
          name="groups_attribute"
          maxLength={200}
          defaultValue={own?.groups_attribute}
          placeholder="found by itself"
          error={wrong["config.groups_attribute"]}
        />
      </div>
      <CheckField
        label="Sign requests"
        name="signs_requests"
        defaultChecked={own?.signs_requests}
        help="The identity provider checks them by the certificate in our metadata."
      />
      <CheckField
        label="People may begin at the identity provider"
        name="unasked_allowed"
        defaultChecked={own?.unasked_allowed}
        help="A tile in its portal. Somebody else could then make a browser sign in to their account, so leave it off unless you need it."
      />
      <CheckField
        label="Accept SHA-1"
        name="sha1_allowed"
        defaultChecked={own?.sha1_allowed}
        help="Only for a provider that cannot do better: such signatures can be forged with effort."
      />
    </>
  );
}
