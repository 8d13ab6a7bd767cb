import { sayRole } from "@/features/members/member-words";
import { addGrant, changeMember, dropGrant, type Member, type MemberRole } from "@/lib/api";
import { explain } from "@/lib/problem";
import { invalidate } from "@/lib/queries";
import { tell } from "@/lib/toasts";

/** Ask again for everything that says who may do what. */
export function changed(): void {
  invalidate("listMembers", "getMember", "explainMember", "listRoles", "getMe");
}

async function attempt(work: () => Promise<unknown>, told: string, undo?: () => void): Promise<void> {
  try {
    await work();
    changed();
    tell(told, undo);
  } catch (error) {
    const { title, detail, hint } = explain(error);
    tell([detail || title, hint].filter(Boolean).join(" "));
  }
}

const membership = (member: Member, isDisabled: boolean) => () =>
  changeMember({ path: { member_id: member.id }, body: { is_disabled: isDisabled }, throwOnError: true });

/** End a membership; the note offers to resume it. */
export function endMembership(member: Member): Promise<void> {
  return attempt(
    membership(member, true),
    `${member.name} is signed out and kept out.`,
    () => void resumeMembership(member),
  );
}

/** Resume a membership with the roles it had. */
export function resumeMembership(member: Member): Promise<void> {
  return attempt(membership(member, false), `${member.name} may enter again.`);
}

/** Take a role; the note offers to give it back. */
export function takeRole(member: Member, role: MemberRole): Promise<void> {
  const project = role.project?.slug ?? null;
  const path = { member_id: member.id, role: role.role };
  const back = () =>
    addGrant({ path: { member_id: member.id }, body: { role: role.role, project }, throwOnError: true });
  return attempt(
    () => dropGrant({ path, query: project === null ? {} : { project }, throwOnError: true }),
    `${member.name} is no longer ${sayRole(role)}.`,
    () => void attempt(back, `${member.name} is ${sayRole(role)} again.`),
  );
}
