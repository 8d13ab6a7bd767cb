import { useState } from "react";
import { Button } from "@/components/button";
import { CopyBlock } from "@/components/copy";
import { Dialog } from "@/components/dialog";
import { TroubleNote } from "@/components/states";
import { type Member, makePasswordLink } from "@/lib/api";
import { useAct } from "@/lib/use-act";

/** Make a link by which a member sets a new password, for when no mail reaches them; it is shown once. */
export function PasswordLink({ member }: { member: Member }) {
  const [isOpen, setOpen] = useState(false);
  const [url, setUrl] = useState("");
  const { isBusy, error, act } = useAct();
  const make = () =>
    act(async () => {
      const { data } = await makePasswordLink({ path: { member_id: member.id }, throwOnError: true });
      setUrl(data.url);
    });
  const close = () => {
    setOpen(false);
    setUrl("");
  };
  return (
    <>
      <Button onClick={() => setOpen(true)}>Password link</Button>
      <Dialog title={`Set a new password for ${member.name}`} isOpen={isOpen} onClose={close}>
        {url === "" ? (
          <p className="text-text-2">
            Make a link by which {member.name} sets a new password. Whoever has it becomes them: make sure
            that it is they who ask, and pass it on by a way you trust.
          </p>
        ) : (
          <>
            <CopyBlock text={url} label="Copy the link" />
            <p className="text-text-2">Good once, for an hour. It is not shown again.</p>
          </>
        )}
        {error !== null && <TroubleNote error={error} />}
        <div className="flex justify-end gap-2">
          <Button onClick={close}>{url === "" ? "Cancel" : "Done"}</Button>
          {url === "" && (
            <Button look="primary" disabled={isBusy} onClick={() => void make()}>
              Make the link
            </Button>
          )}
        </div>
      </Dialog>
    </>
  );
}
