import { useState } from "react";
import { Button } from "@/components/button";
import { ConfirmDialog } from "@/components/dialog";
import { Chip, StatusChip } from "@/components/status";
import { RULES } from "@/features/channels/channel-dialog";
import { type Channel, changeChannel, dropChannel, rotateChannelSecret, testChannel } from "@/lib/api";
import { ago } from "@/lib/format";
import { explain } from "@/lib/problem";
import { invalidate } from "@/lib/queries";
import { tell } from "@/lib/toasts";

async function attempt(work: () => Promise<unknown>, told: string): Promise<void> {
  try {
    await work();
    invalidate("listChannels", "listDeliveries");
    if (told !== "") tell(told);
  } catch (error) {
    tell(explain(error).detail);
  }
}

/** One channel of a project and what can be done with it. */
export function ChannelRow({
  channel,
  onChange,
  onSecret,
}: {
  channel: Channel;
  onChange: () => void;
  onSecret: (secret: string) => void;
}) {
  const [isDropping, setDropping] = useState(false);
  const path = { path: { channel_id: channel.id }, throwOnError: true as const };
  const where = channel.config.url ?? channel.config.recipients?.join(", ") ?? "";
  const rotate = async () => {
    const { data } = await rotateChannelSecret(path);
    onSecret(data.secret);
  };
  return (
    <li className="grid gap-2 border-line border-b px-4 py-3 last:border-b-0 lg:grid-cols-[minmax(0,1fr)_auto] lg:items-center">
      <div className="min-w-0">
        <div className="flex flex-wrap items-center gap-2">
          <span className="font-[550]">{channel.name}</span>
          <span className="text-text-3">{channel.kind === "email" ? "e-mail" : "webhook"}</span>
          {!channel.is_enabled && <Chip tone="skip">switched off</Chip>}
        </div>
        <div className="text-text-2 [overflow-wrap:anywhere]">
          {RULES[channel.rule]}, to {where}
        </div>
        {channel.last_delivery && (
          <div className="flex flex-wrap items-center gap-2 text-sm text-text-3">
            <StatusChip word={channel.last_delivery.status} /> {ago(channel.last_delivery.created_at)}
            {channel.last_delivery.last_error !== "" && (
              <span className="[overflow-wrap:anywhere]">{channel.last_delivery.last_error}</span>
            )}
          </div>
        )}
      </div>
      <div className="flex flex-wrap gap-1">
        <Button
          aria-label={`Send a test to ${channel.name}`}
          onClick={() =>
            void attempt(
              () => testChannel(path),
              "A test message is on its way; the delivery log shows what became of it.",
            )
          }
        >
          Send a test
        </Button>
        <Button look="quiet" aria-label={`Change ${channel.name}`} onClick={onChange}>
          Change
        </Button>
        {channel.kind === "webhook" && (
          <Button
            look="quiet"
            aria-label={`New secret for ${channel.name}`}
            onClick={() => void attempt(rotate, "")}
          >
            New secret
          </Button>
        )}
        <Button
          look="quiet"
          aria-label={`${channel.is_enabled ? "Switch off" : "Switch on"} ${channel.name}`}
          onClick={() =>
            void attempt(
              () => changeChannel({ ...path, body: { is_enabled: !channel.is_enabled } }),
              channel.is_enabled ? `${channel.name} is silent now.` : `${channel.name} speaks again.`,
            )
          }
        >
          {channel.is_enabled ? "Switch off" : "Switch on"}
        </Button>
        <Button look="quiet" aria-label={`Delete ${channel.name}`} onClick={() => setDropping(true)}>
          Delete
        </Button>
      </div>
      <ConfirmDialog
        title={`Delete ${channel.name}?`}
        action="Delete"
        isOpen={isDropping}
        onClose={() => setDropping(false)}
        onConfirm={async () => {
          await dropChannel(path);
          invalidate("listChannels", "listDeliveries");
        }}
      >
        It hears of no further run. What it was sent before stays in the delivery log.
      </ConfirmDialog>
    </li>
  );
}
