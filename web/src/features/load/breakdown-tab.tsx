import { useQuery } from "@tanstack/react-query";
import { Card } from "@/components/card";
import { FilterChips } from "@/components/filter-chips";
import { Grid, type GridColumn } from "@/components/grid";
import { SearchBox } from "@/components/search-box";
import { Empty, Loaded } from "@/components/states";
import { sayValue } from "@/features/load/metrics";
import { DIMENSIONS, type Dimension, type Part, partsOf } from "@/features/load/series";
import { listMetrics, type MetricItem, type RunDetail } from "@/lib/api";
import { count, percent } from "@/lib/format";
import { useFilters } from "@/lib/url-state";

const KEYS = ["by", "q"] as const;
const METRICS = ["http_reqs", "http_req_duration", "http_req_failed"];
const PAGE_SIZE = 500;
const MOST_PAGES = 4;

async function fetchMetric(runId: string, metric: string, signal: AbortSignal): Promise<MetricItem[]> {
  const items: MetricItem[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const { data } = await listMetrics({
      path: { run_id: runId },
      query: { metric, limit: PAGE_SIZE, cursor },
      signal,
      throwOnError: true,
    });
    items.push(...data.items);
    if (data.next_cursor === null) break;
    cursor = data.next_cursor;
  }
  return items;
}

const time = (statistic: string): GridColumn<Part> => ({
  key: statistic,
  title: statistic,
  numeric: true,
  from: statistic === "p95" || statistic === "avg" ? undefined : "lg",
  value: ({ time: metric }) => metric?.values[statistic] ?? -1,
  cell: ({ time: metric }) => (metric ? sayValue(metric, statistic, metric.values[statistic]) : "–"),
});

const failedShare = ({ failed }: Part) => 100 * (failed?.values.rate ?? 0);

function columns(title: string): GridColumn<Part>[] {
  return [
    {
      key: "label",
      title,
      width: "w-full max-w-0 truncate",
      value: ({ label }) => label,
      cell: ({ label }) => (
        <span className="font-mono text-sm" title={label}>
          {label}
        </span>
      ),
    },
    {
      key: "count",
      title: "Requests",
      numeric: true,
      value: ({ requests, time: metric }) => (requests ?? metric)?.values.count ?? -1,
      cell: ({ requests, time: metric }) => count((requests ?? metric)?.values.count ?? 0),
    },
    {
      key: "rate",
      title: "Each second",
      numeric: true,
      from: "lg",
      value: ({ requests }) => requests?.values.rate ?? -1,
      cell: ({ requests }) => (requests ? sayValue(requests, "rate", requests.values.rate) : "–"),
    },
    {
      key: "failed",
      title: "Failed",
      numeric: true,
      value: failedShare,
      cell: (part) =>
        part.failed === undefined ? (
          "–"
        ) : (
          <span className={failedShare(part) > 0 ? "font-semibold text-fail" : "text-text-3"}>
            {percent(failedShare(part), 2)}
          </span>
        ),
    },
    ...["avg", "med", "p95", "p99", "max"].map(time),
  ];
}

function PartCard({ part }: { part: Part }) {
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-0.5">
      <span className="font-mono text-sm [overflow-wrap:anywhere]">{part.label}</span>
      <div className="flex flex-wrap gap-x-3 text-text-3">
        <span>{count((part.requests ?? part.time)?.values.count ?? 0)} requests</span>
        {failedShare(part) > 0 && (
          <span className="font-semibold text-fail">{percent(failedShare(part), 2)} failed</span>
        )}
        {part.time !== undefined && (
          <span className="ml-auto">p95 {sayValue(part.time, "p95", part.time.values.p95)}</span>
        )}
      </div>
    </div>
  );
}

function Parts({ metrics }: { metrics: MetricItem[] }) {
  const [{ by, q }, change] = useFilters(KEYS);
  const options = DIMENSIONS.map(({ key, label, title }) => ({
    key,
    label,
    title,
    parts: partsOf(metrics, key),
  }))
    .filter(({ parts }) => parts.length > 0)
    .map((option) => ({ ...option, note: count(option.parts.length) }));
  const chosen = options.find(({ key }) => key === by) ?? options[0];
  if (chosen === undefined)
    return (
      <Card>
        <Empty title="This report is not broken down" command="k6 run --out json=samples.ndjson script.js">
          A summary holds figures of the whole test. The samples of k6, sent instead of it or together with
          it, tell them for each request, scenario, group and status.
        </Empty>
      </Card>
    );
  const found = chosen.parts.filter(({ label }) => label.toLowerCase().includes(q.toLowerCase()));
  return (
    <Card label="Breakdown">
      <div className="flex flex-wrap items-center gap-3 px-4 py-3">
        <FilterChips
          label="Break down by"
          options={options}
          chosen={chosen.key}
          onChoose={(key) => change({ by: key === options[0]?.key ? "" : (key as Dimension), q: "" })}
        />
        <div className="ml-auto w-64 max-sm:w-full">
          <SearchBox label="Search" value={q} onSearch={(text) => change({ q: text }, { replace: true })} />
        </div>
      </div>
      {found.length === 0 ? (
        <Empty title="Nothing has this in its name" />
      ) : (
        <Grid
          key={chosen.key}
          label={chosen.label}
          columns={columns(chosen.title)}
          rows={found}
          rowKey={({ tags }) => tags}
          card={(part) => <PartCard part={part} />}
          cardHeight={62}
        />
      )}
    </Card>
  );
}

/** A load test by request, scenario, group and status: how many, how fast, how many failed. */
export function BreakdownTab({ run }: { run: RunDetail }) {
  const query = useQuery({
    queryKey: [{ _id: "listMetrics", breakdown: true }, run.id],
    queryFn: async ({ signal }) =>
      (await Promise.all(METRICS.map((metric) => fetchMetric(run.id, metric, signal)))).flat(),
  });
  return (
    <Loaded query={query} rows={10}>
      {(metrics) => <Parts metrics={metrics} />}
    </Loaded>
  );
}
