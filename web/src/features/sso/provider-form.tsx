import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Button } from "@/components/button";
import { Card } from "@/components/card";
import { CheckField, SelectField, TextField } from "@/components/field";
import { TroubleNote } from "@/components/states";
import { GroupRoles, type GroupRow } from "@/features/sso/group-roles";
import { type Kind, text } from "@/features/sso/kinds";
import { addProvider, changeProvider, type Provider } from "@/lib/api";
import { listProjectsOptions, listRolesOptions } from "@/lib/api/@tanstack/react-query.gen";
import { invalidate } from "@/lib/queries";
import { useAct } from "@/lib/use-act";

function numbered(provider: Provider | null): GroupRow[] {
  return (provider?.group_roles ?? []).map((row, index) => ({ ...row, id: index + 1 }));
}

/** Set up a provider, or change one. */
export function ProviderForm({
  kind,
  provider,
  onSaved,
}: {
  kind: Kind;
  provider: Provider | null;
  onSaved: (saved: Provider) => void;
}) {
  const [rows, setRows] = useState(() => numbered(provider));
  const roles = useQuery(listRolesOptions()).data?.items ?? [];
  const projects = useQuery(listProjectsOptions({ query: { limit: 500 } })).data?.items ?? [];
  const { isBusy, error, trouble, act } = useAct();
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const secret = text(form, "secret");
    const body = {
      name: text(form, "name"),
      config: kind.read(form),
      ...(secret !== "" && { secret }),
      default_role: text(form, "default_role") || null,
      group_roles: rows.map(({ group, role, project }) => ({ group: group.trim(), role, project })),
      adds_people: form.has("adds_people"),
    };
    await act(async () => {
      const { data } =
        provider === null
          ? await addProvider({ body, throwOnError: true })
          : await changeProvider({
              path: { provider_id: provider.id },
              body,
              throwOnError: true,
            });
      invalidate("listProviders", "getProvider");
      onSaved(data);
    });
  };
  const choices = roles.map(({ key, name }) => ({ key, name }));
  return (
    <form className="grid gap-3.5" onSubmit={(event) => void submit(event)}>
      <Card title="Connection" note={kind.label}>
        <div className="grid gap-3 p-4 pt-1">
          <TextField
            label="Name on the sign-in button"
            name="name"
            required
            maxLength={80}
            defaultValue={provider?.name ?? kind.label}
            error={trouble?.fields.name}
          />
          <kind.Fields config={provider?.config ?? null} wrong={trouble?.fields ?? {}} />
          {kind.secret !== undefined && (
            <TextField
              label={kind.secret}
              name="secret"
              type="password"
              autoComplete="new-password"
              maxLength={2000}
              placeholder={provider?.has_secret ? "set; write another one to replace it" : undefined}
              help="Kept encrypted, and never shown again."
              error={trouble?.fields.secret}
            />
          )}
        </div>
      </Card>
      <Card title="Who gets which role" note="at each sign-in, by the groups that the provider names">
        <div className="grid gap-3 p-4 pt-1">
          <GroupRoles rows={rows} roles={choices} projects={projects} onChange={setRows} />
          <SelectField
            key={choices.length}
            label="Role of whom no group gives one"
            name="default_role"
            defaultValue={provider?.default_role ?? ""}
          >
            <option value="">none: they do not enter</option>
            {choices.map((role) => (
              <option key={role.key} value={role.key}>
                {role.name}
              </option>
            ))}
          </SelectField>
          <CheckField
            label="Add people when they first sign in"
            name="adds_people"
            defaultChecked={provider?.adds_people ?? true}
            help="Otherwise only members come in. Where mail domains are verified, only people of those are added."
          />
        </div>
      </Card>
      {error !== null && <TroubleNote error={error} />}
      <div className="flex justify-end">
        <Button look="primary" type="submit" disabled={isBusy}>
          {provider === null ? "Save and go on" : "Save changes"}
        </Button>
      </div>
    </form>
  );
}
