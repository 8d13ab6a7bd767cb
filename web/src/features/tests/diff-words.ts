import type { DiffItem, RunDiff } from "@/lib/api";
import { deltaShare, duration } from "@/lib/format";

/** One way in which two runs differ, with the first tests of it and how many there are. */
export interface DiffPart {
  title: string;
  items: DiffItem[];
  amount: number;
}

/** In what two runs differ, gravest first; what does not occur is left out. */
export function partsOf(diff: RunDiff): DiffPart[] {
  const parts: DiffPart[] = [
    { title: "New failures", items: diff.new_failures, amount: diff.new_failures_count },
    { title: "Still failing", items: diff.still_failing, amount: diff.still_failing_count },
    { title: "Fixed", items: diff.fixed, amount: diff.fixed_count },
    { title: "Added", items: diff.added, amount: diff.added_count },
    { title: "Removed", items: diff.removed, amount: diff.removed_count },
    { title: "Slower or faster", items: diff.durations, amount: diff.durations_count },
  ];
  return parts.filter(({ amount }) => amount > 0);
}

/** `1.2 s, was 400 ms (+200 %)`, or the one duration there is. */
export function sayDurations({ duration_before_ms: before, duration_ms: now }: DiffItem): string {
  if (now === null) return before === null ? "" : `was ${duration(before)}`;
  if (before === null) return duration(now);
  const share = before > 0 ? ` (${deltaShare(now / before - 1)})` : "";
  return `${duration(now)}, was ${duration(before)}${share}`;
}

/** Where a test is seen: in the run, or for one that the run lacks in its own history. */
export function linkTo(item: DiffItem, runId: string): string {
  return item.status === null ? `/tests/${item.test_id}` : `/runs/${runId}?tab=tests&test=${item.test_id}`;
}
