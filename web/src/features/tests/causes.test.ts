import { describe, expect, it } from "vitest";
import { causeOf, stepCause, stepTest } from "@/features/tests/causes";
import type { FailureGroup } from "@/lib/api";

function group(fingerprint: string, ...tests: string[]): FailureGroup {
  return {
    fingerprint,
    cause: fingerprint,
    count: tests.length,
    is_new: false,
    first_seen: { run_id: "1-1", number: 1, started_at: "2026-11-22T00:00:00Z" },
    seen_runs: 1,
    tests: tests.map((test_id) => ({
      test_id,
      suite: "",
      suite_path: [],
      name: test_id,
      status: "failed" as const,
      duration_ms: 1,
      message: "",
      message_is_html: false,
      tags: [],
      change: null,
      attempts: 1,
      fingerprint,
    })),
  };
}

const first = group("first", "a", "b");
const second = group("second", "c");
const groups = [first, second];

describe("the open cause", () => {
  it("is the first when the address names none", () => {
    expect(causeOf(groups, "", "")).toBe(first);
    expect(causeOf([], "", "")).toBeUndefined();
  });

  it("is the one that is named, or that holds the named test", () => {
    expect(causeOf(groups, "second", "")).toBe(second);
    expect(causeOf(groups, "", "c")).toBe(second);
    expect(causeOf(groups, "first", "c")).toBe(second);
  });

  it("is the named one even when its test is not among those shown", () => {
    expect(causeOf(groups, "second", "z")).toBe(second);
  });
});

describe("walking", () => {
  it("goes from cause to cause and stops at the ends", () => {
    expect(stepCause(groups, first, 1)).toBe(second);
    expect(stepCause(groups, second, 1)).toBeUndefined();
    expect(stepCause(groups, first, -1)).toBeUndefined();
    expect(stepCause(groups, undefined, 1)).toBe(first);
  });

  it("goes from test to test, on into the next cause", () => {
    expect(stepTest(groups, first, "a", 1)).toEqual({ group: first, test: "b" });
    expect(stepTest(groups, first, "b", 1)).toEqual({ group: second, test: "c" });
    expect(stepTest(groups, second, "c", -1)).toEqual({ group: first, test: "b" });
    expect(stepTest(groups, second, "c", 1)).toBeNull();
    expect(stepTest(groups, first, "a", -1)).toBeNull();
  });
});
