import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { TabPanel, Tabs } from "@/components/tabs";
import { RunAbout } from "@/features/runs/run-about";
import { failures, total } from "@/features/runs/run-words";
import { ChangesTab } from "@/features/tests/changes-tab";
import { FailuresTab } from "@/features/tests/failures-tab";
import { KeywordsTab } from "@/features/tests/keywords-tab";
import { LogTab } from "@/features/tests/log-tab";
import { ResultsTab } from "@/features/tests/results-tab";
import { SuitesTab } from "@/features/tests/suites-tab";
import type { RunDetail, SuiteItem } from "@/lib/api";
import { listRunLogInfiniteOptions, listSuitesOptions } from "@/lib/api/@tanstack/react-query.gen";
import { count } from "@/lib/format";
import { byCursor, rowsOf } from "@/lib/paging";
import { useFilters } from "@/lib/url-state";

const KEYS = ["tab", "sel", "test", "suite", "status", "q", "sort", "change", "with"] as const;
const NOTHING = { sel: "", test: "", suite: "", status: "", q: "", sort: "", change: "", with: "" };
const LOG_PAGE = 200;

function changed({ new_failures: fresh, fixed }: RunDetail): string | undefined {
  const parts = [fresh > 0 && `+${count(fresh)}`, fixed > 0 && `−${count(fixed)}`].filter(Boolean);
  return parts.length === 0 ? undefined : parts.join(" ");
}

/** The root suite, whose counts tell flaky tests from those that passed at once; the totals of a run do not. */
function useRoot(runId: string): SuiteItem | undefined {
  return useQuery(listSuitesOptions({ path: { run_id: runId }, query: { limit: 1 } })).data?.items[0];
}

/** A functional run: its failures by cause, what changed, its tests, its suites. */
export function FunctionalRun({ run }: { run: RunDetail }) {
  const [filters, change] = useFilters(KEYS);
  const root = useRoot(run.id);
  const log = useInfiniteQuery({
    ...listRunLogInfiniteOptions({ path: { run_id: run.id }, query: { limit: LOG_PAGE } }),
    ...byCursor,
  });
  const lines = rowsOf(log.data);
  const bad = failures(run);
  const tabs = [
    { key: "failures", label: "Failures", note: count(bad) },
    { key: "changes", label: "Changes", note: changed(run) },
    { key: "tests", label: "Tests", note: count(total(run, "total")) },
    { key: "suites", label: "Suites" },
    ...(run.format.startsWith("robot-") ? [{ key: "keywords", label: "Keywords" }] : []),
    ...(lines.length > 0
      ? [{ key: "log", label: "Log", note: `${count(lines.length)}${log.hasNextPage ? "+" : ""}` }]
      : []),
    { key: "about", label: "About" },
  ];
  const asked = tabs.find(({ key }) => key === filters.tab)?.key;
  const active = asked ?? (bad > 0 ? "failures" : "tests");
  const open = (tab: string) => change({ ...NOTHING, tab });
  return (
    <>
      <div className="rounded-md border border-line bg-surface">
        <Tabs label="Views of this run" tabs={tabs} active={active} onChoose={open} />
      </div>
      <TabPanel active={active}>
        {active === "failures" && <FailuresTab run={run} />}
        {active === "changes" && <ChangesTab run={run} />}
        {active === "tests" && <ResultsTab run={run} flaky={root?.flaky ?? 0} />}
        {active === "suites" && (
          <SuitesTab run={run} onOpenSuite={(suite) => change({ ...NOTHING, tab: "tests", suite })} />
        )}
        {active === "keywords" && <KeywordsTab run={run} />}
        {active === "log" && (
          <LogTab
            runId={run.id}
            items={lines}
            onMore={log.hasNextPage ? () => void log.fetchNextPage() : null}
          />
        )}
        {active === "about" && <RunAbout run={run} />}
      </TabPanel>
    </>
  );
}
