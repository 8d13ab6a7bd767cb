import { saveFile } from "@/lib/use-file";

/** Save a report as it was sent. */
export function downloadReport(uploadId: string, fileName: string): Promise<void> {
  return saveFile(`/api/v1/uploads/${uploadId}/file`, fileName);
}
