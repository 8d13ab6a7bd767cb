import { useInfiniteQuery } from "@tanstack/react-query";
import clsx from "clsx";
import { Link } from "react-router";
import { Button } from "@/components/button";
import { Card } from "@/components/card";
import { Empty, Skeleton, TroubleNote } from "@/components/states";
import { Chip } from "@/components/status";
import { Table, Td, Th } from "@/components/table";
import { sayMargin, sayMeasure } from "@/features/load/metrics";
import type { RunDetail, ThresholdItem } from "@/lib/api";
import { listThresholdsInfiniteOptions } from "@/lib/api/@tanstack/react-query.gen";
import { byCursor, rowsOf } from "@/lib/paging";

function Row({ threshold }: { threshold: ThresholdItem }) {
  return (
    <tr>
      <Td>
        <Chip tone={threshold.ok ? "pass" : "fail"}>{threshold.ok ? "met" : "missed"}</Chip>
      </Td>
      <Td className="w-full py-1 font-mono text-sm [overflow-wrap:anywhere]">
        {threshold.metric} <b>{threshold.expression}</b>
      </Td>
      <Td numeric className="whitespace-nowrap">
        {sayMeasure(threshold.value, threshold.unit)}
        <span className={clsx("block text-sm sm:hidden", threshold.ok ? "text-text-3" : "text-fail")}>
          {sayMargin(threshold)}
        </span>
      </Td>
      <Td numeric className="whitespace-nowrap text-text-2 max-sm:hidden">
        {sayMeasure(threshold.limit, threshold.unit)}
      </Td>
      <Td
        numeric
        className={clsx("whitespace-nowrap max-sm:hidden", threshold.ok ? "text-text-2" : "text-fail")}
      >
        {sayMargin(threshold)}
      </Td>
      <Td numeric className="whitespace-nowrap text-text-3 max-sm:hidden">
        {sayMeasure(threshold.previous_value, threshold.unit)}
      </Td>
    </tr>
  );
}

function Head({ run }: { run: RunDetail }) {
  return (
    <>
      <Th>State</Th>
      <Th>Expression</Th>
      <Th numeric>Value</Th>
      <Th numeric className="max-sm:hidden">
        Limit
      </Th>
      <Th numeric className="max-sm:hidden">
        Margin
      </Th>
      <Th numeric className="max-sm:hidden">
        {run.baseline === null ? (
          "Before"
        ) : (
          <>
            In{" "}
            <Link to={`/runs/${run.baseline.id}`} className="text-accent underline">
              #{run.baseline.number}
            </Link>
          </>
        )}
      </Th>
    </>
  );
}

/** The limits the test set itself, missed ones first. */
export function Thresholds({ run }: { run: RunDetail }) {
  const query = useInfiniteQuery({
    ...listThresholdsInfiniteOptions({ path: { run_id: run.id }, query: { limit: 200 } }),
    ...byCursor,
  });
  const thresholds = rowsOf(query.data);
  return (
    <Card title="Thresholds">
      {query.isPending && <Skeleton rows={3} />}
      {query.error !== null && <TroubleNote error={query.error} retry={() => void query.refetch()} />}
      {query.isSuccess && thresholds.length === 0 && (
        <Empty title="This test set itself no limits">
          Thresholds in the options of the script make a load test pass or fail by itself, for example{" "}
          <code className="font-mono text-sm">http_req_duration: ["p(95)&lt;400"]</code>.
        </Empty>
      )}
      {thresholds.length > 0 && (
        <Table label="Thresholds" head={<Head run={run} />}>
          {thresholds.map((threshold) => (
            <Row key={`${threshold.metric} ${threshold.expression}`} threshold={threshold} />
          ))}
        </Table>
      )}
      {query.hasNextPage && (
        <Button look="quiet" className="m-2" onClick={() => void query.fetchNextPage()}>
          Show more thresholds
        </Button>
      )}
    </Card>
  );
}
