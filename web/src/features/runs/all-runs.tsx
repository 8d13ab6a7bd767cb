import { useArrive } from "@/app/place";
import { RunList } from "@/features/runs/run-list";

/** The runs of every project. */
export function AllRuns() {
  useArrive("All runs");
  return <RunList title="All runs" />;
}
