import { useQuery } from "@tanstack/react-query";
import { useParams } from "react-router";
import { useCrumbs } from "@/app/crumbs";
import { Card, Tile } from "@/components/card";
import { PageHead } from "@/components/page";
import { Empty, Loaded } from "@/components/states";
import { type Ages, sayAges, sayFull, sayGrowth } from "@/features/storage/ages";
import { QuotaForm } from "@/features/storage/quota-form";
import { RetentionForm } from "@/features/storage/retention-form";
import {
  type OwnRetention,
  type ProjectRetention,
  type ProjectStorage,
  saveProjectQuota,
  saveProjectRetention,
} from "@/lib/api";
import { getProjectRetentionOptions, getProjectStorageOptions } from "@/lib/api/@tanstack/react-query.gen";
import { bytes } from "@/lib/format";
import { useMay } from "@/lib/may";
import { invalidate } from "@/lib/queries";
import { tell } from "@/lib/toasts";
import { useTitle } from "@/lib/use-title";

function Tiles({ project }: { project: ProjectStorage }) {
  return (
    <div className="grid grid-cols-2 gap-3 lg:grid-cols-4">
      <Tile label="In all" value={bytes(project.bytes)} delta={sayGrowth(project.forecast.daily_30)} />
      <Tile label="Files" value={bytes(project.file_bytes)} />
      <Tile label="Results" value={bytes(project.result_bytes)} />
      <Tile label="Rows" value={bytes(project.row_bytes)} />
    </div>
  );
}

function Policy({ slug, retention }: { slug: string; retention: ProjectRetention }) {
  const save = async (ages: Ages) => {
    await saveProjectRetention({ path: { slug }, body: ages as OwnRetention, throwOnError: true });
    invalidate("getProjectRetention", "getProjectStorage", "getStorage", "previewProjectRetention");
    tell("How long this project keeps things was changed; it takes effect tonight.");
  };
  return (
    <RetentionForm
      key={JSON.stringify(retention)}
      slug={slug}
      saved={retention.own as Ages}
      organisation={retention.organisation}
      onSave={save}
    />
  );
}

function Quota({ project }: { project: ProjectStorage }) {
  const all = project.project_quota_bytes;
  const save = async ({ quota_bytes }: Record<string, number | null>) => {
    await saveProjectQuota({
      path: { slug: project.slug },
      body: { quota_bytes: quota_bytes ?? null },
      throwOnError: true,
    });
    invalidate("getProjectStorage", "getStorage");
    tell("The quota was changed. What is there stays.");
  };
  return (
    <QuotaForm
      key={String(project.quota_bytes)}
      fields={[
        {
          key: "quota_bytes",
          label: "Files of this project, GB",
          help:
            all === null
              ? "Without one, only the organisation’s quota counts."
              : `Without one, ${bytes(all)} hold as for each project.`,
          value: project.quota_bytes,
        },
      ]}
      onSave={save}
    />
  );
}

function StorageOfOne({ slug }: { slug: string }) {
  const storage = useQuery(getProjectStorageOptions({ path: { slug } }));
  const retention = useQuery(getProjectRetentionOptions({ path: { slug } }));
  const project = storage.data;
  const answer =
    project === undefined
      ? "Measuring…"
      : `This project ${sayAges(project.retention)}; ${project.most_bytes === null ? "" : "quota: "}${sayFull(project.forecast, project.most_bytes, project.file_bytes)}.`;
  return (
    <>
      <PageHead title="Storage" answer={answer} />
      {project !== undefined && <Tiles project={project} />}
      <Card title="How long things are kept" note="Where this project differs from its organisation.">
        <Loaded query={retention}>{(loaded) => <Policy slug={slug} retention={loaded} />}</Loaded>
      </Card>
      <Card title="Quota" note="A file that does not fit is refused; what is there stays.">
        <Loaded query={storage} rows={2}>
          {(loaded) => <Quota project={loaded} />}
        </Loaded>
      </Card>
    </>
  );
}

/** What a project takes up, how long it is kept, and how much there may be. */
export function Component() {
  const slug = useParams().slug ?? "";
  useTitle("Storage", slug);
  useCrumbs(slug, { label: slug, to: `/p/${slug}` }, { label: "Storage" });
  if (useMay("storage.manage", slug)) return <StorageOfOne slug={slug} />;
  return (
    <>
      <PageHead title="Storage" />
      <Card>
        <Empty title="Administrators look after storage">Ask one of them to keep a run for you.</Empty>
      </Card>
    </>
  );
}
