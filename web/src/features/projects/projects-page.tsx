import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useSearchParams } from "react-router";
import { useCrumbs } from "@/app/crumbs";
import { Button, ButtonLink } from "@/components/button";
import { Card } from "@/components/card";
import { ConfirmDialog } from "@/components/dialog";
import { Empty, Loaded } from "@/components/states";
import { SampleTag } from "@/components/status";
import { Table, Td, Th } from "@/components/table";
import { ProjectDialog } from "@/features/projects/project-dialog";
import { SampleCard } from "@/features/projects/sample-card";
import { dropProject, type Project } from "@/lib/api";
import { listProjectsOptions } from "@/lib/api/@tanstack/react-query.gen";
import { ago, count, plural } from "@/lib/format";
import { useMay } from "@/lib/may";
import { invalidate } from "@/lib/queries";
import { tell } from "@/lib/toasts";
import { useTitle } from "@/lib/use-title";

function Row({ project, onChange, onDrop }: { project: Project; onChange: () => void; onDrop: () => void }) {
  const canNotify = useMay("channel.manage", project.slug);
  const canEdit = useMay("project.edit", project.slug);
  const canDelete = useMay("project.delete", project.slug);
  return (
    <tr>
      <Td className="py-1.5">
        <Link to={`/p/${project.slug}`} className="font-[550] hover:underline">
          {project.name}
        </Link>{" "}
        <span className="text-text-3">{project.slug}</span> {project.is_sample && <SampleTag />}
        {project.description !== "" && (
          <div className="text-sm text-text-3 sm:max-w-[60ch] sm:truncate">{project.description}</div>
        )}
      </Td>
      <Td className="max-sm:hidden">{project.default_branch}</Td>
      <Td numeric className="max-sm:hidden">
        {count(project.run_count)}
      </Td>
      <Td numeric className="max-sm:hidden">
        {count(project.test_count)}
      </Td>
      <Td className="whitespace-nowrap max-sm:hidden">
        {project.last_run_at === null ? "no run yet" : ago(project.last_run_at)}
      </Td>
      <Td numeric>
        <span className="inline-flex flex-wrap justify-end gap-1 py-1">
          {canNotify && (
            <ButtonLink look="quiet" to={`/p/${project.slug}/notifications`} className="max-sm:hidden">
              Notifications
            </ButtonLink>
          )}
          {canEdit && (
            <Button look="quiet" aria-label={`Change ${project.name}`} onClick={onChange}>
              Change
            </Button>
          )}
          {canDelete && (
            <Button look="quiet" aria-label={`Delete ${project.name}`} onClick={onDrop}>
              Delete
            </Button>
          )}
        </span>
      </Td>
    </tr>
  );
}

function List({ projects, onChange }: { projects: Project[]; onChange: (project: Project) => void }) {
  const [dropping, setDropping] = useState<Project | null>(null);
  const drop = async () => {
    if (dropping === null) return;
    await dropProject({ path: { slug: dropping.slug }, throwOnError: true });
    invalidate("listProjects", "getOverview", "listRuns", "getSample");
    tell(`Project ${dropping.name} and all its runs are gone.`);
  };
  return (
    <>
      <Table
        label="Projects"
        head={
          <>
            <Th>Project</Th>
            <Th className="max-sm:hidden">Default branch</Th>
            <Th numeric className="max-sm:hidden">
              Runs
            </Th>
            <Th numeric className="max-sm:hidden">
              Tests
            </Th>
            <Th className="max-sm:hidden">Last run</Th>
            <Th numeric>
              <span className="sr-only">Actions</span>
            </Th>
          </>
        }
      >
        {projects.map((project) => (
          <Row
            key={project.slug}
            project={project}
            onChange={() => onChange(project)}
            onDrop={() => setDropping(project)}
          />
        ))}
      </Table>
      <ConfirmDialog
        title={`Delete ${dropping?.name ?? ""}?`}
        action="Delete for good"
        typed={dropping?.slug}
        isOpen={dropping !== null}
        onClose={() => setDropping(null)}
        onConfirm={drop}
      >
        {plural(dropping?.run_count ?? 0, "run")} with all results, findings and files go, and cannot be
        brought back.
      </ConfirmDialog>
    </>
  );
}

/** All projects, and for those who may the making, changing and deleting of them. */
export function Component() {
  useTitle("Projects");
  useCrumbs("", { label: "All projects", to: "/" }, { label: "Projects" });
  const canAdd = useMay("project.create");
  const [params, setParams] = useSearchParams();
  const [editing, setEditing] = useState<Project | null>(null);
  const query = useQuery(listProjectsOptions({ query: { limit: 500 } }));
  const isMaking = canAdd && params.has("new");
  const close = () => {
    setEditing(null);
    setParams({});
  };
  return (
    <>
      <div className="flex items-center">
        <h1 className="font-semibold text-lg">Projects</h1>
        {canAdd && (
          <Button look="primary" className="ml-auto" onClick={() => setParams({ new: "1" })}>
            New project
          </Button>
        )}
      </div>
      <Card>
        <Loaded query={query}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty title="No project yet">
                A project is one product or service with its tests, scans and load tests.
              </Empty>
            ) : (
              <List projects={items} onChange={setEditing} />
            )
          }
        </Loaded>
      </Card>
      <SampleCard />
      {(isMaking || editing !== null) && <ProjectDialog project={editing} onClose={close} />}
    </>
  );
}
