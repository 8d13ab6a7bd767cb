import { useEffect, useState } from "react";
import { Outlet, ScrollRestoration, useLocation } from "react-router";
import { Palette } from "@/app/palette";
import { Rail } from "@/app/rail";
import { TopBar } from "@/app/top-bar";
import { Dialog } from "@/components/dialog";
import { useLiveRefresh } from "@/lib/use-live";

const DRAWER =
  "fixed inset-y-0 left-0 z-50 w-[248px] overflow-y-auto border-line border-r bg-surface px-2 py-3";

/** What stays while pages change: rail, top bar, palette. */
export function Shell() {
  const [isRailOpen, setRailOpen] = useState(false);
  const { pathname } = useLocation();
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new address closes the rail
  useEffect(() => setRailOpen(false), [pathname]);
  useLiveRefresh("projects", "getOverview", "listProjects", "listRuns", "getProject", "getSample");
  return (
    <div className="grid min-h-screen grid-cols-[minmax(0,1fr)] lg:grid-cols-[208px_minmax(0,1fr)]">
      <a
        href="#main"
        className="sr-only z-50 rounded-md bg-accent px-3 py-1.5 text-on-accent focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        Skip to the page
      </a>
      <nav
        aria-label="Main"
        className="sticky top-0 hidden h-screen overflow-y-auto border-line border-r bg-surface px-2 py-3 lg:block"
      >
        <Rail />
      </nav>
      <Dialog
        title="Menu"
        hidesTitle
        isOpen={isRailOpen}
        onClose={() => setRailOpen(false)}
        className={DRAWER}
      >
        <nav aria-label="Menu">
          <Rail />
        </nav>
      </Dialog>
      <div className="min-w-0">
        <TopBar onMenu={() => setRailOpen(true)} />
        <main
          id="main"
          tabIndex={-1}
          className="grid grid-cols-[minmax(0,1fr)] content-start gap-4 p-3 outline-none md:p-5"
        >
          <Outlet />
        </main>
      </div>
      <Palette />
      <ScrollRestoration getKey={(place) => place.pathname} />
    </div>
  );
}
