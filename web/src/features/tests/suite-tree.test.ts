import { describe, expect, it } from "vitest";
import { suiteKey } from "@/features/tests/suite-path";
import { foldQuiet, moveInTree, rowsOfTree, wordOf } from "@/features/tests/suite-tree";
import type { SuiteItem } from "@/lib/api";

function suite(path: string[], counts: Partial<SuiteItem> = {}): SuiteItem {
  return {
    path,
    name: path.at(-1) ?? "",
    depth: path.length - 1,
    total: 1,
    passed: 1,
    failed: 0,
    broken: 0,
    skipped: 0,
    flaky: 0,
    duration_ms: 1,
    ...counts,
  };
}

const suites = [
  suite(["shop"], { failed: 1 }),
  suite(["shop", "pay"], { failed: 1 }),
  suite(["shop", "pay", "card"], { failed: 1 }),
  suite(["shop", "find"]),
  suite(["shop", "find", "filter"]),
];
const namesOf = (folded: Set<string>) => rowsOfTree(suites, folded).map(({ suite: { name } }) => name);

describe("folding", () => {
  it("opens the failing path and folds the quiet suites at first", () => {
    expect(namesOf(foldQuiet(suites))).toEqual(["shop", "pay", "card", "find"]);
  });

  it("hides everything below a folded suite", () => {
    expect(namesOf(new Set([suiteKey(["shop"])]))).toEqual(["shop"]);
    expect(namesOf(new Set())).toHaveLength(5);
  });

  it("never counts a suite without inner ones as folded", () => {
    const rows = rowsOfTree(suites, new Set([suiteKey(["shop", "pay", "card"])]));
    expect(rows.find(({ suite: { name } }) => name === "card")).toMatchObject({
      hasInner: false,
      isFolded: false,
    });
  });
});

describe("keys", () => {
  const rows = rowsOfTree(suites, foldQuiet(suites));
  const [shop, pay, card, find] = [0, 1, 2, 3];

  it("move through what is shown and stop at the ends", () => {
    expect(moveInTree(rows, shop, "ArrowDown")).toBe(pay);
    expect(moveInTree(rows, find, "ArrowDown")).toBe(find);
    expect(moveInTree(rows, shop, "ArrowUp")).toBe(shop);
    expect(moveInTree(rows, card, "Home")).toBe(shop);
    expect(moveInTree(rows, card, "End")).toBe(find);
  });

  it("open, fold, and go to the parent", () => {
    expect(moveInTree(rows, find, "ArrowRight")).toBe("toggle");
    expect(moveInTree(rows, pay, "ArrowRight")).toBe(card);
    expect(moveInTree(rows, card, "ArrowRight")).toBeNull();
    expect(moveInTree(rows, pay, "ArrowLeft")).toBe("toggle");
    expect(moveInTree(rows, card, "ArrowLeft")).toBe(pay);
    expect(moveInTree(rows, find, "ArrowLeft")).toBe(shop);
    expect(moveInTree(rows, card, "x")).toBeNull();
    expect(moveInTree([], 0, "ArrowDown")).toBeNull();
  });
});

it("a suite is as bad as its worst test", () => {
  expect(wordOf(suite(["a"], { failed: 1, broken: 1 }))).toBe("failed");
  expect(wordOf(suite(["a"], { broken: 1, flaky: 1 }))).toBe("broken");
  expect(wordOf(suite(["a"], { flaky: 1 }))).toBe("flaky");
  expect(wordOf(suite(["a"]))).toBe("passed");
  expect(wordOf(suite(["a"], { passed: 0, skipped: 1 }))).toBe("skipped");
});
