import type { Trends } from "@/lib/api";
import { type Filters, given } from "@/lib/url-state";

export type Interval = Trends["interval"];

export const RANGES = [
  { key: "30d", label: "30 d", days: 30, interval: "day" },
  { key: "90d", label: "90 d", days: 90, interval: "day" },
  { key: "1y", label: "1 y", days: 365, interval: "week" },
  { key: "5y", label: "5 y", days: 1826, interval: "month" },
] as const;

const DAY_MS = 86_400_000;
const LONGEST_BY_DAY = 1000;

const isoDay = (at: number) => new Date(at).toISOString().slice(0, 10);

/** The keys of a range in the address. */
export const RANGE_KEYS = ["range", "interval", "from", "to"] as const;

/** Read a range from the address: a named one, or from and to; the interval follows its length when it is not chosen. */
export function readRange(
  filters: Filters<(typeof RANGE_KEYS)[number]>,
  now = Date.now(),
): { from: string; to: string; interval: Interval } {
  const named = RANGES.find(({ key }) => key === (filters.range || "30d"));
  const isCustom = filters.range === "custom" && filters.from !== "";
  const to = isCustom && filters.to !== "" ? filters.to : isoDay(now);
  const from = isCustom ? filters.from : isoDay(now - (named?.days ?? 30) * DAY_MS);
  const days = (Date.parse(to) - Date.parse(from)) / DAY_MS;
  const fitting: Interval = days <= 120 ? "day" : days <= 800 ? "week" : "month";
  const chosen = given({ interval: filters.interval }).interval as Interval | undefined;
  const interval = chosen === "day" && days > LONGEST_BY_DAY ? "week" : (chosen ?? fitting);
  return { from, to, interval };
}
