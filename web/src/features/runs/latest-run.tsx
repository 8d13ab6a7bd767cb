import { useQuery } from "@tanstack/react-query";
import { Navigate, useParams } from "react-router";
import { useArrive } from "@/app/place";
import { ButtonLink } from "@/components/button";
import { Card } from "@/components/card";
import { PageHead } from "@/components/page";
import { Empty, Loaded } from "@/components/states";
import type { Kind } from "@/lib/api";
import { listProjectRunsOptions } from "@/lib/api/@tanstack/react-query.gen";
import { useMay } from "@/lib/may";

function Latest({
  kind,
  title,
  none,
  command,
}: {
  kind: Kind;
  title: string;
  none: string;
  command: (slug: string) => string;
}) {
  const { slug = "" } = useParams();
  const canSend = useMay("upload.create", slug);
  useArrive(title, slug, [{ label: slug, to: `/p/${slug}` }]);
  const query = useQuery(listProjectRunsOptions({ path: { slug }, query: { kind, limit: 1 } }));
  const run = query.data?.items[0];
  if (run !== undefined) return <Navigate to={run.url} replace />;
  return (
    <>
      <PageHead title={title} answer={query.data && none} />
      <Card>
        <Loaded query={query}>
          {() => (
            <Empty
              title={none}
              command={command(slug)}
              action={canSend && <ButtonLink to={`/upload?project=${slug}`}>Or drop a file here</ButtonLink>}
            >
              The newest one opens here as soon as there is one.
            </Empty>
          )}
        </Loaded>
      </Card>
    </>
  );
}

/** The newest security scan of a project. */
export function LatestScan() {
  return (
    <Latest
      kind="security"
      title="Security"
      none="No security scans yet"
      command={(slug) =>
        `zap-baseline.py -t https://shop.example -J zap.json\ntestflux upload zap.json --project ${slug}`
      }
    />
  );
}

/** The newest load test of a project. */
export function LatestLoadRun() {
  return (
    <Latest
      kind="load"
      title="Load"
      none="No load tests yet"
      command={(slug) =>
        `k6 run --summary-export summary.json script.js\ntestflux upload summary.json --project ${slug}`
      }
    />
  );
}
