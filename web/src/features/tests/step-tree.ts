import type { StepItem } from "@/lib/api";

/** A row of the tree of steps as it is shown; `key` is its path of places, `0.3.1`. */
export interface StepRow {
  key: string;
  step: StepItem;
  depth: number;
  canOpen: boolean;
  isOpen: boolean;
}

/** Stands for those children of an open step that are not shown yet. */
export interface MoreRow {
  key: string;
  parent: string;
  depth: number;
  hidden: number;
}

export type Row = StepRow | MoreRow;

/** The levels of messages, least first; messages below the chosen one are not shown. */
export const LEVELS = ["TRACE", "DEBUG", "INFO", "WARN"] as const;
export type Level = (typeof LEVELS)[number];

/** How many children of a step are shown until more are asked for; failed ones are shown beyond that. */
export const MOST_CHILDREN = 100;
const MOST_OPEN = 300;
const MOST_FAILED_BEYOND = 50;
const LONG_ARGUMENTS = 72;

export const isMore = (row: Row): row is MoreRow => "hidden" in row;

/** Whether a message is of the chosen level or above; whatever is no message is always shown. */
export function isShown({ kind, level }: StepItem, from: Level): boolean {
  if (kind !== "message") return true;
  const rank = LEVELS.indexOf(level.toUpperCase() as Level);
  return rank < 0 || rank >= LEVELS.indexOf(from);
}

/** Whether a block of output stands for itself, outside the tree. */
export const isOutput = ({ kind }: StepItem): boolean => kind === "output";

/** Whether there is more to see of a step than its line. */
export function canOpen(step: StepItem, from: Level): boolean {
  if (step.kind === "message" || step.kind === "output") return false;
  return (
    step.message !== "" ||
    step.doc !== "" ||
    step.tags.length > 0 ||
    step.timeout !== "" ||
    step.arguments.join("").length > LONG_ARGUMENTS ||
    step.children.some((child) => isShown(child, from))
  );
}

/** The steps that are open at first: those that failed, down to where it happened. */
export function failedPath(steps: StepItem[]): Set<string> {
  const open = new Set<string>();
  const walk = (inner: StepItem[], parent: string) => {
    for (const [at, step] of inner.entries()) {
      if (step.status !== "failed" || open.size >= MOST_OPEN) continue;
      const key = keyOf(parent, at);
      open.add(key);
      walk(step.children, key);
    }
  };
  walk(steps, "");
  return open;
}

/** Every step that can be opened, as far as a screen can take it. */
export function allOpen(steps: StepItem[], from: Level): Set<string> {
  const open = new Set<string>();
  let level = steps.map((step, at): [string, StepItem] => [keyOf("", at), step]);
  while (level.length > 0 && open.size < MOST_OPEN) {
    for (const [key, step] of level) if (open.size < MOST_OPEN && canOpen(step, from)) open.add(key);
    level = level.flatMap(([key, step]) =>
      step.children.map((child, at): [string, StepItem] => [keyOf(key, at), child]),
    );
  }
  return open;
}

/** Whether any message would be hidden at this level. */
export function hasBelow(steps: StepItem[], from: Level): boolean {
  return steps.some((step) => !isShown(step, from) || hasBelow(step.children, from));
}

/** The rows to show: only what is inside open steps, so that a test of any size is quick. */
export function rowsOfSteps(
  steps: StepItem[],
  open: ReadonlySet<string>,
  from: Level,
  limits: ReadonlyMap<string, number> = new Map(),
): Row[] {
  const rows: Row[] = [];
  const walk = (inner: StepItem[], parent: string, depth: number) => {
    const { shown, hidden } = cut(inner, from, limits.get(parent) ?? MOST_CHILDREN);
    for (const [at, step] of shown) {
      const key = keyOf(parent, at);
      const opens = canOpen(step, from);
      const isOpen = opens && open.has(key);
      rows.push({ key, step, depth, canOpen: opens, isOpen });
      if (isOpen) walk(step.children, key, depth + 1);
    }
    if (hidden > 0) rows.push({ key: `${parent}+`, parent, depth, hidden });
  };
  walk(steps, "", 0);
  return rows;
}

