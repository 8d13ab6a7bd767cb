import { useInfiniteQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Button } from "@/components/button";
import { Card } from "@/components/card";
import { Table, Td, Th } from "@/components/table";
import { Files } from "@/features/tests/files";
import type { RunDetail } from "@/lib/api";
import { listAttachmentsInfiniteOptions } from "@/lib/api/@tanstack/react-query.gen";
import { downloadReport } from "@/lib/download";
import { bytes, count, duration, moment } from "@/lib/format";
import { byCursor, rowsOf } from "@/lib/paging";

const ATTACHMENTS = 100;

function Facts({ facts }: { facts: [name: string, fact: ReactNode][] }) {
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-6 gap-y-1.5 px-4 pb-4">
      {facts.map(([name, fact]) => (
        <div key={name} className="contents">
          <dt className="text-text-3">{name}</dt>
          <dd className="min-w-0 [overflow-wrap:anywhere]">
            {fact === "" ? <span className="text-text-3">not given</span> : fact}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Mono({ children }: { children: string }) {
  return <span className="font-mono text-sm">{children}</span>;
}

function File({ run }: { run: RunDetail }) {
  const { upload } = run;
  const url = upload.download_url;
  return (
    <Card title="Report file">
      <Facts
        facts={[
          ["name", <Mono key="name">{upload.file_name}</Mono>],
          ["size", bytes(upload.size_bytes)],
          ["format", run.format],
          ["tool", `${run.tool.name} ${run.tool.version}`.trim()],
          ["arrived", moment(run.created_at)],
          [
            "file",
            url === null ? (
              "not kept any more"
            ) : (
              <Button key="file" onClick={() => void downloadReport(upload.id, upload.file_name)}>
                Download {upload.file_name}
              </Button>
            ),
          ],
        ]}
      />
    </Card>
  );
}

function Parts({ run }: { run: RunDetail }) {
  const head = (
    <>
      <Th>Name</Th>
      <Th>Started</Th>
      <Th numeric>Size</Th>
      <Th>File</Th>
    </>
  );
  return (
    <Card title={`${run.parts.length} report files`} note="shards and reruns of one CI run">
      <Table label="Report files" head={head}>
        {run.parts.map((part) => (
          <tr key={part.id}>
            <Td className="font-mono text-sm [overflow-wrap:anywhere]">{part.file_name}</Td>
            <Td>{moment(part.started_at)}</Td>
            <Td numeric>{bytes(part.size_bytes)}</Td>
            <Td>
              {part.download_url === null ? (
                "not kept any more"
              ) : (
                <Button look="quiet" onClick={() => void downloadReport(part.id, part.file_name)}>
                  Download<span className="sr-only"> {part.file_name}</span>
                </Button>
              )}
            </Td>
          </tr>
        ))}
      </Table>
    </Card>
  );
}

function CameAlong({ run }: { run: RunDetail }) {
  const query = useInfiniteQuery({
    ...listAttachmentsInfiniteOptions({ path: { run_id: run.id }, query: { limit: ATTACHMENTS } }),
    ...byCursor,
  });
  const files = rowsOf(query.data);
  if (files.length === 0) return null;
  return (
    <Card title="Files that came along" note="screenshots, videos, logs">
      <div className="px-4 pb-2">
        <Files label="Files that came along" files={files.map((file) => ({ ...file, name: file.path }))} />
        {query.hasNextPage && (
          <Button look="quiet" onClick={() => void query.fetchNextPage()}>
            Show more files
          </Button>
        )}
      </div>
    </Card>
  );
}

function Warnings({ run }: { run: RunDetail }) {
  if (run.warnings.length === 0) return null;
  const head = (
    <>
      <Th>Code</Th>
      <Th>What was found</Th>
      <Th numeric>Line</Th>
      <Th numeric>Byte</Th>
    </>
  );
  return (
    <Card title="Warnings" note="while reading the report">
      <Table label="Warnings" head={head}>
        {run.warnings.map((warning) => (
          <tr key={`${warning.code} ${warning.line} ${warning.byte} ${warning.message}`}>
            <Td className="font-mono text-sm">{warning.code}</Td>
            <Td className="[overflow-wrap:anywhere]">{warning.message}</Td>
            <Td numeric>{warning.line == null ? "–" : count(warning.line)}</Td>
            <Td numeric>{warning.byte == null ? "–" : count(warning.byte)}</Td>
          </tr>
        ))}
      </Table>
    </Card>
  );
}

/** Where a run came from: its report file, what the sender said of it, and what the reader stumbled over. */
export function RunAbout({ run }: { run: RunDetail }) {
  const labels = Object.entries(run.labels);
  return (
    <>
      <div className="grid gap-4 lg:grid-cols-2">
        {run.parts.length === 1 ? <File run={run} /> : <Parts run={run} />}
        <Card title="What is known of the run">
          <Facts
            facts={[
              ["name", run.name],
              ["environment", run.environment],
              ["test type", run.type],
              ["branch", run.branch],
              ["commit", run.commit === "" ? "" : <Mono key="commit">{run.commit}</Mono>],
              ["pull request", run.pull_request],
              ["CI", run.ci_provider],
              ["build", run.build_url],
              ["labels", labels.map(([key, value]) => `${key}: ${value}`).join(", ")],
              [
                "started",
                `${moment(run.started_at)}${run.local_times ? ", by the report’s own clock, which names no zone" : ""}`,
              ],
              ["took", run.duration_ms > 0 ? duration(run.duration_ms) : ""],
              ["complete", run.complete ? "yes" : "no, the report breaks off"],
            ]}
          />
        </Card>
      </div>
      <CameAlong run={run} />
      <Warnings run={run} />
    </>
  );
}
