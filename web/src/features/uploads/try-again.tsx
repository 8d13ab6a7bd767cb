import { RotateCw } from "lucide-react";
import { Button } from "@/components/button";
import { retryUpload, type Upload } from "@/lib/api";
import { invalidate } from "@/lib/queries";
import { useAct } from "@/lib/use-act";

/** Queue a rejected upload again: what failed in TestFlux may be mended, and a newer version may read more. */
export function TryAgain({ upload }: { upload: Upload }) {
  const { isBusy, trouble, act } = useAct();
  const again = async () => {
    await act(() => retryUpload({ path: { upload_id: upload.id }, throwOnError: true }));
    invalidate("listUploads");
  };
  return (
    <>
      <Button
        look="quiet"
        disabled={isBusy}
        aria-label={`Try ${upload.file_name} again`}
        onClick={() => void again()}
      >
        <RotateCw size={14} aria-hidden="true" />
        Try again
      </Button>
      {trouble && (
        <p role="alert" className="basis-full text-fail">
          {trouble.detail}
        </p>
      )}
    </>
  );
}
