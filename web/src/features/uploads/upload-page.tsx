import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { useCrumbs } from "@/app/crumbs";
import { Button, ButtonLink } from "@/components/button";
import { Card } from "@/components/card";
import { CopyBlock } from "@/components/copy";
import { TextField } from "@/components/field";
import { Empty, Loaded } from "@/components/states";
import { DropZone, WhatIsTaken } from "@/features/uploads/drop-zone";
import { ProjectField, useChosenProject } from "@/features/uploads/project-field";
import { clearDone, send, type UploadMetadata, useQueue } from "@/features/uploads/queue";
import { SendingRow } from "@/features/uploads/sending-row";
import type { Project } from "@/lib/api";
import { getSystemOptions, listProjectsOptions } from "@/lib/api/@tanstack/react-query.gen";
import { plural } from "@/lib/format";
import { may, useMaySomewhere, useMe } from "@/lib/may";
import { useTitle } from "@/lib/use-title";

const NOTHING: UploadMetadata = {
  name: "",
  environment: "",
  type: "",
  branch: "",
  commit: "",
  labels: "",
  started_at: "",
};

/** The same upload from a shell, for those who would rather script it. */
export function curlOf(origin: string, project: string, metadata: UploadMetadata): string {
  const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
  const fields = Object.entries(metadata)
    .filter(([name, value]) => value.trim() !== "" && name !== "labels")
    .map(([name, value]) => `  -F ${quote(`${name}=${value.trim()}`)} \\\n`);
  const labels = metadata.labels.split(/[\s,]+/).filter(Boolean);
  const labelled = labels.map((label) => `  -F ${quote(`labels=${label}`)} \\\n`);
  return (
    `curl -H "Authorization: Bearer $TESTFLUX_TOKEN" \\\n${[...fields, ...labelled].join("")}` +
    `  -F files=@output.xml \\\n  ${origin}/api/v1/projects/${project || "PROJECT"}/uploads`
  );
}

function Details({
  metadata,
  onChange,
}: {
  metadata: UploadMetadata;
  onChange: (metadata: UploadMetadata) => void;
}) {
  const field = (name: keyof UploadMetadata) => ({
    value: metadata[name],
    onChange: (event: { target: { value: string } }) => onChange({ ...metadata, [name]: event.target.value }),
  });
  return (
    <div className="grid gap-3 px-4 pb-4 sm:grid-cols-2 xl:grid-cols-3">
      <TextField
        label="Lane"
        placeholder="nightly"
        help="Runs of one lane are compared with each other."
        {...field("name")}
      />
      <TextField label="Environment" placeholder="staging" {...field("environment")} />
      <TextField label="Test type" placeholder="regression" {...field("type")} />
      <TextField label="Branch" placeholder="main" {...field("branch")} />
      <TextField label="Commit" placeholder="9be07d…" {...field("commit")} />
      <TextField
        label="Labels"
        placeholder="browser=firefox team=web"
        help="Pairs, parted by spaces."
        {...field("labels")}
      />
      <TextField
        label="Run time"
        placeholder="2026-03-01T22:00:00Z"
        help="Only for history: when the run took place."
        {...field("started_at")}
      />
    </div>
  );
}

function Queue() {
  const files = useQueue((queue) => queue.files);
  if (files.length === 0) return null;
  return (
    <Card
      title="Files"
      note={plural(files.length, "file")}
      end={
        <Button look="quiet" onClick={clearDone}>
          Clear finished
        </Button>
      }
    >
      <ul aria-label="Files on their way" aria-live="polite">
        {files.map((sending) => (
          <SendingRow key={sending.key} sending={sending} />
        ))}
      </ul>
    </Card>
  );
}

function Form({ projects }: { projects: Project[] }) {
  const [known, choose] = useChosenProject(projects);
  const [metadata, setMetadata] = useState(NOTHING);
  const system = useQuery(getSystemOptions());
  return (
    <>
      <Card title="Where it belongs" note="only the project is needed; details make runs comparable">
        <div className="px-4 pb-3 sm:max-w-[320px]">
          <ProjectField projects={projects} value={known} onChoose={choose} />
        </div>
        <Details metadata={metadata} onChange={setMetadata} />
      </Card>
      <DropZone
        title="Drop reports here"
        isReady={known !== ""}
        onFiles={(files) => send(files, known, metadata)}
      >
        <WhatIsTaken limit={system.data?.upload_limit_bytes} />
      </DropZone>
      <Queue />
      <Card title="From a shell or CI">
        <div className="grid gap-2 px-4 pb-4">
          <CopyBlock text={curlOf(location.origin, known, metadata)} label="Copy command" />
          <p className="text-text-2">
            A token comes from{" "}
            <Link to="/tokens" className="link">
              API tokens
            </Link>
            , with examples for each CI. The command line does the same with{" "}
            <code className="font-mono">testflux upload</code>, and detects branch, commit and build by
            itself.
          </p>
        </div>
      </Card>
    </>
  );
}

/** Send reports from the browser. */
export function Component() {
  useTitle("Send reports");
  useCrumbs("", { label: "All projects", to: "/" }, { label: "Send reports" });
  const me = useMe();
  const canSend = useMaySomewhere("upload.create");
  const canImport = useMaySomewhere("upload.manage");
  const projects = useQuery(listProjectsOptions({ query: { limit: 500 } }));
  return (
    <>
      <div className="flex flex-wrap items-center gap-3">
        <h1 className="font-semibold text-lg">Send reports</h1>
        {canImport && (
          <ButtonLink to="/upload/history" className="ml-auto">
            Import history
          </ButtonLink>
        )}
      </div>
      {!canSend ? (
        <Card>
          <Empty title="You may read, not send">
            An administrator can send reports, or give your account that role.
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
                  Runs belong to a project: one product or service with its tests, scans and load tests.
                </Empty>
              </Card>
            ) : (
              <Form projects={items.filter(({ slug }) => may(me, "upload.create", slug))} />
            )
          }
        </Loaded>
      )}
    </>
  );
}
