import { useQuery } from "@tanstack/react-query";
import { Navigate, Outlet, useLocation } from "react-router";
import { Skeleton, TroubleNote } from "@/components/states";
import { getMeOptions } from "@/lib/api/@tanstack/react-query.gen";
import { useSession } from "@/lib/session";

/** What everybody waits for once they are in: what they may do. */
function Admitted() {
  const { isSuccess, error, refetch } = useQuery(getMeOptions());
  if (isSuccess) return <Outlet />;
  if (error === null) return <Skeleton rows={6} className="mx-auto mt-12 max-w-2xl" />;
  return (
    <main className="mx-auto mt-12 max-w-2xl">
      <TroubleNote error={error} retry={() => void refetch()} />
    </main>
  );
}

/** Lets the signed-in through; everybody else signs in first and comes back to the same address. */
export function Guard() {
  const { phase, needsSecondFactor } = useSession();
  const { pathname, search } = useLocation();
  if (phase === "unknown") return <Skeleton rows={6} className="mx-auto mt-12 max-w-2xl" />;
  if (phase === "signed-in" && !needsSecondFactor) return <Admitted />;
  const next = `${pathname}${search}`;
  const door = needsSecondFactor ? "/second-factor" : "/sign-in";
  return <Navigate to={next === "/" ? door : `${door}?back=${encodeURIComponent(next)}`} replace />;
}
