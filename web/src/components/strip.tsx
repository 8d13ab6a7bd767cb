import { type KeyboardEvent, type MouseEvent, useState } from "react";
import { useNavigate } from "react-router";
import { type Tone, toneOf } from "@/components/status";

/** One run in a strip: its word (verdict or status), what to say about it, and where it leads. */
export interface StripItem {
  key: string;
  word: string;
  label: string;
  to: string;
}

const FILL: Record<Tone, string> = {
  pass: "var(--pass)",
  fail: "var(--fail)",
  broken: "var(--broken)",
  skip: "var(--skip)",
  flaky: "var(--flaky)",
  new: "var(--new)",
};

/** What a finger can hit. */
const SMALLEST_TARGET = 24;

function bars(items: StripItem[], step: number, height: number, wanted: (isPass: boolean) => boolean) {
  const paths = new Map<Tone, string>();
  items.forEach((item, index) => {
    const tone = toneOf(item.word);
    if (!wanted(tone === "pass")) return;
    const top = tone === "pass" ? height * 0.35 : 0;
    const bar = `M${index * step} ${top}h${step - 2}v${height - top}h-${step - 2}z`;
    paths.set(tone, (paths.get(tone) ?? "") + bar);
  });
  return [...paths].map(([tone, path]) => (
    <path key={tone} d={path} fill={FILL[tone]} opacity={tone === "pass" ? 0.55 : 1} />
  ));
}

function describe(items: StripItem[]): string {
  const counts = new Map<string, number>();
  for (const { word } of items) counts.set(word, (counts.get(word) ?? 0) + 1);
  const parts = [...counts].map(([word, amount]) => `${amount} ${word}`);
  return `Last ${items.length} runs, oldest first: ${parts.join(", ")}`;
}

/**
 * History at a glance, oldest first: a short muted bar for a pass, a full one for anything else.
 * One element and one tab stop however long it is; the arrow keys walk it and Enter opens a run.
 */
export function Strip({
  items,
  step = 8,
  height = 16,
}: {
  items: StripItem[];
  step?: number;
  height?: number;
}) {
  const navigate = useNavigate();
  const [active, setActive] = useState(-1);
  const chosen = items[active];

  const open = () => chosen !== undefined && navigate(chosen.to);
  const point = (event: MouseEvent<HTMLElement>) => {
    const x = event.clientX - event.currentTarget.getBoundingClientRect().left;
    setActive(Math.min(items.length - 1, Math.max(0, Math.floor(x / step))));
  };
  const press = (event: KeyboardEvent) => {
    const moves: Record<string, number> = {
      ArrowLeft: -1,
      ArrowRight: 1,
      Home: -items.length,
      End: items.length,
    };
    const move = moves[event.key];
    if (event.key === "Enter") open();
    if (move === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    setActive((present) =>
      Math.min(items.length - 1, Math.max(0, (present < 0 ? items.length - 1 : present) + move)),
    );
  };

  if (items.length === 0) return <span className="text-text-3">–</span>;
  return (
    <span
      role="slider"
      tabIndex={0}
      aria-label={describe(items)}
      aria-orientation="horizontal"
      aria-valuemin={1}
      aria-valuemax={items.length}
      aria-valuenow={(active < 0 ? items.length - 1 : active) + 1}
      aria-valuetext={(chosen ?? items.at(-1))?.label}
      className="-my-1 relative inline-block cursor-pointer py-1 align-middle"
      onMouseMove={point}
      onMouseLeave={() => setActive(-1)}
      onBlur={() => setActive(-1)}
      onClick={open}
      onKeyDown={press}
    >
      <svg
        aria-hidden="true"
        width={Math.max(items.length * step, SMALLEST_TARGET)}
        height={height}
        className="block"
      >
        {bars(items, step, height, (isPass) => isPass)}
        {bars(items, step, height, (isPass) => !isPass)}
        {chosen && (
          <rect
            x={active * step - 1}
            y={0.5}
            width={step}
            height={height - 1}
            fill="none"
            stroke="var(--text)"
            rx={1}
          />
        )}
      </svg>
      {chosen && (
        <span
          aria-hidden="true"
          className="pointer-events-none absolute top-full right-0 z-20 mt-1 whitespace-nowrap rounded-sm border border-line bg-raised px-2 py-0.5 text-sm shadow-pop"
        >
          {chosen.label}
        </span>
      )}
    </span>
  );
}
