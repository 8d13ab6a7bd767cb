import { describe, expect, it } from "vitest";
import type { Me } from "@/lib/api";
import { may } from "@/lib/may";

const ME = {
  permissions: ["self", "project.read"],
  projects: { shop: ["upload.create"] },
} as unknown as Me;

describe("what somebody may do", () => {
  it("holds everywhere, in any project", () => {
    expect(may(ME, "project.read")).toBe(true);
    expect(may(ME, "project.read", "shop")).toBe(true);
  });

  it("is more in a project that they have a role in, and only there", () => {
    expect(may(ME, "upload.create", "shop")).toBe(true);
    expect(may(ME, "upload.create", "till")).toBe(false);
    expect(may(ME, "upload.create")).toBe(false);
  });

  it("is nothing before the server has said so", () => {
    expect(may(undefined, "project.read")).toBe(false);
  });
});
