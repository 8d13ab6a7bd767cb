import { CopyBlock } from "@/components/copy";
import type { InvitationSent } from "@/lib/api";

/** What became of an invitation: sent, or a link to pass on by hand. */
export function LinkNote({ sent }: { sent: InvitationSent }) {
  if (sent.link === null) {
    return <p className="text-text-2">A mail with the link is on its way to {sent.email}.</p>;
  }
  return (
    <>
      {sent.mail_error !== "" && (
        <p className="text-fail [overflow-wrap:anywhere]">The mail did not go out: {sent.mail_error}</p>
      )}
      <p className="text-text-2">
        {sent.mail_error === "" && "This server sends no mail. "}
        Pass this link on to {sent.email} yourself. It is shown this once, and is good once, for seven days.
      </p>
      <CopyBlock text={sent.link} label="Copy link" />
    </>
  );
}
