import { useRouteError } from "react-router";
import { Button } from "@/components/button";
import { TroubleNote } from "@/components/states";

/** What stands in for a page that broke. */
export function Crash() {
  const error = useRouteError();
  return (
    <div className="mx-auto grid max-w-2xl justify-items-start gap-3 p-5">
      <h1 className="font-semibold text-lg">This page broke</h1>
      <TroubleNote error={error} />
      <Button look="primary" onClick={() => location.reload()}>
        Reload the page
      </Button>
    </div>
  );
}
