import type { ReactNode } from "react";
import { ThemeButton } from "@/app/theme-button";
import { useTitle } from "@/lib/use-title";

/** The frame of every page before one is inside: a card with a heading, and a quiet note below it. */
export function Door({ title, note, children }: { title: string; note?: ReactNode; children: ReactNode }) {
  useTitle(title);
  return (
    <main className="grid min-h-screen content-center justify-items-center gap-4 p-4">
      <div className="absolute top-3 right-3">
        <ThemeButton />
      </div>
      <div className="w-full max-w-[380px] rounded-md border border-line bg-surface p-5">
        <div className="mb-4 flex items-center gap-2">
          <img src="/favicon.svg" alt="" width={22} height={22} />
          <h1 className="font-semibold text-lg">{title}</h1>
        </div>
        <div className="grid gap-3">{children}</div>
      </div>
      {note !== undefined && <div className="max-w-[380px] text-sm text-text-3">{note}</div>}
    </main>
  );
}
