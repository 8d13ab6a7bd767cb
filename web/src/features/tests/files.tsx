import { Download, Eye } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/button";
import { canLook, Look } from "@/features/tests/media";
import type { TestFile } from "@/lib/api";
import { bytes } from "@/lib/format";
import { saveFile } from "@/lib/use-file";

function Action({ file, onLook }: { file: TestFile; onLook: () => void }) {
  const { url } = file;
  if (url === null) return <span className="text-text-3">not sent along</span>;
  if (canLook(file.media_type))
    return (
      <Button look="quiet" aria-label={`Look at ${file.name}`} onClick={onLook}>
        <Eye size={14} aria-hidden="true" /> Look
      </Button>
    );
  return (
    <Button look="quiet" aria-label={`Save ${file.name}`} onClick={() => void saveFile(url, file.name)}>
      <Download size={14} aria-hidden="true" /> Save
    </Button>
  );
}

/** Files that belong to a test or came with a run: pictures, videos and text to be looked at, all else to be saved. */
export function Files({ label, files }: { label: string; files: TestFile[] }) {
  const [looking, setLooking] = useState<TestFile | null>(null);
  return (
    <>
      <ul aria-label={label}>
        {files.map((file, index) => (
          <li
            // biome-ignore lint/suspicious/noArrayIndexKey: the files of a finished run never change, and names repeat
            key={index}
            className="flex min-h-8 flex-wrap items-center gap-x-3 border-line border-b last:border-b-0"
          >
            <span className="min-w-0 flex-1 basis-40 font-mono text-sm [overflow-wrap:anywhere]">
              {file.name}
            </span>
            {file.size_bytes !== null && <span className="text-text-3">{bytes(file.size_bytes)}</span>}
            <Action file={file} onLook={() => setLooking(file)} />
          </li>
        ))}
      </ul>
      {looking?.url && (
        <Look
          url={looking.url}
          name={looking.name}
          mediaType={looking.media_type}
          onClose={() => setLooking(null)}
        />
      )}
    </>
  );
}
