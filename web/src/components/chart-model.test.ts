import { describe, expect, it } from "vitest";
import { fillBuckets, summarise } from "@/components/chart-model";

const at = (start: string) => ({ start: `${start}T00:00:00Z` });
const days = (points: { start: string }[]) => points.map(({ start }) => start.slice(0, 10));

describe("fillBuckets", () => {
  it("puts the days back that had no runs", () => {
    const filled = fillBuckets([at("2026-02-27"), at("2026-03-02")], "day", (start) => ({ start }));
    expect(days(filled)).toEqual(["2026-02-27", "2026-02-28", "2026-03-01", "2026-03-02"]);
  });

  it("walks by weeks and by months of different lengths", () => {
    expect(
      days(fillBuckets([at("2026-01-05"), at("2026-01-19")], "week", (start) => ({ start }))),
    ).toHaveLength(3);
    const months = fillBuckets([at("2026-01-01"), at("2026-04-01")], "month", (start) => ({ start }));
    expect(days(months)).toEqual(["2026-01-01", "2026-02-01", "2026-03-01", "2026-04-01"]);
  });

  it("keeps the points themselves", () => {
    const known = { start: "2026-03-02T00:00:00Z", runs: 3 };
    expect(fillBuckets([known], "day", (start) => ({ start, runs: 0 }))[0]).toBe(known);
  });

  it("leaves a list alone that would grow too long", () => {
    const points = [at("2020-01-01"), at("2026-01-01")];
    expect(fillBuckets(points, "day", (start) => ({ start }), 100)).toBe(points);
    expect(fillBuckets([], "day", (start) => ({ start }))).toEqual([]);
  });
});

describe("summarise", () => {
  const series = [{ key: "p", label: "pass rate", colour: "" }];
  const say = (value: number) => `${value} %`;

  it("says where a line starts, ends and turns", () => {
    const points = [99, null, 80, 95].map((p, index) => ({ start: String(index), values: { p } }));
    expect(summarise(points, series, say)).toBe("pass rate: from 99 % to 95 %, lowest 80 %, highest 99 %.");
  });

  it("says when there is nothing", () => expect(summarise([], series, say)).toBe("No values in this range."));
});
