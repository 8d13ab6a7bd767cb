import type { StripItem } from "@/components/strip";
import type { FindingDetail, FindingItem, FindingMoment } from "@/lib/api";
import { moment } from "@/lib/format";

type Where = Pick<FindingItem, "origin" | "method" | "template" | "param">;

function host(origin: string): string {
  return URL.canParse(origin) ? new URL(origin).host : origin;
}

/** Whether a finding lies in a file, as tools find it that read source; such a place has no origin. */
export function isInFile({ origin }: Pick<Where, "origin">): boolean {
  return origin === "";
}

/** Whether a scan's user told the tool that the finding is none. */
export function isSuppressed({ confidence }: Pick<FindingItem, "confidence">): boolean {
  return confidence === "false positive";
}

/** Where a finding sits: `POST /login · user`, `src/shop.py · pay`, or all of the site or project. */
export function whereOf({ origin, method, template, param }: Where): string {
  const all = isInFile({ origin }) ? "whole project" : "whole site";
  const place = template === "*" || template === "" ? all : template;
  const how = method === "*" || method === "" ? place : `${method} ${place}`;
  return param === "" ? how : `${how} · ${param}`;
}

/** The same with the host before it, for scans of several sites. */
export function whereAmongSites(where: Where): string {
  return isInFile(where) ? whereOf(where) : `${host(where.origin)}: ${whereOf(where)}`;
}

/** How long a finding has been known; nothing for one that is new. */
export function ageOf({ state, age_days: days }: Pick<FindingItem, "state" | "age_days">): string {
  if (state === "new") return "–";
  return days === 0 ? "today" : `${days}\u2009d`;
}

/** The states a finding can be in, as the API and the reader call them. */
export const STATES: Record<FindingItem["state"], { label: string; meaning: string }> = {
  new: { label: "new", meaning: "No earlier scan of this lane saw it." },
  existing: { label: "existing", meaning: "The baseline saw it, too." },
  reopened: { label: "reopened", meaning: "An earlier scan saw it, the baseline did not." },
  fixed: { label: "fixed", meaning: "The baseline saw it, this scan looked again and did not." },
  not_seen: { label: "not seen", meaning: "This scan broke off before it could tell." },
};

export const SEVERITIES = ["critical", "high", "medium", "low", "informational"] as const;

/** The scans of the lane as a strip: a full bar in the severity's colour where the finding was seen. */
export function sightings(history: FindingMoment[], findingId: string): StripItem[] {
  return history.map((scan) => ({
    key: scan.run_id,
    word: scan.seen ? (scan.severity ?? "seen") : "absent",
    label: `#${scan.number} ${scan.seen ? `seen, ${scan.severity ?? "no severity"}` : "not there"}, ${moment(scan.started_at)}`,
    to: scan.seen ? `/runs/${scan.run_id}?finding=${findingId}` : `/runs/${scan.run_id}`,
  }));
}

/** A piece of a text; `isHit` is what was looked for. */
export interface Piece {
  text: string;
  isHit: boolean;
}

/** Cut a text where any of the needles occur, the longest first; empty needles are passed over. */
export function cutAt(text: string, needles: string[]): Piece[] {
  const wanted = [...new Set(needles.filter((needle) => needle.trim() !== ""))].sort(
    (a, b) => b.length - a.length,
  );
  const needle = wanted.find((candidate) => text.includes(candidate));
  if (needle === undefined) return text === "" ? [] : [{ text, isHit: false }];
  const rest = wanted.filter((other) => other !== needle);
  return text
    .split(needle)
    .flatMap((part, index) => [...(index > 0 ? [{ text: needle, isHit: true }] : []), ...cutAt(part, rest)]);
}

/** A request or response without the indentation and blank edges that its report gave it. */
export function dedent(text: string): string {
  const lines = text
    .replace(/^(?:[ \t]*\r?\n)+/, "")
    .trimEnd()
    .split(/\r?\n/);
  const indents = lines
    .filter((line) => line.trim() !== "")
    .map((line) => /^[ \t]*/.exec(line)?.[0].length ?? 0);
  const common = Math.min(...indents);
  return Number.isFinite(common) ? lines.map((line) => line.slice(common)).join("\n") : "";
}

/** Prose in its paragraphs. */
export function paragraphs(text: string): string[] {
  return text
    .split(/\n\s*\n|\n(?=[A-Z])/)
    .map((part) => part.replace(/\s*\n\s*/g, " ").trim())
    .filter((part) => part !== "");
}

/** References that may be followed, and those that are only to be read. */
export function splitReferences(references: string[]): { links: string[]; texts: string[] } {
  const isLink = (text: string) => /^https?:\/\//i.test(text) && URL.canParse(text);
  return { links: references.filter(isLink), texts: references.filter((text) => !isLink(text)) };
}

/** Why sightings in different scans are one finding, part by part. */
export function identityOf({ identity }: Pick<FindingDetail, "identity">): [part: string, value: string][] {
  if (isInFile(identity))
    return [
      ["rule", identity.rule],
      ["file", identity.template === "*" ? "whole project" : identity.template],
      ["in", identity.param === "" ? "no named part" : identity.param],
    ];
  return [
    ["rule", identity.rule],
    ["origin", identity.origin],
    ["method", identity.method === "*" ? "any" : identity.method],
    ["path", identity.template === "*" ? "whole site" : identity.template],
    ["parameter", identity.param === "" ? "none" : identity.param],
  ];
}
