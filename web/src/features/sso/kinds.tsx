import type { ComponentType } from "react";
import { GitHubFields, GoogleFields, MicrosoftFields, OidcFields } from "@/features/sso/oidc-fields";
import type { Provider } from "@/lib/api";

export type Config = Provider["config"];

/** What a kind's part of the form is given: the present configuration, if there is one, and what is wrong with it, by field. */
export interface FieldsProps {
  config: Config | null;
  wrong: Record<string, string>;
}

/** A kind of provider: what it is called, its part of the form, and how that is read. */
export interface Kind {
  key: Provider["kind"];
  label: string;
  about: string;
  /** What its secret is called; without one it has none. */
  secret?: string;
  Fields: ComponentType<FieldsProps>;
  read: (form: FormData) => Config;
  /** Trying out a sign-in without the browser leaving; without one the browser goes to the provider and back. */
  Test?: ComponentType<{ provider: Provider }>;
  /** What to enter at the provider; without it, the address that it redirects to. */
  Facts?: ComponentType<{ provider: Provider }>;
}

/** A line of a form, trimmed. */
export function text(form: FormData, name: string): string {
  return String(form.get(name) ?? "").trim();
}

/** Words out of a line, parted by commas or spaces. */
export function words(form: FormData, name: string): string[] {
  return text(form, name)
    .split(/[\s,]+/)
    .filter(Boolean);
}

/** Every kind, in the order in which they are offered. */
export const KINDS: Kind[] = [
  {
    key: "oidc",
    label: "OpenID Connect",
    about: "Keycloak, Okta, Auth0, Authentik, Dex, GitLab and every other provider that speaks it.",
    secret: "Client secret",
    Fields: OidcFields,
    read: (form) => ({
      kind: "oidc",
      issuer: text(form, "issuer"),
      client_id: text(form, "client_id"),
      scopes: words(form, "scopes"),
      groups_claim: text(form, "groups_claim"),
      trusts_email: form.has("trusts_email"),
    }),
  },
  {
    key: "microsoft",
    label: "Microsoft Entra ID",
    about: "Work accounts of one Microsoft directory.",
    secret: "Client secret (its value)",
    Fields: MicrosoftFields,
    read: (form) => ({
      kind: "microsoft",
      tenant: text(form, "tenant"),
      client_id: text(form, "client_id"),
      groups_claim: text(form, "groups_claim"),
      trusts_email: form.has("trusts_email"),
    }),
  },
  {
    key: "google",
    label: "Google",
    about: "Accounts of a Google Workspace.",
    secret: "Client secret",
    Fields: GoogleFields,
    read: (form) => ({
      kind: "google",
      client_id: text(form, "client_id"),
      hosted_domain: text(form, "hosted_domain"),
    }),
  },
  {
    key: "github",
    label: "GitHub",
    about: "github.com, or a GitHub Enterprise Server of one’s own.",
    secret: "Client secret",
    Fields: GitHubFields,
    read: (form) => ({
      kind: "github",
      client_id: text(form, "client_id"),
      url: text(form, "url") || "https://github.com",
      organisations: words(form, "organisations"),
    }),
  },
];

/** The kind of a provider. */
export function kindOf(key: string | null): Kind | undefined {
  return KINDS.find((kind) => kind.key === key);
}
