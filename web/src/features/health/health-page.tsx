import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { useCrumbs } from "@/app/crumbs";
import { Card, Tile } from "@/components/card";
import { PageHead } from "@/components/page";
import { Empty, Loaded, TroubleNote } from "@/components/states";
import { Chip } from "@/components/status";
import { Table, Td, Th } from "@/components/table";
import { byUrgency, headline, NAMES, placesOf, STATES } from "@/features/health/health-words";
import type { Health, HealthCheck } from "@/lib/api";
import { getConditionOptions } from "@/lib/api/@tanstack/react-query.gen";
import { ago, bytes, count, duration } from "@/lib/format";
import { useMay } from "@/lib/may";
import { useTitle } from "@/lib/use-title";

const ASK_AGAIN_MS = 10_000;

function Check({ check, health }: { check: HealthCheck; health: Health }) {
  const { tone, word } = STATES[check.state];
  return (
    <li className="grid gap-x-4 gap-y-1 border-line border-b px-4 py-2.5 last:border-b-0 sm:grid-cols-[6.5rem_9.5rem_minmax(0,1fr)]">
      <div>
        <Chip tone={tone}>{word}</Chip>
      </div>
      <h3 className="font-[550]">{NAMES[check.name] ?? check.name}</h3>
      <div className="min-w-0 [overflow-wrap:anywhere]">
        <p>{check.detail}</p>
        {check.advice !== "" && <p className="text-text-2">{check.advice}</p>}
        {check.state !== "fine" && (
          <p className="flex flex-wrap gap-x-4">
            {placesOf(check.name, health).map(({ to, label }) => (
              <Link key={to} to={to} className="link">
                {label}
              </Link>
            ))}
          </p>
        )}
      </div>
    </li>
  );
}

function Tiles({ health }: { health: Health }) {
  const { sizes, pool } = health;
  const waiting = health.queues.reduce((sum, queue) => sum + queue.waiting, 0);
  return (
    <div className="grid grid-cols-2 gap-3 lg:grid-cols-4">
      <Tile label="Jobs waiting" value={count(waiting)} />
      <Tile label="Database" value={bytes(sizes.database_bytes)} delta={`${count(sizes.uploads)} uploads`} />
      <Tile label="Files, each once" value={bytes(sizes.file_bytes)} />
      <Tile
        label="Connections in use"
        value={count(pool.size - pool.idle)}
        delta={`of ${pool.most}; ${count(health.watchers)} watching live`}
      />
    </div>
  );
}

function Queues({ queues }: { queues: Health["queues"] }) {
  if (queues.length === 0) return <Empty title="Nothing to do">Every job was done.</Empty>;
  return (
    <Table
      label="Queues"
      head={
        <>
          <Th>Queue</Th>
          <Th numeric>Waiting</Th>
          <Th numeric>Running</Th>
          <Th numeric>Failed</Th>
          <Th numeric>First waits</Th>
        </>
      }
    >
      {queues.map((queue) => (
        <tr key={queue.name}>
          <Td>{queue.name}</Td>
          <Td numeric>{count(queue.waiting)}</Td>
          <Td numeric>{count(queue.running)}</Td>
          <Td numeric>{count(queue.failed)}</Td>
          <Td numeric className="whitespace-nowrap">
            {queue.waiting > 0 ? duration(queue.oldest_s * 1000) : "–"}
          </Td>
        </tr>
      ))}
    </Table>
  );
}

function Stages({ stages }: { stages: Health["stages"] }) {
  if (stages.length === 0) return <Empty title="No upload yet">The first one begins the count.</Empty>;
  return (
    <Table
      label="Stages of uploads"
      head={
        <>
          <Th>Stage</Th>
          <Th numeric>Uploads</Th>
          <Th numeric>On average</Th>
          <Th numeric>95 % within</Th>
        </>
      }
    >
      {stages.map((stage) => (
        <tr key={stage.stage}>
          <Td>{stage.stage === "received" ? "waiting" : stage.stage}</Td>
          <Td numeric>{count(stage.uploads)}</Td>
          <Td numeric className="whitespace-nowrap">
            {duration(stage.mean_ms)}
          </Td>
          <Td numeric className="whitespace-nowrap">
            {stage.p95_ms === null ? "longer" : duration(stage.p95_ms)}
          </Td>
        </tr>
      ))}
    </Table>
  );
}

