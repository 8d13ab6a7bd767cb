import { useQuery } from "@tanstack/react-query";
import { SelectField } from "@/components/field";
import { listProjectsOptions, listRolesOptions } from "@/lib/api/@tanstack/react-query.gen";

/** A project, or the whole organisation (empty). */
export function PlaceField({
  label,
  help,
  everywhere,
  value,
  onChange,
}: {
  label: string;
  help?: string;
  everywhere: string;
  value: string;
  onChange: (slug: string) => void;
}) {
  const { data } = useQuery(listProjectsOptions({ query: { limit: 500 } }));
  return (
    <SelectField label={label} help={help} value={value} onChange={(event) => onChange(event.target.value)}>
      <option value="">{everywhere}</option>
      {data?.items.map((project) => (
        <option key={project.slug} value={project.slug}>
          {project.name}
        </option>
      ))}
    </SelectField>
  );
}

/** A role that the signed-in person may give: everywhere, or in the project chosen beside it. */
export function RoleField({
  project,
  value,
  error,
  onChange,
}: {
  project: string;
  value: string;
  error?: string;
  onChange: (key: string) => void;
}) {
  const { data } = useQuery(listRolesOptions());
  const roles = data?.items ?? [];
  const chosen = roles.find(({ key }) => key === value);
  return (
    <SelectField
      label="Role"
      required
      value={value}
      error={error}
      help={chosen?.description || undefined}
      onChange={(event) => onChange(event.target.value)}
    >
      {roles.map((role) => (
        <option
          key={role.key}
          value={role.key}
          disabled={!(project === "" ? role.may_give : role.may_give_in_projects)}
        >
          {role.name}
        </option>
      ))}
    </SelectField>
  );
}
