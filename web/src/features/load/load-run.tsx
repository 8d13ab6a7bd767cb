import { useQuery } from "@tanstack/react-query";
import { TabPanel, Tabs } from "@/components/tabs";
import { BreakdownTab } from "@/features/load/breakdown-tab";
import { ChecksTab } from "@/features/load/checks-tab";
import { LoadTiles } from "@/features/load/load-tiles";
import { MetricTables } from "@/features/load/metric-tables";
import { OverTime } from "@/features/load/over-time";
import { dimensionOf } from "@/features/load/series";
import { Thresholds } from "@/features/load/thresholds";
import { RunAbout } from "@/features/runs/run-about";
import { total } from "@/features/runs/run-words";
import type { RunDetail } from "@/lib/api";
import { listMetricsOptions } from "@/lib/api/@tanstack/react-query.gen";
import { percent } from "@/lib/format";
import { useFilters } from "@/lib/url-state";

const NOTHING = { tab: "", by: "", q: "", metric: "", part: "" };
const KEYS = Object.keys(NOTHING) as (keyof typeof NOTHING)[];
const MOST = 500;

/** The metrics of the summary: all of a small report, and of one that is broken down only those of the whole test. */
function useMetrics(run: RunDetail) {
  const path = { run_id: run.id };
  const all = useQuery(listMetricsOptions({ path, query: { limit: MOST } }));
  const items = all.data?.items ?? [];
  const isBrokenDown =
    all.data?.next_cursor != null || items.some(({ tags }) => dimensionOf(tags) === "method+name");
  const whole = useQuery({
    ...listMetricsOptions({ path, query: { tags: "", limit: MOST } }),
    enabled: isBrokenDown,
  });
  return isBrokenDown ? whole : all;
}

function Summary({ run }: { run: RunDetail }) {
  const metrics = useMetrics(run);
  return (
    <>
      <Thresholds run={run} />
      <LoadTiles run={run} metrics={metrics.data?.items ?? []} />
      <OverTime run={run} />
      <MetricTables run={run} query={metrics} />
    </>
  );
}

function checksNote(run: RunDetail): string | undefined {
  const passed = total(run, "checks_passed");
  const all = passed + total(run, "checks_failed");
  return all === 0 ? undefined : percent((100 * passed) / all);
}

/** A load test: whether it kept its own limits, then what was measured, then what was checked. */
export function LoadRun({ run }: { run: RunDetail }) {
  const [{ tab }, change] = useFilters(KEYS);
  const active = ["breakdown", "checks", "about"].includes(tab) ? tab : "summary";
  const tabs = [
    { key: "summary", label: "Summary" },
    { key: "breakdown", label: "Breakdown" },
    { key: "checks", label: "Checks", note: checksNote(run) },
    { key: "about", label: "About" },
  ];
  return (
    <>
      <div className="rounded-md border border-line bg-surface">
        <Tabs
          label="Views of this run"
          tabs={tabs}
          active={active}
          onChoose={(key) => change({ ...NOTHING, tab: key === "summary" ? "" : key })}
        />
      </div>
      <TabPanel active={active}>
        {active === "summary" && <Summary run={run} />}
        {active === "breakdown" && <BreakdownTab run={run} />}
        {active === "checks" && <ChecksTab run={run} />}
        {active === "about" && <RunAbout run={run} />}
      </TabPanel>
    </>
  );
}
