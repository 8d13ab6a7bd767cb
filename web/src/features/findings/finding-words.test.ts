import { describe, expect, it } from "vitest";
import {
  ageOf,
  cutAt,
  dedent,
  identityOf,
  paragraphs,
  sightings,
  splitReferences,
  whereAmongSites,
  whereOf,
} from "@/features/findings/finding-words";

describe("where a finding is", () => {
  const place = {
    origin: "https://shop.example.test:443",
    method: "POST",
    template: "/login",
    param: "user",
  };

  it("names method, path and parameter", () => {
    expect(whereOf(place)).toBe("POST /login · user");
    expect(whereOf({ ...place, param: "" })).toBe("POST /login");
  });

  it("is the whole site when the finding is about all of it", () => {
    expect(whereOf({ ...place, method: "*", template: "*", param: "" })).toBe("whole site");
    expect(whereOf({ ...place, method: "*", template: "*", param: "locale" })).toBe("whole site · locale");
  });

  it("is a file for tools that read source", () => {
    const file = { origin: "", method: "", template: "src/shop.py", param: "pay" };
    expect(whereOf(file)).toBe("src/shop.py · pay");
    expect(whereAmongSites(file)).toBe("src/shop.py · pay");
    expect(whereOf({ ...file, template: "*", param: "" })).toBe("whole project");
    expect(identityOf({ identity: { ...file, rule: "B602", algorithm: "sarif/1" } })).toEqual([
      ["rule", "B602"],
      ["file", "src/shop.py"],
      ["in", "pay"],
    ]);
  });

  it("names the host among several sites", () => {
    expect(whereAmongSites(place)).toBe("shop.example.test: POST /login · user");
    expect(whereAmongSites({ ...place, origin: "not an address" })).toBe(
      "not an address: POST /login · user",
    );
  });
});

it("the age of a finding counts from its first sighting", () => {
  expect(ageOf({ state: "new", age_days: 0 })).toBe("–");
  expect(ageOf({ state: "reopened", age_days: 0 })).toBe("today");
  expect(ageOf({ state: "existing", age_days: 88 })).toBe("88\u2009d");
});

it("a strip tells scans that saw the finding from those that did not", () => {
  const scan = { started_at: "2026-11-22T02:53:51Z" };
  const strip = sightings(
    [
      { ...scan, run_id: "3-1", number: 1, seen: true, severity: "high" },
      { ...scan, run_id: "3-2", number: 2, seen: false, severity: null },
    ],
    "3-9",
  );
  expect(strip.map(({ word, to }) => [word, to])).toEqual([
    ["high", "/runs/3-1?finding=3-9"],
    ["absent", "/runs/3-2"],
  ]);
});

describe("evidence in a text", () => {
  const text = (pieces: { text: string; isHit: boolean }[]) =>
    pieces.map((piece) => (piece.isHit ? `[${piece.text}]` : piece.text)).join("");

  it("is marked wherever it occurs", () => {
    expect(text(cutAt("a<x>b<x>", ["<x>"]))).toBe("a[<x>]b[<x>]");
  });

  it("is found for several needles, the longest first", () => {
    expect(text(cutAt("id=1 or id=1--", ["id=1", "id=1--"]))).toBe("[id=1] or [id=1--]");
  });

  it("stays plain when there is nothing to find", () => {
    expect(cutAt("plain", ["", " ", "gone"])).toEqual([{ text: "plain", isHit: false }]);
    expect(cutAt("", ["x"])).toEqual([]);
  });

  it("loses no character", () => {
    const whole = "GET /?q=%3Cscript%3E HTTP/1.1\nHost: x";
    expect(
      cutAt(whole, ["script", "x"])
        .map((piece) => piece.text)
        .join(""),
    ).toBe(whole);
  });
});

it("requests lose the indentation of their report and keep their own", () => {
  expect(dedent("\n    POST /login HTTP/1.1\n    Host: x\n\n      user=a\n   ")).toBe(
    "POST /login HTTP/1.1\nHost: x\n\n  user=a",
  );
  expect(dedent("GET / HTTP/1.1\r\nHost: x")).toBe("GET / HTTP/1.1\nHost: x");
  expect(dedent("  \n ")).toBe("");
});

it("prose keeps its paragraphs and joins wrapped lines", () => {
  expect(paragraphs("Phase: design\nUse a library.\n\nthat is\nwrapped")).toEqual([
    "Phase: design",
    "Use a library.",
    "that is wrapped",
  ]);
  expect(paragraphs("")).toEqual([]);
});

it("only web addresses among references become links", () => {
  expect(splitReferences(["https://owasp.org/a", "javascript:alert(1)", "RFC 6265"])).toEqual({
    links: ["https://owasp.org/a"],
    texts: ["javascript:alert(1)", "RFC 6265"],
  });
});
