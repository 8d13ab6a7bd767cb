import { useQuery } from "@tanstack/react-query";
import type { Me, Permission } from "@/lib/api";
import { getMeOptions } from "@/lib/api/@tanstack/react-query.gen";

/** Whether somebody may do that: everywhere, or in the project of that slug. */
export function may(me: Me | undefined, permission: Permission, slug = ""): boolean {
  if (me === undefined) return false;
  return me.permissions.includes(permission) || (me.projects[slug]?.includes(permission) ?? false);
}

/** Who is signed in, in which organisation, and what they may do there; undefined until the server has said so. */
export function useMe(): Me | undefined {
  return useQuery(getMeOptions()).data;
}

/** Whether the signed-in person may do that; name the project when it is about one. */
export function useMay(permission: Permission, slug?: string): boolean {
  return may(useMe(), permission, slug);
}

/** Whether the signed-in person may do that in any project at all. */
export function useMaySomewhere(permission: Permission): boolean {
  const me = useMe();
  return [me?.permissions ?? [], ...Object.values(me?.projects ?? {})].some((held) =>
    held.includes(permission),
  );
}
