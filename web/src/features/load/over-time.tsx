import { useQuery } from "@tanstack/react-query";
import clsx from "clsx";
import { Card } from "@/components/card";
import { Chart } from "@/components/chart";
import type { Series } from "@/components/chart-model";
import { SelectField } from "@/components/field";
import { TroubleNote } from "@/components/states";
import { elapsed, type MEASURES, pointsOfSeries, sayTags } from "@/features/load/series";
import type { RunDetail, SeriesItem } from "@/lib/api";
import { listSeriesOptions } from "@/lib/api/@tanstack/react-query.gen";
import { duration, percent, quantity } from "@/lib/format";
import { useFilters } from "@/lib/url-state";

const KEYS = ["part"] as const;
const MOST = 500;

interface Drawing {
  title: string;
  metrics: string[];
  lines: Record<string, keyof typeof MEASURES>;
  format: (value: number) => string;
  isWhole?: boolean;
}

const DRAWINGS: Drawing[] = [
  {
    title: "Response time",
    metrics: ["http_req_duration", "grpc_req_duration", "iteration_duration"],
    lines: { p95: "p95", average: "average" },
    format: duration,
  },
  {
    title: "Requests each second",
    metrics: ["http_reqs", "iterations"],
    lines: { requests: "perSecond" },
    format: (value) => `${quantity(value, "")}/s`,
  },
  {
    title: "Failed requests",
    metrics: ["http_req_failed"],
    lines: { failed: "share" },
    format: (value) => percent(value, 1),
  },
  {
    title: "Virtual users",
    metrics: ["vus"],
    lines: { users: "max" },
    format: (value) => quantity(value, ""),
    isWhole: true,
  },
];
const COLOURS = ["var(--series-1)", "var(--series-2)"];

function Drawn({ drawing, series }: { drawing: Drawing; series: SeriesItem }) {
  const lines: Series[] = Object.keys(drawing.lines).map((key, index) => ({
    key,
    label: key,
    colour: COLOURS[index] ?? "var(--series-3)",
  }));
  return (
    <section className="min-w-0" aria-label={drawing.title}>
      <h3 className="px-4 pb-1 font-medium text-text-2">
        {drawing.title} <span className="font-mono font-normal text-sm text-text-3">{series.name}</span>
      </h3>
      <Chart
        label={drawing.title}
        height={150}
        shape="lines"
        domain={[0, "auto"]}
        series={lines}
        points={pointsOfSeries(series, drawing.lines)}
        format={drawing.format}
        sayStart={(start) => elapsed(series.start_at, start)}
      />
    </section>
  );
}

function useSeries(runId: string, query: { metric?: string; tags?: string }, isEnabled = true) {
  return useQuery({
    ...listSeriesOptions({ path: { run_id: runId }, query: { ...query, limit: MOST } }),
    enabled: isEnabled,
  });
}

const named = (items: SeriesItem[], names: string[]) =>
  names.flatMap((name) => items.find((item) => item.name === name) ?? [])[0];

/** How a load test went over its time: small multiples of the main metrics, of the whole or of one part of it. */
export function OverTime({ run }: { run: RunDetail }) {
  const [{ part }, change] = useFilters(KEYS);
  const whole = useSeries(run.id, { tags: "" });
  const items = whole.data?.items ?? [];
  const time = named(items, DRAWINGS[0]?.metrics ?? [])?.name ?? "";
  const parts = useSeries(run.id, { metric: time }, time !== "");
  const chosen = useSeries(run.id, { tags: part }, part !== "");
  if (whole.isError) return <TroubleNote error={whole.error} retry={() => void whole.refetch()} />;
  if (items.length === 0) return null;
  const options = (parts.data?.items ?? []).filter(({ tags }) => tags !== "");
  const isLate = part !== "" && chosen.data === undefined;
  const shown = part === "" ? items : (chosen.data?.items ?? items);
  const width = items[0]?.bucket_ms ?? 0;
  return (
    <Card
      title="Over time"
      note={`one point for ${duration(width)}`}
      end={
        options.length > 0 && (
          <SelectField
            label="Part of the test"
            hideLabel
            className="max-w-[min(420px,80vw)]"
            value={part}
            onChange={(event) => change({ part: event.target.value })}
          >
            <option value="">The whole test</option>
            {options.map(({ tags }) => (
              <option key={tags} value={tags}>
                {sayTags(tags)}
              </option>
            ))}
          </SelectField>
        )
      }
    >
      <div
        aria-busy={isLate}
        className={clsx(
          "grid grid-cols-[minmax(0,1fr)] gap-x-4 gap-y-3 pb-2 lg:grid-cols-2",
          isLate && "opacity-50",
        )}
      >
        {DRAWINGS.map((drawing) => {
          const series = named(drawing.isWhole ? items : shown, drawing.metrics);
          return series && <Drawn key={drawing.title} drawing={drawing} series={series} />;
        })}
      </div>
    </Card>
  );
}
