import type { Tone } from "@/components/status";
import type { Health, HealthCheck } from "@/lib/api";
import { plural } from "@/lib/format";

/** The look and the word of each state: colour never stands alone. */
export const STATES: Record<HealthCheck["state"], { tone: Tone; word: string }> = {
  fine: { tone: "pass", word: "fine" },
  look: { tone: "broken", word: "look at it" },
  act: { tone: "fail", word: "act now" },
};

/** What each check is called. */
export const NAMES: Record<string, string> = {
  workers: "Workers",
  queue: "Queue",
  jobs: "Failed jobs",
  set_aside: "Set aside",
  backup: "Backup",
  disk: "Disk",
  blobs: "Stored files",
  postgres: "PostgreSQL",
  pool: "Connections",
  redis: "Redis",
  partitions: "Tables ahead",
  audit: "Audit log",
  counts: "Counts",
  housekeeping: "Housekeeping",
};

/** Where one goes to act on a check. */
export function placesOf(name: string, health: Health): { to: string; label: string }[] {
  if (name === "set_aside")
    return health.set_aside.map(({ slug, name: project, uploads }) => ({
      to: `/p/${slug}/uploads?status=set-aside`,
      label: `${project}: ${plural(uploads, "upload")}`,
    }));
  if (name === "disk") return [{ to: "/storage", label: "Storage" }];
  return [];
}

/** The whole in one sentence. */
export function headline(health: Health): string {
  const act = health.checks.filter(({ state }) => state === "act").length;
  const look = health.checks.filter(({ state }) => state === "look").length;
  if (act > 0)
    return `${plural(act, "thing needs", "things need")} you now${look > 0 ? `, ${look} to look at` : ""}.`;
  if (look > 0) return `It works; ${plural(look, "thing")} to look at.`;
  return "Everything is fine.";
}

/** Checks with the most urgent first, else in their own order. */
export function byUrgency(checks: HealthCheck[]): HealthCheck[] {
  const order = ["act", "look", "fine"];
  return [...checks].sort((one, other) => order.indexOf(one.state) - order.indexOf(other.state));
}
