import { describe, expect, it } from "vitest";
import { readRange } from "@/features/project/range";

const NOW = Date.parse("2026-11-22T12:00:00Z");
const read = (filters: Partial<Record<"range" | "interval" | "from" | "to", string>>) =>
  readRange({ range: "", interval: "", from: "", to: "", ...filters }, NOW);

describe("readRange", () => {
  it("is 30 days by day when nothing is chosen", () =>
    expect(read({})).toEqual({ from: "2026-10-23", to: "2026-11-22", interval: "day" }));

  it.each([
    ["1y", "2025-11-22", "week"],
    ["5y", "2021-11-22", "month"],
  ])("cuts %s so that a chart stays readable", (range, from, interval) =>
    expect(read({ range })).toMatchObject({ from, interval }),
  );

  it("takes two days as they are", () =>
    expect(read({ range: "custom", from: "2026-01-01", to: "2026-01-31" })).toEqual({
      from: "2026-01-01",
      to: "2026-01-31",
      interval: "day",
    }));

  it("keeps a chosen interval, but never draws more days than a chart holds", () => {
    expect(read({ range: "1y", interval: "day" }).interval).toBe("day");
    expect(read({ range: "5y", interval: "day" }).interval).toBe("week");
  });

  it("falls back when the address holds nonsense", () =>
    expect(read({ range: "7z" }).from).toBe("2026-10-23"));
});
