import { describe, expect, it } from "vitest";
import { METRICS, metricOf, pointsOf } from "@/features/project/metrics";
import type { TrendPoint } from "@/lib/api";

const POINT: TrendPoint = {
  start: "2026-11-20T00:00:00Z",
  runs: 2,
  pass_rate: 95.1,
  total: 10,
  passed: 8,
  failed: 1,
  broken: 0,
  skipped: 0,
  flaky: 1,
  duration_avg_ms: 20,
  duration_p50_ms: 10,
  duration_p95_ms: 90,
  run_duration_avg_ms: 400,
  findings: null,
  load: {
    http_req_duration_avg_ms: 1,
    http_req_duration_p95_ms: 2,
    vus_max: 3,
    iterations: 4,
    checks_rate: 99,
    value: 5,
  },
};
const trends = (metric: string) => ({ interval: "day" as const, from: "", to: "", metric, points: [POINT] });
const values = (key: string) => pointsOf(metricOf(key), trends(key))[0]?.values;

describe("metrics", () => {
  it("each has a key of its own", () =>
    expect(new Set(METRICS.map(({ key }) => key)).size).toBe(METRICS.length));

  it("read the points of the API", () => {
    expect(values("pass_rate")).toEqual({ pass_rate: 95.1 });
    expect(values("results")).toEqual({ failed: 1, broken: 0, flaky: 1, skipped: 0, passed: 8 });
    expect(values("duration")).toEqual({ p50: 10, avg: 20, p95: 90 });
    expect(values("findings")).toEqual({ high: null, medium: null, low: null, informational: null });
  });

  it("draws any stored load metric by its name", () => {
    const metric = metricOf("load:http_req_duration{name:/pay}:p(99)");
    expect(metric.query).toBe("load:http_req_duration{name:/pay}:p(99)");
    expect(values(metric.key)).toEqual({ value: 5 });
  });

  it("falls back to the pass rate", () => expect(metricOf("nonsense").key).toBe("pass_rate"));
});
