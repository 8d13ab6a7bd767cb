import { useState } from "react";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { TextField } from "@/components/field";
import { monthBefore } from "@/features/audit/audit-words";
import { invalidate } from "@/lib/queries";
import { saveFile } from "@/lib/use-file";

/** Asks for a period, and saves its compliance report. */
export function ReportDialog({ onClose }: { onClose: () => void }) {
  const [period, setPeriod] = useState(() => monthBefore(new Date()));
  const [isBusy, setBusy] = useState(false);
  const isPeriod = period.from !== "" && period.to !== "" && period.from <= period.to;
  const save = async (format: "pdf" | "html") => {
    setBusy(true);
    const query = new URLSearchParams({ ...period, format });
    await saveFile(`/api/v1/audit/report?${query}`, `access-${period.from}-${period.to}.${format}`);
    setBusy(false);
    invalidate("listAuditEvents", "getAuditState");
  };
  return (
    <Dialog title="Compliance report" isOpen onClose={onClose}>
      <p className="text-text-2">
        Who has access to what, what changed in the period, which sign-ins failed, and the state of this log
        at both ends. That it was made stands in the log.
      </p>
      <div className="grid gap-3 sm:grid-cols-2">
        <TextField
          label="First day (UTC)"
          type="date"
          value={period.from}
          onChange={(event) => setPeriod({ ...period, from: event.target.value })}
        />
        <TextField
          label="Last day (UTC)"
          type="date"
          value={period.to}
          error={period.from > period.to ? "Before the first day." : undefined}
          onChange={(event) => setPeriod({ ...period, to: event.target.value })}
        />
      </div>
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={onClose}>Close</Button>
        <Button disabled={isBusy || !isPeriod} onClick={() => void save("html")}>
          Save as HTML
        </Button>
        <Button look="primary" disabled={isBusy || !isPeriod} onClick={() => void save("pdf")}>
          Save as PDF
        </Button>
      </div>
    </Dialog>
  );
}
