import { useInfiniteQuery } from "@tanstack/react-query";
import clsx from "clsx";
import { Button } from "@/components/button";
import { Card } from "@/components/card";
import { Split } from "@/components/split";
import { Empty, Skeleton, TroubleNote } from "@/components/states";
import { Chip } from "@/components/status";
import { causeOf, stepCause, stepTest } from "@/features/tests/causes";
import { ResultPane } from "@/features/tests/result-pane";
import { TestLine } from "@/features/tests/test-line";
import type { FailureGroup, RunDetail } from "@/lib/api";
import { listFailuresInfiniteOptions } from "@/lib/api/@tanstack/react-query.gen";
import { count, plural } from "@/lib/format";
import { byCursor, rowsOf } from "@/lib/paging";
import { useFilters } from "@/lib/url-state";
import { useKeys } from "@/lib/use-keys";
import { useHasRoom } from "@/lib/use-media";

const KEYS = ["sel", "test", "tab", "status"] as const;
const PAGE_SIZE = 50;

function CauseHead({ group }: { group: FailureGroup }) {
  const seen = `seen in ${plural(group.seen_runs, "run")} since #${group.first_seen.number}`;
  return (
    <>
      <span className="line-clamp-3 font-[550] font-mono text-sm [overflow-wrap:anywhere]">
        {group.cause || "No message"}
      </span>
      <span className="mt-1.5 flex flex-wrap items-center gap-2 text-text-3">
        {group.is_new ? <Chip tone="new">new here</Chip> : <Chip tone="flaky">{seen}</Chip>}
        <span>{plural(group.count, "test")}</span>
      </span>
    </>
  );
}

interface Choosing {
  chosenTest: string;
  onChoose: (group: FailureGroup, test: string) => void;
  onAll: () => void;
}

function Cause({
  group,
  isChosen,
  chosenTest,
  onChoose,
  onAll,
}: { group: FailureGroup; isChosen: boolean } & Choosing) {
  const hidden = group.count - group.tests.length;
  return (
    <li
      className={clsx(
        "border-line border-b border-l-[3px] pb-1.5 last:border-b-0",
        isChosen ? "border-l-accent" : "border-l-transparent",
      )}
    >
      <h2>
        <button
          type="button"
          aria-current={isChosen}
          className="w-full scroll-mt-16 px-4 pt-3 pb-1.5 text-left focus-visible:-outline-offset-2"
          onClick={() => onChoose(group, group.tests[0]?.test_id ?? "")}
        >
          <CauseHead group={group} />
        </button>
      </h2>
      <ul aria-label={`Tests with this cause: ${group.cause || "no message"}`}>
        {group.tests.map((item) => (
          <TestLine
            key={item.test_id}
            item={item}
            isChosen={item.test_id === chosenTest}
            onChoose={() => onChoose(group, item.test_id)}
          />
        ))}
      </ul>
      {hidden > 0 && (
        <Button look="quiet" className="mx-1" onClick={onAll}>
          and {count(hidden)} more: show all tests that failed
        </Button>
      )}
    </li>
  );
}

function Causes({ run, groups }: { run: RunDetail; groups: FailureGroup[] }) {
  const [{ sel, test }, change] = useFilters(KEYS);
  const group = causeOf(groups, sel, test);
  const hasRoom = useHasRoom();
  const chosen = test || (hasRoom ? (group?.tests[0]?.test_id ?? "") : "");
  const choose = (to: FailureGroup | undefined, id: string) =>
    to !== undefined && change({ sel: to.fingerprint, test: id }, { replace: true });
  const toCause = (move: number) => {
    const to = stepCause(groups, group, move);
    choose(to, to?.tests[0]?.test_id ?? "");
  };
  const toTest = (move: number) => {
    const to = stepTest(groups, group, chosen, move);
    if (to !== null) choose(to.group, to.test);
  };
  useKeys({
    j: () => toCause(1),
    k: () => toCause(-1),
    n: () => toTest(1),
    p: () => toTest(-1),
  });
  const all = groups.flatMap((each) => each.tests.map((item) => item.test_id));
  return (
    <Split
      isChosen={test !== ""}
      onBack={() => change({ test: "", sel: "" })}
      back="All causes"
      list={
        <Card>
          <ul aria-label="Failure causes">
            {groups.map((each) => (
              <Cause
                key={each.fingerprint}
                group={each}
                isChosen={each === group && chosen !== ""}
                chosenTest={chosen}
                onChoose={choose}
                onAll={() => change({ tab: "tests", status: "failed,broken", sel: "", test: "" })}
              />
            ))}
          </ul>
        </Card>
      }
      detail={
        chosen !== "" && (
          <ResultPane
            run={run}
            testId={chosen}
            keys={["p", "n"]}
            position={{ index: all.indexOf(chosen), count: all.length }}
            onStep={toTest}
          />
        )
      }
    />
  );
}

/** What failed, grouped by cause, new causes first; the chosen test beside it. */
export function FailuresTab({ run }: { run: RunDetail }) {
  const query = useInfiniteQuery({
    ...listFailuresInfiniteOptions({ path: { run_id: run.id }, query: { limit: PAGE_SIZE } }),
    ...byCursor,
  });
  const groups = rowsOf(query.data);
  if (query.isPending) return <Skeleton rows={8} />;
  if (query.isError && groups.length === 0)
    return <TroubleNote error={query.error} retry={() => void query.refetch()} />;
  if (groups.length === 0)
    return (
      <Card>
        <Empty title="Nothing failed in this run">
          All tests are listed under Tests, with their durations and history.
        </Empty>
      </Card>
    );
  return (
    <>
      <Causes run={run} groups={groups} />
      {query.hasNextPage && (
        <Button className="justify-self-start" onClick={() => void query.fetchNextPage()}>
          Show more causes
        </Button>
      )}
    </>
  );
}
