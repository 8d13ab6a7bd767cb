import { useQuery } from "@tanstack/react-query";
import { Tile } from "@/components/card";
import { TabPanel, Tabs } from "@/components/tabs";
import { FindingsTab } from "@/features/findings/findings-tab";
import { RunAbout } from "@/features/runs/run-about";
import { total } from "@/features/runs/run-words";
import type { RunDetail } from "@/lib/api";
import { getRunChangesOptions } from "@/lib/api/@tanstack/react-query.gen";
import { count } from "@/lib/format";
import { useFilters } from "@/lib/url-state";

const KEYS = ["tab", "finding", "severity", "state", "q"] as const;

function Tiles({ run }: { run: RunDetail }) {
  const { data } = useQuery(getRunChangesOptions({ path: { run_id: run.id } }));
  const all = total(run, "findings");
  const fresh = data?.new_findings_count ?? run.new_failures;
  const fixed = data?.fixed_findings_count ?? run.fixed;
  const since = run.baseline === null ? "first scan" : `since #${run.baseline.number}`;
  return (
    <section aria-label="Findings in numbers" className="grid grid-cols-2 gap-4 lg:grid-cols-4">
      <Tile label="Findings" value={count(all)} delta={`${count(total(run, "instances"))} occurrences`} />
      <Tile
        label="New"
        value={count(fresh)}
        delta={since}
        trend={fresh > 0 && run.baseline !== null ? "bad" : "flat"}
      />
      <Tile label="Existing" value={count(Math.max(0, all - fresh))} />
      <Tile label="Fixed" value={count(fixed)} delta={fixed > 0 ? since : undefined} trend="good" />
    </section>
  );
}

/** A security scan: what is new, what is fixed, and each finding with its evidence. */
export function SecurityRun({ run }: { run: RunDetail }) {
  const [filters, change] = useFilters(KEYS);
  const active = filters.tab === "about" ? "about" : "findings";
  const tabs = [
    { key: "findings", label: "Findings", note: count(total(run, "findings")) },
    { key: "about", label: "About" },
  ];
  const open = (tab: string) =>
    change({ tab: tab === "findings" ? "" : tab, finding: "", severity: "", state: "", q: "" });
  return (
    <>
      <div className="rounded-md border border-line bg-surface">
        <Tabs label="Views of this run" tabs={tabs} active={active} onChoose={open} />
      </div>
      <TabPanel active={active}>
        {active === "findings" && (
          <>
            <Tiles run={run} />
            <FindingsTab run={run} />
          </>
        )}
        {active === "about" && <RunAbout run={run} />}
      </TabPanel>
    </>
  );
}
