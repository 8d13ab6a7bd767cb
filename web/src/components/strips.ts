import type { StripItem } from "@/components/strip";
import type { Strip, StripCell, StripRun, TestCell } from "@/lib/api";
import { duration, moment } from "@/lib/format";

/** What a page says of the runs that its strips show, by number. */
export type Runs = ReadonlyMap<number, StripRun>;

/** A strip of runs. */
export function runStrip(cells: StripCell[]): StripItem[] {
  return cells.map((cell) => ({
    key: cell.id,
    word: cell.verdict,
    label: `#${cell.number} ${cell.verdict}, ${moment(cell.started_at)}`,
    to: `/runs/${cell.id}`,
  }));
}

/** A strip of one test's results; each leads to the test inside its run. */
export function testStrip(cells: TestCell[], testId: string): StripItem[] {
  return cells.map((cell) => ({
    key: cell.run_id,
    word: cell.status,
    label: `#${cell.number} ${cell.status} in ${duration(cell.duration_ms)}, ${moment(cell.started_at)}`,
    to: `/runs/${cell.run_id}?tab=tests&test=${testId}`,
  }));
}

/** The runs of several pages. */
export function byNumber(pages: { runs: StripRun[] }[]): Runs {
  return new Map(pages.flatMap(({ runs }) => runs.map((run) => [run.number, run])));
}

/** The cells of a strip whose runs are told apart from it. */
export function cellsOf(strip: Strip, runs: Runs): TestCell[] {
  return strip.statuses.flatMap((status, place) => {
    const run = runs.get(strip.runs[place] ?? 0);
    if (run === undefined) return [];
    const { id, number, started_at } = run;
    return { run_id: id, number, status, started_at, duration_ms: strip.durations_ms[place] ?? 0 };
  });
}
