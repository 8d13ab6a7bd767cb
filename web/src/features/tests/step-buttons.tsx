import { ChevronDown, ChevronUp } from "lucide-react";

/** The next and the one before, by button or by the keys j and k. */
export function StepButtons({
  position,
  onStep,
}: {
  position: { index: number; count: number };
  onStep: (step: number) => void;
}) {
  if (position.count < 2 || position.index < 0) return null;
  const style =
    "inline-grid size-6 place-items-center rounded-sm text-text-2 hover:bg-sunken disabled:opacity-40";
  return (
    <div className="flex items-center gap-1 text-text-3">
      <span className="whitespace-nowrap">
        {position.index + 1} of {position.count}
      </span>
      <button
        type="button"
        aria-label="Previous"
        title="Previous (k)"
        disabled={position.index === 0}
        className={style}
        onClick={() => onStep(-1)}
      >
        <ChevronUp size={15} aria-hidden="true" />
      </button>
      <button
        type="button"
        aria-label="Next"
        title="Next (j)"
        disabled={position.index === position.count - 1}
        className={style}
        onClick={() => onStep(1)}
      >
        <ChevronDown size={15} aria-hidden="true" />
      </button>
    </div>
  );
}
