import { type FormEvent, useState } from "react";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { TextField } from "@/components/field";
import { TroubleNote } from "@/components/states";
import { LinkNote } from "@/features/invitations/link-note";
import { PlaceField, RoleField } from "@/features/members/place-fields";
import { addInvitation, type InvitationSent } from "@/lib/api";
import { invalidate } from "@/lib/queries";
import { useAct } from "@/lib/use-act";

/** Invite somebody by their address, with a role. */
export function InviteDialog({ onClose }: { onClose: () => void }) {
  const [email, setEmail] = useState("");
  const [role, setRole] = useState("viewer");
  const [project, setProject] = useState("");
  const [sent, setSent] = useState<InvitationSent | null>(null);
  const { isBusy, error, trouble, act } = useAct();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    await act(async () => {
      const body = { email: email.trim(), role, project: project === "" ? null : project };
      const { data } = await addInvitation({ body, throwOnError: true });
      invalidate("listInvitations");
      setSent(data);
    });
  };
  if (sent !== null) {
    return (
      <Dialog title={`${sent.email} is invited`} isOpen onClose={onClose}>
        <LinkNote sent={sent} />
        <Button look="primary" className="justify-self-end" onClick={onClose}>
          Done
        </Button>
      </Dialog>
    );
  }
  return (
    <Dialog title="Invite somebody" isOpen onClose={onClose}>
      <form className="grid gap-3" onSubmit={(event) => void submit(event)}>
        <TextField
          label="E-mail"
          type="email"
          required
          autoComplete="off"
          value={email}
          error={trouble?.fields.email}
          onChange={(event) => setEmail(event.target.value)}
        />
        <PlaceField label="Where" everywhere="The whole organisation" value={project} onChange={setProject} />
        <RoleField project={project} value={role} error={trouble?.fields.role} onChange={setRole} />
        {error !== null && <TroubleNote error={error} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" disabled={isBusy}>
            {isBusy ? "Inviting…" : "Invite"}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
