import type { UseQueryResult } from "@tanstack/react-query";
import clsx from "clsx";
import { Card } from "@/components/card";
import { Split } from "@/components/split";
import { Empty, Loaded } from "@/components/states";
import { Chip, StatusMark, Tag } from "@/components/status";
import { ResultPane } from "@/features/tests/result-pane";
import type { FailureGroup, FailurePage, ResultItem, RunDetail } from "@/lib/api";
import { duration, plural } from "@/lib/format";
import { useFilters } from "@/lib/url-state";
import { useKeys } from "@/lib/use-keys";

function Cause({ group }: { group: FailureGroup }) {
  return (
    <div className="px-4 pt-3 pb-1">
      <h3 className="line-clamp-3 font-[550] font-mono text-sm [overflow-wrap:anywhere]">
        {group.cause || "No message"}
      </h3>
      <p className="mt-1.5 flex flex-wrap items-center gap-2 text-text-3">
        {group.is_new ? (
          <Chip tone="new">new here</Chip>
        ) : (
          <Chip tone="flaky">
            seen in {plural(group.seen_runs, "run")}, first in #{group.first_seen.number}
          </Chip>
        )}
        <span>{plural(group.count, "test")}</span>
      </p>
    </div>
  );
}

function TestLine({
  item,
  isChosen,
  onChoose,
}: {
  item: ResultItem;
  isChosen: boolean;
  onChoose: () => void;
}) {
  return (
    <li>
      <button
        type="button"
        aria-current={isChosen}
        className={clsx(
          "flex min-h-8 w-full items-center gap-2 px-4 py-1 text-left focus-visible:-outline-offset-2",
          isChosen ? "bg-accent-weak" : "hover:bg-bg",
        )}
        onClick={onChoose}
      >
        <StatusMark word={item.status} />
        <span className="min-w-0 flex-1 truncate">
          {item.name} <span className="text-sm text-text-3">{item.suite}</span>
        </span>
        {item.change === "new" && <Tag>new</Tag>}
        <span className="text-text-3">{duration(item.duration_ms)}</span>
      </button>
    </li>
  );
}

function Groups({
  groups,
  chosen,
  onChoose,
}: {
  groups: FailureGroup[];
  chosen: string;
  onChoose: (test: string) => void;
}) {
  return (
    <Card>
      <ul aria-label="Failure causes">
        {groups.map((group) => (
          <li key={group.fingerprint} className="border-line border-b pb-1.5 last:border-b-0">
            <Cause group={group} />
            <ul>
              {group.tests.map((item) => (
                <TestLine
                  key={item.test_id}
                  item={item}
                  isChosen={item.test_id === chosen}
                  onChoose={() => onChoose(item.test_id)}
                />
              ))}
            </ul>
            {group.count > group.tests.length && (
              <p className="px-4 pb-1 text-text-3">
                and {plural(group.count - group.tests.length, "more test")}, see the Tests tab
              </p>
            )}
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Master({ run, groups }: { run: RunDetail; groups: FailureGroup[] }) {
  const [{ test }, change] = useFilters(["test"] as const);
  const tests = groups.flatMap((group) => group.tests.map((item) => item.test_id));
  const firsts = groups.flatMap((group) => group.tests[0]?.test_id ?? []);
  const chosen = test || (tests[0] ?? "");
  const index = tests.indexOf(chosen);
  const choose = (id: string | undefined) => id !== undefined && change({ test: id }, { replace: true });
  const causeIndex = groups.findIndex((group) => group.tests.some((item) => item.test_id === chosen));
  useKeys({
    j: () => choose(tests[index + 1]),
    k: () => choose(tests[index - 1]),
    n: () => choose(firsts[causeIndex + 1]),
    p: () => choose(firsts[causeIndex - 1]),
  });
  return (
    <Split
      isChosen={test !== ""}
      onBack={() => change({ test: "" })}
      back="All causes"
      list={<Groups groups={groups} chosen={chosen} onChoose={choose} />}
      detail={
        <ResultPane
          runId={run.id}
          testId={chosen}
          position={{ index, count: tests.length }}
          onStep={(step) => choose(tests[index + step])}
        />
      }
    />
  );
}

/** What failed, grouped by cause, new causes first; the chosen test beside it. */
export function FailuresTab({ run, query }: { run: RunDetail; query: UseQueryResult<FailurePage, unknown> }) {
  return (
    <Loaded query={query} rows={8}>
      {({ items }) =>
        items.length === 0 ? (
          <Card>
            <Empty title="Nothing failed in this run">
              All tests are listed under Tests, with their durations and history.
            </Empty>
          </Card>
        ) : (
          <Master run={run} groups={items} />
        )
      }
    </Loaded>
  );
}
