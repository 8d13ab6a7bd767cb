import { create } from "zustand";
import type { Upload, Uploads } from "@/lib/api";
import { client } from "@/lib/api/client.gen";
import { explain, type Trouble } from "@/lib/problem";

/** What the sender says about the files; empty values are not sent. */
export type UploadMetadata = Record<
  "name" | "environment" | "type" | "branch" | "commit" | "labels" | "started_at",
  string
>;

/** One file on its way. `sent` counts to 1; `upload` is there once the server has acknowledged it. */
export interface Sending {
  key: number;
  file: File;
  project: string;
  metadata: UploadMetadata;
  state: "waiting" | "sending" | "acknowledged" | "refused";
  sent: number;
  upload: Upload | null;
  trouble: Trouble | null;
}

const AT_ONCE = 2;
let nextKey = 1;

/** The files chosen on this page, in the order they were chosen. */
export const useQueue = create<{ files: Sending[] }>(() => ({ files: [] }));

function change(key: number, changes: Partial<Sending>): void {
  useQueue.setState(({ files }) => ({
    files: files.map((file) => (file.key === key ? { ...file, ...changes } : file)),
  }));
}

/** Put files in the queue and start sending. */
export function send(files: Iterable<File>, project: string, metadata: UploadMetadata): void {
  const added: Sending[] = [...files].map((file) => ({
    key: nextKey++,
    file,
    project,
    metadata,
    state: "waiting",
    sent: 0,
    upload: null,
    trouble: null,
  }));
  useQueue.setState((queue) => ({ files: [...queue.files, ...added] }));
  pump();
}

/** Try a refused file once more. */
export function resend(key: number): void {
  change(key, { state: "waiting", sent: 0, trouble: null });
  pump();
}

/** Take what is over out of the list; what is under way stays. */
export function clearDone(): void {
  useQueue.setState(({ files }) => ({
    files: files.filter(({ state }) => state === "waiting" || state === "sending"),
  }));
}

function pump(): void {
  const { files } = useQueue.getState();
  const free = AT_ONCE - files.filter(({ state }) => state === "sending").length;
  for (const file of files.filter(({ state }) => state === "waiting").slice(0, Math.max(0, free))) {
    change(file.key, { state: "sending" });
    void transmit(file).finally(pump);
  }
}

/** The form that carries one file; metadata first, so that a person reading the request sees it. */
export function formOf({ file, metadata }: Pick<Sending, "file" | "metadata">): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(metadata)) {
    if (value.trim() === "") continue;
    if (name === "labels")
      for (const label of value.split(/[\s,]+/).filter(Boolean)) form.append("labels", label);
    else form.append(name, value.trim());
  }
  form.append("files", file, file.name);
  return form;
}

async function transmit(sending: Sending): Promise<void> {
  try {
    const { data } = await client.instance.post<Upload | Uploads>(
      `/api/v1/projects/${encodeURIComponent(sending.project)}/uploads`,
      formOf(sending),
      { onUploadProgress: ({ progress }) => change(sending.key, { sent: progress ?? 0 }) },
    );
    const upload = "uploads" in data ? data.uploads[0] : data;
    change(sending.key, { state: "acknowledged", sent: 1, upload: upload ?? null });
  } catch (error) {
    change(sending.key, { state: "refused", trouble: explain(error) });
  }
}
