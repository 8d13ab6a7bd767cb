import type { UseQueryResult } from "@tanstack/react-query";
import clsx from "clsx";
import { useMemo } from "react";
import { Card } from "@/components/card";
import { SearchBox } from "@/components/search-box";
import { Empty, Loaded } from "@/components/states";
import { Table, Td, Th } from "@/components/table";
import { byType, deltaOf, extras, type MetricType, STATISTICS, sayValue } from "@/features/load/metrics";
import type { MetricItem, MetricPage, RunDetail } from "@/lib/api";
import { plural } from "@/lib/format";
import { useFilters } from "@/lib/url-state";

const KEYS = ["metric"] as const;

/** The statistics whose change against the baseline is shown beside them. */
const COMPARED: Record<MetricType, readonly string[]> = {
  trend: ["avg", "p95"],
  rate: ["rate"],
  counter: ["count"],
  gauge: ["value"],
};

const TITLES: Record<string, string> = {
  rate: "Rate",
  passes: "Yes",
  fails: "No",
  count: "Count",
  value: "Last",
};

/** On narrow screens only these stay. */
const ESSENTIAL: Record<MetricType, readonly string[]> = {
  trend: ["avg", "p95"],
  rate: ["rate"],
  counter: ["count"],
  gauge: ["value"],
};

/** As wide in each row, so that the values stand below each other. */
const CHANGE_WIDTH = "ml-1.5 inline-block w-14";

function Change({ metric, statistic }: { metric: MetricItem; statistic: string }) {
  const delta = deltaOf(metric, statistic);
  if (delta === null) return metric.baseline === null ? null : <span className={CHANGE_WIDTH} />;
  const colour = { good: "text-pass", bad: "text-fail", flat: "text-text-3" }[delta.trend];
  return <span className={clsx(CHANGE_WIDTH, "text-sm", colour)}>{delta.text}</span>;
}

function Name({ metric }: { metric: MetricItem }) {
  return (
    <span className={clsx("font-mono text-sm", metric.tags !== "" && "pl-4 text-text-2")}>
      {metric.tags === "" ? metric.name : `{${metric.tags}}`}
      {metric.tags !== "" && <span className="sr-only"> of {metric.name}</span>}
      {extras(metric).map((name) => (
        <span key={name} className="ml-2 font-sans text-text-3">
          {name} {sayValue(metric, name, metric.values[name])}
        </span>
      ))}
    </span>
  );
}

function Row({ metric, type }: { metric: MetricItem; type: MetricType }) {
  return (
    <tr>
      <Td className="w-full py-1 [overflow-wrap:anywhere]">
        <Name metric={metric} />
      </Td>
      {STATISTICS[type].map((statistic) => (
        <Td
          key={statistic}
          numeric
          className={clsx(
            "whitespace-nowrap",
            !ESSENTIAL[type].includes(statistic) && "text-text-2 max-md:hidden",
          )}
        >
          {sayValue(metric, statistic, metric.values[statistic])}
          {COMPARED[type].includes(statistic) && <Change metric={metric} statistic={statistic} />}
        </Td>
      ))}
    </tr>
  );
}

function MetricTable({ type, title, note, metrics }: ReturnType<typeof byType>[number]) {
  const isCompared = metrics.some(({ baseline }) => baseline !== null);
  const head = (
    <>
      <Th>Metric</Th>
      {STATISTICS[type].map((statistic) => (
        <Th
          key={statistic}
          numeric
          className={ESSENTIAL[type].includes(statistic) ? undefined : "max-md:hidden"}
        >
          {TITLES[statistic] ?? statistic}
          {isCompared && COMPARED[type].includes(statistic) && <span className={CHANGE_WIDTH} />}
        </Th>
      ))}
    </>
  );
  return (
    <Card title={title} note={note}>
      <Table label={title} head={head}>
        {metrics.map((metric) => (
          <Row key={`${metric.name} ${metric.tags}`} metric={metric} type={type} />
        ))}
      </Table>
    </Card>
  );
}

function Tables({ items, isCut }: { items: MetricItem[]; isCut: boolean }) {
  const [{ metric: wanted }, change] = useFilters(KEYS);
  const found = useMemo(
    () => items.filter(({ name, tags }) => `${name}{${tags}}`.toLowerCase().includes(wanted.toLowerCase())),
    [items, wanted],
  );
  return (
    <>
      <div className="flex flex-wrap items-center gap-3">
        <h2 className="font-semibold text-base">Metrics</h2>
        <span className="text-text-3">{plural(found.length, "metric")}</span>
        <div className="ml-auto w-64 max-sm:w-full">
          <SearchBox
            label="Search metrics"
            value={wanted}
            onSearch={(metric) => change({ metric }, { replace: true })}
          />
        </div>
      </div>
      {byType(found).map((group) => (
        <MetricTable key={group.type} {...group} />
      ))}
      {found.length === 0 && (
        <Card>
          <Empty
            title={items.length === 0 ? "The report holds no metrics" : "No metric has this in its name"}
          />
        </Card>
      )}
      {isCut && (
        <p className="text-text-3">Only the first {plural(items.length, "metric")} by name are shown.</p>
      )}
    </>
  );
}

/** Everything that was measured, by type of metric, against the baseline. */
export function MetricTables({ run, query }: { run: RunDetail; query: UseQueryResult<MetricPage, unknown> }) {
  return (
    <Loaded query={query} rows={10}>
      {({ items, next_cursor }) => <Tables key={run.id} items={items} isCut={next_cursor !== null} />}
    </Loaded>
  );
}
