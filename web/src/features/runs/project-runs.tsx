import { useQuery } from "@tanstack/react-query";
import { useParams } from "react-router";
import { useArrive } from "@/app/place";
import { ButtonLink } from "@/components/button";
import { SampleTag } from "@/components/status";
import { RunList } from "@/features/runs/run-list";
import { getProjectOptions } from "@/lib/api/@tanstack/react-query.gen";
import { useMay } from "@/lib/may";
import { useLiveRefresh } from "@/lib/use-live";

/** The runs of one project. */
export function ProjectRuns() {
  const { slug = "" } = useParams();
  const { data: project } = useQuery(getProjectOptions({ path: { slug } }));
  const canSend = useMay("upload.create", slug);
  useLiveRefresh(`project:${slug}`, "getFacets", "getProject");
  useArrive("Runs", slug, [{ label: project?.name ?? slug, to: `/p/${slug}` }]);
  return (
    <RunList
      slug={slug}
      title={`Runs of ${project?.name ?? slug}`}
      all={project?.run_count}
      tags={project?.is_sample && <SampleTag />}
      actions={canSend && <ButtonLink to={`/upload?project=${slug}`}>Upload reports</ButtonLink>}
    />
  );
}
