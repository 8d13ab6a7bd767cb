import { useInfiniteQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useParams } from "react-router";
import { useCrumbs } from "@/app/crumbs";
import { Button, ButtonLink } from "@/components/button";
import { Card } from "@/components/card";
import { SelectField } from "@/components/field";
import { Empty, Skeleton, TroubleNote } from "@/components/states";
import { TryAgain } from "@/features/uploads/try-again";
import { Outcome } from "@/features/uploads/upload-outcome";
import type { Upload } from "@/lib/api";
import { listUploadsInfiniteOptions } from "@/lib/api/@tanstack/react-query.gen";
import { downloadReport } from "@/lib/download";
import { ago, bytes, moment } from "@/lib/format";
import { useMay } from "@/lib/may";
import { byCursor, rowsOf } from "@/lib/paging";
import { invalidate } from "@/lib/queries";
import { given, useFilters } from "@/lib/url-state";
import { useLive } from "@/lib/use-live";
import { useTitle } from "@/lib/use-title";

const KEYS = ["status"] as const;

function Row({ upload, canRetry }: { upload: Upload; canRetry: boolean }) {
  return (
    <li className="grid gap-1.5 border-line border-b px-4 py-2.5 last:border-b-0 md:grid-cols-[minmax(0,2fr)_minmax(0,3fr)_13.5rem] md:gap-4">
      <div className="min-w-0">
        <div className="truncate font-[550]" title={upload.file_name}>
          {upload.file_name}
        </div>
        <div className="text-sm text-text-3" title={moment(upload.created_at)}>
          {bytes(upload.size_bytes)}, {ago(upload.created_at)}
        </div>
      </div>
      <Outcome upload={upload} />
      {upload.download_url !== null && (
        <div className="flex flex-wrap items-start gap-1 md:justify-end">
          {canRetry && upload.status === "rejected" && <TryAgain upload={upload} />}
          <Button
            look="quiet"
            aria-label={`Download ${upload.file_name}`}
            onClick={() => void downloadReport(upload.id, upload.file_name)}
          >
            <Download size={14} aria-hidden="true" />
            Download
          </Button>
        </div>
      )}
    </li>
  );
}

/** What a project was sent, and what became of it. */
export function Component() {
  const slug = useParams().slug ?? "";
  useTitle("Uploads", slug);
  useCrumbs(slug, { label: slug, to: `/p/${slug}` }, { label: "Uploads" });
  const canSend = useMay("upload.create", slug);
  const canRetry = useMay("upload.manage", slug);
  const [filters, setFilters] = useFilters(KEYS);
  const query = useInfiniteQuery({
    ...listUploadsInfiniteOptions({ path: { slug }, query: given({ status: filters.status, limit: 50 }) }),
    ...byCursor,
  });
  useLive(`project:${slug}`, (event) => event.type === "upload.changed" && invalidate("listUploads"));
  const uploads = rowsOf(query.data);
  return (
    <>
      <div className="flex flex-wrap items-center gap-3">
        <h1 className="font-semibold text-lg">Uploads</h1>
        <div className="ml-auto flex items-center gap-2">
          <SelectField
            label="Status"
            hideLabel
            value={filters.status}
            onChange={(event) => setFilters({ status: event.target.value })}
          >
            <option value="">Every status</option>
            {["queued", "processing", "stored", "rejected"].map((status) => (
              <option key={status}>{status}</option>
            ))}
            <option value="set-aside">set aside (our fault)</option>
          </SelectField>
          {canSend && <ButtonLink to={`/upload?project=${slug}`}>Send reports</ButtonLink>}
        </div>
      </div>
      <Card>
        {query.isPending && <Skeleton rows={8} />}
        {query.error !== null && <TroubleNote error={query.error} retry={() => void query.refetch()} />}
        {query.isSuccess && uploads.length === 0 && (
          <Empty
            title={
              filters.status === ""
                ? "Nothing was sent yet"
                : `No upload is ${filters.status.replace("-", " ")}`
            }
            command={filters.status === "" ? `testflux upload output.xml --project ${slug}` : undefined}
          >
            {filters.status === "" &&
              "Send the first report from a shell, from CI, or by dropping a file on the page Send reports."}
          </Empty>
        )}
        {uploads.length > 0 && (
          <ul aria-label="Uploads">
            {uploads.map((upload) => (
              <Row key={upload.id} upload={upload} canRetry={canRetry} />
            ))}
          </ul>
        )}
      </Card>
      {query.hasNextPage && (
        <Button
          className="justify-self-start"
          disabled={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          Show older
        </Button>
      )}
    </>
  );
}
