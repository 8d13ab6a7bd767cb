import { useInfiniteQuery } from "@tanstack/react-query";
import { Button } from "@/components/button";
import { SelectField } from "@/components/field";
import { sayVerdict } from "@/features/runs/run-words";
import type { Run, RunDetail } from "@/lib/api";
import { listProjectRunsInfiniteOptions } from "@/lib/api/@tanstack/react-query.gen";
import { moment } from "@/lib/format";
import { byCursor, rowsOf } from "@/lib/paging";

const PAGE = 100;

/** `#12 nightly, staging, main: 3 failed, 1 Mar 2026, 22:00` */
export function sayRun(
  run: Pick<Run, "number" | "name" | "environment" | "branch" | "kind" | "verdict" | "totals" | "started_at">,
): string {
  const where = [run.name, run.environment, run.branch].filter(Boolean).join(", ");
  return `#${run.number} ${where}: ${sayVerdict(run).text}, ${moment(run.started_at)}`;
}

/** The run to compare with: the baseline, or any other run of tests of the project. */
export function OtherRun({
  run,
  chosen,
  onChoose,
}: {
  run: RunDetail;
  chosen: string;
  onChoose: (id: string) => void;
}) {
  const query = useInfiniteQuery({
    ...listProjectRunsInfiniteOptions({
      path: { slug: run.project.slug },
      query: { kind: "functional", limit: PAGE },
    }),
    ...byCursor,
  });
  const runs = rowsOf(query.data).filter(({ id }) => id !== run.id);
  const isListed = chosen === "" || runs.some(({ id }) => id === chosen);
  return (
    <div className="flex flex-wrap items-end gap-2">
      <div className="min-w-0 max-w-full basis-[480px]">
        <SelectField label="Compare with" value={chosen} onChange={(event) => onChoose(event.target.value)}>
          <option value="">
            {run.baseline === null ? "Its baseline" : `Its baseline, #${run.baseline.number}`}
          </option>
          {!isListed && <option value={chosen}>An older run</option>}
          {runs.map((other) => (
            <option key={other.id} value={other.id}>
              {sayRun(other)}
            </option>
          ))}
        </SelectField>
      </div>
      {query.hasNextPage && (
        <Button look="quiet" disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          List older runs
        </Button>
      )}
    </div>
  );
}
