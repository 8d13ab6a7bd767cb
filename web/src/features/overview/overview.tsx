import { useQuery } from "@tanstack/react-query";
import { useArrive } from "@/app/place";
import { Card } from "@/components/card";
import { PageHead } from "@/components/page";
import { Empty, Loaded } from "@/components/states";
import { FirstSteps } from "@/features/overview/first-steps";
import { OverviewTable } from "@/features/overview/overview-table";
import { SampleCard } from "@/features/projects/sample-card";
import type { Overview as Answer, OverviewItem } from "@/lib/api";
import { getOverviewOptions } from "@/lib/api/@tanstack/react-query.gen";
import { plural } from "@/lib/format";

const URGENCY: Record<OverviewItem["state"], number> = {
  failing: 0,
  incomplete: 1,
  flaky: 2,
  passing: 3,
  empty: 4,
};

function sayState({ items, needs_attention }: Answer): string {
  const failing = items.filter(({ state }) => state === "failing").length;
  if (items.length === 0) return "No projects yet";
  if (needs_attention === 0) return `Nothing needs attention in ${plural(items.length, "project")}`;
  if (failing === 0)
    return `${plural(needs_attention, "project")} of ${items.length} need a look, none is failing`;
  return `${failing} of ${plural(items.length, "project")} ${failing === 1 ? "is" : "are"} failing`;
}

function byUrgency(left: OverviewItem, right: OverviewItem): number {
  return URGENCY[left.state] - URGENCY[right.state] || left.project.name.localeCompare(right.project.name);
}

function Rows({ answer }: { answer: Answer }) {
  const items = [...answer.items].sort(byUrgency);
  const urgent = items.filter(({ state }) => URGENCY[state] < URGENCY.passing);
  const calm = items.filter(({ state }) => URGENCY[state] >= URGENCY.passing);
  if (items.length === 0) return <FirstSteps />;
  return (
    <>
      {urgent.length > 0 && (
        <Card title="Needs attention" end="on the default branch">
          <OverviewTable label="Projects that need attention" items={urgent} />
        </Card>
      )}
      {calm.length > 0 && (
        <Card title="All well" end={urgent.length === 0 ? "on the default branch" : undefined}>
          <OverviewTable label="Projects that are well" items={calm} />
        </Card>
      )}
    </>
  );
}

/** Every project in one line each, the worst first. */
export function Overview() {
  useArrive("All projects");
  const query = useQuery(getOverviewOptions());
  return (
    <>
      <PageHead
        title="All projects"
        answer={query.data === undefined ? "Looking at every project…" : sayState(query.data)}
      />
      <SampleCard onlyWhenPresent />
      {query.data === undefined ? (
        <Card>
          <Loaded query={query} rows={8}>
            {() => <Empty title="Nothing here" />}
          </Loaded>
        </Card>
      ) : (
        <Rows answer={query.data} />
      )}
    </>
  );
}
