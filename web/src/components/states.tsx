import clsx from "clsx";
import type { ReactNode } from "react";
import { Button } from "@/components/button";
import { CopyBlock } from "@/components/copy";
import { explain } from "@/lib/problem";

const WIDTHS = [92, 75, 88, 61, 83, 70, 95, 66, 79, 58];

/** Up to ten grey lines where content will be, as high as it will be. */
export function Skeleton({ rows = 5, className }: { rows?: number; className?: string }) {
  return (
    <div role="status" aria-label="Loading" className={clsx("grid gap-3 p-4", className)}>
      {WIDTHS.slice(0, rows).map((width) => (
        <div key={width} className="h-5 animate-pulse rounded-sm bg-sunken" style={{ width: `${width}%` }} />
      ))}
    </div>
  );
}

/** Nothing here yet: says why, and teaches the next step, with a command where one helps. */
export function Empty({
  title,
  children,
  command,
  action,
}: {
  title: string;
  children?: ReactNode;
  command?: string;
  action?: ReactNode;
}) {
  return (
    <div className="grid justify-items-start gap-2 px-4 py-4">
      <p className="font-semibold">{title}</p>
      {children !== undefined && <div className="max-w-[68ch] text-text-2">{children}</div>}
      {command !== undefined && <CopyBlock text={command} label="Copy command" />}
      {action}
    </div>
  );
}

/** What went wrong, in words, with what to do and the id to quote. */
export function TroubleNote({ error, retry }: { error: unknown; retry?: () => void }) {
  const trouble = explain(error);
  return (
    <div
      role="alert"
      className="m-3 grid justify-items-start gap-1 rounded-md border border-line border-l-[3px] border-l-fail bg-surface px-4 py-3"
    >
      <p className="font-semibold">{trouble.title}</p>
      {trouble.detail !== "" && <p className="text-text-2 [overflow-wrap:anywhere]">{trouble.detail}</p>}
      {trouble.hint !== "" && <p className="text-text-2 [overflow-wrap:anywhere]">{trouble.hint}</p>}
      {trouble.requestId !== "" && (
        <p className="font-mono text-sm text-text-3">request {trouble.requestId}</p>
      )}
      {retry !== undefined && (
        <Button className="mt-2" onClick={retry}>
          Try again
        </Button>
      )}
    </div>
  );
}

/** What a query shows: skeleton, trouble, or its answer. `heading` names a page that is nothing else, until its answer does. */
export function Loaded<T>({
  query,
  rows,
  heading,
  children,
}: {
  query: { data: T | undefined; error: unknown; refetch: () => unknown };
  rows?: number;
  heading?: string;
  children: (data: T) => ReactNode;
}) {
  if (query.data !== undefined) return children(query.data);
  return (
    <>
      {heading !== undefined && <h1 className="sr-only">{heading}</h1>}
      {query.error ? (
        <TroubleNote error={query.error} retry={() => void query.refetch()} />
      ) : (
        <Skeleton rows={rows} />
      )}
    </>
  );
}
