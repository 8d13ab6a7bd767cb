import { describe, expect, it } from "vitest";
import {
  asQuery,
  readGigabytes,
  sayAge,
  sayAges,
  sayFull,
  sayGrowth,
  sayPreview,
} from "@/features/storage/ages";

const NOTHING = {
  runs: 0,
  results: 0,
  row_runs: 0,
  files: 0,
  file_bytes: 0,
  audits: 0,
  first_day: null,
  last_day: null,
};
const FOR_EVER = { results: "for_ever", evidence: "for_ever", rows: "for_ever", audit: "for_ever" } as const;

describe("ages in words", () => {
  it("says each kind of age", () => {
    expect(["for_ever", "inherited", 1, 90].map((age) => sayAge(age as never))).toEqual([
      "for ever",
      "as the organisation",
      "1 day",
      "90 days",
    ]);
  });

  it("names only what has an end", () => {
    expect(sayAges(FOR_EVER)).toBe("keeps everything for ever");
    expect(sayAges({ ...FOR_EVER, results: 700, audit: 30 })).toBe(
      "keeps results 700 days, delivery log 30 days",
    );
  });

  it("asks for them as the API takes them", () => {
    expect(asQuery({ ...FOR_EVER, rows: 30 }).rows).toBe("30");
  });
});

describe("what would be deleted", () => {
  it("is nothing", () => {
    expect(sayPreview(NOTHING)).toEqual(["Nothing would be deleted."]);
  });

  it("is told with its days", () => {
    const [what, when] = sayPreview({
      ...NOTHING,
      runs: 1,
      results: 30,
      files: 2,
      file_bytes: 1_400_000,
      first_day: "2020-01-02",
      last_day: "2020-03-04",
    });
    expect(what).toBe("Tonight this would delete 1 run with 30 results and 2 files (1.4\u2009MB).");
    expect(when).toBe("The oldest run is of 2 Jan 2020, the newest of 4 Mar 2020.");
  });

  it("is told of rows and the log alone", () => {
    expect(sayPreview({ ...NOTHING, row_runs: 2, audits: 1 })).toEqual([
      "Tonight this would delete the rows of 2 more runs and 1 entry of the delivery log.",
    ]);
  });
});

describe("growth and quotas", () => {
  it("says how it grows", () => {
    expect([null, 0, 2_000_000, -5000].map(sayGrowth)).toEqual([
      "too early to say",
      "no growth",
      "+2.0\u2009MB a day",
      "−5.0\u2009kB a day",
    ]);
  });

  it("says when it is full", () => {
    const forecast = { daily_30: 1, daily_90: null, full_on: null };
    expect(sayFull(forecast, null, 5)).toBe("no quota");
    expect(sayFull(forecast, 5, 5)).toBe("full");
    expect(sayFull(forecast, 10, 5)).toBe("not within ten years");
    expect(sayFull({ ...forecast, full_on: "2020-02-03" }, 10, 5)).toBe("full on 3 Feb 2020");
    expect(sayFull({ ...forecast, daily_30: null }, 10, 5)).toBe("too early to say");
  });

  it("reads gigabytes", () => {
    expect(["", "2", "0,5", "1.25", "much", "-1"].map(readGigabytes)).toEqual([
      null,
      2e9,
      5e8,
      1.25e9,
      undefined,
      undefined,
    ]);
  });
});
