import { create } from "zustand";
import type { Upload, Uploads } from "@/lib/api";
import { client } from "@/lib/api/client.gen";
import { explain, type Trouble } from "@/lib/problem";

/** What the sender says about the files; empty values are not sent. */
export type UploadMetadata = Record<
  "name" | "environment" | "type" | "branch" | "commit" | "labels" | "started_at",
  string
>;

/** A file with its path inside the folder that was chosen; its plain name when it was chosen by itself. */
export interface Piece {
  file: File;
  path: string;
}

/** One file or folder on its way. `sent` counts to 1; `uploads` are there once the server has acknowledged it. */
export interface Sending {
  key: number;
  name: string;
  pieces: Piece[];
  project: string;
  metadata: UploadMetadata;
  state: "waiting" | "sending" | "acknowledged" | "refused";
  sent: number;
  uploads: Upload[];
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

/**
 * Put files in the queue and start sending. What lies in one folder goes together, so that screenshots find their
 * report; files chosen by themselves go one by one.
 */
export function send(pieces: Iterable<Piece>, project: string, metadata: UploadMetadata): void {
  const added: Sending[] = [...parcelsOf([...pieces])].map(([name, inside]) => ({
    key: nextKey++,
    name,
    pieces: inside,
    project,
    metadata,
    state: "waiting",
    sent: 0,
    uploads: [],
    trouble: null,
  }));
  useQueue.setState((queue) => ({ files: [...queue.files, ...added] }));
  pump();
}

/** What goes together under which name. */
export function parcelsOf(pieces: Piece[]): [name: string, pieces: Piece[]][] {
  const folders = new Map<string, Piece[]>();
  const parcels: [string, Piece[]][] = [];
  for (const piece of pieces) {
    const folder = piece.path.includes("/") ? (piece.path.split("/")[0] ?? "") : "";
    const known = folders.get(folder);
    if (folder === "") parcels.push([piece.path, [piece]]);
    else if (known !== undefined) known.push(piece);
    else {
      const inside = [piece];
      folders.set(folder, inside);
      parcels.push([`${folder}/`, inside]);
    }
  }
  return parcels;
}

/** How large what is on its way is. */
export const sizeOf = ({ pieces }: Pick<Sending, "pieces">): number =>
  pieces.reduce((sum, { file }) => sum + file.size, 0);

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

/** The form that carries the files; metadata first, so that a person reading the request sees it. */
export function formOf({
  pieces,
  metadata,
}: Pick<Sending, "pieces"> & { metadata: Record<string, string> }): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(metadata)) {
    if (value.trim() === "") continue;
    if (name === "labels")
      for (const label of value.split(/[\s,]+/).filter(Boolean)) form.append("labels", label);
    else form.append(name, value.trim());
  }
  for (const { file, path } of pieces) form.append("files", file, path);
  return form;
}

async function transmit(sending: Sending): Promise<void> {
  try {
    const { data } = await client.instance.post<Upload | Uploads>(
      `/api/v1/projects/${encodeURIComponent(sending.project)}/uploads`,
      formOf(sending),
      { onUploadProgress: ({ progress }) => change(sending.key, { sent: progress ?? 0 }) },
    );
    const uploads = "uploads" in data ? data.uploads : [data];
    change(sending.key, { state: "acknowledged", sent: 1, uploads });
  } catch (error) {
    change(sending.key, { state: "refused", trouble: explain(error) });
  }
}
