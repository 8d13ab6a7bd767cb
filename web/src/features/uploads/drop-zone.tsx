import clsx from "clsx";
import { Upload as Icon } from "lucide-react";
import { type DragEvent, type ReactNode, type Ref, useRef, useState } from "react";
import { Button } from "@/components/button";
import { piecesOf, plain } from "@/features/uploads/dropped";
import type { Piece } from "@/features/uploads/queue";
import { bytes } from "@/lib/format";

/** What can be sent, by what it is about. */
const FORMATS: [kind: string, formats: string][] = [
  [
    "Tests",
    "Robot Framework XML and JSON, JUnit XML of any tool, TRX, NUnit, xUnit.net, CTRF, Playwright JSON, pytest-reportlog, Allure results",
  ],
  ["Security", "ZAP XML and JSON with or without requests, ZAP’s API, SARIF of any scanner"],
  ["Load", "k6 summaries, JSON and CSV samples; a summary together with its samples"],
];

function Formats() {
  return (
    <dl className="grid max-w-[72ch] grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-0.5 text-left text-text-2">
      {FORMATS.map(([kind, formats]) => (
        <div key={kind} className="contents">
          <dt className="text-text-3">{kind}</dt>
          <dd>{formats}</dd>
        </div>
      ))}
    </dl>
  );
}

function Chooser({
  ref,
  label,
  isFolder = false,
  onFiles,
}: {
  ref: Ref<HTMLInputElement>;
  label: string;
  isFolder?: boolean;
  onFiles: (files: Piece[]) => void;
}) {
  return (
    <input
      ref={ref}
      type="file"
      multiple
      tabIndex={-1}
      aria-label={label}
      className="sr-only"
      {...(isFolder ? { webkitdirectory: "" } : {})}
      onChange={(event) => {
        onFiles(plain([...(event.target.files ?? [])]));
        event.target.value = "";
      }}
    />
  );
}

/** What the server takes, for the person who is about to drop it. */
export function WhatIsTaken({ limit }: { limit: number | undefined }) {
  return (
    <>
      <Formats />
      <p className="max-w-[72ch] text-text-2">
        Plain, .gz, .zst, .zip or .tar; the format is found in the content, the name does not matter. A folder
        brings its screenshots, videos and logs along.
        {limit !== undefined && ` Up to ${bytes(limit)} a file.`}
      </p>
    </>
  );
}

/** Files and folders are dropped here, or chosen with the buttons; `most` limits what a dropped folder brings. */
export function DropZone({
  title,
  isReady,
  most,
  prefersFolder = false,
  children,
  onFiles,
}: {
  title: string;
  isReady: boolean;
  most?: number;
  prefersFolder?: boolean;
  children: ReactNode;
  onFiles: (files: Piece[]) => void;
}) {
  const input = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const [isOver, setOver] = useState(false);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    if (isReady) void piecesOf(event.dataTransfer, most).then(onFiles);
  };
  return (
    <section
      aria-label={title}
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
      <p className="font-[550]">{title}</p>
      {children}
      <Chooser ref={input} label="Choose report files" onFiles={onFiles} />
      <Chooser ref={folder} label="Choose a folder of reports" isFolder onFiles={onFiles} />
      <div className={clsx("flex flex-wrap justify-center gap-2", prefersFolder && "flex-row-reverse")}>
        <Button
          look={prefersFolder ? "plain" : "primary"}
          disabled={!isReady}
          onClick={() => input.current?.click()}
        >
          Choose files
        </Button>
        <Button
          look={prefersFolder ? "primary" : "plain"}
          disabled={!isReady}
          onClick={() => folder.current?.click()}
        >
          Choose a folder
        </Button>
      </div>
      {!isReady && <p className="text-text-2">Choose a project first.</p>}
    </section>
  );
}
