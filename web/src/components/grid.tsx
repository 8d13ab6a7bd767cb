import {
  createSortedRowModel,
  rowSortingFeature,
  type SortingState,
  sortFn_alphanumeric,
  tableFeatures,
  useTable,
} from "@tanstack/react-table";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import clsx from "clsx";
import { type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import { GridHead } from "@/components/grid-head";
import { FROM } from "@/components/grid-look";
import { useIsNarrow } from "@/lib/use-media";

/** A column: `value` sorts what is on the page, `sort` names an order the server knows. */
export interface GridColumn<T> {
  key: string;
  title: string;
  cell: (row: T) => ReactNode;
  value?: (row: T) => string | number;
  sort?: string;
  numeric?: boolean;
  width?: string;
  from?: keyof typeof FROM;
}

/** More of a list that comes in pages. */
export interface More {
  hasMore: boolean;
  isFetching: boolean;
  fetch: () => void;
}

interface GridProps<T> {
  label: string;
  columns: GridColumn<T>[];
  rows: T[];
  rowKey: (row: T) => string;
  card: (row: T) => ReactNode;
  cardHeight?: number;
  chosen?: string;
  arrived?: ReadonlySet<string>;
  sort?: string;
  onSort?: (sort: string) => void;
  more?: More;
}

const ROW_HEIGHT = 32;
const FEATURES = tableFeatures({
  rowSortingFeature,
  sortedRowModel: createSortedRowModel(),
  sortFns: { alphanumeric: sortFn_alphanumeric },
});

function useSortedRows<T extends object>(rows: T[], columns: GridColumn<T>[]) {
  const [sorting, onSortingChange] = useState<SortingState>([]);
  const definitions = useMemo(
    () =>
      columns.map((column) => ({
        id: column.key,
        accessorFn: column.value ?? (() => 0),
        enableSorting: column.value !== undefined,
      })),
    [columns],
  );
  const table = useTable({
    features: FEATURES,
    columns: definitions,
    data: rows,
    state: { sorting },
    onSortingChange,
  });
  return { table, sorting, sorted: table.getRowModel().rows.map((row) => row.original) };
}

/**
 * A list of any length as a table, or as cards on a phone. Only what is near the window is in the page.
 */
export function Grid<T extends object>(props: GridProps<T>) {
  const { rows, rowKey, card, cardHeight = 92, more, label } = props;
  const isNarrow = useIsNarrow();
  const { table, sorting, sorted } = useSortedRows(rows, props.columns);
  const place = useRef<HTMLDivElement>(null);
  const [scrollMargin, setScrollMargin] = useState(0);
  useEffect(() => {
    const measure = () => setScrollMargin((place.current?.getBoundingClientRect().top ?? 0) + window.scrollY);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    return () => observer.disconnect();
  }, []);
  const virtual = useWindowVirtualizer({
    count: sorted.length,
    estimateSize: () => (isNarrow ? cardHeight : ROW_HEIGHT),
    overscan: 15,
    scrollMargin,
    scrollPaddingStart: 64,
    scrollPaddingEnd: 24,
  });
  const chosenAt = sorted.findIndex((row) => rowKey(row) === props.chosen);
  const isFirstLook = useRef(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new choice moves the page, a new measurement does not
  useEffect(() => {
    if (!isFirstLook.current && chosenAt >= 0) virtual.scrollToIndex(chosenAt, { align: "auto" });
    isFirstLook.current = false;
  }, [chosenAt]);
  const visible = virtual.getVirtualItems();
  const last = visible.at(-1)?.index ?? 0;
  const needsMore = more?.hasMore === true && !more.isFetching && last >= sorted.length - 10;
  useEffect(() => {
    if (needsMore) more?.fetch();
  }, [needsMore, more]);
  const before = visible[0] === undefined ? 0 : visible[0].start - scrollMargin;
  const after = virtual.getTotalSize() - ((visible.at(-1)?.end ?? scrollMargin) - scrollMargin);
  const shown = visible.flatMap(({ index }) => sorted[index] ?? []);

  return (
    <div ref={place} className={isNarrow ? undefined : "relative overflow-x-auto"}>
      {isNarrow ? (
        <ul aria-label={label} style={{ paddingTop: before, paddingBottom: after }}>
          {shown.map((row, index) => (
            <li
              key={rowKey(row)}
              data-index={visible[index]?.index}
              ref={virtual.measureElement}
              className={clsx("relative border-line border-b px-3 py-2.5", rowLook(props, row))}
            >
              {card(row)}
            </li>
          ))}
        </ul>
      ) : (
        <table
          aria-label={label}
          aria-rowcount={more?.hasMore ? -1 : sorted.length + 1}
          className="w-full border-collapse"
        >
          <GridHead
            columns={props.columns}
            sort={props.sort}
            onSort={props.onSort}
            sorting={sorting}
            onToggle={(key) => table.getColumn(key)?.toggleSorting()}
          />
          <tbody>
            {before > 0 && <Gap height={before} span={props.columns.length} />}
            {shown.map((row, index) => (
              <tr
                key={rowKey(row)}
                aria-rowindex={(visible[index]?.index ?? 0) + 2}
                className={clsx("relative hover:bg-bg", rowLook(props, row))}
              >
                {props.columns.map((column) => (
                  <td
                    key={column.key}
                    className={clsx(
                      "h-8 whitespace-nowrap border-line border-b px-3",
                      column.numeric && "text-right",
                      column.width,
                      column.from && FROM[column.from],
                    )}
                  >
                    {column.cell(row)}
                  </td>
                ))}
              </tr>
            ))}
            {after > 0 && <Gap height={after} span={props.columns.length} />}
          </tbody>
        </table>
      )}
      {more?.isFetching && (
        <p role="status" className="px-3 py-2 text-text-3">
          Loading more…
        </p>
      )}
    </div>
  );
}

function rowLook<T>({ chosen, arrived, rowKey }: GridProps<T>, row: T): string {
  const key = rowKey(row);
  return clsx(key === chosen && "bg-accent-weak hover:bg-accent-weak", arrived?.has(key) && "arrived");
}

function Gap({ height, span }: { height: number; span: number }) {
  return (
    <tr>
      <td colSpan={span} style={{ height }} />
    </tr>
  );
}
