import type { Forecast, OwnRetention, ProjectStorage, RetentionPreview, Storage } from "@/lib/api";
import { bytes, count, day, plural } from "@/lib/format";

export type AgeKind = keyof OwnRetention & string;
export type Age = number | "for_ever" | "inherited";
export type Ages = Record<AgeKind, Age>;

/** What has an age of its own, and what that is. */
export const KINDS: { kind: AgeKind; label: string; help: string }[] = [
  { kind: "results", label: "Results", help: "Whole runs with all that is in them. Totals stay." },
  { kind: "evidence", label: "Evidence", help: "Uploaded files with steps, logs, screenshots and videos." },
  { kind: "rows", label: "Rows", help: "Messages and causes of what did not pass, earlier attempts." },
  { kind: "audit", label: "Delivery log", help: "Who was told about which run, and when." },
];

/** `for ever`, `90 days`, `as the organisation`. */
export function sayAge(age: Age | undefined): string {
  if (age === undefined || age === "inherited") return "as the organisation";
  return age === "for_ever" ? "for ever" : plural(age, "day");
}

/** How long a project keeps what, in one line: only what has an end. */
export function sayAges(ages: ProjectStorage["retention"]): string {
  const ends = KINDS.flatMap(({ kind, label }) => {
    const age = ages[kind];
    return typeof age === "number" ? [`${label.toLowerCase()} ${plural(age, "day")}`] : [];
  });
  return ends.length === 0 ? "keeps everything for ever" : `keeps ${ends.join(", ")}`;
}

/** The ages as the preview is asked for them. */
export function asQuery(ages: Ages): Record<AgeKind, string> {
  return Object.fromEntries(KINDS.map(({ kind }) => [kind, String(ages[kind])])) as Record<AgeKind, string>;
}

/** What the next night would delete, in sentences. */
export function sayPreview(preview: RetentionPreview): string[] {
  const { runs, results, row_runs, files, file_bytes, audits, first_day, last_day } = preview;
  const parts = [
    runs > 0 && `${plural(runs, "run")} with ${plural(results, "result")}`,
    row_runs > 0 && `the rows of ${plural(row_runs, "more run", "more runs")}`,
    files > 0 && `${plural(files, "file")} (${bytes(file_bytes)})`,
    audits > 0 && plural(audits, "entry of the delivery log", "entries of the delivery log"),
  ].filter((part) => part !== false);
  if (parts.length === 0) return ["Nothing would be deleted."];
  const span =
    first_day === null || last_day === null
      ? []
      : [
          first_day === last_day
            ? `The runs are of ${day(first_day)}.`
            : `The oldest run is of ${day(first_day)}, the newest of ${day(last_day)}.`,
        ];
  return [`Tonight this would delete ${list(parts)}.`, ...span];
}

function list(parts: string[]): string {
  return parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}

/** `+1.2 MB a day`, `no growth`, `too early to say`. */
export function sayGrowth(daily: number | null): string {
  if (daily === null) return "too early to say";
  if (Math.abs(daily) < 1) return "no growth";
  return `${daily > 0 ? "+" : "−"}${bytes(Math.abs(daily))} a day`;
}

/** When a quota is full. */
export function sayFull({ full_on: fullOn, daily_30 }: Forecast, most: number | null, used: number): string {
  if (most === null) return "no quota";
  if (used >= most) return "full";
  if (daily_30 === null) return "too early to say";
  return fullOn === null ? "not within ten years" : `full on ${day(fullOn)}`;
}

/** The answer of the page in one sentence. */
export function headline(storage: Storage): string {
  const held = `${count(storage.items.length)} ${storage.items.length === 1 ? "project takes" : "projects take"} up ${bytes(storage.bytes)}`;
  const { full_on } = storage.disk ?? { full_on: null };
  if (storage.disk === null) return `${held}.`;
  if (storage.forecast.daily_30 === null) return `${held}; how fast that grows is seen from tomorrow on.`;
  return full_on === null
    ? `${held}; the disk is not full within ten years.`
    : `${held}; if it grows on like this, the disk is full on ${day(full_on)}.`;
}

/** Bytes from gigabytes as somebody writes them; null for nothing, undefined for what is no number. */
export function readGigabytes(text: string): number | null | undefined {
  if (text.trim() === "") return null;
  const amount = Number(text.trim().replace(",", "."));
  return Number.isFinite(amount) && amount >= 0 ? Math.round(amount * 1e9) : undefined;
}
