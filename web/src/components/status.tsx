import clsx from "clsx";
import type { ReactNode } from "react";

/** The looks a state can have; each is a colour, a mark and a word. */
export type Tone = "pass" | "fail" | "broken" | "skip" | "flaky" | "new";

const LOOK: Record<Tone, { mark: string; style: string }> = {
  pass: { mark: "✓", style: "text-pass bg-pass-weak" },
  fail: { mark: "✕", style: "text-fail bg-fail-weak" },
  broken: { mark: "!", style: "text-broken bg-broken-weak" },
  skip: { mark: "–", style: "text-skip bg-skip-weak" },
  flaky: { mark: "≈", style: "text-flaky bg-flaky-weak" },
  new: { mark: "+", style: "text-new bg-new-weak" },
};

const TONES: Record<string, Tone> = {
  passed: "pass",
  passing: "pass",
  stored: "pass",
  sent: "pass",
  met: "pass",
  fixed: "pass",
  absent: "pass",
  failed: "fail",
  failing: "fail",
  rejected: "fail",
  missed: "fail",
  high: "fail",
  critical: "fail",
  broken: "broken",
  medium: "broken",
  incomplete: "broken",
  skipped: "skip",
  empty: "skip",
  queued: "skip",
  pending: "skip",
  existing: "skip",
  not_seen: "skip",
  duplicate: "skip",
  informational: "skip",
  flaky: "flaky",
  low: "flaky",
  processing: "flaky",
  still: "flaky",
  new: "new",
  reopened: "new",
};

/** The look of a status, verdict, state or severity by its word. */
export function toneOf(word: string): Tone {
  return TONES[word] ?? "skip";
}

/** A state in a pill: colour, mark and word together. */
export function Chip({ tone, children }: { tone: Tone; children: ReactNode }) {
  return (
    <span
      className={clsx(
        "inline-flex h-5 items-center gap-1 whitespace-nowrap rounded-full px-[7px] font-[550] text-xs leading-5",
        LOOK[tone].style,
      )}
    >
      <span aria-hidden="true">{LOOK[tone].mark}</span>
      {children}
    </span>
  );
}

/** A status word as a chip. */
export function StatusChip({ word }: { word: string }) {
  return <Chip tone={toneOf(word)}>{word.replaceAll("_", " ")}</Chip>;
}

/** Only the mark of a status, for dense rows; the word is there for those who listen. */
export function StatusMark({ word }: { word: string }) {
  const tone = toneOf(word);
  return (
    <span
      className={clsx(
        "inline-grid size-5 shrink-0 place-items-center rounded-sm font-[650] text-xs",
        LOOK[tone].style,
      )}
    >
      <span aria-hidden="true">{LOOK[tone].mark}</span>
      <span className="sr-only">{word}</span>
    </span>
  );
}

/** The first letter of a severity in its colour. */
export function SeverityMark({ severity }: { severity: string }) {
  return (
    <span
      className={clsx(
        "inline-grid size-5 shrink-0 place-items-center rounded-sm font-[650] text-xs",
        LOOK[toneOf(severity)].style,
      )}
    >
      <span aria-hidden="true">{severity.charAt(0).toUpperCase()}</span>
      <span className="sr-only">{severity} severity</span>
    </span>
  );
}

/** A tag, label or kind: a word without judgement. */
export function Tag({ children }: { children: ReactNode }) {
  return (
    <span className="inline-block whitespace-nowrap rounded-sm border border-line px-[5px] text-text-2 text-xs leading-[18px]">
      {children}
    </span>
  );
}

/** Said of everything that belongs to the sample history. */
export function SampleTag() {
  return <Chip tone="new">Sample</Chip>;
}
