import { describe, expect, it } from "vitest";
import { byNoun, changesOf, monthBefore, spoken } from "@/features/audit/audit-words";

describe("what an act changed", () => {
  it("stands side by side", () => {
    const event = { before: { rule: "a", gone: 1 }, after: { rule: "b", list: [1, null] } };
    expect(changesOf(event)).toEqual([
      { name: "rule", before: "a", after: "b" },
      { name: "gone", before: "1", after: undefined },
      { name: "list", before: undefined, after: "[1,null]" },
    ]);
  });

  it("is nothing where nothing was told", () => {
    expect(changesOf({ before: null, after: null })).toEqual([]);
  });

  it("tells null from absent", () => {
    expect(changesOf({ before: { days: null }, after: { days: 90 } })).toEqual([
      { name: "days", before: "null", after: "90" },
    ]);
  });
});

describe("acts", () => {
  it("go together by their noun", () => {
    expect(byNoun([{ act: "run.star" }, { act: "token.add" }, { act: "run.remove" }])).toEqual([
      ["run", [{ act: "run.star" }, { act: "run.remove" }]],
      ["token", [{ act: "token.add" }]],
    ]);
    expect(spoken("second_factor")).toBe("second factor");
  });
});

describe("the month before", () => {
  it("is whole, over the turn of the year as well", () => {
    expect(monthBefore(new Date("2026-03-31T23:59:59Z"))).toEqual({ from: "2026-02-01", to: "2026-02-28" });
    expect(monthBefore(new Date("2027-01-01T00:00:00Z"))).toEqual({ from: "2026-12-01", to: "2026-12-31" });
  });
});
