import { expect, it } from "vitest";
import { linkTo, partsOf, sayDurations } from "@/features/tests/diff-words";
import { sayRun } from "@/features/tests/other-run";
import type { DiffItem, RunDiff } from "@/lib/api";

const item = (rest: Partial<DiffItem>) =>
  ({
    test_id: "1-7",
    status: "passed",
    status_before: "passed",
    duration_ms: 100,
    duration_before_ms: 100,
    ...rest,
  }) as DiffItem;
const NOTHING = Object.fromEntries(
  ["new_failures", "fixed", "still_failing", "added", "removed", "durations"].flatMap((name) => [
    [name, []],
    [`${name}_count`, 0],
  ]),
) as unknown as RunDiff;

it("names only what occurs, gravest first, with how many there are", () => {
  const diff = {
    ...NOTHING,
    removed: [item({})],
    removed_count: 1,
    new_failures: [item({})],
    new_failures_count: 70,
  };
  expect(partsOf(diff).map(({ title, amount }) => [title, amount])).toEqual([
    ["New failures", 70],
    ["Removed", 1],
  ]);
  expect(partsOf(NOTHING)).toEqual([]);
});

it("says how durations differ", () => {
  expect(sayDurations(item({ duration_ms: 300 }))).toBe("300\u2009ms, was 100\u2009ms (+200\u2009%)");
  expect(sayDurations(item({ duration_before_ms: null }))).toBe("100\u2009ms");
  expect(sayDurations(item({ duration_ms: null }))).toBe("was 100\u2009ms");
  expect(sayDurations(item({ duration_before_ms: 0 }))).toBe("100\u2009ms, was 0\u2009ms");
});

it("leads to the test in the run, or to its history where the run lacks it", () => {
  expect(linkTo(item({}), "1-2")).toBe("/runs/1-2?tab=tests&test=1-7");
  expect(linkTo(item({ status: null }), "1-2")).toBe("/tests/1-7");
});

it("names a run by what tells it from others", () => {
  const run = {
    number: 12,
    name: "nightly",
    environment: "",
    branch: "main",
    kind: "functional",
    verdict: "failed",
    totals: { failed: 3 },
    started_at: "2026-03-01T22:00:00Z",
  } as unknown as Parameters<typeof sayRun>[0];
  expect(sayRun(run)).toMatch(/^#12 nightly, main: 3 failed, /);
});
