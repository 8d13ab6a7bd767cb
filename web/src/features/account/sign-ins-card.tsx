import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "@/components/button";
import { Card } from "@/components/card";
import { ConfirmDialog } from "@/components/dialog";
import { Loaded } from "@/components/states";
import { Table, Td, Th } from "@/components/table";
import { endMyOtherSignIns, endMySignIn, type OwnSignIn } from "@/lib/api";
import { listMySignInsOptions } from "@/lib/api/@tanstack/react-query.gen";
import { ago, moment } from "@/lib/format";
import { explain } from "@/lib/problem";
import { invalidate } from "@/lib/queries";
import { tell } from "@/lib/toasts";

function how(item: OwnSignIn): string {
  if (item.method !== "password") return item.method;
  return item.has_second_factor ? "Password and code" : "Password";
}

async function end(item: OwnSignIn): Promise<void> {
  try {
    await endMySignIn({ path: { sign_in_id: item.id }, throwOnError: true });
    tell(`${item.device} is signed out.`);
  } catch (problem) {
    tell(explain(problem).title);
  }
  invalidate("listMySignIns");
}

function Row({ item }: { item: OwnSignIn }) {
  return (
    <tr>
      <Td className="py-1">
        <span className="font-[550]">{item.device}</span>
        {item.is_this && <span className="text-text-3"> (this one)</span>}
        <div className="text-sm text-text-3">
          {item.address}
          <span className="sm:hidden"> · {ago(item.seen_at)}</span>
        </div>
      </Td>
      <Td className="whitespace-nowrap max-sm:hidden">{how(item)}</Td>
      <Td className="whitespace-nowrap max-sm:hidden">
        <time dateTime={item.created_at}>{moment(item.created_at)}</time>
      </Td>
      <Td className="whitespace-nowrap max-sm:hidden">{ago(item.seen_at)}</Td>
      <Td numeric>
        {!item.is_this && (
          <Button
            look="quiet"
            aria-label={`End ${item.device} at ${item.address}`}
            onClick={() => void end(item)}
          >
            End
          </Button>
        )}
      </Td>
    </tr>
  );
}

/** Where one is signed in, and ending that from here. */
export function SignInsCard() {
  const query = useQuery(listMySignInsOptions());
  const [isAsking, setAsking] = useState(false);
  const hasOthers = query.data?.items.some((item) => !item.is_this) ?? false;
  return (
    <Card
      title="Where you are signed in"
      end={
        hasOthers && (
          <Button look="quiet" onClick={() => setAsking(true)}>
            End all others
          </Button>
        )
      }
    >
      <Loaded query={query} rows={3}>
        {({ items }) => (
          <Table
            label="Where you are signed in"
            head={
              <>
                <Th>Device</Th>
                <Th className="max-sm:hidden">By</Th>
                <Th className="max-sm:hidden">Since</Th>
                <Th className="max-sm:hidden">Last used</Th>
                <Th numeric>
                  <span className="sr-only">Actions</span>
                </Th>
              </>
            }
          >
            {items.map((item) => (
              <Row key={item.id} item={item} />
            ))}
          </Table>
        )}
      </Loaded>
      <ConfirmDialog
        title="End all other sign-ins"
        action="End them"
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        onConfirm={async () => {
          await endMyOtherSignIns({ throwOnError: true });
          invalidate("listMySignIns");
          tell("You are signed in here only.");
        }}
      >
        Every other browser has to sign in anew, at once.
      </ConfirmDialog>
    </Card>
  );
}
