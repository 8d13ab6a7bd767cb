import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { useParams } from "react-router";
import { useArrive } from "@/app/place";
import { Loaded, Skeleton } from "@/components/states";
import { RunHeader } from "@/features/runs/run-header";
import { RunKept } from "@/features/runs/run-kept";
import { RunNews } from "@/features/runs/run-news";
import { RunWarnings } from "@/features/runs/run-warnings";
import { useRunNews } from "@/features/runs/use-run-news";
import type { RunDetail } from "@/lib/api";
import { getRunOptions } from "@/lib/api/@tanstack/react-query.gen";
import { invalidate } from "@/lib/queries";

const BY_KIND = {
  functional: lazy(async () => ({
    default: (await import("@/features/tests/functional-run")).FunctionalRun,
  })),
  security: lazy(async () => ({ default: (await import("@/features/findings/security-run")).SecurityRun })),
  load: lazy(async () => ({ default: (await import("@/features/load/load-run")).LoadRun })),
};

function Body({ run }: { run: RunDetail }) {
  const Kind = BY_KIND[run.kind];
  return (
    <Suspense fallback={<Skeleton rows={10} />}>
      <Kind run={run} />
    </Suspense>
  );
}

/** A run: the same header for every kind, then what its kind has to tell. */
export function RunPage() {
  const { runId = "" } = useParams();
  const query = useQuery(getRunOptions({ path: { run_id: runId } }));
  const run = query.data;
  const slug = run?.project.slug ?? "";
  useArrive(
    run === undefined ? "Run" : `#${run.number}`,
    slug,
    run === undefined
      ? []
      : [
          { label: run.project.name, to: `/p/${slug}` },
          { label: "Runs", to: `/p/${slug}/runs` },
        ],
  );
  useRunNews(slug === "" ? "" : `project:${slug}`, () => invalidate("getRun"), runId);
  return (
    <Loaded query={query} rows={12} heading="Run">
      {(loaded) => (
        <div key={loaded.id} className="contents">
          <RunNews run={loaded} />
          <RunHeader run={loaded} />
          <RunKept run={loaded} />
          <RunWarnings run={loaded} />
          <Body run={loaded} />
        </div>
      )}
    </Loaded>
  );
}

export { RunPage as Component };
