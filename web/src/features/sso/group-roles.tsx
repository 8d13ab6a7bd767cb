import { Plus, X } from "lucide-react";
import { Button } from "@/components/button";
import { SelectField, TextField } from "@/components/field";
import type { GroupGrant } from "@/lib/api";

export interface RoleChoice {
  key: string;
  name: string;
}

/** A row of the table as it is edited; `id` tells rows apart while their texts change. */
export interface GroupRow extends GroupGrant {
  id: number;
}

/** Which group gives which role, everywhere or in one project. */
export function GroupRoles({
  rows,
  roles,
  projects,
  onChange,
}: {
  rows: GroupRow[];
  roles: RoleChoice[];
  projects: { slug: string; name: string }[];
  onChange: (rows: GroupRow[]) => void;
}) {
  const change = (id: number, part: Partial<GroupGrant>) =>
    onChange(rows.map((row) => (row.id === id ? { ...row, ...part } : row)));
  const next = Math.max(0, ...rows.map((row) => row.id)) + 1;
  return (
    <div className="grid gap-2">
      {rows.length === 0 && (
        <p className="text-text-3">No group gives a role yet: everybody gets the role below.</p>
      )}
      {rows.map((row, index) => (
        <fieldset
          key={row.id}
          className="grid gap-2 max-sm:rounded-md max-sm:border max-sm:border-line max-sm:p-3 sm:grid-cols-[2fr_1fr_1fr_auto] sm:items-end"
        >
          <legend className="sr-only">Group {index + 1}</legend>
          <TextField
            label="Group"
            required
            maxLength={500}
            value={row.group}
            placeholder="testers"
            hideLabel={index > 0}
            onChange={(event) => change(row.id, { group: event.target.value })}
          />
          <SelectField
            label="Role"
            value={row.role}
            hideLabel={index > 0}
            onChange={(event) => change(row.id, { role: event.target.value })}
          >
            {roles.map((role) => (
              <option key={role.key} value={role.key}>
                {role.name}
              </option>
            ))}
          </SelectField>
          <SelectField
            label="In"
            value={row.project ?? ""}
            hideLabel={index > 0}
            onChange={(event) => change(row.id, { project: event.target.value || null })}
          >
            <option value="">all projects</option>
            {projects.map((project) => (
              <option key={project.slug} value={project.slug}>
                {project.name}
              </option>
            ))}
          </SelectField>
          <Button
            look="quiet"
            aria-label={`Remove the group ${row.group || index + 1}`}
            onClick={() => onChange(rows.filter(({ id }) => id !== row.id))}
          >
            <X size={15} aria-hidden="true" />
          </Button>
        </fieldset>
      ))}
      <Button
        className="justify-self-start"
        onClick={() => onChange([...rows, { id: next, group: "", role: "viewer", project: null }])}
      >
        <Plus size={15} aria-hidden="true" /> Add a group
      </Button>
    </div>
  );
}
