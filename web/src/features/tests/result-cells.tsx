import type { GridColumn } from "@/components/grid";
import { Chip, StatusMark, toneOf } from "@/components/status";
import type { ResultItem } from "@/lib/api";
import { duration } from "@/lib/format";

const CHANGES = { new: "new failure", fixed: "fixed", still: "still failing" } as const;
const SHORT = { new: "new", fixed: "fixed", still: "still" } as const;

/** How a result stands to the baseline's. */
export function ChangeChip({ change, isShort = false }: Pick<ResultItem, "change"> & { isShort?: boolean }) {
  if (change === null) return null;
  const words = isShort ? SHORT : CHANGES;
  return (
    <span title={CHANGES[change]}>
      <Chip tone={toneOf(change)}>{words[change]}</Chip>
    </span>
  );
}

/** The columns of a list of results. */
export function resultColumns(onChoose: (test: string) => void): GridColumn<ResultItem>[] {
  return [
    { key: "status", title: "Status", width: "w-12", cell: (item) => <StatusMark word={item.status} /> },
    {
      key: "name",
      title: "Test",
      sort: "name",
      width: "w-full max-w-0",
      cell: (item) => (
        <span className="flex items-baseline gap-2">
          <button
            type="button"
            title={`${item.name}\n${item.suite}`}
            className="min-w-0 truncate font-medium after:absolute after:inset-0 hover:text-accent"
            onClick={() => onChoose(item.test_id)}
          >
            {item.name}
          </button>
          <span className="min-w-0 flex-1 shrink-[9] truncate text-sm text-text-3">{item.suite}</span>
        </span>
      ),
    },
    { key: "change", title: "Change", cell: (item) => <ChangeChip change={item.change} isShort /> },
    {
      key: "duration",
      title: "Duration",
      numeric: true,
      sort: "-duration_ms",
      cell: (item) => duration(item.duration_ms),
    },
  ];
}

/** A result on a phone. */
export function ResultCard({ item, onChoose }: { item: ResultItem; onChoose: () => void }) {
  return (
    <div className="flex items-start gap-2">
      <StatusMark word={item.status} />
      <div className="min-w-0 flex-1">
        <button
          type="button"
          className="text-left font-medium after:absolute after:inset-0 [overflow-wrap:anywhere]"
          onClick={onChoose}
        >
          {item.name}
        </button>
        <p className="truncate text-sm text-text-3">{item.suite}</p>
      </div>
      <span className="whitespace-nowrap text-text-3">{duration(item.duration_ms)}</span>
    </div>
  );
}
