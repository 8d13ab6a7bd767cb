import { X } from "lucide-react";
import { Button } from "@/components/button";

/** The filters that are on; each can be taken away, or all of them. */
export function RemovableChips({
  chips,
  onRemove,
  onClear,
}: {
  chips: { key: string; text: string }[];
  onRemove: (key: string) => void;
  onClear: () => void;
}) {
  if (chips.length === 0) return null;
  return (
    <ul aria-label="Filters that are on" className="flex flex-wrap items-center gap-1.5">
      {chips.map(({ key, text }) => (
        <li
          key={key}
          className="flex h-6 max-w-full items-center rounded-full bg-accent-weak pl-2.5 text-accent text-sm"
        >
          <span className="truncate">{text}</span>
          <button
            type="button"
            aria-label={`Remove filter ${text}`}
            className="inline-grid size-6 shrink-0 place-items-center rounded-full hover:bg-surface"
            onClick={() => onRemove(key)}
          >
            <X size={12} aria-hidden="true" />
          </button>
        </li>
      ))}
      <li>
        <Button look="quiet" className="h-6 px-2" onClick={onClear}>
          Clear all
        </Button>
      </li>
    </ul>
  );
}
