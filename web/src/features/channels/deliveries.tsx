import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { Button } from "@/components/button";
import { Card } from "@/components/card";
import { Empty, Skeleton, TroubleNote } from "@/components/states";
import { StatusChip } from "@/components/status";
import { type Delivery, resendDelivery } from "@/lib/api";
import { listDeliveriesInfiniteOptions } from "@/lib/api/@tanstack/react-query.gen";
import { ago, moment, plural } from "@/lib/format";
import { byCursor, rowsOf } from "@/lib/paging";
import { explain } from "@/lib/problem";
import { invalidate } from "@/lib/queries";
import { tell } from "@/lib/toasts";

async function resend(delivery: Delivery): Promise<void> {
  try {
    await resendDelivery({ path: { delivery_id: delivery.id }, throwOnError: true });
    invalidate("listDeliveries", "listChannels");
    tell("It is sent again.");
  } catch (error) {
    tell(explain(error).detail);
  }
}

function Row({ delivery }: { delivery: Delivery }) {
  return (
    <li className="grid gap-1 border-line border-b px-4 py-2 last:border-b-0 md:grid-cols-[110px_minmax(0,1fr)_auto] md:items-center md:gap-3">
      <span>
        <StatusChip word={delivery.status} />
      </span>
      <div className="min-w-0">
        <div>
          {delivery.run ? (
            <Link to={`/runs/${delivery.run.id}`} className="link">
              Run #{delivery.run.number}
            </Link>
          ) : (
            "Test message"
          )}{" "}
          to {delivery.channel.name}{" "}
          <span className="text-text-3" title={moment(delivery.created_at)}>
            {ago(delivery.created_at)}, {plural(delivery.attempts, "attempt")}
            {delivery.response_code !== null && `, answered ${delivery.response_code}`}
            {delivery.status === "pending" &&
              delivery.next_attempt_at !== null &&
              `, next ${ago(delivery.next_attempt_at)}`}
          </span>
        </div>
        {delivery.last_error !== "" && (
          <div className="text-sm text-text-2 [overflow-wrap:anywhere]">{delivery.last_error}</div>
        )}
      </div>
      {delivery.status !== "pending" && (
        <Button look="quiet" className="justify-self-start" onClick={() => void resend(delivery)}>
          Send again
        </Button>
      )}
    </li>
  );
}

/** What a project's channels were sent, newest first. */
export function Deliveries({ slug }: { slug: string }) {
  const query = useInfiniteQuery({
    ...listDeliveriesInfiniteOptions({ path: { slug }, query: { limit: 30 } }),
    ...byCursor,
  });
  const deliveries = rowsOf(query.data);
  return (
    <Card title="Delivery log">
      {query.isPending && <Skeleton rows={4} />}
      {query.error !== null && <TroubleNote error={query.error} retry={() => void query.refetch()} />}
      {query.isSuccess && deliveries.length === 0 && (
        <Empty title="Nothing was sent yet">
          Each message, each failed attempt and each answer will stand here.
        </Empty>
      )}
      {deliveries.length > 0 && (
        <ul aria-label="Deliveries">
          {deliveries.map((delivery) => (
            <Row key={delivery.id} delivery={delivery} />
          ))}
        </ul>
      )}
      {query.hasNextPage && (
        <Button
          className="m-3"
          disabled={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          Show older
        </Button>
      )}
    </Card>
  );
}
