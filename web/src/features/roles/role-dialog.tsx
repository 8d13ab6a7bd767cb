import { type FormEvent, useState } from "react";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { TextField } from "@/components/field";
import { TroubleNote } from "@/components/states";
import { changed } from "@/features/members/acts";
import { type Group, groupsOf, keyOf } from "@/features/roles/groups";
import { addRole, changeRole, type Permission, type PermissionAbout, type Role } from "@/lib/api";
import { may, useMe } from "@/lib/may";
import { tell } from "@/lib/toasts";
import { useAct } from "@/lib/use-act";

function Choices({
  group,
  chosen,
  onToggle,
}: {
  group: Group;
  chosen: ReadonlySet<Permission>;
  onToggle: (permission: Permission) => void;
}) {
  const me = useMe();
  return (
    <fieldset className="grid gap-1 rounded-md border border-line px-3 pt-1 pb-2">
      <legend className="px-1 font-[550]">{group.title}</legend>
      <p className="text-sm text-text-3">{group.about}</p>
      {group.permissions.map(({ key, about }) => {
        const isOutOfReach = !may(me, key);
        return (
          <label key={key} className="flex min-h-6 items-start gap-2">
            <input
              type="checkbox"
              className="mt-1 size-3.5 shrink-0 accent-[var(--accent)]"
              checked={chosen.has(key)}
              disabled={isOutOfReach}
              onChange={() => onToggle(key)}
            />
            <span className={isOutOfReach ? "text-text-3" : undefined}>
              {about} {isOutOfReach && "(you may not do this yourself)"}
            </span>
          </label>
        );
      })}
    </fieldset>
  );
}

/** Make a role of the organisation's own, or change one. */
export function RoleDialog({
  role,
  catalogue,
  onClose,
}: {
  role: Role | null;
  catalogue: PermissionAbout[];
  onClose: () => void;
}) {
  const [name, setName] = useState(role?.name ?? "");
  const [key, setKey] = useState("");
  const [description, setDescription] = useState(role?.description ?? "");
  const [chosen, setChosen] = useState<ReadonlySet<Permission>>(
    new Set(role?.permissions ?? ["project.read"]),
  );
  const { isBusy, error, trouble, act } = useAct();
  const toggle = (permission: Permission) => {
    const next = new Set(chosen);
    if (!next.delete(permission)) next.add(permission);
    setChosen(next);
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const values = { name: name.trim(), description: description.trim(), permissions: [...chosen] };
    const isDone = await act(() =>
      role === null
        ? addRole({ body: { ...values, key: key || keyOf(name) }, throwOnError: true })
        : changeRole({ path: { key: role.key }, body: values, throwOnError: true }),
    );
    if (!isDone) return;
    changed();
    tell(role === null ? `The role ${values.name} can be given.` : `The role ${values.name} was changed.`);
    onClose();
  };
  return (
    <Dialog title={role === null ? "New role" : `Change ${role.name}`} isOpen onClose={onClose}>
      <form className="grid gap-3" onSubmit={(event) => void submit(event)}>
        <TextField
          label="Name"
          required
          maxLength={100}
          value={name}
          error={trouble?.fields.name}
          onChange={(event) => setName(event.target.value)}
        />
        {role === null && (
          <TextField
            label="Short name"
            help="In the API and the audit log; it stays for good."
            maxLength={60}
            pattern="[a-z][a-z0-9-]*"
            placeholder={keyOf(name) || "qa-lead"}
            value={key}
            error={trouble?.fields.key}
            onChange={(event) => setKey(event.target.value)}
          />
        )}
        <TextField
          label="Description"
          maxLength={500}
          value={description}
          error={trouble?.fields.description}
          onChange={(event) => setDescription(event.target.value)}
        />
        {groupsOf(catalogue).map((group) => (
          <Choices key={group.key} group={group} chosen={chosen} onToggle={toggle} />
        ))}
        {role !== null && role.members > 0 && (
          <p className="text-text-2">
            {role.members === 1 ? "One member has" : `${role.members} members have`} this role: what you
            change holds for them at once.
          </p>
        )}
        {error !== null && <TroubleNote error={error} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" disabled={isBusy}>
            {role === null ? "Make role" : "Save"}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
