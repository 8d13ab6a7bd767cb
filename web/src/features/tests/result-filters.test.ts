import { expect, it } from "vitest";
import { resultQuery, statusCounts } from "@/features/tests/result-filters";
import type { RunDetail } from "@/lib/api";

const NONE = { test: "", suite: "", status: "", q: "", tag: "", sort: "", change: "" };

it("the API hears of what narrows the list, never of the chosen test", () => {
  expect(resultQuery({ ...NONE, test: "1-5" })).toEqual({});
  expect(
    resultQuery({ ...NONE, status: "failed,broken", suite: "a\u001fb", change: "new", sort: "name" }),
  ).toEqual({
    status: "failed,broken",
    suite: "a\u001fb",
    change: "new",
    sort: "name",
  });
  expect(resultQuery({ ...NONE, change: "worse", sort: "colour" })).toEqual({});
});

it("flaky tests are counted apart from those that passed at once", () => {
  const run = { totals: { total: 10, passed: 7, failed: 2, broken: 0, skipped: 1 } } as unknown as RunDetail;
  expect(statusCounts(run, 3).map(({ key, note }) => [key, note])).toEqual([
    ["failed", "2"],
    ["flaky", "3"],
    ["skipped", "1"],
    ["passed", "4"],
  ]);
});
