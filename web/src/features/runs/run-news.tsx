import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import type { RunDetail } from "@/lib/api";
import { useLive } from "@/lib/use-live";

/** What happened to this run or after it while the page was open. */
export function RunNews({ run }: { run: RunDetail }) {
  const [nextAtFirst] = useState(run.next?.id);
  const [isDeleted, setDeleted] = useState(false);
  const queries = useQueryClient();
  useLive(`project:${run.project.slug}`, ({ type, data }) => {
    if (data.run_id !== run.id) return;
    if (type === "run.deleted") setDeleted(true);
    if (type === "run.changed") void queries.invalidateQueries();
  });
  const newer = run.next !== null && run.next.id !== nextAtFirst ? run.next : null;
  return (
    <div role="status" className="grid gap-2 empty:hidden">
      {isDeleted && (
        <p className="rounded-md border border-line border-l-[3px] border-l-broken bg-surface px-4 py-2">
          This run was deleted. What you see is what was loaded before.{" "}
          <Link to={`/p/${run.project.slug}/runs`} className="text-accent underline">
            All runs of {run.project.name}
          </Link>
        </p>
      )}
      {newer !== null && (
        <p className="arrived rounded-md border border-line bg-surface px-4 py-2 text-text-2">
          A newer run of this lane arrived:{" "}
          <Link to={`/runs/${newer.id}`} className="text-accent underline">
            #{newer.number}
          </Link>
        </p>
      )}
    </div>
  );
}
