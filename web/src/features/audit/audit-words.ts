import type { AuditEvent } from "@/lib/api";

/** A field that an act changed: what it was, what it became; undefined on the side on which it was not told. */
export interface Change {
  name: string;
  before: string | undefined;
  after: string | undefined;
}

/** What an act changed, field by field, as text. */
export function changesOf({ before, after }: Pick<AuditEvent, "before" | "after">): Change[] {
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  return names.map((name) => ({ name, before: written(before, name), after: written(after, name) }));
}

function written(values: Record<string, unknown> | null, name: string): string | undefined {
  if (values === null || !(name in values)) return undefined;
  const value = values[name];
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Acts by their noun, for a list to choose from: `channel` with everything about channels. */
export function byNoun<T extends { act: string }>(acts: T[]): [noun: string, acts: T[]][] {
  const nouns = new Map<string, T[]>();
  for (const act of acts) {
    const noun = act.act.split(".", 1)[0] ?? "";
    nouns.set(noun, [...(nouns.get(noun) ?? []), act]);
  }
  return [...nouns];
}

/** `second_factor` as people say it. */
export function spoken(word: string): string {
  return word.replaceAll("_", " ");
}

/** The first and last day of the month before a day, as the report's dialogue proposes them. */
export function monthBefore(today: Date): { from: string; to: string } {
  const first = new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth() - 1, 1));
  const last = new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth(), 0));
  return { from: first.toISOString().slice(0, 10), to: last.toISOString().slice(0, 10) };
}
