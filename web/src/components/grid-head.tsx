import type { SortingState } from "@tanstack/react-table";
import clsx from "clsx";
import { ArrowDown, ArrowUp } from "lucide-react";
import type { GridColumn } from "@/components/grid";
import { FROM } from "@/components/grid-look";

type Direction = "ascending" | "descending" | "none";

function Heading({
  title,
  direction,
  onClick,
}: {
  title: string;
  direction: Direction;
  onClick: () => void;
}) {
  const Arrow = direction === "ascending" ? ArrowUp : ArrowDown;
  return (
    <button
      type="button"
      className="inline-flex min-h-6 items-center gap-1 hover:text-text"
      onClick={onClick}
    >
      {title}
      {direction !== "none" && <Arrow size={12} aria-hidden="true" />}
    </button>
  );
}

/** The headings of a grid; those that sort are buttons. */
export function GridHead<T>({
  columns,
  sort,
  onSort,
  sorting,
  onToggle,
}: {
  columns: GridColumn<T>[];
  sort?: string;
  onSort?: (sort: string) => void;
  sorting: SortingState;
  onToggle: (key: string) => void;
}) {
  const directionOf = (column: GridColumn<T>): Direction => {
    if (column.sort !== undefined && column.sort === sort)
      return sort.startsWith("-") ? "descending" : "ascending";
    const own = sorting.find(({ id }) => id === column.key);
    if (own === undefined) return "none";
    return own.desc ? "descending" : "ascending";
  };
  const heading = (column: GridColumn<T>) => {
    const { sort: key } = column;
    if (key !== undefined && onSort !== undefined)
      return <Heading title={column.title} direction={directionOf(column)} onClick={() => onSort(key)} />;
    if (column.value === undefined) return column.title;
    return (
      <Heading title={column.title} direction={directionOf(column)} onClick={() => onToggle(column.key)} />
    );
  };
  return (
    <thead>
      <tr>
        {columns.map((column) => (
          <th
            key={column.key}
            scope="col"
            aria-sort={
              column.sort === undefined && column.value === undefined ? undefined : directionOf(column)
            }
            className={clsx(
              "whitespace-nowrap border-line border-b px-3 py-1.5 font-medium text-sm text-text-3",
              column.numeric ? "text-right" : "text-left",
              column.width,
              column.from && FROM[column.from],
            )}
          >
            {heading(column)}
          </th>
        ))}
      </tr>
    </thead>
  );
}
