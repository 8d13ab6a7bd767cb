import { describe, expect, it } from "vitest";
import { chipsOf, headline, NO_FILTERS, type RunFilters, runQuery } from "@/features/runs/run-filters";

const NONE: RunFilters = { ...(NO_FILTERS as Omit<RunFilters, "sort">), sort: "" };
const runs = (...verdicts: string[]) => verdicts.map((verdict) => ({ verdict }));

describe("what the API is asked for", () => {
  it("leaves out what is not set", () => {
    expect(runQuery(NONE)).toEqual({});
  });

  it("reads alternatives, labels, order and texts", () => {
    const asked = { ...NONE, verdict: "failed,flaky", label: "team=web", kind: "load", branch: "main" };
    expect(runQuery({ ...asked, sort: "-duration_ms" })).toEqual({
      verdict: ["failed", "flaky"],
      label: ["team=web"],
      kind: "load",
      branch: "main",
      sort: "-duration_ms",
    });
  });

  it("takes days as whole days, the last one included", () => {
    expect(runQuery({ ...NONE, from: "2026-11-01", to: "2026-11-30" })).toEqual({
      from: "2026-11-01T00:00:00.000Z",
      to: "2026-12-01T00:00:00.000Z",
    });
  });

  it("passes over what a mistyped address cannot mean", () => {
    expect(runQuery({ ...NONE, kind: "unit", sort: "colour", from: "yesterday", to: "31/12" })).toEqual({});
  });
});

describe("chips", () => {
  it("name each filter that is on, in the order of the bar", () => {
    const filters = { ...NONE, q: "pay now", verdict: "failed,flaky", branch: "main", from: "2020-03-01" };
    expect(chipsOf(filters)).toEqual([
      { key: "q", text: "“pay now”" },
      { key: "verdict", text: "failed or flaky" },
      { key: "branch", text: "branch main" },
      { key: "from", text: "from 1 Mar 2020" },
    ]);
  });

  it("do not count the order as a filter, and show a day that is none as it was written", () => {
    expect(chipsOf({ ...NONE, sort: "-number" })).toEqual([]);
    expect(chipsOf({ ...NONE, to: "soon" })).toEqual([{ key: "to", text: "until soon" }]);
  });
});

describe("the list in a sentence", () => {
  const whole = { hasMore: false, isFiltered: false };
  it("says what there is", () => {
    expect(headline([], whole)).toBe("No runs yet");
    expect(headline(runs("passed"), whole)).toBe("1 run, none failed");
    expect(headline(runs("failed", "passed", "flaky"), whole)).toBe("3 runs, 1 failed");
  });

  it("says what it does not know", () => {
    expect(headline(runs("failed", "passed"), { hasMore: true, isFiltered: false })).toBe(
      "More than 2 runs, 1 of the first 2 failed",
    );
    expect(headline(runs("failed", "passed"), { hasMore: true, isFiltered: false, all: 1284 })).toBe(
      "1,284 runs, 1 of the first 2 failed",
    );
  });

  it("speaks of matches when it is filtered", () => {
    expect(headline([], { hasMore: false, isFiltered: true })).toBe("No run matches these filters");
    expect(headline(runs("failed"), { hasMore: false, isFiltered: true, all: 9 })).toBe(
      "1 run matches, 1 failed",
    );
    expect(headline(runs("passed", "passed"), { hasMore: false, isFiltered: true })).toBe(
      "2 runs match, none failed",
    );
  });
});
