import { useQuery } from "@tanstack/react-query";
import { TabPanel, Tabs } from "@/components/tabs";
import { ChecksTab } from "@/features/load/checks-tab";
import { LoadTiles } from "@/features/load/load-tiles";
import { MetricTables } from "@/features/load/metric-tables";
import { Thresholds } from "@/features/load/thresholds";
import { RunAbout } from "@/features/runs/run-about";
import { total } from "@/features/runs/run-words";
import type { RunDetail } from "@/lib/api";
import { listMetricsOptions } from "@/lib/api/@tanstack/react-query.gen";
import { percent } from "@/lib/format";
import { useFilters } from "@/lib/url-state";

const KEYS = ["tab"] as const;
const MOST = 500;

function Summary({ run }: { run: RunDetail }) {
  const metrics = useQuery(listMetricsOptions({ path: { run_id: run.id }, query: { limit: MOST } }));
  return (
    <>
      <Thresholds run={run} />
      <LoadTiles run={run} metrics={metrics.data?.items ?? []} />
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
  const active = ["checks", "about"].includes(tab) ? tab : "summary";
  const tabs = [
    { key: "summary", label: "Summary" },
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
          onChoose={(key) => change({ tab: key === "summary" ? "" : key })}
        />
      </div>
      <TabPanel active={active}>
        {active === "summary" && <Summary run={run} />}
        {active === "checks" && <ChecksTab run={run} />}
        {active === "about" && <RunAbout run={run} />}
      </TabPanel>
    </>
  );
}
