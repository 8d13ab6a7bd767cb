import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "@/components/button";
import { Card } from "@/components/card";
import { ConfirmDialog } from "@/components/dialog";
import { SampleTag } from "@/components/status";
import { addSample, dropSample } from "@/lib/api";
import { getSampleOptions, getSampleQueryKey } from "@/lib/api/@tanstack/react-query.gen";
import { useMay } from "@/lib/may";
import { explain } from "@/lib/problem";
import { queries } from "@/lib/queries";
import { tell } from "@/lib/toasts";

const ASK_AGAIN_MS = 1500;

async function load(): Promise<void> {
  try {
    await addSample({ throwOnError: true });
    await queries.invalidateQueries({ queryKey: getSampleQueryKey() });
  } catch (error) {
    tell(explain(error).detail);
  }
}

/** The sample history: load it, watch it load, remove it with one click. Silent when `onlyWhenPresent` and there is none. */
export function SampleCard({ onlyWhenPresent = false }: { onlyWhenPresent?: boolean }) {
  const canManage = useMay("sample.manage");
  const [isAsking, setAsking] = useState(false);
  const { data } = useQuery({
    ...getSampleOptions(),
    refetchInterval: ({ state }) => (state.data?.status === "loading" ? ASK_AGAIN_MS : false),
  });
  if (data === undefined || (onlyWhenPresent && data.status === "absent")) return null;
  const remove = async () => {
    await dropSample({ throwOnError: true });
    await queries.invalidateQueries();
    tell("The sample history is gone.");
  };
  return (
    <Card>
      <div className="flex flex-wrap items-center gap-3 px-4 py-2.5">
        <SampleTag />
        {data.status === "loading" && (
          <>
            <span>
              Loading the sample history, {Math.round((data.done / Math.max(1, data.total)) * 100)}&thinsp;%
            </span>
            <progress
              aria-label="Loading the sample history"
              max={data.total}
              value={data.done}
              className="h-1.5 w-40 accent-accent"
            />
          </>
        )}
        {data.status === "present" && (
          <span className="text-text-2">
            Projects marked Sample hold generated history, to look around in.
          </span>
        )}
        {data.status === "absent" && (
          <span className="text-text-2">
            90 days of generated history of several projects, to look around in.
          </span>
        )}
        {canManage && (
          <div className="ml-auto">
            {data.status === "absent" ? (
              <Button onClick={() => void load()}>Load sample history</Button>
            ) : (
              <Button onClick={() => setAsking(true)}>Remove sample history</Button>
            )}
          </div>
        )}
      </div>
      <ConfirmDialog
        title="Remove the sample history?"
        action="Remove"
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        onConfirm={remove}
      >
        All projects marked Sample go, with their runs. Your own projects stay. You can load the sample again
        at any time.
      </ConfirmDialog>
    </Card>
  );
}
