import type { Member, MemberRole } from "@/lib/api";

/** A role and where it holds: `Maintainer in Web shop`. */
export function sayRole(role: Pick<MemberRole, "name" | "project">): string {
  return role.project === null ? role.name : `${role.name} in ${role.project.name}`;
}

/** Who gave a role: a person, a provider for a group, or TestFlux itself. */
export function sayGiver({ provider, groups, given_by: givenBy }: MemberRole): string {
  if (provider === null) return givenBy === null ? "given by TestFlux" : `given by ${givenBy}`;
  if (groups.length === 0) return `given by ${provider}`;
  return `given by ${provider} for ${groups.length === 1 ? "the group" : "the groups"} ${groups.join(", ")}`;
}

/** How somebody signs in. */
export function saySignIn({ has_password: hasPassword, providers }: Member): string {
  const ways = [...(hasPassword ? ["password"] : []), ...providers];
  return ways.length === 0 ? "no way yet" : ways.join(", ");
}
