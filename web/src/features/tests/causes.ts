import type { FailureGroup } from "@/lib/api";

/** The cause that is open: the one named in the address, else the one that holds the named test, else the first. */
export function causeOf(groups: FailureGroup[], fingerprint: string, test: string): FailureGroup | undefined {
  const holds = (group: FailureGroup) => group.tests.some((item) => item.test_id === test);
  const named = groups.find((group) => group.fingerprint === fingerprint && (test === "" || holds(group)));
  return (
    named ?? groups.find(holds) ?? groups.find((group) => group.fingerprint === fingerprint) ?? groups[0]
  );
}

/** The cause `move` places away; nothing beyond the ends. */
export function stepCause(
  groups: FailureGroup[],
  present: FailureGroup | undefined,
  move: number,
): FailureGroup | undefined {
  return present === undefined ? groups[0] : groups[groups.indexOf(present) + move];
}

/** The test `move` places away, running on into the next cause; null beyond the ends. */
export function stepTest(
  groups: FailureGroup[],
  present: FailureGroup | undefined,
  test: string,
  move: number,
): { group: FailureGroup; test: string } | null {
  const all = groups.flatMap((group) => group.tests.map((item) => ({ group, test: item.test_id })));
  const index = all.findIndex((each) => each.test === test && each.group === present);
  return all[index + move] ?? null;
}
