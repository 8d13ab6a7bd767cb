/** Numbers, durations and times as people read them. A thin space stands before each unit. */

const THIN = "\u2009";
const MINUS = "\u2212";
const integers = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 0 });

/** `1,284` */
export function count(value: number): string {
  return integers.format(value);
}

/** `1 test`, `3 tests`; give the plural when it is not just an s. */
export function plural(value: number, noun: string, nouns = `${noun}s`): string {
  return `${count(value)} ${value === 1 ? noun : nouns}`;
}

/** `95.1 %` from 95.12; 100 and 0 stay exact so that 99.96 never reads as green. */
export function percent(value: number, digits = 1): string {
  const factor = 10 ** digits;
  const rounded = value < 100 ? Math.floor(value * factor) / factor : value;
  return `${rounded.toFixed(digits)}${THIN}%`;
}

/** `7 m 41 s`, `412 ms`, `1.2 s`, `2 h 5 m`, `3 d 4 h` from milliseconds. */
export function duration(ms: number): string {
  if (ms < 1000) return `${ms < 10 && !Number.isInteger(ms) ? ms.toFixed(1) : Math.round(ms)}${THIN}ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)}${THIN}s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return pair(seconds, 60, "m", "s");
  const minutes = Math.round(seconds / 60);
  if (minutes < 24 * 60) return pair(minutes, 60, "h", "m");
  return pair(Math.round(minutes / 60), 24, "d", "h");
}

function pair(total: number, unit: number, large: string, small: string): string {
  const rest = total % unit;
  const head = `${Math.floor(total / unit)}${THIN}${large}`;
  return rest === 0 ? head : `${head} ${rest}${THIN}${small}`;
}

/** `1.4 MB` (powers of 1,000). */
export function bytes(value: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let size = value;
  let unit = 0;
  while (Math.abs(size) >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${unit === 0 || Math.abs(size) >= 100 ? Math.round(size) : size.toFixed(1)}${THIN}${units[unit]}`;
}

/** `+11 %`, `−3 %`, `±0 %` from a share (0.11). */
export function deltaShare(share: number): string {
  return `${signed(Math.round(share * 100))}${THIN}%`;
}

/** `+6`, `−2`, `±0`; digits after the point are kept as asked. */
export function signed(value: number, digits = 0): string {
  const text = Math.abs(value).toFixed(digits);
  if (Number(text) === 0) return `±${text}`;
  return `${value > 0 ? "+" : MINUS}${text}`;
}

/** A measured value in its unit, with as many digits as it deserves. */
export function quantity(value: number, unit: "ms" | "bytes" | "%" | ""): string {
  if (unit === "ms") return duration(value);
  if (unit === "bytes") return bytes(value);
  const digits = Number.isInteger(value) || Math.abs(value) >= 1000 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  const number = new Intl.NumberFormat("en-GB", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return unit === "%" ? `${number.format(value)}${THIN}%` : number.format(value);
}

const STEPS: [limit: number, size: number, unit: string][] = [
  [3600, 60, "min"],
  [86_400, 3600, "h"],
  [86_400 * 60, 86_400, "d"],
  [86_400 * 700, 86_400 * 30.44, "months"],
  [Number.POSITIVE_INFINITY, 86_400 * 365.25, "years"],
];

/** `just now`, `5 h ago`, `in 3 d`. */
export function ago(time: string, now = Date.now()): string {
  const seconds = (now - Date.parse(time)) / 1000;
  const distance = Math.abs(seconds);
  if (distance < 60) return "just now";
  const [, size, unit] = STEPS.find(([limit]) => distance < limit) ?? [0, 1, "s"];
  const amount = Math.max(1, Math.floor(distance / size));
  const words = `${amount} ${amount === 1 ? unit.replace(/(month|year)s$/, "$1") : unit}`;
  return seconds > 0 ? `${words} ago` : `in ${words}`;
}

const stamps = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });
const days = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
const daysOfYears = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  year: "numeric",
  timeZone: "UTC",
});

/** `22 Nov 2026, 14:05` in the reader's own zone. */
export function moment(time: string): string {
  return stamps.format(new Date(time));
}

/** `22 Nov`, with the year when it is not this one. */
export function day(time: string, now = new Date()): string {
  const date = new Date(time);
  return (date.getUTCFullYear() === now.getUTCFullYear() ? days : daysOfYears).format(date);
}

/** The first seven characters of a commit. */
export function shortCommit(commit: string): string {
  return /^[0-9a-f]{12,}$/i.test(commit) ? commit.slice(0, 7) : commit;
}
