import { type Tone, toneOf } from "@/components/status";
import type { Kind, Run } from "@/lib/api";
import { count, plural } from "@/lib/format";

type Told = Pick<Run, "totals">;

/** A number of the run's totals; 0 when the kind has no such total. */
export function total(run: Told, key: string): number {
  const value = run.totals[key];
  return typeof value === "number" ? value : 0;
}

/** Findings of a run by severity. */
export function severities(run: Told): Record<string, number> {
  const value = run.totals.by_severity;
  return typeof value === "object" ? value : {};
}

/** The severities that occur with their counts, gravest first. */
export function gravestFirst(run: Told): [severity: string, amount: number][] {
  const found = severities(run);
  return ["critical", "high", "medium", "low", "informational"]
    .map((severity): [string, number] => [severity, found[severity] ?? 0])
    .filter(([, amount]) => amount > 0);
}

/** Tests that failed or broke. */
export function failures(run: Told): number {
  return total(run, "failed") + total(run, "broken");
}

const DETAILS: Record<Kind, (run: Told) => string | null> = {
  functional: (run) => (failures(run) > 0 ? `${count(failures(run))} failed` : null),
  security: (run) => {
    const [gravest] = gravestFirst(run);
    return gravest === undefined ? null : `${count(gravest[1])} ${gravest[0]}`;
  },
  load: (run) => {
    const missed = total(run, "thresholds_failed");
    return missed > 0 ? `${plural(missed, "threshold")} missed` : null;
  },
};

/** A verdict with its most telling number: `14 failed`, `1 high`, `1 threshold missed`, or the plain word. */
export function sayVerdict(run: Pick<Run, "kind" | "verdict" | "totals">): { tone: Tone; text: string } {
  const detail = run.verdict === "failed" ? DETAILS[run.kind](run) : null;
  return { tone: toneOf(run.verdict), text: detail ?? run.verdict };
}

/** How a load test kept its own limits: `1 of 3 missed`, `3 met`, or that it has none. */
export function sayThresholds(run: Told): string {
  const all = total(run, "thresholds");
  const missed = total(run, "thresholds_failed");
  if (all === 0) return "no thresholds";
  return missed === 0 ? `${plural(all, "threshold")} met` : `${count(missed)} of ${count(all)} missed`;
}

/** What was tested, in a few words. */
export function sayTotals(run: Pick<Run, "kind" | "totals">): string {
  if (run.kind === "functional") return plural(total(run, "total"), "test");
  if (run.kind === "security") {
    const places = plural(total(run, "instances"), "occurrence");
    const sites = total(run, "sites");
    const where = sites === 0 ? "" : ` on ${plural(sites, "site")}`;
    return `${places} in ${plural(total(run, "findings"), "finding")}${where}`;
  }
  return `${plural(total(run, "thresholds"), "threshold")}, ${plural(total(run, "metrics"), "metric")}`;
}

/** What of a report that breaks off was kept. */
export function sayKept(run: Pick<Run, "kind" | "totals">): string {
  if (run.kind === "functional") {
    const kept = total(run, "total");
    return `${plural(kept, "complete test")} ${kept === 1 ? "was" : "were"} kept`;
  }
  if (run.kind === "security") return `${plural(total(run, "findings"), "finding")} up to there`;
  return "what was measured up to there was kept";
}

/** Where a link from a report may lead: only the web. */
export function isWebAddress(address: string): boolean {
  return URL.canParse(address) && ["http:", "https:"].includes(new URL(address).protocol);
}
