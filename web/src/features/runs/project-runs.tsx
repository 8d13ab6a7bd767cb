import { useQuery } from "@tanstack/react-query";
import { useParams } from "react-router";
import { useArrive } from "@/app/place";
import { ButtonLink } from "@/components/button";
import { PageHead } from "@/components/page";
import { SampleTag } from "@/components/status";
import { RunList } from "@/features/runs/run-list";
import { getProjectOptions } from "@/lib/api/@tanstack/react-query.gen";
import { ago, plural } from "@/lib/format";
import { useIsAdmin } from "@/lib/session";
import { useLiveRefresh } from "@/lib/use-live";

/** The runs of one project. */
export function ProjectRuns() {
  const { slug = "" } = useParams();
  const { data: project } = useQuery(getProjectOptions({ path: { slug } }));
  const isAdmin = useIsAdmin();
  useLiveRefresh(`project:${slug}`, "getFacets", "getProject");
  useArrive("Runs", slug, [{ label: project?.name ?? slug, to: `/p/${slug}` }]);
  const answer =
    project &&
    `${plural(project.run_count, "run")}${project.last_run_at === null ? "" : `, the last ${ago(project.last_run_at)}`}`;
  return (
    <>
      <PageHead
        title={`Runs of ${project?.name ?? slug}`}
        answer={answer ?? "Looking…"}
        tags={project?.is_sample && <SampleTag />}
        actions={isAdmin && <ButtonLink to={`/upload?project=${slug}`}>Upload reports</ButtonLink>}
      />
      <RunList slug={slug} command={`testflux upload output.xml --project ${slug}`} />
    </>
  );
}
