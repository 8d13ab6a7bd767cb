import type { StripItem } from "@/components/strip";
import type { StripCell, TestCell } from "@/lib/api";
import { duration, moment } from "@/lib/format";

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
