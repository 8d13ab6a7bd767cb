import { type FormEvent, useState } from "react";
import { Button } from "@/components/button";
import { Card } from "@/components/card";
import { ConfirmDialog } from "@/components/dialog";
import { Empty, TroubleNote } from "@/components/states";
import { changed, takeRole } from "@/features/members/acts";
import { sayGiver, sayRole } from "@/features/members/member-words";
import { PlaceField, RoleField } from "@/features/members/place-fields";
import { addGrant, type Member, type MemberRole } from "@/lib/api";
import { ago } from "@/lib/format";
import { tell } from "@/lib/toasts";
import { useAct } from "@/lib/use-act";

function GiveForm({ member }: { member: Member }) {
  const [role, setRole] = useState("viewer");
  const [project, setProject] = useState("");
  const { isBusy, error, trouble, act } = useAct();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const body = { role, project: project === "" ? null : project };
    const isGiven = await act(() => addGrant({ path: { member_id: member.id }, body, throwOnError: true }));
    if (!isGiven) return;
    changed();
    tell(`${member.name} has the role from now on.`);
  };
  return (
    <form
      aria-label="Give a role"
      className="grid gap-3 border-line border-t px-4 py-3 sm:grid-cols-[minmax(0,1fr)_minmax(0,1fr)_auto] sm:items-start"
      onSubmit={(event) => void submit(event)}
    >
      <PlaceField label="Where" everywhere="The whole organisation" value={project} onChange={setProject} />
      <RoleField project={project} value={role} error={trouble?.fields.role} onChange={setRole} />
      <Button type="submit" disabled={isBusy} className="justify-self-start sm:mt-[25px]">
        Give role
      </Button>
      {error !== null && (
        <div className="sm:col-span-3">
          <TroubleNote error={error} />
        </div>
      )}
    </form>
  );
}

/** The roles of a member, where each holds and who gave it; to give and take them. */
export function MemberRoles({
  member,
  canManage,
  isSelf,
}: {
  member: Member;
  canManage: boolean;
  isSelf: boolean;
}) {
  const [taking, setTaking] = useState<MemberRole | null>(null);
  return (
    <Card title="Roles">
      {member.roles.length === 0 ? (
        <Empty title="No role yet">Without one they see nothing here.</Empty>
      ) : (
        <ul aria-label="Roles">
          {member.roles.map((role) => (
            <li
              key={`${role.role} ${role.project?.slug} ${role.provider}`}
              className="flex flex-wrap items-center gap-x-3 gap-y-1 border-line border-t px-4 py-2"
            >
              <div className="min-w-0 flex-1 basis-48">
                <span className="font-[550]">{sayRole(role)}</span>
                <div className="text-sm text-text-3 [overflow-wrap:anywhere]">
                  {sayGiver(role)} {ago(role.given_at)}
                </div>
              </div>
              {role.may_take && (
                <Button
                  look="quiet"
                  aria-label={`Take the role ${sayRole(role)}`}
                  onClick={() => (isSelf ? setTaking(role) : void takeRole(member, role))}
                >
                  Take
                </Button>
              )}
              {role.provider !== null && (
                <span className="text-sm text-text-3">only {role.provider} takes it</span>
              )}
            </li>
          ))}
        </ul>
      )}
      {canManage && <GiveForm member={member} />}
      <ConfirmDialog
        title={`Give up ${taking === null ? "" : sayRole(taking)}?`}
        action="Give up"
        isOpen={taking !== null}
        onClose={() => setTaking(null)}
        onConfirm={() => (taking === null ? Promise.resolve() : takeRole(member, taking))}
      >
        This is your own role. Without it you may not be able to give it back to yourself.
      </ConfirmDialog>
    </Card>
  );
}
