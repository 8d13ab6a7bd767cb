import { describe, expect, it } from "vitest";
import {
  ago,
  bytes,
  count,
  day,
  deltaShare,
  duration,
  percent,
  plural,
  quantity,
  shortCommit,
  signed,
} from "@/lib/format";

const words = (text: string) => text.replaceAll("\u2009", " ");

describe("numbers", () => {
  it.each([
    [0, "0 tests"],
    [1, "1 test"],
    [12_345, "12,345 tests"],
  ])("counts %d things", (amount, said) => expect(plural(amount, "test")).toBe(said));

  it("takes a plural that is not just an s", () => expect(plural(2, "person", "people")).toBe("2 people"));

  it.each([
    [100, "100.0 %"],
    [99.96, "99.9 %"],
    [0, "0.0 %"],
    [95.123, "95.1 %"],
  ])("never rounds %d up to green", (value, said) => expect(words(percent(value))).toBe(said));

  it.each([
    [0.114, "+11 %"],
    [-0.03, "−3 %"],
    [0.001, "±0 %"],
  ])("says a change of %d", (share, said) => expect(words(deltaShare(share))).toBe(said));

  it.each([
    [2, 0, "+2"],
    [-0.04, 1, "±0.0"],
    [-2.44, 1, "−2.4"],
  ])("signs %d with %d digits", (value, digits, said) => expect(signed(value, digits)).toBe(said));

  it("groups thousands", () => expect(count(1_284_000)).toBe("1,284,000"));
});

describe("measures", () => {
  it.each([
    [0, "0 ms"],
    [0.42, "0.4 ms"],
    [412, "412 ms"],
    [1_240, "1.2 s"],
    [59_960, "1 m"],
    [461_000, "7 m 41 s"],
    [7_500_000, "2 h 5 m"],
    [273_600_000, "3 d 4 h"],
  ])("says %d ms", (ms, said) => expect(words(duration(ms))).toBe(said));

  it.each([
    [999, "999 B"],
    [1_400_000, "1.4 MB"],
    [512_000_000_000, "512 GB"],
  ])("says %d bytes", (size, said) => expect(words(bytes(size))).toBe(said));

  it.each([
    [412, "ms", "412 ms"],
    [0.31, "%", "0.31 %"],
    [99, "%", "99 %"],
    [1234.5, "", "1,235"],
  ] as const)("says %d in %s", (value, unit, said) => expect(words(quantity(value, unit))).toBe(said));
});

describe("times", () => {
  const now = Date.parse("2026-11-22T12:00:00Z");

  it.each([
    ["2026-11-22T11:59:30Z", "just now"],
    ["2026-11-22T11:15:00Z", "45 min ago"],
    ["2026-11-22T07:00:00Z", "5 h ago"],
    ["2026-11-25T12:00:00Z", "in 3 d"],
    ["2026-08-01T12:00:00Z", "3 months ago"],
    ["2024-11-01T12:00:00Z", "2 years ago"],
  ])("says %s", (time, said) => expect(ago(time, now)).toBe(said));

  it("names the year only when it is another one", () => {
    expect(day("2026-03-01T00:00:00Z", new Date(now))).toBe("1 Mar");
    expect(day("2024-03-01T00:00:00Z", new Date(now))).toBe("1 Mar 2024");
  });
});

it("shortens commits and leaves other words alone", () => {
  expect(shortCommit("9be07d3f1c2a9be07d3f1c2a9be07d3f1c2a9be0")).toBe("9be07d3");
  expect(shortCommit("release-2026")).toBe("release-2026");
});