function Outcomes({ outcomes }: { outcomes: Health["outcomes"] }) {
  if (outcomes.length === 0) return <Empty title="No upload yet">The first one begins the count.</Empty>;
  return (
    <Table
      label="Outcomes of uploads"
      head={
        <>
          <Th>Format</Th>
          <Th>Outcome</Th>
          <Th numeric>Uploads</Th>
        </>
      }
    >
      {outcomes.map(({ format, outcome, uploads }) => (
        <tr key={`${format} ${outcome}`}>
          <Td>{format}</Td>
          <Td>{outcome.replace("_", " ")}</Td>
          <Td numeric>{count(uploads)}</Td>
        </tr>
      ))}
    </Table>
  );
}

function Workers({ workers }: { workers: Health["workers"] }) {
  if (workers.length === 0)
    return (
      <Empty title="No worker yet" command="testflux work">
        Uploads wait until one is started.
      </Empty>
    );
  return (
    <Table
      label="Workers"
      head={
        <>
          <Th>Machine</Th>
          <Th numeric>Process</Th>
          <Th className="max-sm:hidden">Version</Th>
          <Th numeric>Last heard of</Th>
        </>
      }
    >
      {workers.map((worker) => (
        <tr key={`${worker.host} ${worker.pid} ${worker.started_at}`}>
          <Td className="[overflow-wrap:anywhere]">{worker.host}</Td>
          <Td numeric>{worker.pid}</Td>
          <Td className="max-sm:hidden">{worker.version}</Td>
          <Td numeric className="whitespace-nowrap">
            {ago(worker.seen_at)}
          </Td>
        </tr>
      ))}
    </Table>
  );
}

function Sizes({ tables }: { tables: Health["sizes"]["tables"] }) {
  return (
    <Table
      label="Sizes of tables"
      head={
        <>
          <Th>Tables of</Th>
          <Th numeric>With their indexes</Th>
        </>
      }
    >
      {tables.map((table) => (
        <tr key={table.group}>
          <Td>{table.group}</Td>
          <Td numeric className="whitespace-nowrap">
            {bytes(table.bytes)}
          </Td>
        </tr>
      ))}
    </Table>
  );
}

function Answer({ health }: { health: Health }) {
  return (
    <>
      <Card title="Checks">
        <ul>
          {byUrgency(health.checks).map((check) => (
            <Check key={check.name} check={check} health={health} />
          ))}
        </ul>
      </Card>
      <Tiles health={health} />
      <div className="grid items-start gap-3 lg:grid-cols-2">
        <Card title="Queues">
          <Queues queues={health.queues} />
        </Card>
        <Card title="Workers" note="Of the last day.">
          <Workers workers={health.workers} />
        </Card>
        <Card title="Stages" note="Of all uploads that were stored.">
          <Stages stages={health.stages} />
        </Card>
        <Card title="Outcomes">
          <Outcomes outcomes={health.outcomes} />
        </Card>
        <Card title="Sizes">
          <Sizes tables={health.sizes.tables} />
        </Card>
      </div>
    </>
  );
}

/** How the installation is doing, and what to do where it is not doing well. */
export function Component() {
  useTitle("Health");
  useCrumbs("", { label: "All projects", to: "/" }, { label: "Health" });
  if (useMay("system.read")) return <HealthOfAll />;
  return (
    <>
      <PageHead title="Health" />
      <Card>
        <Empty title="Administrators look after the installation">Tell one of them what is amiss.</Empty>
      </Card>
    </>
  );
}

function HealthOfAll() {
  const query = useQuery({ ...getConditionOptions(), refetchInterval: ASK_AGAIN_MS });
  const isStale = query.data !== undefined && query.error !== null;
  return (
    <>
      <PageHead title="Health" answer={query.data === undefined ? "Measuring…" : headline(query.data)} />
      {isStale && <TroubleNote error={query.error} retry={() => void query.refetch()} />}
      <Loaded query={query} rows={8}>
        {(health) => <Answer health={health} />}
      </Loaded>
    </>
  );
}
