import { Navigate, Outlet, useLocation } from "react-router";
import { BottomBar, Rail } from "@/app/rail";
import { Toasts } from "@/app/toasts";
import { TopBar } from "@/app/top-bar";
import { Skeleton } from "@/components/states";
import { useSession } from "@/lib/session";

/** The frame around every page: rail, top bar, and the page itself. Signed-out people are sent to sign in first. */
export function Shell() {
  const phase = useSession((session) => session.phase);
  const location = useLocation();
  if (phase === "unknown") return <Skeleton rows={8} className="mx-auto max-w-[960px] pt-16" />;
  if (phase === "signed-out") {
    const back = location.pathname + location.search;
    return <Navigate to={back === "/" ? "/login" : `/login?back=${encodeURIComponent(back)}`} replace />;
  }
  return (
    <div className="grid min-h-screen md:grid-cols-[208px_minmax(0,1fr)]">
      <a
        href="#main"
        className="sr-only z-50 rounded-md bg-accent px-3 py-1.5 text-on-accent focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        Skip to the page
      </a>
      <Rail />
      <div className="flex min-w-0 flex-col">
        <TopBar />
        <main
          id="main"
          tabIndex={-1}
          className="grid min-w-0 grid-cols-[minmax(0,1fr)] content-start gap-4 p-3 pb-20 outline-none md:p-5"
        >
          <Outlet />
        </main>
      </div>
      <BottomBar />
      <Toasts />
    </div>
  );
}
