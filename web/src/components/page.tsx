import type { ReactNode } from "react";

/** A page's first line: its name, the answer in words, and what can be done. */
export function PageHead({
  title,
  answer,
  tags,
  actions,
}: {
  title: string;
  answer?: ReactNode;
  tags?: ReactNode;
  actions?: ReactNode;
}) {
  return (
    <header className="flex flex-wrap items-center gap-x-3 gap-y-2">
      <div className="min-w-0 flex-1 basis-60">
        <div className="flex flex-wrap items-center gap-2">
          <h1 className="font-semibold text-lg">{title}</h1>
          {tags}
        </div>
        {answer !== undefined && <p className="text-text-2">{answer}</p>}
      </div>
      {actions !== undefined && <div className="flex flex-wrap gap-2">{actions}</div>}
    </header>
  );
}
