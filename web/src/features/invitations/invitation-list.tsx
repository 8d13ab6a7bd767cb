import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "@/components/button";
import { Card } from "@/components/card";
import { ConfirmDialog, Dialog } from "@/components/dialog";
import { Loaded } from "@/components/states";
import { Chip } from "@/components/status";
import { LinkNote } from "@/features/invitations/link-note";
import { dropInvitation, type Invitation, type InvitationSent, resendInvitation } from "@/lib/api";
import { listInvitationsInfiniteOptions } from "@/lib/api/@tanstack/react-query.gen";
import { ago } from "@/lib/format";
import { byCursor, rowsOf } from "@/lib/paging";
import { explain } from "@/lib/problem";
import { invalidate } from "@/lib/queries";
import { tell } from "@/lib/toasts";

function Line({
  invitation,
  canManage,
  onSent,
  onRevoke,
}: {
  invitation: Invitation;
  canManage: boolean;
  onSent: (sent: InvitationSent) => void;
  onRevoke: () => void;
}) {
  const [isBusy, setBusy] = useState(false);
  const isOver = new Date(invitation.expires_at) <= new Date();
  const resend = async () => {
    setBusy(true);
    try {
      const { data } = await resendInvitation({
        path: { invitation_id: invitation.id },
        throwOnError: true,
      });
      invalidate("listInvitations");
      onSent(data);
    } catch (error) {
      const { title, detail } = explain(error);
      tell(detail || title);
    } finally {
      setBusy(false);
    }
  };
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 border-line border-b px-4 py-2.5 last:border-b-0">
      <div className="min-w-0 flex-1 basis-64">
        <div className="flex flex-wrap items-center gap-2">
          <span className="font-[550] [overflow-wrap:anywhere]">{invitation.email}</span>
          {isOver && <Chip tone="skip">over</Chip>}
        </div>
        <div className="text-sm text-text-3 [overflow-wrap:anywhere]">
          {invitation.role_name}
          {invitation.project !== null && ` in ${invitation.project.name}`}, invited{" "}
          {ago(invitation.created_at)}
          {invitation.invited_by !== null && ` by ${invitation.invited_by}`}, {isOver ? "ended" : "ends"}{" "}
          {ago(invitation.expires_at)}
        </div>
      </div>
      {canManage && (
        <div className="flex gap-1 max-sm:-ml-3">
          <Button
            look="quiet"
            disabled={isBusy}
            aria-label={`Send again to ${invitation.email}`}
            onClick={() => void resend()}
          >
            Send again
          </Button>
          <Button look="quiet" aria-label={`Revoke the invitation of ${invitation.email}`} onClick={onRevoke}>
            Revoke
          </Button>
        </div>
      )}
    </li>
  );
}

/** Invitations that wait; the card is not there when none does. */
export function InvitationList({ canManage }: { canManage: boolean }) {
  const [sent, setSent] = useState<InvitationSent | null>(null);
  const [revoking, setRevoking] = useState<Invitation | null>(null);
  const query = useInfiniteQuery({ ...listInvitationsInfiniteOptions(), ...byCursor });
  const revoke = async () => {
    await dropInvitation({ path: { invitation_id: revoking?.id ?? "" }, throwOnError: true });
    invalidate("listInvitations");
    tell(`The link of ${revoking?.email} leads nowhere from now on.`);
  };
  return (
    <>
      <Loaded query={query} rows={2}>
        {(data) => {
          const rows = rowsOf(data);
          if (rows.length === 0) return null;
          return (
            <Card title="Invitations" note={`${rows.length}${query.hasNextPage ? "+" : ""} waiting`}>
              <ul aria-label="Invitations">
                {rows.map((invitation) => (
                  <Line
                    key={invitation.id}
                    invitation={invitation}
                    canManage={canManage}
                    onSent={setSent}
                    onRevoke={() => setRevoking(invitation)}
                  />
                ))}
              </ul>
              {query.hasNextPage && (
                <div className="p-3">
                  <Button disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                    Show more
                  </Button>
                </div>
              )}
            </Card>
          );
        }}
      </Loaded>
      <Dialog title="A new link" isOpen={sent !== null} onClose={() => setSent(null)}>
        {sent !== null && <LinkNote sent={sent} />}
        <Button look="primary" className="justify-self-end" onClick={() => setSent(null)}>
          Done
        </Button>
      </Dialog>
      <ConfirmDialog
        title={`Revoke the invitation of ${revoking?.email ?? ""}?`}
        action="Revoke"
        isOpen={revoking !== null}
        onClose={() => setRevoking(null)}
        onConfirm={revoke}
      >
        The link they were sent leads nowhere from then on. You can invite them anew.
      </ConfirmDialog>
    </>
  );
}
