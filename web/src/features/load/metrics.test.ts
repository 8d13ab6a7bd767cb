import { describe, expect, it } from "vitest";
import {
  byType,
  deltaOf,
  directionOf,
  extras,
  figures,
  sayMargin,
  sayMeasure,
  sayValue,
} from "@/features/load/metrics";
import type { MetricItem } from "@/lib/api";

const THIN = "\u2009";

function metric(change: Partial<MetricItem>): MetricItem {
  return {
    name: "http_req_duration",
    tags: "",
    type: "trend",
    contains: "time",
    values: {},
    baseline: null,
    ...change,
  };
}

const checks = metric({ name: "checks", type: "rate", contains: "" });

describe("values", () => {
  it("stand in the metric's unit", () => {
    expect(sayValue(metric({}), "p95", 412.4)).toBe(`412${THIN}ms`);
    expect(sayValue(metric({ type: "counter", contains: "data" }), "count", 2_100_000)).toBe(`2.1${THIN}MB`);
    expect(sayValue(metric({ type: "counter", contains: "" }), "rate", 635.9)).toBe("635.9/s");
    expect(sayValue(checks, "rate", 0.99987)).toBe(`99.98${THIN}%`);
    expect(sayValue(checks, "fails", 75)).toBe("75");
    expect(sayValue(metric({}), "p99", undefined)).toBe("–");
  });

  it("keep percentiles that have no column", () => {
    const values = { p95: 1, "p(99.9)": 2, count: 3 };
    expect(extras(metric({ values }))).toEqual(["p(99.9)"]);
  });
});

describe("change against the baseline", () => {
  it("is good or bad by what the metric is about", () => {
    const slower = metric({ values: { p95: 120 }, baseline: { p95: 100 } });
    expect(deltaOf(slower, "p95")).toEqual({ text: `+20${THIN}%`, trend: "bad" });
    const faster = metric({ values: { p95: 80 }, baseline: { p95: 100 } });
    expect(deltaOf(faster, "p95")).toEqual({ text: `−20${THIN}%`, trend: "good" });
    const fewer = { ...checks, values: { rate: 0.8 }, baseline: { rate: 1 } };
    expect(deltaOf(fewer, "rate")).toEqual({ text: `−20.00${THIN}pt`, trend: "bad" });
    const busier = metric({ name: "iterations", type: "counter", contains: "", values: { count: 2 } });
    expect(deltaOf({ ...busier, baseline: { count: 1 } }, "count")).toEqual({
      text: `+100${THIN}%`,
      trend: "flat",
    });
  });

  it("is not coloured while it is noise, as it is shown", () => {
    const metricOf = (now: number) => metric({ values: { avg: now }, baseline: { avg: 1000 } });
    expect(deltaOf(metricOf(1044), "avg")).toEqual({ text: `+4${THIN}%`, trend: "flat" });
    expect(deltaOf(metricOf(1046), "avg")).toEqual({ text: `+5${THIN}%`, trend: "bad" });
  });

  it("is unknown when either side is, and when it would divide by nothing", () => {
    expect(deltaOf(metric({ values: { avg: 1 } }), "avg")).toBeNull();
    expect(deltaOf(metric({ baseline: { avg: 1 } }), "avg")).toBeNull();
    expect(deltaOf(metric({ values: { avg: 1 }, baseline: { avg: 0 } }), "avg")).toBeNull();
    expect(deltaOf(metric({ values: { avg: 0 }, baseline: { avg: 0 } }), "avg")?.trend).toBe("flat");
  });

  it("knows which way is better", () => {
    expect(directionOf(checks)).toBe(1);
    expect(directionOf(metric({ name: "http_req_failed", type: "rate", contains: "" }))).toBe(-1);
    expect(directionOf(metric({ name: "dropped_iterations", type: "counter", contains: "" }))).toBe(-1);
    expect(directionOf(metric({ name: "vus", type: "gauge", contains: "" }))).toBe(0);
  });
});

it("metrics stand by type, every sub-metric below its own", () => {
  const groups = byType([
    metric({ name: "http_req_duration", tags: "group:::pay" }),
    metric({ name: "http_reqs", type: "counter" }),
    metric({ name: "http_req_duration" }),
    metric({ name: "http_req_blocked" }),
  ]);
  expect(groups.map(({ type, metrics }) => [type, metrics.map(({ name, tags }) => name + tags)])).toEqual([
    ["trend", ["http_req_blocked", "http_req_duration", "http_req_durationgroup:::pay"]],
    ["counter", ["http_reqs"]],
  ]);
});

it("the usual figures come from the run, their change from the metrics", () => {
  const load = {
    http_req_duration_avg_ms: 254,
    http_req_duration_p95_ms: 540,
    vus_max: 200,
    iterations: 191_709,
    checks_rate: null,
    requests: 383_418,
  };
  const metrics = [
    metric({ values: { p95: 540, avg: 254 }, baseline: { p95: 400, avg: 254 } }),
    metric({ tags: "group:::pay", values: { p95: 1 }, baseline: { p95: 100 } }),
  ];
  expect(figures(load, metrics).map(({ label, value, delta }) => [label, value, delta?.text])).toEqual([
    ["p95", `540${THIN}ms`, `+35${THIN}%`],
    ["Average", `254${THIN}ms`, `±0${THIN}%`],
    ["Requests", "383,418", undefined],
    ["Checks passed", "–", undefined],
    ["VUs at most", "200", undefined],
    ["Iterations", "191,709", undefined],
  ]);
  expect(figures(null, []).every(({ value }) => value === "–")).toBe(true);
});

describe("thresholds", () => {
  it("say how far from their limit they are", () => {
    expect(sayMargin({ margin: -0.079 })).toBe(`−7.9${THIN}%`);
    expect(sayMargin({ margin: -9.59 })).toBe(`−959${THIN}%`);
    expect(sayMargin({ margin: 0.646 })).toBe(`64${THIN}%`);
    expect(sayMargin({ margin: null })).toBe("–");
  });

  it("show what was measured in its unit", () => {
    expect(sayMeasure(0.31, "%")).toBe(`0.31${THIN}%`);
    expect(sayMeasure(1, "%")).toBe(`1${THIN}%`);
    expect(sayMeasure(540, "ms")).toBe(`540${THIN}ms`);
    expect(sayMeasure(null, "ms")).toBe("–");
  });
});
