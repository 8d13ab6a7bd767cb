import type { PermissionAbout } from "@/lib/api";

/** Permissions that belong together, with a heading that says where they can be given. */
export interface Group {
  key: string;
  title: string;
  about: string;
  permissions: PermissionAbout[];
}

/** The catalogue by where a permission can be given. What everybody may, and what no role gives, is left out. */
export function groupsOf(catalogue: PermissionAbout[]): Group[] {
  const own = catalogue.filter((permission) => !permission.is_operators && permission.key !== "self");
  return [
    {
      key: "projects",
      title: "In projects",
      about: "Everywhere, or where the role is given in one project.",
      permissions: own.filter((permission) => permission.is_in_projects),
    },
    {
      key: "organisation",
      title: "In the organisation",
      about: "Only where the role is given in the whole organisation.",
      permissions: own.filter((permission) => !permission.is_in_projects),
    },
  ];
}

/** A key for a role out of its name: `QA lead!` becomes `qa-lead`; it begins with a letter. */
export function keyOf(name: string): string {
  return name
    .normalize("NFKD")
    .replace(/\p{Mark}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^[^a-z]+|-+$/g, "")
    .slice(0, 60);
}
