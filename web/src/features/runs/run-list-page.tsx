import { useParams } from "react-router";
import { AllRuns } from "@/features/runs/all-runs";
import { ProjectRuns } from "@/features/runs/project-runs";

/** The runs of one project, or of all of them. */
export function Component() {
  const { slug } = useParams();
  return slug === undefined ? <AllRuns /> : <ProjectRuns key={slug} />;
}
