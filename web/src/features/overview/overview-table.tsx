import clsx from "clsx";
import { Link } from "react-router";
import { Spark } from "@/components/spark";
import { Chip, SampleTag, StatusChip } from "@/components/status";
import { Strip } from "@/components/strip";
import { runStrip } from "@/components/strips";
import { Table, Td, Th } from "@/components/table";
import { KindIcon } from "@/features/runs/run-cells";
import type { OverviewItem } from "@/lib/api";
import { ago, deltaShare, duration, percent, plural } from "@/lib/format";
import { useMedia } from "@/lib/use-media";

const NOTICEABLE = 0.05;

function State({ item }: { item: OverviewItem }) {
  if (item.state === "empty") return <Chip tone="skip">no runs</Chip>;
  return <StatusChip word={item.state} />;
}

function High({ item }: { item: OverviewItem }) {
  const { high } = item.open_findings;
  if (!item.kinds.includes("security")) return <span className="text-text-3">–</span>;
  return <span className={clsx(high > 0 && "font-semibold text-fail")}>{high}</span>;
}

function P95({ item }: { item: OverviewItem }) {
  if (item.p95_ms === null) return <span className="text-text-3">–</span>;
  const delta = item.p95_delta;
  const colour =
    delta === null || Math.abs(delta) < NOTICEABLE ? "text-text-3" : delta > 0 ? "text-fail" : "text-pass";
  return (
    <>
      {duration(item.p95_ms)} {delta !== null && <span className={colour}>{deltaShare(delta)}</span>}
    </>
  );
}

function Name({ item }: { item: OverviewItem }) {
  return (
    <span className="inline-flex min-w-0 max-w-full items-center gap-2">
      <Link
        to={`/p/${item.project.slug}`}
        className="truncate font-medium after:absolute after:inset-0 hover:text-accent"
      >
        {item.project.name}
      </Link>
      {item.project.is_sample && <SampleTag />}
      {item.kinds.map((kind) => (
        <KindIcon key={kind} kind={kind} />
      ))}
    </span>
  );
}

const passRate = (item: OverviewItem) => (item.pass_rate === null ? "–" : percent(item.pass_rate));
const sparkLabel = ({ pass_rate_series }: OverviewItem) =>
  `Pass rate over 30 days, ${plural(pass_rate_series.filter((value) => value !== null).length, "day")} with runs`;

function OverviewCard({ item }: { item: OverviewItem }) {
  return (
    <li className="relative grid gap-1.5 border-line border-b px-4 py-2.5 last:border-b-0">
      <div className="flex items-center justify-between gap-2">
        <Name item={item} />
        <State item={item} />
      </div>
      <div className="relative z-10 flex items-center justify-between">
        <Strip items={runStrip(item.strip.slice(-24))} step={8} />
        {passRate(item)}
      </div>
      <div className="flex flex-wrap gap-x-3 text-text-3">
        {item.kinds.includes("security") && (
          <span>
            high findings <High item={item} />
          </span>
        )}
        {item.p95_ms !== null && (
          <span>
            p95 <P95 item={item} />
          </span>
        )}
        {item.last_run !== null && <span className="ml-auto">{ago(item.last_run.started_at)}</span>}
      </div>
    </li>
  );
}

function OverviewRow({ item }: { item: OverviewItem }) {
  return (
    <tr className="relative hover:bg-bg">
      <Td className="whitespace-nowrap">
        <State item={item} />
      </Td>
      <Td className="truncate">
        <Name item={item} />
      </Td>
      <Td>
        <span className="relative z-10">
          <Strip items={runStrip(item.strip)} />
        </span>
      </Td>
      <Td numeric>{passRate(item)}</Td>
      <Td className="hidden min-[1240px]:table-cell">
        <Spark points={item.pass_rate_series} label={sparkLabel(item)} />
      </Td>
      <Td numeric>{item.flaky_tests > 0 ? <span className="text-flaky">{item.flaky_tests}</span> : "0"}</Td>
      <Td numeric>
        <High item={item} />
      </Td>
      <Td numeric className="whitespace-nowrap">
        <P95 item={item} />
      </Td>
      <Td numeric className="hidden whitespace-nowrap text-text-3 min-[1380px]:table-cell">
        {item.last_run === null ? "never" : ago(item.last_run.started_at)}
      </Td>
    </tr>
  );
}

/** Projects in rows, or in cards on a phone. */
export function OverviewTable({ label, items }: { label: string; items: OverviewItem[] }) {
  if (useMedia("(max-width: 1099px)")) {
    return (
      <ul aria-label={label}>
        {items.map((item) => (
          <OverviewCard key={item.project.slug} item={item} />
        ))}
      </ul>
    );
  }
  return (
    <Table
      label={label}
      isFixed
      head={
        <>
          <Th className="w-[100px]">State</Th>
          <Th>Project</Th>
          <Th className="w-[264px]">Last 30 runs</Th>
          <Th numeric className="w-[88px]">
            Pass rate
          </Th>
          <Th className="hidden w-[120px] min-[1240px]:table-cell">30 days</Th>
          <Th numeric className="w-[64px]">
            Flaky
          </Th>
          <Th numeric className="w-[64px]">
            High
          </Th>
          <Th numeric className="w-[130px]">
            p95, change
          </Th>
          <Th numeric className="hidden w-[100px] min-[1380px]:table-cell">
            Last run
          </Th>
        </>
      }
    >
      {items.map((item) => (
        <OverviewRow key={item.project.slug} item={item} />
      ))}
    </Table>
  );
}
