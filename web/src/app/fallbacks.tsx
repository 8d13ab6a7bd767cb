import { isRouteErrorResponse, useRouteError } from "react-router";
import { Button, ButtonLink } from "@/components/button";
import { Card } from "@/components/card";
import { TroubleNote } from "@/components/states";
import { useTitle } from "@/lib/use-title";

/** There is no such page. */
export function NotFound() {
  useTitle("Not found");
  return (
    <Card>
      <div className="grid justify-items-start gap-2 p-6">
        <h1 className="font-semibold text-lg">There is no such page</h1>
        <p className="text-text-2">
          The address may be mistyped, or what it named was deleted, or you may not see it.
        </p>
        <ButtonLink to="/" look="primary">
          All projects
        </ButtonLink>
      </div>
    </Card>
  );
}

/** A page fell over: say so and offer the way back; the rest of the application goes on. */
export function Crashed() {
  const error = useRouteError();
  if (isRouteErrorResponse(error) && error.status === 404) return <NotFound />;
  return (
    <div className="mx-auto grid max-w-[720px] gap-3 p-6">
      <TroubleNote error={error} />
      <div className="flex gap-2">
        <Button look="primary" onClick={() => location.reload()}>
          Reload
        </Button>
        <ButtonLink to="/">All projects</ButtonLink>
      </div>
    </div>
  );
}
