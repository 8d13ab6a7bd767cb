import { Button } from "@/components/button";
import { Progress } from "@/components/progress";
import { StatusChip } from "@/components/status";
import { resend, type Sending, sizeOf } from "@/features/uploads/queue";
import { Outcome, useUpload } from "@/features/uploads/upload-outcome";
import type { Upload } from "@/lib/api";
import { bytes, plural } from "@/lib/format";

function Acknowledged({ upload }: { upload: Upload }) {
  return <Outcome upload={useUpload(upload)} />;
}

function Under({ sending }: { sending: Sending }) {
  if (sending.uploads.length > 0)
    return (
      <div className="grid gap-2">
        {sending.uploads.map((upload) => (
          <div key={upload.id} className="grid gap-0.5">
            {sending.uploads.length > 1 && (
              <span className="text-sm text-text-3 [overflow-wrap:anywhere]">{upload.file_name}</span>
            )}
            <Acknowledged upload={upload} />
          </div>
        ))}
      </div>
    );
  if (sending.trouble !== null) {
    return (
      <div className="grid justify-items-start gap-1.5">
        <StatusChip word="rejected" />
        <div className="border-fail border-l-2 pl-2.5">
          <p>{sending.trouble.detail || sending.trouble.title}</p>
          {sending.trouble.hint !== "" && <p className="text-text-2">{sending.trouble.hint}</p>}
        </div>
        <Button onClick={() => resend(sending.key)}>Send again</Button>
      </div>
    );
  }
  return (
    <div className="flex items-center gap-2">
      <Progress label={`Sending ${sending.name}`} share={sending.sent} className="w-40" />
      <span className="text-text-2">
        {sending.state === "waiting" ? "waiting" : `${Math.round(sending.sent * 100)}\u2009%`}
      </span>
    </div>
  );
}

/** One file or folder of the queue: its name, how far it is, and what became of it. */
export function SendingRow({ sending }: { sending: Sending }) {
  return (
    <li className="grid gap-1.5 border-line border-b px-4 py-2.5 last:border-b-0 md:grid-cols-[minmax(0,2fr)_minmax(0,3fr)] md:gap-4">
      <div className="min-w-0">
        <div className="truncate font-[550]" title={sending.name}>
          {sending.name}
        </div>
        <div className="text-sm text-text-3">
          {sending.pieces.length > 1 && `${plural(sending.pieces.length, "file")}, `}
          {bytes(sizeOf(sending))} to {sending.project}
        </div>
      </div>
      <Under sending={sending} />
    </li>
  );
}
