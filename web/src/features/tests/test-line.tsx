import clsx from "clsx";
import { Chip, StatusMark } from "@/components/status";
import type { ResultItem } from "@/lib/api";
import { duration } from "@/lib/format";

/** A test as one line of a list that is read: choosing it opens it beside the list. */
export function TestLine({
  item,
  isChosen,
  onChoose,
}: {
  item: ResultItem;
  isChosen: boolean;
  onChoose: () => void;
}) {
  return (
    <li>
      <button
        type="button"
        aria-current={isChosen}
        className={clsx(
          "flex min-h-8 w-full scroll-mt-16 items-center gap-2 px-4 py-1 text-left focus-visible:-outline-offset-2",
          isChosen ? "bg-accent-weak" : "hover:bg-sunken",
        )}
        onClick={onChoose}
      >
        <StatusMark word={item.status} />
        <span className="min-w-0 flex-1 truncate">
          {item.name} <span className="text-sm text-text-3">{item.suite}</span>
        </span>
        {item.change === "new" && <Chip tone="new">new</Chip>}
        <span className="whitespace-nowrap text-text-2">{duration(item.duration_ms)}</span>
      </button>
    </li>
  );
}
