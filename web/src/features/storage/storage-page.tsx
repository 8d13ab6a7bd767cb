import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { useCrumbs } from "@/app/crumbs";
import { Card, Tile } from "@/components/card";
import { PageHead } from "@/components/page";
import { Empty, Loaded } from "@/components/states";
import { Table, Td, Th } from "@/components/table";
import { type Ages, headline, sayAges, sayFull, sayGrowth } from "@/features/storage/ages";
import { QuotaForm } from "@/features/storage/quota-form";
import { RetentionForm } from "@/features/storage/retention-form";
import { type ProjectStorage, type Retention, type Storage, saveQuotas, saveRetention } from "@/lib/api";
import { getRetentionOptions, getStorageOptions } from "@/lib/api/@tanstack/react-query.gen";
import { bytes } from "@/lib/format";
import { useMay } from "@/lib/may";
import { invalidate } from "@/lib/queries";
import { tell } from "@/lib/toasts";
import { useTitle } from "@/lib/use-title";

function Row({ project }: { project: ProjectStorage }) {
  const { forecast } = project;
  return (
    <tr>
      <Td className="py-1.5">
        <Link to={`/p/${project.slug}/storage`} className="font-[550] hover:underline">
          {project.name}
        </Link>
        <div className="text-sm text-text-3">{sayAges(project.retention)}</div>
      </Td>
      <Td numeric className="whitespace-nowrap font-[550]">
        {bytes(project.bytes)}
      </Td>
      <Td numeric className="whitespace-nowrap max-lg:hidden">
        {bytes(project.result_bytes)}
      </Td>
      <Td numeric className="whitespace-nowrap max-lg:hidden">
        {bytes(project.row_bytes)}
      </Td>
      <Td numeric className="whitespace-nowrap max-lg:hidden">
        {bytes(project.file_bytes)}
      </Td>
      <Td numeric className="whitespace-nowrap max-lg:hidden">
        {bytes(project.total_bytes)}
      </Td>
      <Td
        numeric
        className="whitespace-nowrap max-sm:hidden"
        title={`90 days: ${sayGrowth(forecast.daily_90)}`}
      >
        {sayGrowth(forecast.daily_30)}
      </Td>
      <Td numeric className="sm:whitespace-nowrap">
        {project.most_bytes !== null && <div>{bytes(project.most_bytes)} for files</div>}
        <span className="text-text-3">{sayFull(forecast, project.most_bytes, project.file_bytes)}</span>
      </Td>
    </tr>
  );
}

function Projects({ items }: { items: ProjectStorage[] }) {
  if (items.length === 0)
    return <Empty title="No project yet">Nothing takes up room but the empty house.</Empty>;
  const byte = [...items].sort((one, other) => other.bytes - one.bytes);
  return (
    <Table
      label="Storage by project"
      head={
        <>
          <Th>Project</Th>
          <Th numeric>In all</Th>
          <Th numeric className="max-lg:hidden">
            Results
          </Th>
          <Th numeric className="max-lg:hidden">
            Rows
          </Th>
          <Th numeric className="max-lg:hidden">
            Files
          </Th>
          <Th numeric className="max-lg:hidden">
            Totals
          </Th>
          <Th numeric className="max-sm:hidden">
            Growth, 30 d
          </Th>
          <Th numeric>Quota</Th>
        </>
      }
    >
      {byte.map((project) => (
        <Row key={project.slug} project={project} />
      ))}
    </Table>
  );
}

function Tiles({ storage }: { storage: Storage }) {
  const { disk, forecast, quotas } = storage;
  return (
    <div className="grid grid-cols-2 gap-3 lg:grid-cols-4">
      <Tile label="In all" value={bytes(storage.bytes)} delta={sayGrowth(forecast.daily_30)} />
      <Tile label="Files, each once" value={bytes(storage.file_bytes)} />
      <Tile
        label="Quota in all"
        value={quotas.quota_bytes === null ? "none" : bytes(quotas.quota_bytes)}
        delta={
          quotas.quota_bytes === null ? undefined : sayFull(forecast, quotas.quota_bytes, storage.file_bytes)
        }
      />
      <Tile
        label="Free on the disk"
        value={disk === null ? "elsewhere" : bytes(disk.free_bytes)}
        delta={disk === null ? undefined : `of ${bytes(disk.size_bytes)}`}
      />
    </div>
  );
}

function Policy({ saved }: { saved: Retention }) {
  const save = async (ages: Ages) => {
    await saveRetention({ body: ages as Retention, throwOnError: true });
    invalidate("getRetention", "getStorage", "getProjectRetention", "previewRetention");
    tell("How long things are kept was changed; it takes effect tonight.");
  };
  return <RetentionForm key={JSON.stringify(saved)} saved={saved as Ages} onSave={save} />;
}

function Quotas({ quotas }: { quotas: Storage["quotas"] }) {
  const save = async (values: Record<string, number | null>) => {
    const body = {
      quota_bytes: values.quota_bytes ?? null,
      project_quota_bytes: values.project_quota_bytes ?? null,
    };
    await saveQuotas({ body, throwOnError: true });
    invalidate("getStorage");
    tell("The quotas were changed. What is there stays.");
  };
  return (
    <QuotaForm
      key={JSON.stringify(quotas)}
      fields={[
        {
          key: "quota_bytes",
          label: "Whole organisation, GB",
          help: "Files of all projects, each different file once.",
          value: quotas.quota_bytes,
        },
        {
          key: "project_quota_bytes",
          label: "Each project, GB",
          help: "For projects without a quota of their own.",
          value: quotas.project_quota_bytes,
        },
      ]}
      onSave={save}
    />
  );
}

/** What everything takes up, how long it is kept, and how much there may be. */
export function Component() {
  useTitle("Storage");
  useCrumbs("", { label: "All projects", to: "/" }, { label: "Storage" });
  if (useMay("storage.manage")) return <StorageOfAll />;
  return (
    <>
      <PageHead title="Storage" />
      <Card>
        <Empty title="Administrators look after storage">Ask one of them to keep a run for you.</Empty>
      </Card>
    </>
  );
}

function StorageOfAll() {
  const storage = useQuery(getStorageOptions());
  const retention = useQuery(getRetentionOptions());
  return (
    <>
      <PageHead title="Storage" answer={storage.data === undefined ? "Measuring…" : headline(storage.data)} />
      <Loaded query={storage} rows={3}>
        {(loaded) => <Tiles storage={loaded} />}
      </Loaded>
      <Card title="Projects" note="Files as they were sent; on the disk they lie compressed.">
        <Loaded query={storage}>{({ items }) => <Projects items={items} />}</Loaded>
      </Card>
      <Card title="How long things are kept" note="For every project that does not say otherwise.">
        <Loaded query={retention}>{(saved) => <Policy saved={saved} />}</Loaded>
      </Card>
      <Card title="Quotas" note="A file that does not fit is refused; what is there stays.">
        <Loaded query={storage} rows={2}>
          {({ quotas }) => <Quotas quotas={quotas} />}
        </Loaded>
      </Card>
    </>
  );
}
