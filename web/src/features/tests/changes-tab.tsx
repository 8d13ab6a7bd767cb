import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { Button } from "@/components/button";
import { Card } from "@/components/card";
import { Split } from "@/components/split";
import { Empty, Loaded } from "@/components/states";
import { OtherRun } from "@/features/tests/other-run";
import { ResultPane } from "@/features/tests/result-pane";
import { RunDiffView } from "@/features/tests/run-diff";
import { TestLine } from "@/features/tests/test-line";
import type { Changes, ResultItem, RunDetail } from "@/lib/api";
import { getRunChangesOptions } from "@/lib/api/@tanstack/react-query.gen";
import { ago, count, plural } from "@/lib/format";
import { useFilters } from "@/lib/url-state";
import { useKeys } from "@/lib/use-keys";
import { useHasRoom } from "@/lib/use-media";

const KEYS = ["test", "tab", "change"] as const;

interface Part {
  title: string;
  change: "new" | "still" | "fixed";
  items: ResultItem[];
  amount: number;
}

function partsOf(changes: Changes): Part[] {
  const parts: Part[] = [
    {
      title: "New failures",
      change: "new",
      items: changes.new_failures,
      amount: changes.new_failures_count,
    },
    {
      title: "Still failing",
      change: "still",
      items: changes.still_failing,
      amount: changes.still_failing_count,
    },
    { title: "Fixed", change: "fixed", items: changes.fixed, amount: changes.fixed_count },
  ];
  return parts.filter(({ amount }) => amount > 0);
}

function PartCard({
  part,
  chosen,
  onChoose,
  onAll,
}: {
  part: Part;
  chosen: string;
  onChoose: (test: string) => void;
  onAll: () => void;
}) {
  const hidden = part.amount - part.items.length;
  return (
    <Card title={part.title} note={count(part.amount)}>
      <ul aria-label={part.title} className="pb-1.5">
        {part.items.map((item) => (
          <TestLine
            key={item.test_id}
            item={item}
            isChosen={item.test_id === chosen}
            onChoose={() => onChoose(item.test_id)}
          />
        ))}
      </ul>
      {hidden > 0 && (
        <Button look="quiet" className="m-1" onClick={onAll}>
          and {count(hidden)} more: show all under Tests
        </Button>
      )}
    </Card>
  );
}

function Against({ changes }: { changes: Changes }) {
  const { baseline, new_tests: added, removed_tests: removed } = changes;
  if (baseline === null) return null;
  const catalogue = [
    added > 0 && `${plural(added, "test")} more`,
    removed > 0 && `${plural(removed, "test")} gone`,
  ].filter((part) => part !== false);
  return (
    <p className="text-text-2">
      Against{" "}
      <Link to={`/runs/${baseline.id}`} className="text-accent underline">
        #{baseline.number}
      </Link>
      , {ago(baseline.started_at)}
      {catalogue.length > 0 ? `: ${catalogue.join(", ")}.` : ": the same tests."}
    </p>
  );
}

function Lists({ run, changes }: { run: RunDetail; changes: Changes }) {
  const [{ test }, change] = useFilters(KEYS);
  const parts = partsOf(changes);
  const tests = parts.flatMap(({ items }) => items.map((item) => item.test_id));
  const hasRoom = useHasRoom();
  const chosen = test || (hasRoom ? (tests[0] ?? "") : "");
  const index = tests.indexOf(chosen);
  const choose = (id: string | undefined) => id !== undefined && change({ test: id }, { replace: true });
  useKeys({ j: () => choose(tests[index + 1]), k: () => choose(tests[index - 1]) });
  if (changes.baseline === null)
    return (
      <Card>
        <Empty title="Nothing to compare with yet">
          This is the first complete run of its lane. The next one is compared with it.
        </Empty>
      </Card>
    );
  return (
    <>
      <Against changes={changes} />
      {parts.length === 0 ? (
        <Card>
          <Empty title={`No test changed since #${changes.baseline.number}`} />
        </Card>
      ) : (
        <Split
          isChosen={test !== ""}
          onBack={() => change({ test: "" })}
          back="All changes"
          list={
            <div className="grid min-w-0 gap-4">
              {parts.map((part) => (
                <PartCard
                  key={part.change}
                  part={part}
                  chosen={chosen}
                  onChoose={choose}
                  onAll={() => change({ tab: "tests", change: part.change, test: "" })}
                />
              ))}
            </div>
          }
          detail={
            chosen !== "" && (
              <ResultPane
                run={run}
                testId={chosen}
                position={{ index, count: tests.length }}
                onStep={(step) => choose(tests[index + step])}
              />
            )
          }
        />
      )}
    </>
  );
}

function SinceBaseline({ run }: { run: RunDetail }) {
  const query = useQuery(getRunChangesOptions({ path: { run_id: run.id } }));
  return (
    <Loaded query={query} rows={8}>
      {(changes) => <Lists run={run} changes={changes} />}
    </Loaded>
  );
}

/** What changed since the baseline, failures that are new, that stay, and that are gone; or since any other run. */
export function ChangesTab({ run }: { run: RunDetail }) {
  const [filters, change] = useFilters(["with", "test"] as const);
  return (
    <>
      <OtherRun run={run} chosen={filters.with} onChoose={(id) => change({ with: id, test: "" })} />
      {filters.with === "" ? <SinceBaseline run={run} /> : <RunDiffView run={run} other={filters.with} />}
    </>
  );
}
