import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { Card } from "@/components/card";
import { Empty, Loaded } from "@/components/states";
import { StatusMark } from "@/components/status";
import { type DiffPart, linkTo, partsOf, sayDurations } from "@/features/tests/diff-words";
import type { DiffItem, RunDetail, RunDiff } from "@/lib/api";
import { getRunDiffOptions } from "@/lib/api/@tanstack/react-query.gen";
import { ago, count } from "@/lib/format";

function Line({ item, runId }: { item: DiffItem; runId: string }) {
  const word = item.status ?? item.status_before ?? "skipped";
  const isOther = item.status !== null && item.status_before !== null && item.status !== item.status_before;
  return (
    <li className="relative flex min-h-8 flex-wrap items-center gap-x-2 gap-y-0.5 px-4 py-1 hover:bg-sunken">
      <StatusMark word={word} />
      <Link
        to={linkTo(item, runId)}
        className="min-w-0 flex-1 basis-52 truncate after:absolute after:inset-0 focus-visible:-outline-offset-2"
      >
        {item.name} <span className="text-sm text-text-3">{item.suite}</span>
      </Link>
      {isOther && <span className="text-text-3">was {item.status_before}</span>}
      <span className="whitespace-nowrap text-text-2">{sayDurations(item)}</span>
    </li>
  );
}

function Part({ part, runId }: { part: DiffPart; runId: string }) {
  const hidden = part.amount - part.items.length;
  return (
    <Card title={part.title} note={count(part.amount)}>
      <ul aria-label={part.title} className="pb-1.5">
        {part.items.map((item) => (
          <Line key={item.test_id} item={item} runId={runId} />
        ))}
      </ul>
      {hidden > 0 && <p className="px-4 pb-3 text-text-3">and {count(hidden)} more</p>}
    </Card>
  );
}

function Difference({ run, diff }: { run: RunDetail; diff: RunDiff }) {
  const parts = partsOf(diff);
  return (
    <>
      <p className="text-text-2">
        Against{" "}
        <Link to={`/runs/${diff.before.id}`} className="text-accent underline">
          #{diff.before.number}
        </Link>
        , {ago(diff.before.started_at)}.
      </p>
      {parts.length === 0 ? (
        <Card>
          <Empty title={`Nothing differs from #${diff.before.number}`}>
            The same tests ran, went the same way and took about as long.
          </Empty>
        </Card>
      ) : (
        parts.map((part) => <Part key={part.title} part={part} runId={run.id} />)
      )}
    </>
  );
}

/** How a run differs from any other one of its project. */
export function RunDiffView({ run, other }: { run: RunDetail; other: string }) {
  const query = useQuery(getRunDiffOptions({ path: { run_id: run.id }, query: { with: other } }));
  return (
    <Loaded query={query} rows={8}>
      {(diff) => <Difference run={run} diff={diff} />}
    </Loaded>
  );
}
