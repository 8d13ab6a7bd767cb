import { describe, expect, it } from "vitest";
import {
  failures,
  gravestFirst,
  isWebAddress,
  sayKept,
  sayThresholds,
  sayTotals,
  sayVerdict,
  total,
} from "@/features/runs/run-words";

const scan = {
  totals: { findings: 9, instances: 40, sites: 1, by_severity: { low: 3, high: 2, medium: 4 } },
};

describe("totals", () => {
  it("are 0 where a kind has none", () => {
    expect(total(scan, "findings")).toBe(9);
    expect(total(scan, "passed")).toBe(0);
    expect(total(scan, "by_severity")).toBe(0);
    expect(failures({ totals: { failed: 2, broken: 3 } })).toBe(5);
  });

  it("list severities that occur, gravest first", () => {
    expect(gravestFirst(scan)).toEqual([
      ["high", 2],
      ["medium", 4],
      ["low", 3],
    ]);
    expect(gravestFirst({ totals: {} })).toEqual([]);
  });

  it("are told in words", () => {
    expect(sayTotals({ kind: "functional", totals: { total: 1284 } })).toBe("1,284 tests");
    expect(sayTotals({ kind: "security", ...scan })).toBe("40 occurrences in 9 findings on 1 site");
    expect(sayTotals({ kind: "load", totals: { thresholds: 1, metrics: 17 } })).toBe(
      "1 threshold, 17 metrics",
    );
  });
});

describe("the verdict's chip", () => {
  it("holds the most telling number of a failure", () => {
    expect(sayVerdict({ kind: "functional", verdict: "failed", totals: { failed: 12, broken: 2 } })).toEqual({
      tone: "fail",
      text: "14 failed",
    });
    expect(sayVerdict({ kind: "security", verdict: "failed", ...scan }).text).toBe("2 high");
    expect(sayVerdict({ kind: "load", verdict: "failed", totals: { thresholds_failed: 1 } }).text).toBe(
      "1 threshold missed",
    );
  });

  it("is the plain word otherwise", () => {
    expect(sayVerdict({ kind: "functional", verdict: "flaky", totals: {} })).toEqual({
      tone: "flaky",
      text: "flaky",
    });
    expect(sayVerdict({ kind: "load", verdict: "failed", totals: {} }).text).toBe("failed");
  });
});

it("thresholds are met, missed, or not set", () => {
  expect(sayThresholds({ totals: {} })).toBe("no thresholds");
  expect(sayThresholds({ totals: { thresholds: 3, thresholds_failed: 0 } })).toBe("3 thresholds met");
  expect(sayThresholds({ totals: { thresholds: 3, thresholds_failed: 1 } })).toBe("1 of 3 missed");
});

it("only web addresses become links", () => {
  expect(isWebAddress("https://ci.example.test/1")).toBe(true);
  expect(isWebAddress("javascript:alert(1)")).toBe(false);
  expect(isWebAddress("build 5521")).toBe(false);
  expect(isWebAddress("")).toBe(false);
});

it("names sites only where a scan has some", () => {
  const found = { findings: 2, instances: 3 };
  expect(sayTotals({ kind: "security", totals: { ...found, sites: 1 } })).toBe(
    "3 occurrences in 2 findings on 1 site",
  );
  expect(sayTotals({ kind: "security", totals: { ...found, sites: 0 } })).toBe("3 occurrences in 2 findings");
});

it("says what was kept of a report that breaks off", () => {
  expect(sayKept({ kind: "functional", totals: { total: 1 } })).toBe("1 complete test was kept");
  expect(sayKept({ kind: "functional", totals: { total: 1200 } })).toBe("1,200 complete tests were kept");
  expect(sayKept({ kind: "security", totals: { findings: 3 } })).toBe("3 findings up to there");
  expect(sayKept({ kind: "load", totals: {} })).toBe("what was measured up to there was kept");
});
