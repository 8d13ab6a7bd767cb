import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { StatusChip } from "@/components/status";
import type { Upload, UploadError } from "@/lib/api";
import { getUploadOptions, getUploadQueryKey } from "@/lib/api/@tanstack/react-query.gen";
import { queries } from "@/lib/queries";
import { useLive } from "@/lib/use-live";

const FINAL = new Set(["stored", "rejected", "duplicate"]);
const ASK_AGAIN_MS = 2000;

/** An upload as it is now: live by event, and asked for now and then in case an event was missed. */
export function useUpload(upload: Upload): Upload {
  const path = { path: { upload_id: upload.id } };
  const { data } = useQuery({
    ...getUploadOptions(path),
    initialData: upload,
    enabled: !FINAL.has(upload.status),
    refetchInterval: ({ state }) => (FINAL.has(state.data?.status ?? "") ? false : ASK_AGAIN_MS),
  });
  useLive(FINAL.has(data.status) ? "" : `upload:${upload.id}`, () => {
    void queries.invalidateQueries({ queryKey: getUploadQueryKey(path) });
  });
  return data;
}

/** Where in the file the trouble is, as far as the format tells. */
export function placeOf({ line, column, byte }: UploadError): string {
  const parts = [
    line != null && `line ${line}`,
    column != null && `column ${column}`,
    byte != null && `byte ${byte}`,
  ].filter(Boolean);
  return parts.join(", ");
}

/** Why a report was not read: what, where, and what to do. */
export function Rejection({ error }: { error: UploadError }) {
  const place = placeOf(error);
  return (
    <div className="grid gap-0.5 border-fail border-l-2 pl-2.5 [overflow-wrap:anywhere]">
      <p>{error.message}</p>
      {place !== "" && <p className="text-text-2">At {place}.</p>}
      {error.hint !== "" && <p className="text-text-2">{error.hint}</p>}
      <p className="font-mono text-sm text-text-3">{error.code}</p>
    </div>
  );
}

/** What became of an upload: its stage while it is under way, its run, or the reason it was rejected. */
export function Outcome({ upload }: { upload: Upload }) {
  return (
    <div className="grid gap-1.5">
      <div className="flex flex-wrap items-center gap-2">
        <StatusChip word={upload.duplicate ? "duplicate" : upload.status} />
        {!FINAL.has(upload.status) && (
          <span className="text-text-2">
            {upload.stage} <span className="text-text-3">{upload.progress}&thinsp;%</span>
          </span>
        )}
        {upload.runs.map((run) => (
          <Link key={run.id} to={`/runs/${run.id}`} className="link">
            Run #{run.number} {run.verdict}
          </Link>
        ))}
        {upload.duplicate && (
          <span className="text-text-3">sent before: the same file with the same details</span>
        )}
      </div>
      {upload.error && <Rejection error={upload.error} />}
      {upload.warnings.map((warning) => (
        <p key={`${warning.code}${warning.line}${warning.message}`} className="text-sm text-text-2">
          {warning.message}
        </p>
      ))}
    </div>
  );
}
