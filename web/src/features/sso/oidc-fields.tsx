import { CheckField, TextField } from "@/components/field";
import type { FieldsProps } from "@/features/sso/kinds";

function ClientId({ value, wrong }: { value?: string; wrong: Record<string, string> }) {
  return (
    <TextField
      label="Client ID"
      name="client_id"
      required
      maxLength={300}
      autoComplete="off"
      defaultValue={value}
      error={wrong["config.client_id"]}
    />
  );
}

function TrustsEmail({ isOn }: { isOn?: boolean }) {
  return (
    <CheckField
      label="Administrators of the provider keep its e-mail addresses"
      name="trusts_email"
      defaultChecked={isOn}
      help="Its addresses count as verified then. Leave this off where people can change their own address unchecked: it says whose account one enters."
    />
  );
}

/** Any OpenID Connect provider. */
export function OidcFields({ config, wrong }: FieldsProps) {
  const own = config?.kind === "oidc" ? config : null;
  return (
    <>
      <TextField
        label="Issuer"
        name="issuer"
        type="url"
        required
        maxLength={500}
        defaultValue={own?.issuer}
        placeholder="https://login.example.org/realms/main"
        help="Its address without /.well-known/openid-configuration, exactly as the provider writes it."
        error={wrong["config.issuer"]}
      />
      <ClientId value={own?.client_id} wrong={wrong} />
      <TextField
        label="Scopes"
        name="scopes"
        defaultValue={(own?.scopes ?? ["openid", "profile", "email"]).join(" ")}
        help="Add groups where the provider asks for it."
        error={wrong["config.scopes"]}
      />
      <TextField
        label="Claim with the groups"
        name="groups_claim"
        maxLength={300}
        defaultValue={own?.groups_claim ?? "groups"}
        help="Dots lead into objects: realm_access.roles"
      />
      <TrustsEmail isOn={own?.trusts_email} />
    </>
  );
}

/** Microsoft Entra ID. */
export function MicrosoftFields({ config, wrong }: FieldsProps) {
  const own = config?.kind === "microsoft" ? config : null;
  return (
    <>
      <TextField
        label="Directory (tenant) ID"
        name="tenant"
        required
        pattern="[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
        title="32 digits with four hyphens between them"
        defaultValue={own?.tenant}
        placeholder="00000000-0000-0000-0000-000000000000"
        error={wrong["config.tenant"]}
      />
      <ClientId value={own?.client_id} wrong={wrong} />
      <TextField
        label="Claim with the groups"
        name="groups_claim"
        maxLength={300}
        defaultValue={own?.groups_claim ?? "groups"}
        help="groups holds the groups’ object ids; roles the application roles that are assigned to people."
      />
      <TrustsEmail isOn={own?.trusts_email} />
    </>
  );
}

/** Google. */
export function GoogleFields({ config, wrong }: FieldsProps) {
  const own = config?.kind === "google" ? config : null;
  return (
    <>
      <ClientId value={own?.client_id} wrong={wrong} />
      <TextField
        label="Workspace domain"
        name="hosted_domain"
        maxLength={253}
        defaultValue={own?.hosted_domain}
        placeholder="example.org"
        help="Only its accounts may come. Left empty, every Google account may try; people are added of verified domains only."
        error={wrong["config.hosted_domain"]}
      />
    </>
  );
}

/** GitHub. */
export function GitHubFields({ config, wrong }: FieldsProps) {
  const own = config?.kind === "github" ? config : null;
  return (
    <>
      <ClientId value={own?.client_id} wrong={wrong} />
      <TextField
        label="Organisations"
        name="organisations"
        defaultValue={own?.organisations?.join(" ")}
        placeholder="acme"
        help="Only their members may come. Groups are acme for an organisation and acme/testers for a team."
        error={wrong["config.organisations"]}
      />
      <TextField
        label="Address"
        name="url"
        type="url"
        maxLength={500}
        defaultValue={own?.url ?? "https://github.com"}
        help="Change it for a GitHub Enterprise Server."
        error={wrong["config.url"]}
      />
    </>
  );
}
