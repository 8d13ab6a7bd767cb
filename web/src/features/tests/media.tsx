import { Download, ImageOff } from "lucide-react";
import { useEffect, useState } from "react";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { LongText } from "@/components/long-text";
import type { StepImage } from "@/lib/api";
import { saveFile, useFile } from "@/lib/use-file";

const LARGE =
  "fixed top-1/2 left-1/2 z-50 grid max-h-[94vh] w-[min(1400px,calc(100vw-24px))] -translate-x-1/2 -translate-y-1/2 grid-cols-[minmax(0,1fr)] gap-3 overflow-auto rounded-md border border-line bg-raised p-4 shadow-pop";

/** Whether a file can be looked at here; all else is saved. */
export function canLook(mediaType: string): boolean {
  return /^(?:image\/(?:png|jpeg|gif|webp)|video\/(?:webm|mp4)|text\/plain)(?:;|$)/.test(mediaType);
}

function TextOf({ file }: { file: Blob }) {
  const [text, setText] = useState("");
  useEffect(() => {
    void file.text().then(setText);
  }, [file]);
  return <LongText text={text} />;
}

function Shown({
  file,
  address,
  mediaType,
  name,
}: {
  file: Blob;
  address: string;
  mediaType: string;
  name: string;
}) {
  if (mediaType.startsWith("text/")) return <TextOf file={file} />;
  if (mediaType.startsWith("video/"))
    return <video src={address} controls muted className="max-h-[78vh] w-full" />;
  return (
    <img src={address} alt={name} className="max-h-[78vh] max-w-full justify-self-center object-contain" />
  );
}

/** A file, large. */
export function Look({
  url,
  name,
  mediaType,
  onClose,
}: {
  url: string;
  name: string;
  mediaType: string;
  onClose: () => void;
}) {
  const { file, address, isFailed } = useFile(url);
  return (
    <Dialog title={name} isOpen onClose={onClose} className={LARGE}>
      {isFailed && <p className="text-text-2">The file could not be fetched.</p>}
      {file !== null && address !== null && (
        <Shown file={file} address={address} mediaType={mediaType} name={name} />
      )}
      <div className="flex justify-end gap-2">
        <Button onClick={() => void saveFile(url, name)}>
          <Download size={14} aria-hidden="true" /> Save
        </Button>
        <Button onClick={onClose}>Close</Button>
      </div>
    </Dialog>
  );
}

/** A picture in a message, small; pressing it shows it large. */
export function Thumb({ image }: { image: StepImage }) {
  const { address, isFailed } = useFile(image.url);
  const [isLarge, setLarge] = useState(false);
  const name = image.alt || image.name || "Screenshot";
  if (image.url === null || isFailed)
    return (
      <p className="inline-flex items-center gap-1.5 text-sm text-text-3 [overflow-wrap:anywhere]">
        <ImageOff size={14} aria-hidden="true" className="shrink-0" />
        {name} was not sent along with the report
      </p>
    );
  return (
    <>
      <button
        type="button"
        aria-label={`Enlarge ${name}`}
        className="block h-36 max-w-full overflow-hidden rounded-sm border border-line bg-sunken hover:border-accent"
        onClick={() => setLarge(true)}
      >
        {address === null ? (
          <span className="block h-full w-56 animate-pulse" />
        ) : (
          <img src={address} alt={name} className="h-full max-w-full object-contain" />
        )}
      </button>
      {isLarge && <Look url={image.url} name={name} mediaType="image/png" onClose={() => setLarge(false)} />}
    </>
  );
}
