import { useArrive } from "@/app/place";
import { PageHead } from "@/components/page";
import { RunList } from "@/features/runs/run-list";

/** The runs of every project. */
export function AllRuns() {
  useArrive("All runs");
  return (
    <>
      <PageHead title="All runs" answer="Every run of every project, the newest first" />
      <RunList command="testflux upload output.xml --project webshop" />
    </>
  );
}
