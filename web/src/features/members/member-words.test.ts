import { describe, expect, it } from "vitest";
import { sayGiver, sayRole, saySignIn } from "@/features/members/member-words";
import type { Member, MemberRole } from "@/lib/api";

const ROLE: MemberRole = {
  role: "maintainer",
  name: "Maintainer",
  project: null,
  provider: null,
  groups: [],
  given_by: "Ada",
  given_at: "2026-11-01T00:00:00Z",
  may_take: true,
};

describe("a role in words", () => {
  it("says where it holds", () => {
    expect(sayRole(ROLE)).toBe("Maintainer");
    expect(sayRole({ ...ROLE, project: { slug: "shop", name: "Web shop" } })).toBe("Maintainer in Web shop");
  });

  it("says who gave it", () => {
    expect(sayGiver(ROLE)).toBe("given by Ada");
    expect(sayGiver({ ...ROLE, given_by: null })).toBe("given by TestFlux");
    expect(sayGiver({ ...ROLE, provider: "Corporate" })).toBe("given by Corporate");
    expect(sayGiver({ ...ROLE, provider: "Corporate", groups: ["qa"] })).toBe(
      "given by Corporate for the group qa",
    );
    expect(sayGiver({ ...ROLE, provider: "Corporate", groups: ["qa", "dev"] })).toBe(
      "given by Corporate for the groups qa, dev",
    );
  });
});

describe("how somebody signs in", () => {
  it("names every way", () => {
    const member = { has_password: true, providers: ["Corporate"] } as unknown as Member;
    expect(saySignIn(member)).toBe("password, Corporate");
    expect(saySignIn({ ...member, has_password: false })).toBe("Corporate");
    expect(saySignIn({ ...member, has_password: false, providers: [] })).toBe("no way yet");
  });
});
