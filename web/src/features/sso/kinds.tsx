import type { ComponentType } from "react";
import { LdapFields } from "@/features/sso/ldap-fields";
import { LdapTest } from "@/features/sso/ldap-test";
import { GitHubFields, GoogleFields, MicrosoftFields, OidcFields } from "@/features/sso/oidc-fields";
import { readCertificates } from "@/features/sso/saml-config";
import { SamlFacts } from "@/features/sso/saml-facts";
import { SamlFields } from "@/features/sso/saml-fields";
import type { LdapConfig, Provider } from "@/lib/api";

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
  {
    key: "saml",
    label: "SAML 2.0",
    about: "ADFS, Okta, Entra ID, Keycloak, Shibboleth, Ping and every other provider that speaks it.",
    Fields: SamlFields,
    Facts: SamlFacts,
    read: (form) => ({
      kind: "saml",
      entity_id: text(form, "entity_id"),
      sso_url: text(form, "sso_url"),
      certificates: readCertificates(text(form, "certificates")),
      metadata_url: text(form, "metadata_url"),
      email_attribute: text(form, "email_attribute"),
      name_attribute: text(form, "name_attribute"),
      groups_attribute: text(form, "groups_attribute"),
      signs_requests: form.has("signs_requests"),
      unasked_allowed: form.has("unasked_allowed"),
      sha1_allowed: form.has("sha1_allowed"),
    }),
  },
  {
    key: "ldap",
    label: "LDAP or Active Directory",
    about: "Names and passwords of a directory, asked for on TestFlux’s own sign-in page.",
    secret: "Password of the account that searches",
    Fields: LdapFields,
    Test: LdapTest,
    read: (form) => ({
      kind: "ldap",
      url: text(form, "url"),
      base_dn: text(form, "base_dn"),
      bind_dn: text(form, "bind_dn"),
      ca_certificates: text(form, "ca_certificates"),
      user_filter: text(form, "user_filter"),
      id_attribute: text(form, "id_attribute"),
      email_attribute: text(form, "email_attribute"),
      name_attribute: text(form, "name_attribute"),
      groups_by: text(form, "groups_by") as LdapConfig["groups_by"],
      group_base_dn: text(form, "group_base_dn"),
      group_filter: text(form, "group_filter") || "(member={dn})",
      group_names: text(form, "group_names") === "cn" ? "cn" : "dn",
    }),
  },
];

/** The kind of a provider. */
export function kindOf(key: string | null): Kind | undefined {
  return KINDS.find((kind) => kind.key === key);
}
