import clsx from "clsx";
import type { ReactNode } from "react";

/** A surface with an optional heading line: title, a quiet note beside it, and something at the end; `label` names one without. */
export function Card({
  title,
  label,
  note,
  end,
  children,
  className,
}: {
  title?: string;
  label?: string;
  note?: ReactNode;
  end?: ReactNode;
  children: ReactNode;
  className?: string;
}) {
  return (
    <section
      className={clsx("min-w-0 rounded-md border border-line bg-surface", className)}
      aria-label={label ?? title}
    >
      {title !== undefined && (
        <header className="flex flex-wrap items-baseline gap-x-2.5 gap-y-1 px-4 pt-3 pb-2">
          <h2 className="font-semibold text-base">{title}</h2>
          {note !== undefined && <span className="text-text-3">{note}</span>}
          {end !== undefined && <span className="ml-auto text-text-3">{end}</span>}
        </header>
      )}
      {children}
    </section>
  );
}

/** A number with its name above and its change beside it. `good` and `bad` colour the change, never the number. */
export function Tile({
  label,
  value,
  delta,
  trend = "flat",
}: {
  label: string;
  value: ReactNode;
  delta?: string;
  trend?: "good" | "bad" | "flat";
}) {
  const colour = { good: "text-pass", bad: "text-fail", flat: "text-text-3" }[trend];
  return (
    <div className="min-w-0 rounded-md border border-line bg-surface px-4 py-3">
      <div className="truncate text-text-3">{label}</div>
      <div className="flex flex-wrap items-baseline gap-x-2">
        <strong className="font-semibold text-xl">{value}</strong>
        {delta !== undefined && <span className={colour}>{delta}</span>}
      </div>
    </div>
  );
}
