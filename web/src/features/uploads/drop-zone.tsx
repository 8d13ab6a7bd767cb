import clsx from "clsx";
import { Upload as Icon } from "lucide-react";
import { type DragEvent, useRef, useState } from "react";
import { Button } from "@/components/button";
import { bytes } from "@/lib/format";

/** Files are dropped here, or chosen with the button. */
export function DropZone({
  isReady,
  limit,
  onFiles,
}: {
  isReady: boolean;
  limit: number | undefined;
  onFiles: (files: File[]) => void;
}) {
  const input = useRef<HTMLInputElement>(null);
  const [isOver, setOver] = useState(false);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    if (isReady) onFiles([...event.dataTransfer.files]);
  };
  return (
    <section
      aria-label="Drop reports here"
      className={clsx(
        "grid justify-items-center gap-2 rounded-md border border-dashed px-4 py-10 text-center",
        isOver && isReady ? "border-accent bg-accent-weak" : "border-line-strong bg-surface",
      )}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <Icon size={22} aria-hidden="true" className="text-text-3" />
      <p className="font-[550]">Drop reports here</p>
      <p className="max-w-[60ch] text-text-2">
        Robot Framework output.xml, ZAP XML or JSON, k6 summaries; plain, .gz, .zst, or several in a .zip or
        .tar. The format is found in the content; the name does not matter.
        {limit !== undefined && ` Up to ${bytes(limit)} a file.`}
      </p>
      <input
        ref={input}
        type="file"
        multiple
        tabIndex={-1}
        aria-label="Choose report files"
        className="sr-only"
        onChange={(event) => {
          onFiles([...(event.target.files ?? [])]);
          event.target.value = "";
        }}
      />
      <Button look="primary" disabled={!isReady} onClick={() => input.current?.click()}>
        Choose files
      </Button>
      {!isReady && <p className="text-text-2">Choose a project first.</p>}
    </section>
  );
}
