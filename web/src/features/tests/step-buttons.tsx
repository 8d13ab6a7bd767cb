import { ChevronDown, ChevronUp } from "lucide-react";

/** Where one is in a list; `isPartial` when more of it has not arrived yet. */
export interface Position {
  index: number;
  count: number;
  isPartial?: boolean;
}

/** The next and the one before, by button or by key: `keys` names those for back and on. */
export function StepButtons({
  position,
  keys: [back, on] = ["k", "j"],
  onStep,
}: {
  position: Position;
  keys?: [back: string, on: string];
  onStep: (step: number) => void;
}) {
  if (position.count < 2 || position.index < 0) return null;
  const style =
    "inline-grid size-6 place-items-center rounded-sm text-text-2 hover:bg-sunken disabled:opacity-40";
  return (
    <div className="flex items-center gap-1 text-text-3">
      <span className="whitespace-nowrap">
        {position.index + 1} of {position.count}
        {position.isPartial && "+"}
      </span>
      <button
        type="button"
        aria-label="Previous"
        title={`Previous (${back})`}
        disabled={position.index === 0}
        className={style}
        onClick={() => onStep(-1)}
      >
        <ChevronUp size={15} aria-hidden="true" />
      </button>
      <button
        type="button"
        aria-label="Next"
        title={`Next (${on})`}
        disabled={position.index === position.count - 1}
        className={style}
        onClick={() => onStep(1)}
      >
        <ChevronDown size={15} aria-hidden="true" />
      </button>
    </div>
  );
}
