import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useParams } from "react-router";
import { useCrumbs } from "@/app/crumbs";
import { Button } from "@/components/button";
import { Card } from "@/components/card";
import { Empty, Loaded } from "@/components/states";
import { ChannelDialog, SecretDialog } from "@/features/channels/channel-dialog";
import { ChannelRow } from "@/features/channels/channel-row";
import { Deliveries } from "@/features/channels/deliveries";
import type { Channel } from "@/lib/api";
import { getSystemOptions, listChannelsOptions } from "@/lib/api/@tanstack/react-query.gen";
import { useMay } from "@/lib/may";
import { invalidate } from "@/lib/queries";
import { useLive } from "@/lib/use-live";
import { useTitle } from "@/lib/use-title";

/** Where a project's news go, and what became of each message. */
export function Component() {
  const slug = useParams().slug ?? "";
  useTitle("Notifications", slug);
  useCrumbs(slug, { label: slug, to: `/p/${slug}` }, { label: "Notifications" });
  if (useMay("channel.manage", slug)) return <Channels slug={slug} />;
  return (
    <>
      <h1 className="font-semibold text-lg">Notifications</h1>
      <Card>
        <Empty title="Administrators say who is told about runs">
          Ask one of them for a channel of your own.
        </Empty>
      </Card>
    </>
  );
}

function Channels({ slug }: { slug: string }) {
  const [editing, setEditing] = useState<Channel | "new" | null>(null);
  const [secret, setSecret] = useState("");
  const query = useQuery(listChannelsOptions({ path: { slug } }));
  const system = useQuery(getSystemOptions());
  useLive(
    `project:${slug}`,
    (event) => event.type === "delivery.changed" && invalidate("listDeliveries", "listChannels"),
  );
  return (
    <>
      <div className="flex items-center">
        <h1 className="font-semibold text-lg">Notifications</h1>
        <Button look="primary" className="ml-auto" onClick={() => setEditing("new")}>
          New channel
        </Button>
      </div>
      <Card title="Channels">
        <Loaded query={query} rows={3}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty title="Nobody is told yet">
                A channel sends a signed webhook or an e-mail when a run ends: on every run, on any failure,
                or only on new failures.
              </Empty>
            ) : (
              <ul aria-label="Channels">
                {items.map((channel) => (
                  <ChannelRow
                    key={channel.id}
                    channel={channel}
                    onChange={() => setEditing(channel)}
                    onSecret={setSecret}
                  />
                ))}
              </ul>
            )
          }
        </Loaded>
      </Card>
      <Deliveries slug={slug} />
      {editing !== null && (
        <ChannelDialog
          slug={slug}
          channel={editing === "new" ? null : editing}
          hasMail={system.data?.smtp_configured ?? true}
          onClose={() => setEditing(null)}
        />
      )}
      {secret !== "" && <SecretDialog secret={secret} onClose={() => setSecret("")} />}
    </>
  );
}
