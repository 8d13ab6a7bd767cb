import { useQuery } from "@tanstack/react-query";
import { TabPanel, Tabs } from "@/components/tabs";
import { total } from "@/features/runs/run-words";
import { FailuresTab } from "@/features/tests/failures-tab";
import { LogTab } from "@/features/tests/log-tab";
import { ResultsTab } from "@/features/tests/results-tab";
import { SuitesTab } from "@/features/tests/suites-tab";
import type { RunDetail } from "@/lib/api";
import { listFailuresOptions, listRunLogOptions } from "@/lib/api/@tanstack/react-query.gen";
import { count, plural } from "@/lib/format";
import { useFilters } from "@/lib/url-state";

const TAB_KEYS = ["tab", "test", "suite", "status", "q", "sort", "change"] as const;

/** A functional run: its failures by cause, its tests, its suites. */
export function FunctionalRun({ run }: { run: RunDetail }) {
  const [filters, change] = useFilters(TAB_KEYS);
  const failures = useQuery(listFailuresOptions({ path: { run_id: run.id }, query: { limit: 200 } }));
  const log = useQuery(listRunLogOptions({ path: { run_id: run.id }, query: { limit: 200 } }));
  const bad = total(run, "failed") + total(run, "broken") + total(run, "flaky");
  const active = filters.tab || (bad > 0 ? "failures" : "tests");
  const causes = failures.data?.items.length ?? 0;
  const lines = log.data?.items.length ?? 0;
  const tabs = [
    { key: "failures", label: "Failures", note: failures.data && plural(causes, "cause") },
    { key: "tests", label: "Tests", note: count(total(run, "total")) },
    { key: "suites", label: "Suites" },
    ...(lines > 0 ? [{ key: "log", label: "Run log", note: count(lines) }] : []),
  ];
  const open = (tab: string) => change({ tab, test: "", suite: "", status: "", q: "", sort: "", change: "" });
  return (
    <>
      <div className="rounded-md border border-line bg-surface">
        <Tabs label="Views of this run" tabs={tabs} active={active} onChoose={open} />
      </div>
      <TabPanel active={active}>
        {active === "failures" && <FailuresTab run={run} query={failures} />}
        {active === "tests" && <ResultsTab run={run} />}
        {active === "suites" && (
          <SuitesTab run={run} onOpenSuite={(suite) => change({ tab: "tests", suite, test: "" })} />
        )}
        {active === "log" && log.data && <LogTab items={log.data.items} />}
      </TabPanel>
    </>
  );
}
