import { useState } from "react";
import { AreaField, SelectField, TextField } from "@/components/field";
import type { FieldsProps } from "@/features/sso/kinds";

type LdapConfig = Extract<FieldsProps["config"], { kind: "ldap" }>;
type Part = { own: LdapConfig | null; wrong: Record<string, string> };

const AD = {
  user_filter: "(&(objectClass=user)(|(sAMAccountName={username})(userPrincipalName={username})))",
  id_attribute: "objectGUID",
};
const OTHERS = {
  user_filter: "(&(objectClass=person)(|(uid={username})(mail={username})))",
  id_attribute: "entryUUID",
};

function Server({ own, wrong }: Part) {
  return (
    <>
      <TextField
        label="Address"
        name="url"
        required
        maxLength={500}
        pattern="ldaps?://.+"
        title="ldap:// or ldaps:// and a host"
        defaultValue={own?.url}
        placeholder="ldaps://ldap.example.org"
        help="ldaps:// is encrypted from the start, ldap:// by StartTLS before anything is said. There is no way without."
        error={wrong.url ?? wrong["config.url"]}
      />
      <AreaField
        label="Certificate authority"
        name="ca_certificates"
        rows={3}
        maxLength={100000}
        defaultValue={own?.ca_certificates}
        placeholder="-----BEGIN CERTIFICATE-----"
        help="PEM. Only what it signed is trusted; left empty, what the server’s machine trusts."
      />
      <TextField
        label="Account that searches (DN)"
        name="bind_dn"
        maxLength={1000}
        autoComplete="off"
        defaultValue={own?.bind_dn}
        placeholder="cn=testflux,ou=services,dc=example,dc=org"
        help="It needs to read people and groups, nothing else. Its password goes into the field below."
      />
    </>
  );
}

function People({ own, wrong }: Part) {
  const [style, setStyle] = useState(own?.id_attribute === AD.id_attribute ? "ad" : "others");
  const usual = style === "ad" ? AD : OTHERS;
  return (
    <>
      <TextField
        label="Search below"
        name="base_dn"
        required
        maxLength={1000}
        defaultValue={own?.base_dn}
        placeholder="dc=example,dc=org"
        error={wrong["config.base_dn"]}
      />
      <SelectField label="Directory" value={style} onChange={(event) => setStyle(event.target.value)}>
        <option value="others">OpenLDAP, 389 Directory Server and others</option>
        <option value="ad">Active Directory</option>
      </SelectField>
      <TextField
        key={`${style}-filter`}
        label="Filter that finds a person"
        name="user_filter"
        required
        maxLength={1000}
        className="font-mono"
        defaultValue={
          own !== null && usual.id_attribute === own.id_attribute ? own.user_filter : usual.user_filter
        }
        help="{username} is what was typed, put in so that it can be nothing but a value."
        error={wrong["config.user_filter"]}
      />
      <div className="grid gap-3 sm:grid-cols-3">
        <TextField
          key={`${style}-id`}
          label="Unchanging id"
          name="id_attribute"
          required
          defaultValue={
            own !== null && usual.id_attribute === own.id_attribute ? own.id_attribute : usual.id_attribute
          }
        />
        <TextField
          label="E-mail"
          name="email_attribute"
          required
          defaultValue={own?.email_attribute ?? "mail"}
        />
        <TextField
          label="Name"
          name="name_attribute"
          required
          defaultValue={own?.name_attribute ?? "displayName"}
        />
      </div>
    </>
  );
}

function Groups({ own, wrong }: Part) {
  const [by, setBy] = useState<LdapConfig["groups_by"]>(own?.groups_by ?? "member_of");
  return (
    <>
      <SelectField
        label="Groups"
        name="groups_by"
        value={by}
        onChange={(event) => setBy(event.target.value as LdapConfig["groups_by"])}
      >
        <option value="member_of">the person’s memberOf</option>
        <option value="search">search for groups</option>
        <option value="nested">groups and the groups they are in (Active Directory)</option>
        <option value="none">none</option>
      </SelectField>
      {(by === "search" || by === "nested") && (
        <TextField
          label="Search groups below"
          name="group_base_dn"
          maxLength={1000}
          defaultValue={own?.group_base_dn}
          placeholder="the same place as people"
        />
      )}
      {by === "search" && (
        <TextField
          label="Filter that finds a person’s groups"
          name="group_filter"
          required
          maxLength={1000}
          className="font-mono"
          defaultValue={own?.group_filter ?? "(member={dn})"}
          help="{dn} is the person’s entry, {username} what was typed: (memberUid={username}) for posixGroup."
          error={wrong["config.group_filter"]}
        />
      )}
      {by !== "none" && (
        <SelectField
          label="Groups are called by"
          name="group_names"
          defaultValue={own?.group_names ?? "dn"}
          help="Whoever may make a group anywhere below could give it the common name of another one; the whole DN is unique."
        >
          <option value="dn">their whole DN</option>
          <option value="cn">their common name (cn)</option>
        </SelectField>
      )}
    </>
  );
}

/** A directory: LDAP or Active Directory. */
export function LdapFields({ config, wrong }: FieldsProps) {
  const own = config?.kind === "ldap" ? config : null;
  return (
    <>
      <Server own={own} wrong={wrong} />
      <People own={own} wrong={wrong} />
      <Groups own={own} wrong={wrong} />
    </>
  );
}
