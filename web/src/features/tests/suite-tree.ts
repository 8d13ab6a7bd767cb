import { suiteKey } from "@/features/tests/suite-path";
import type { SuiteItem } from "@/lib/api";

/** A row of the suite tree as it is shown. */
export interface SuiteNode {
  suite: SuiteItem;
  key: string;
  hasInner: boolean;
  isFolded: boolean;
}

/** The gravest status among a suite's tests. */
export function wordOf(suite: SuiteItem): string {
  if (suite.failed > 0) return "failed";
  if (suite.broken > 0) return "broken";
  if (suite.flaky > 0) return "flaky";
  return suite.passed > 0 ? "passed" : "skipped";
}

/** Which suites are folded at first: the quiet ones, so that the failing path is open. */
export function foldQuiet(suites: SuiteItem[]): Set<string> {
  const quiet = suites.filter((suite) => suite.depth > 0 && suite.failed + suite.broken + suite.flaky === 0);
  return new Set(quiet.map((suite) => suiteKey(suite.path)));
}

/** The rows to show: the suites none of whose ancestors is folded, in their order. */
export function rowsOfTree(suites: SuiteItem[], folded: ReadonlySet<string>): SuiteNode[] {
  const inner = new Set(suites.map((suite) => suiteKey(suite.path.slice(0, -1))));
  const isHidden = (path: string[]) =>
    path.some((_, depth) => depth > 0 && folded.has(suiteKey(path.slice(0, depth))));
  return suites
    .filter((suite) => !isHidden(suite.path))
    .map((suite) => {
      const key = suiteKey(suite.path);
      const hasInner = inner.has(key);
      return { suite, key, hasInner, isFolded: hasInner && folded.has(key) };
    });
}

/** What a key does in the tree: fold or unfold the row, or move to another one (by its index); null when nothing. */
export function moveInTree(rows: SuiteNode[], index: number, key: string): "toggle" | number | null {
  const row = rows[index];
  if (row === undefined) return null;
  const last = rows.length - 1;
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
      return row.isFolded ? "toggle" : row.hasInner ? Math.min(last, index + 1) : null;
    case "ArrowLeft":
      return row.hasInner && !row.isFolded ? "toggle" : parentOf(rows, index);
    default:
      return null;
  }
}

function parentOf(rows: SuiteNode[], index: number): number | null {
  const depth = rows[index]?.suite.depth ?? 0;
  const above = rows.slice(0, index).findLastIndex((row) => row.suite.depth < depth);
  return above < 0 ? null : above;
}
