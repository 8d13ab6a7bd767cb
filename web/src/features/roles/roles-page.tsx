import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useCrumbs } from "@/app/crumbs";
import { Button } from "@/components/button";
import { Card } from "@/components/card";
import { ConfirmDialog } from "@/components/dialog";
import { PageHead } from "@/components/page";
import { Empty, Loaded } from "@/components/states";
import { Tag } from "@/components/status";
import { changed } from "@/features/members/acts";
import { RoleDialog } from "@/features/roles/role-dialog";
import { RoleMatrix } from "@/features/roles/role-matrix";
import { dropRole, type Role } from "@/lib/api";
import { listRolesOptions } from "@/lib/api/@tanstack/react-query.gen";
import { count } from "@/lib/format";
import { useMay, useMe } from "@/lib/may";
import { tell } from "@/lib/toasts";
import { useTitle } from "@/lib/use-title";

function Line({ role, onChange, onDrop }: { role: Role; onChange: () => void; onDrop: () => void }) {
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 border-line border-t px-4 py-2">
      <div className="min-w-0 flex-1 basis-56">
        <div className="flex flex-wrap items-center gap-2">
          <span className="font-[550]">{role.name}</span>
          {role.is_built_in ? (
            <Tag>built in</Tag>
          ) : (
            <span className="font-mono text-sm text-text-3">{role.key}</span>
          )}
        </div>
        {role.description !== "" && (
          <div className="text-text-2 [overflow-wrap:anywhere]">{role.description}</div>
        )}
      </div>
      <span className="text-text-3">
        {role.members === 1 ? "1 member" : `${count(role.members)} members`}
      </span>
      {role.may_change && (
        <div className="flex gap-1 max-sm:-ml-3">
          <Button look="quiet" aria-label={`Change ${role.name}`} onClick={onChange}>
            Change
          </Button>
          <Button look="quiet" aria-label={`Remove ${role.name}`} onClick={onDrop}>
            Remove
          </Button>
        </div>
      )}
    </li>
  );
}

/** The roles there are, what each allows, and the organisation's own ones. */
export function Component() {
  useTitle("Roles");
  useCrumbs("", { label: "All projects", to: "/" }, { label: "Roles" });
  const me = useMe();
  const canSee = useMay("member.read");
  const canMake = useMay("role.manage");
  const [editing, setEditing] = useState<Role | "new" | null>(null);
  const [dropping, setDropping] = useState<Role | null>(null);
  const query = useQuery({ ...listRolesOptions(), enabled: canSee });
  const drop = async () => {
    await dropRole({ path: { key: dropping?.key ?? "" }, throwOnError: true });
    changed();
    tell(`The role ${dropping?.name} is gone.`);
  };
  return (
    <>
      <PageHead
        title="Roles"
        answer="A role is a set of permissions. It is given in the whole organisation or in one project; whoever has several may do what any of them allows."
        actions={
          canMake && (
            <Button look="primary" disabled={query.data === undefined} onClick={() => setEditing("new")}>
              New role
            </Button>
          )
        }
      />
      {me !== undefined && !canSee && (
        <Card>
          <Empty title="Your role does not show the roles">
            Ask an administrator for a role that allows to see members.
          </Empty>
        </Card>
      )}
      {canSee && (
        <Loaded query={query} rows={8}>
          {(list) => (
            <>
              <Card title="Roles">
                <ul aria-label="Roles">
                  {list.items.map((role) => (
                    <Line
                      key={role.key}
                      role={role}
                      onChange={() => setEditing(role)}
                      onDrop={() => setDropping(role)}
                    />
                  ))}
                </ul>
                {canMake && list.items.every((role) => role.is_built_in) && (
                  <div className="border-line border-t">
                    <Empty title="No role of your own yet">
                      Make one where the built-in ones allow too much or too little.
                    </Empty>
                  </div>
                )}
              </Card>
              <Card title="What each role allows">
                <RoleMatrix {...list} />
              </Card>
              {editing !== null && (
                <RoleDialog
                  role={editing === "new" ? null : editing}
                  catalogue={list.catalogue}
                  onClose={() => setEditing(null)}
                />
              )}
            </>
          )}
        </Loaded>
      )}
      <ConfirmDialog
        title={`Remove the role ${dropping?.name ?? ""}?`}
        action="Remove"
        isOpen={dropping !== null}
        onClose={() => setDropping(null)}
        onConfirm={drop}
      >
        It must be taken from everybody first. What it allowed can be looked up in the audit log.
      </ConfirmDialog>
    </>
  );
}
