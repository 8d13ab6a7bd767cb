import { useState } from "react";
import { Navigate, useSearchParams } from "react-router";
import { Button } from "@/components/button";
import { Skeleton } from "@/components/states";
import { SetUp } from "@/features/account/set-up";
import { Door } from "@/features/auth/door";
import { safeBack } from "@/features/auth/sign-in";
import { queries } from "@/lib/queries";
import { hasSecondFactor, signOut, useSession } from "@/lib/session";

/** Where people are led whose organisation asks for a second factor that they have not set up. */
export function Component() {
  const { phase, user, needsSecondFactor } = useSession();
  const [params] = useSearchParams();
  const back = safeBack(params.get("back"));
  // Recovery codes are shown once: news that the factor is there must not take the page away before they are kept.
  const [isUnderWay, setUnderWay] = useState(false);
  if (phase === "unknown") return <Skeleton rows={6} className="mx-auto mt-12 max-w-2xl" />;
  if (phase === "signed-out") return <Navigate to="/sign-in" replace />;
  if (!needsSecondFactor && !isUnderWay) return <Navigate to={back} replace />;
  return (
    <Door title="Set up a second factor" note={`Signed in as ${user?.email ?? ""}.`}>
      <p className="text-text-2">
        Your organisation asks for one. It takes a minute, and an authenticator app.
      </p>
      <SetUp
        email={user?.email ?? ""}
        onBegun={() => setUnderWay(true)}
        onDone={() => {
          queries.clear();
          hasSecondFactor();
          setUnderWay(false);
        }}
      />
      <Button look="quiet" className="justify-self-start" onClick={() => void signOut()}>
        Sign out
      </Button>
    </Door>
  );
}
