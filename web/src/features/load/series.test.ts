import { describe, expect, it } from "vitest";
import { dimensionOf, elapsed, partsOf, pointsOfSeries, readTags, sayTags } from "@/features/load/series";
import type { MetricItem, SeriesItem } from "@/lib/api";

const SERIES: SeriesItem = {
  name: "http_req_duration",
  tags: "",
  bucket_ms: 2000,
  start_at: "2026-03-14T09:00:00Z",
  counts: [4, 0, 2],
  sums: [400, 0, 50],
  p95s: [180, 0, 40],
  maxima: [190, 0, 45],
};

describe("a series as points", () => {
  it("leaves gaps where nothing was measured", () => {
    expect(pointsOfSeries(SERIES, { p95: "p95", avg: "average", max: "max" })).toEqual([
      { start: "2026-03-14T09:00:00.000Z", values: { p95: 180, avg: 100, max: 190 } },
      { start: "2026-03-14T09:00:02.000Z", values: { p95: null, avg: null, max: null } },
      { start: "2026-03-14T09:00:04.000Z", values: { p95: 40, avg: 25, max: 45 } },
    ]);
  });

  it("counts each second, and nothing is none", () => {
    const values = pointsOfSeries({ ...SERIES, sums: [4, 0, 2] }, { rate: "perSecond", share: "share" });
    expect(values.map(({ values: { rate } }) => rate)).toEqual([2, 0, 1]);
    expect(values.map(({ values: { share } }) => share)).toEqual([100, null, 100]);
  });
});

it("says how far into the test", () => {
  const at = (time: string) => elapsed("2026-03-14T09:00:00Z", time);
  expect([at("2026-03-14T09:00:00Z"), at("2026-03-14T09:02:30Z"), at("2026-03-14T10:05:07Z")]).toEqual([
    "0:00",
    "2:30",
    "1:05:07",
  ]);
});

describe("tags", () => {
  it("may hold commas and colons", () => {
    expect(readTags("method:GET,name:https://shop.example/a,b?c=d:e,status:200")).toEqual([
      ["method", "GET"],
      ["name", "https://shop.example/a,b?c=d:e"],
      ["status", "200"],
    ]);
    expect(readTags("")).toEqual([]);
    expect(readTags("team:web")).toEqual([["", "team:web"]]);
  });

  it("are said in few words", () => {
    expect(sayTags("method:GET,name:/a")).toBe("GET /a");
    expect(sayTags("group:::basket::pay")).toBe("basket / pay");
  });

  it("belong to one way of breaking down", () => {
    expect(dimensionOf("method:GET,name:/a")).toBe("method+name");
    expect(dimensionOf("scenario:peak")).toBe("scenario");
    expect(dimensionOf("team:web")).toBe("");
    expect(dimensionOf("")).toBe("");
  });
});

it("joins what belongs to one request, the busiest first", () => {
  const metric = (name: string, tags: string, values: Record<string, number>): MetricItem => ({
    name,
    tags,
    type: "trend",
    contains: "",
    values,
    baseline: null,
  });
  const parts = partsOf(
    [
      metric("http_reqs", "", { count: 50 }),
      metric("http_reqs", "method:GET,name:/a", { count: 10 }),
      metric("http_reqs", "method:GET,name:/b", { count: 40 }),
      metric("http_req_duration", "method:GET,name:/b", { p95: 7 }),
      metric("http_req_failed", "method:GET,name:/b", { rate: 0.1 }),
      metric("http_req_duration", "scenario:x", { p95: 7 }),
    ],
    "method+name",
  );
  expect(parts.map(({ label }) => label)).toEqual(["GET /b", "GET /a"]);
  expect(parts[0]?.time?.values.p95).toBe(7);
  expect(parts[0]?.failed?.values.rate).toBe(0.1);
  expect(parts[1]?.time).toBeUndefined();
});
