import clsx from "clsx";
import type { ReactNode, TdHTMLAttributes, ThHTMLAttributes } from "react";

/** A plain table in the house's style; it scrolls inside its card when it must; `isFixed` columns keep the widths of their headings. */
export function Table({
  label,
  head,
  isFixed = false,
  children,
}: {
  label: string;
  head: ReactNode;
  isFixed?: boolean;
  children: ReactNode;
}) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a group, lest each table be one more landmark of the page
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <div role="group" className="relative overflow-x-auto" aria-label={label} tabIndex={0}>
      <table className={clsx("w-full border-collapse", isFixed && "table-fixed")} aria-label={label}>
        <thead>
          <tr>{head}</tr>
        </thead>
        <tbody className="[&>tr:last-child>td]:border-b-0">{children}</tbody>
      </table>
    </div>
  );
}

/** A column's heading; `numeric` columns stand to the right. */
export function Th({
  numeric = false,
  className,
  ...rest
}: ThHTMLAttributes<HTMLTableCellElement> & { numeric?: boolean }) {
  return (
    <th
      scope="col"
      className={clsx(
        "whitespace-nowrap border-line border-b px-3 py-2 font-medium text-sm text-text-3",
        numeric ? "text-right" : "text-left",
        className,
      )}
      {...rest}
    />
  );
}

/** A cell. */
export function Td({
  numeric = false,
  className,
  ...rest
}: TdHTMLAttributes<HTMLTableCellElement> & { numeric?: boolean }) {
  return (
    <td className={clsx("h-8 border-line border-b px-3", numeric && "text-right", className)} {...rest} />
  );
}
