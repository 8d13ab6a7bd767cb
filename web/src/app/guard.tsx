import { Navigate, Outlet, useLocation } from "react-router";
import { Skeleton } from "@/components/states";
import { useSession } from "@/lib/session";

/** Lets the signed-in through; everybody else signs in first and comes back to the same address. */
export function Guard() {
  const phase = useSession((session) => session.phase);
  const { pathname, search } = useLocation();
  if (phase === "unknown") return <Skeleton rows={6} className="mx-auto mt-12 max-w-2xl" />;
  if (phase === "signed-in") return <Outlet />;
  const next = `${pathname}${search}`;
  return <Navigate to={next === "/" ? "/sign-in" : `/sign-in?back=${encodeURIComponent(next)}`} replace />;
}
