import { describe, expect, it } from "vitest";
import { groupsOf, keyOf } from "@/features/roles/groups";
import type { PermissionAbout } from "@/lib/api";

const about = (key: string, more: Partial<PermissionAbout> = {}): PermissionAbout =>
  ({ key, about: key, is_in_projects: false, is_operators: false, ...more }) as PermissionAbout;

describe("the catalogue in groups", () => {
  it("parts what can be given in a project from the rest, and leaves out what no role gives", () => {
    const groups = groupsOf([
      about("self"),
      about("run.star", { is_in_projects: true }),
      about("member.manage"),
      about("org.create", { is_operators: true }),
    ]);
    expect(groups.map(({ permissions }) => permissions.map(({ key }) => key))).toEqual([
      ["run.star"],
      ["member.manage"],
    ]);
  });
});

describe("the key of a role", () => {
  it("is its name in small letters, and begins with one", () => {
    expect(keyOf("QA lead!")).toBe("qa-lead");
    expect(keyOf("1st Prüfer")).toBe("st-prufer");
    expect(keyOf("---")).toBe("");
  });
});
