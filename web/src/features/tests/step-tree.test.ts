import { describe, expect, it } from "vitest";
import {
  allOpen,
  canOpen,
  failedPath,
  hasBelow,
  isMore,
  MOST_CHILDREN,
  moveInSteps,
  type Row,
  rowsOfSteps,
  textOfSteps,
  timeOfDay,
  withoutColours,
  wordOf,
} from "@/features/tests/step-tree";
import type { StepItem } from "@/lib/api";

const STEP: StepItem = {
  kind: "keyword",
  name: "",
  owner: "",
  status: "passed",
  started_at: null,
  duration_ms: null,
  arguments: [],
  assign: [],
  tags: [],
  doc: "",
  timeout: "",
  message: "",
  level: "",
  text: "",
  html: "",
  images: [],
  children: [],
};
const keyword = (name: string, status: string, ...children: StepItem[]): StepItem => ({
  ...STEP,
  name,
  status,
  children,
});
const message = (text: string, level = "INFO"): StepItem => ({
  ...STEP,
  kind: "message",
  status: "",
  text,
  level,
});
const output = (text: string): StepItem => ({ ...STEP, kind: "output", status: "", text, level: "stdout" });
const say = (rows: Row[]) =>
  rows.map((row) => (isMore(row) ? `+${row.hidden}` : row.step.name || row.step.text));

const TREE = [
  keyword("Open", "passed", message("opened")),
  keyword(
    "Pay",
    "failed",
    keyword("Log in", "passed", message("in")),
    keyword("Press", "failed", message("lost", "FAIL")),
  ),
];

describe("the failed path", () => {
  it("is open at first, and only that", () => {
    expect([...failedPath(TREE)]).toEqual(["1", "1.1"]);
    expect(say(rowsOfSteps(TREE, failedPath(TREE), "INFO"))).toEqual([
      "Open",
      "Pay",
      "Log in",
      "Press",
      "lost",
    ]);
  });

  it("passes over what failed inside of what passed", () => {
    const caught = [keyword("Try", "passed", keyword("Fail", "failed"))];
    expect(failedPath(caught).size).toBe(0);
  });
});

describe("the rows of a tree", () => {
  it("are only those inside of open steps", () => {
    expect(say(rowsOfSteps(TREE, new Set(), "INFO"))).toEqual(["Open", "Pay"]);
    expect(rowsOfSteps(TREE, allOpen(TREE, "INFO"), "INFO").map(({ depth }) => depth)).toEqual([
      0, 1, 0, 1, 2, 1, 2,
    ]);
  });

  it("leave out messages below the level and blocks of output", () => {
    const steps = [
      keyword(
        "Log",
        "passed",
        message("a", "TRACE"),
        message("b", "DEBUG"),
        message("c", "odd"),
        output("d"),
      ),
    ];
    expect(say(rowsOfSteps(steps, new Set(["0"]), "DEBUG"))).toEqual(["Log", "b", "c"]);
    expect(say(rowsOfSteps(steps, new Set(["0"]), "INFO"))).toEqual(["Log", "c"]);
    expect(hasBelow(steps, "INFO")).toBe(true);
    expect(hasBelow(TREE, "INFO")).toBe(false);
  });

  it("stop at many children, but never hide what failed", () => {
    const many = Array.from({ length: 5000 }, (_, at) =>
      keyword(`k${at}`, at === 4321 ? "failed" : "passed"),
    );
    const rows = rowsOfSteps([keyword("For", "failed", ...many)], new Set(["0"]), "INFO");
    expect(rows).toHaveLength(1 + MOST_CHILDREN + 1 + 1);
    expect(say(rows).slice(-2)).toEqual(["k4321", `+${5000 - MOST_CHILDREN - 1}`]);
    const wider = rowsOfSteps(
      [keyword("For", "failed", ...many)],
      new Set(["0"]),
      "INFO",
      new Map([["0", 400]]),
    );
    expect(say(wider).at(-1)).toBe(`+${5000 - 400 - 1}`);
  });

  it("can be opened when there is more to see than the line", () => {
    expect(canOpen(keyword("a", "passed"), "INFO")).toBe(false);
    expect(canOpen({ ...STEP, doc: "why" }, "INFO")).toBe(true);
    expect(canOpen({ ...STEP, arguments: ["x".repeat(100)] }, "INFO")).toBe(true);
    expect(canOpen(keyword("a", "passed", message("t", "TRACE")), "INFO")).toBe(false);
  });

  it("as text keep their indentation", () => {
    const steps = [
      {
        ...STEP,
        status: "failed",
        assign: ["@{x}"],
        name: "Get",
        arguments: ["a"],
        message: "no",
        children: [message("m")],
      },
    ];
    expect(textOfSteps(rowsOfSteps(steps, new Set(["0"]), "INFO"))).toBe(
      "FAILED  @{x} = Get  a\n  no\n  INFO m",
    );
  });
});

it("names control structures, and attempts only once", () => {
  expect(wordOf({ ...STEP, kind: "else_if" })).toBe("ELSE IF");
  expect(wordOf({ ...STEP, kind: "group", name: "Basket" })).toBe("GROUP");
  expect(wordOf({ ...STEP, kind: "group", name: "Attempt 2" })).toBe("");
  expect(wordOf(STEP)).toBe("");
});

describe("keys in the tree", () => {
  const rows = rowsOfSteps(TREE, failedPath(TREE), "INFO");
  it.each([
    [0, "ArrowDown", 1],
    [0, "ArrowUp", 0],
    [0, "ArrowRight", "toggle"],
    [1, "ArrowRight", 2],
    [1, "ArrowLeft", "toggle"],
    [2, "ArrowLeft", 1],
    [4, "ArrowLeft", 3],
    [4, "ArrowRight", null],
    [0, "End", 4],
    [4, "Home", 0],
    [4, "ArrowDown", 4],
    [0, "Enter", "toggle"],
    [0, "x", null],
    [99, "Home", null],
  ] as const)("from row %d %s leads to %s", (index, key, expected) => {
    expect(moveInSteps(rows, index, key)).toBe(expected);
  });
});

describe("text of a terminal", () => {
  it("loses its colours", () => {
    expect(
      withoutColours("\u001b[1;31mred\u001b[0m \u001b]8;;https://a\u0007link\u001b]8;;\u0007 \uFFFD[32mok"),
    ).toBe("red link ok");
    expect(withoutColours("a[0] = [1m]")).toBe("a[0] = [1m]");
  });
});

it("says the time of day as the report has it", () => {
  expect(timeOfDay("2026-11-22T12:04:31.250123Z")).toBe("12:04:31.250");
  expect(timeOfDay("2026-11-22T12:04:31")).toBe("12:04:31");
});
