import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { useCrumbs } from "@/app/crumbs";
import { ButtonLink } from "@/components/button";
import { Card } from "@/components/card";
import { TextField } from "@/components/field";
import { PageHead } from "@/components/page";
import { Empty, Loaded } from "@/components/states";
import { DropZone } from "@/features/uploads/drop-zone";
import { begin, type Said, useImport } from "@/features/uploads/history";
import { ImportFiles } from "@/features/uploads/import-files";
import { ImportProgress } from "@/features/uploads/import-progress";
import { ProjectField, useChosenProject } from "@/features/uploads/project-field";
import type { Project } from "@/lib/api";
import { listProjectsOptions } from "@/lib/api/@tanstack/react-query.gen";
import { may, useMaySomewhere, useMe } from "@/lib/may";
import { tell } from "@/lib/toasts";
import { useTitle } from "@/lib/use-title";

const FIELDS: [name: keyof Said, label: string, example: string][] = [
  ["name", "Lane", "nightly"],
  ["environment", "Environment", "staging"],
  ["type", "Test type", "regression"],
  ["branch", "Branch", "main"],
];

function Form({ projects }: { projects: Project[] }) {
  const [known, choose] = useChosenProject(projects);
  const [said, setSaid] = useState<Said>({ name: "", environment: "", type: "", branch: "" });
  return (
    <>
      <Card title="Where it belongs" note="the same for all files; what a report says of itself it keeps">
        <div className="grid gap-3 px-4 pb-4 sm:grid-cols-2 xl:grid-cols-5">
          <ProjectField projects={projects} value={known} onChoose={choose} />
          {FIELDS.map(([name, label, placeholder]) => (
            <TextField
              key={name}
              label={label}
              placeholder={placeholder}
              value={said[name]}
              onChange={(event) => setSaid({ ...said, [name]: event.target.value })}
            />
          ))}
        </div>
      </Card>
      <DropZone
        title="Drop a folder of old reports here"
        isReady={known !== ""}
        most={Number.POSITIVE_INFINITY}
        prefersFolder
        onFiles={(files) => {
          if (files.length === 0) tell("There is no file in it.");
          else void begin(files, known, said);
        }}
      >
        <p className="max-w-[72ch] text-text-2">
          Every report in it, however deep, becomes a run in its own time; archives are opened. Files are sent
          oldest first, only those that the project does not have, and nobody is told of them. To go on after
          an interruption, choose the same folder again.
        </p>
      </DropZone>
      <p className="text-text-3">
        Where the path says the branch or the build, or pictures belong to the reports, the command line knows
        more: <code className="font-mono">testflux upload FOLDER --historical --layout</code>.
      </p>
    </>
  );
}

function Import({ projects }: { projects: Project[] }) {
  const isIdle = useImport(({ phase }) => phase === "nothing");
  if (isIdle) return <Form projects={projects} />;
  return (
    <>
      <ImportProgress />
      <ImportFiles />
    </>
  );
}

/** Send the reports of years, without telling anybody. */
export function Component() {
  useTitle("Import history");
  useCrumbs("", { label: "Send reports", to: "/upload" }, { label: "Import history" });
  const me = useMe();
  const canImport = useMaySomewhere("upload.manage");
  const projects = useQuery(listProjectsOptions({ query: { limit: 500 } }));
  return (
    <>
      <PageHead title="Import history" answer="Reports that lie in archives become runs of the past." />
      {!canImport ? (
        <Card>
          <Empty title="You may read, not send">
            An administrator can import history, or give your account that role.
          </Empty>
        </Card>
      ) : (
        <Loaded query={projects}>
          {({ items }) =>
            items.length === 0 ? (
              <Card>
                <Empty
                  title="Make a project first"
                  action={
                    <ButtonLink to="/projects?new=1" look="primary">
                      New project
                    </ButtonLink>
                  }
                >
                  Runs belong to a project. Today’s reports are sent on the page{" "}
                  <Link to="/upload" className="link">
                    Send reports
                  </Link>
                  .
                </Empty>
              </Card>
            ) : (
              <Import projects={items.filter(({ slug }) => may(me, "upload.manage", slug))} />
            )
          }
        </Loaded>
      )}
    </>
  );
}
