import { toneOf } from "@/components/status";
import { count } from "@/lib/format";

const ORDER = ["failed", "broken", "flaky", "skipped", "passed"] as const;

/** How the results of a run or suite divide, as one bar with its numbers in words. */
export function Proportion({
  totals,
  width = 120,
}: {
  totals: Partial<Record<(typeof ORDER)[number], number>>;
  width?: number;
}) {
  const parts = ORDER.map((word) => ({ word, amount: totals[word] ?? 0 })).filter(({ amount }) => amount > 0);
  const all = parts.reduce((sum, { amount }) => sum + amount, 0);
  if (all === 0) return <span className="text-text-3">no tests</span>;
  let x = 0;
  return (
    <svg
      role="img"
      aria-label={parts.map(({ word, amount }) => `${count(amount)} ${word}`).join(", ")}
      width={width}
      height={8}
      className="inline-block align-middle"
    >
      {parts.map(({ word, amount }) => {
        const share = Math.max((amount / all) * width, 2);
        const part = (
          <rect
            key={word}
            x={x}
            width={Math.max(share - 1, 1)}
            height={8}
            rx={1.5}
            fill={`var(--${toneOf(word)})`}
            opacity={word === "passed" ? 0.55 : 1}
          />
        );
        x += share;
        return part;
      })}
    </svg>
  );
}
