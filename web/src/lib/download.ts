import { getUploadFile } from "@/lib/api";
import { explain } from "@/lib/problem";
import { tell } from "@/lib/toasts";

/** Save a report as it was sent; a plain link would not carry the token. */
export async function downloadReport(uploadId: string, fileName: string): Promise<void> {
  try {
    const { data } = await getUploadFile({
      path: { upload_id: uploadId },
      responseType: "blob",
      throwOnError: true,
    });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(data as unknown as Blob);
    link.download = fileName;
    link.click();
    URL.revokeObjectURL(link.href);
  } catch (error) {
    tell(`${fileName} could not be fetched: ${explain(error).title}`);
  }
}
