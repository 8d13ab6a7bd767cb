import type { CheckItem } from "@/lib/api";

/** Checks with a failure first, the worst at the top; then those that held, in the report's order. */
export function failedFirst(checks: CheckItem[]): CheckItem[] {
  return checks.toSorted(
    (a, b) => Number(a.fails === 0) - Number(b.fails === 0) || (a.fails > 0 ? a.rate - b.rate : 0),
  );
}

/** A group's path on one line. */
export function pathOf(group: string[]): string {
  return group.join(" / ");
}
