import clsx from "clsx";
import { Menu, Search } from "lucide-react";
import { Link } from "react-router";
import { openPalette } from "@/app/palette-store";
import { usePlace } from "@/app/place";
import { ThemeButton } from "@/app/theme-button";
import { useLiveState } from "@/lib/live";

const SAYING = {
  connecting: { text: "connecting", dot: "bg-skip", title: "Connecting to the live feed" },
  live: { text: "live", dot: "bg-pass", title: "Changes appear by themselves" },
  polling: {
    text: "polling",
    dot: "bg-flaky",
    title: "No socket: the page asks for changes every few seconds",
  },
  offline: { text: "offline", dot: "bg-fail", title: "The server does not answer; the page keeps trying" },
} as const;

function LiveMark() {
  const state = useLiveState((live) => live.state);
  const { text, dot, title } = SAYING[state];
  return (
    <div
      role="status"
      aria-label="Live updates"
      title={title}
      className="flex items-center gap-1.5 whitespace-nowrap text-text-2"
    >
      <span aria-hidden="true" className={clsx("size-[7px] rounded-full", dot)} />
      {text}
    </div>
  );
}

function Crumbs() {
  const { crumbs, title } = usePlace();
  return (
    <nav aria-label="Breadcrumb" className="min-w-0 flex-1">
      <ol className="flex min-w-0 gap-2 text-text-3">
        {crumbs.map((crumb) => (
          <li key={crumb.to} className="hidden shrink-0 gap-2 sm:flex">
            <Link to={crumb.to} className="hover:text-accent">
              {crumb.label}
            </Link>
            <span aria-hidden="true">/</span>
          </li>
        ))}
        <li aria-current="page" className="truncate font-[550] text-text">
          {title}
        </li>
      </ol>
    </nav>
  );
}

/** Where you are, the way to anywhere, and whether what you see is live. */
export function TopBar({ onMenu }: { onMenu: () => void }) {
  const isOffline = useLiveState((live) => live.state === "offline");
  return (
    <header className="sticky top-0 z-30 border-line border-b bg-surface">
      <div className="flex h-12 items-center gap-3 px-3 md:px-5">
        <button
          type="button"
          aria-label="Open menu"
          className="inline-grid size-8 shrink-0 place-items-center rounded-sm hover:bg-sunken lg:hidden"
          onClick={onMenu}
        >
          <Menu size={18} aria-hidden="true" />
        </button>
        <Crumbs />
        <button
          type="button"
          className="flex h-[30px] items-center gap-2 rounded-md border border-line bg-bg px-2.5 text-text-3 hover:border-line-strong md:w-[300px]"
          onClick={openPalette}
        >
          <Search size={14} aria-hidden="true" className="md:hidden" />
          <span className="sr-only md:not-sr-only">Search or jump to…</span>
          <kbd className="ml-auto hidden rounded-[3px] border border-line-strong px-1 font-mono text-xs md:block">
            Ctrl K
          </kbd>
        </button>
        <LiveMark />
        <ThemeButton />
      </div>
      {isOffline && (
        <p role="alert" className="border-line border-t bg-fail-weak px-3 py-1 text-fail md:px-5">
          The server does not answer. What you see may be old; the page keeps trying.
        </p>
      )}
    </header>
  );
}