function cut(inner: StepItem[], from: Level, limit: number) {
  const shown: [number, StepItem][] = [];
  let hidden = 0;
  let failedBeyond = 0;
  for (const [at, step] of inner.entries()) {
    if (isOutput(step) || !isShown(step, from)) continue;
    const isBeyond = shown.length - failedBeyond >= limit;
    if (!isBeyond) shown.push([at, step]);
    else if (step.status === "failed" && failedBeyond < MOST_FAILED_BEYOND) {
      failedBeyond += 1;
      shown.push([at, step]);
    } else hidden += 1;
  }
  return { shown, hidden };
}

const keyOf = (parent: string, at: number) => (parent === "" ? String(at) : `${parent}.${at}`);

/** What a key does in the tree: fold or unfold the row, or move to another one (by its index); null when nothing. */
export function moveInSteps(rows: Row[], index: number, key: string): "toggle" | number | null {
  const row = rows[index];
  if (row === undefined) return null;
  const last = rows.length - 1;
  const step = isMore(row) ? null : row;
  switch (key) {
    case "ArrowDown":
      return Math.min(last, index + 1);
    case "ArrowUp":
      return Math.max(0, index - 1);
    case "Home":
      return 0;
    case "End":
      return last;
    case "ArrowRight":
      if (step === null || !step.canOpen) return null;
      return step.isOpen ? Math.min(last, index + 1) : "toggle";
    case "ArrowLeft":
      return step?.isOpen ? "toggle" : parentOf(rows, index);
    case "Enter":
    case " ":
      return "toggle";
    default:
      return null;
  }
}

function parentOf(rows: Row[], index: number): number | null {
  const depth = rows[index]?.depth ?? 0;
  const above = rows.slice(0, index).findLastIndex((row) => row.depth < depth);
  return above < 0 ? null : above;
}

const WORDS: Record<string, string> = {
  setup: "SETUP",
  teardown: "TEARDOWN",
  for: "FOR",
  while: "WHILE",
  if: "IF",
  else_if: "ELSE IF",
  else: "ELSE",
  try: "TRY",
  except: "EXCEPT",
  finally: "FINALLY",
  group: "GROUP",
  variable: "VAR",
  return: "RETURN",
  continue: "CONTINUE",
  break: "BREAK",
  error: "ERROR",
};

/** Whether a step is one of the attempts of a test that was run again. */
export const isAttempt = ({ kind, name }: StepItem): boolean =>
  kind === "group" && /^Attempt \d+$/.test(name);

/** The word before a step that is no plain keyword; empty for those that are. */
export const wordOf = (step: StepItem): string => (isAttempt(step) ? "" : (WORDS[step.kind] ?? ""));

/** The rows as text with the indentation of the tree, to take along. */
export function textOfSteps(rows: Row[]): string {
  return rows
    .map((row) => {
      const indent = "  ".repeat(row.depth);
      if (isMore(row)) return `${indent}(${row.hidden} more)`;
      const { step } = row;
      if (step.kind === "message") return step.text.replace(/^/gm, `${indent}${step.level} `);
      const assigned = step.assign.length > 0 ? `${step.assign.join(", ")} = ` : "";
      const words = [step.status.toUpperCase(), wordOf(step), `${assigned}${step.name}`, ...step.arguments];
      const line = indent + words.filter((word) => word !== "").join("  ");
      return row.isOpen && step.message !== ""
        ? `${line}\n${step.message.replace(/^/gm, `${indent}  `)}`
        : line;
    })
    .join("\n");
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
const ANSI = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\^_])/g;

/** Text without the escape sequences that colour a terminal, whether they are whole or have lost their first character. */
export function withoutColours(text: string): string {
  return text.replace(ANSI, "").replace(/(?:\uFFFD|\u241B|#x1b;?)\[[\d;]*m/gi, "");
}

/** The time of day as the report has it, `12:04:31.250`. */
export function timeOfDay(time: string): string {
  return /T(\d\d:\d\d:\d\d(?:\.\d{1,3})?)/.exec(time)?.[1] ?? "";
}
