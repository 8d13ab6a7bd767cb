import { isAxiosError } from "axios";
import { create } from "zustand";
import { digestOf } from "@/features/uploads/digest";
import { formOf, type Piece, type UploadMetadata } from "@/features/uploads/queue";
import { getUpload, listKnownFiles, type Upload, type Uploads } from "@/lib/api";
import { client } from "@/lib/api/client.gen";
import { explain, type Trouble } from "@/lib/problem";

/** What became of a file: `waiting` and `sending` are still to come. */
export type OldState = "waiting" | "sending" | "stored" | "there" | "skipped" | "rejected";

/** A file of the past. `reason` says why it was skipped or rejected; `uploads` are what the server made of it. */
export interface Old {
  key: number;
  piece: Piece;
  state: OldState;
  reason: string;
  uploads: Upload[];
  isCompared: boolean;
}

/** What is said about all files of an import. */
export type Said = Pick<UploadMetadata, "name" | "environment" | "type" | "branch">;

/** An import: first files are compared with what the server has, then the missing ones are sent, oldest first. */
export interface Import {
  phase: "nothing" | "comparing" | "sending" | "paused" | "done";
  files: Old[];
  compared: number;
  project: string;
  said: Said;
  trouble: Trouble | null;
}

const REPORT = /\.(xml|json|jsonl|ndjson|csv|trx|sarif)(\.gz|\.zst)?$/i;
const ARCHIVE = /\.(zip|tar|tgz|tar\.gz|tar\.zst)$/i;
/** What the server says of one file; anything else is the matter of all files, and the import pauses. */
const OF_THE_FILE = new Set([400, 413, 415, 422]);
const TOO_MANY = 429;
const ASKED_AT_ONCE = 200;
const ASK_AGAIN_MS = 1000;
const PATIENCE_S = 30;
const FINAL = new Set(["stored", "rejected", "duplicate"]);
const NOTHING: Import = {
  phase: "nothing",
  files: [],
  compared: 0,
  project: "",
  said: { name: "", environment: "", type: "", branch: "" },
  trouble: null,
};

let nextKey = 1;
let turn = 0;
let underWay: Promise<void> = Promise.resolve();

/** The import of this window; it goes on while other pages are looked at. */
export const useImport = create<Import>(() => NOTHING);

/** The files that were chosen, oldest first, with what is left out at once and why. */
export function judge(pieces: Piece[]): Old[] {
  const inOrder = [...pieces].sort(
    (one, other) => one.file.lastModified - other.file.lastModified || (one.path < other.path ? -1 : 1),
  );
  return inOrder.map((piece) => {
    const reason = whyNot(piece);
    const state = reason === "" ? "waiting" : "skipped";
    return { key: nextKey++, piece, state, reason, uploads: [], isCompared: false };
  });
}

function whyNot({ path, file }: Piece): string {
  if (!REPORT.test(path) && !ARCHIVE.test(path)) return "Not named like a report.";
  return file.size === 0 ? "The file is empty." : "";
}

/** How many files are in each state. */
export function tally(files: Old[]): Record<OldState, number> {
  const counts = { waiting: 0, sending: 0, stored: 0, there: 0, skipped: 0, rejected: 0 };
  for (const { state } of files) counts[state] += 1;
  return counts;
}

/** Begin: compare, then send. */
export function begin(pieces: Piece[], project: string, said: Said): Promise<void> {
  useImport.setState({ ...NOTHING, files: judge(pieces), project, said });
  return goOn();
}

/** Stop after the file that is under way. */
export function pause(): void {
  useImport.setState({ phase: "paused" });
}

/** Take up again what was paused, or what trouble stopped. What still is under way is waited for. */
export function goOn(): Promise<void> {
  turn += 1;
  const mine = turn;
  useImport.setState({ phase: "comparing", trouble: null });
  underWay = underWay.then(() => run(mine));
  return underWay;
}

/** Forget the import; the file that is under way still arrives. */
export function clear(): void {
  turn += 1;
  useImport.setState(NOTHING);
}

const isOn = (mine: number, phase: Import["phase"]) => mine === turn && useImport.getState().phase === phase;

async function run(mine: number): Promise<void> {
  try {
    await compare(mine);
    if (isOn(mine, "comparing")) useImport.setState({ phase: "sending" });
    await sendAll(mine);
    if (isOn(mine, "sending")) useImport.setState({ phase: "done" });
  } catch (error) {
    if (mine === turn) useImport.setState({ phase: "paused", trouble: explain(error) });
  }
}

function change(key: number, changes: Partial<Old>): void {
  useImport.setState(({ files }) => ({
    files: files.map((file) => (file.key === key ? { ...file, ...changes } : file)),
  }));
}

async function compare(mine: number): Promise<void> {
  const { files, project } = useImport.getState();
  let asked = new Map<number, string>();
  const ask = async () => {
    if (asked.size === 0) return;
    const { data } = await listKnownFiles({
      path: { slug: project },
      body: { digests: [...new Set(asked.values())] },
      throwOnError: true,
    });
    const known = new Set(data.digests);
    for (const [key, digest] of asked)
      change(key, { isCompared: true, ...(known.has(digest) ? { state: "there" } : {}) });
    asked = new Map();
  };
  const left = files.filter(({ state, isCompared }) => state === "waiting" && !isCompared);
  for (const [index, { key, piece }] of left.entries()) {
    if (!isOn(mine, "comparing")) break;
    const digest = await digestOf(piece.file);
    if (digest === "") change(key, { state: "rejected", reason: "The browser cannot read the file." });
    else asked.set(key, digest);
    useImport.setState({ compared: (index + 1) / left.length });
    if (asked.size >= ASKED_AT_ONCE) await ask();
  }
  await ask();
}

async function sendAll(mine: number): Promise<void> {
  while (isOn(mine, "sending")) {
    const next = useImport.getState().files.find(({ state }) => state === "waiting");
    if (next === undefined) return;
    change(next.key, { state: "sending" });
    let outcome: Partial<Old> = { state: "waiting" };
    try {
      outcome = await transmit(next);
    } finally {
      change(next.key, outcome);
    }
  }
}

async function transmit(file: Old): Promise<Partial<Old>> {
  const { piece } = file;
  const { project, said } = useImport.getState();
  const metadata = { ...said, file_time: new Date(piece.file.lastModified).toISOString() };
  try {
    const { data } = await client.instance.post<Upload | Uploads>(
      `/api/v1/projects/${encodeURIComponent(project)}/uploads`,
      formOf({ pieces: [piece], metadata }),
      { headers: { Prefer: `wait=${PATIENCE_S}` } },
    );
    return outcomeOf(await settle("uploads" in data ? data.uploads : [data]));
  } catch (error) {
    const trouble = explain(error);
    if (trouble.status === TOO_MANY) return afterPatience(error, file);
    if (!OF_THE_FILE.has(trouble.status)) throw error;
    const reason = [trouble.title, trouble.detail, trouble.hint].filter(Boolean).join(" ");
    return { state: "rejected", reason };
  }
}

/** The server takes only so many files a minute, and says when it takes the next one. */
async function afterPatience(error: unknown, file: Old): Promise<Partial<Old>> {
  const told = isAxiosError(error) ? Number(error.response?.headers["retry-after"]) : 0;
  await new Promise((resolve) => setTimeout(resolve, Math.max(1, told || 0) * 1000));
  return transmit(file);
}

/** Wait until all is read: the next file is compared with this one. */
async function settle(uploads: Upload[]): Promise<Upload[]> {
  let now = uploads;
  while (now.some(({ status }) => !FINAL.has(status))) {
    await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
    now = await Promise.all(now.map(refresh));
  }
  return now;
}

async function refresh(upload: Upload): Promise<Upload> {
  if (FINAL.has(upload.status)) return upload;
  return (await getUpload({ path: { upload_id: upload.id }, throwOnError: true })).data;
}

/** What became of a file by what became of the reports in it. */
export function outcomeOf(uploads: Upload[]): Pick<Old, "state" | "reason" | "uploads"> {
  const bad = uploads.filter(({ status }) => status === "rejected");
  const more = bad.length > 1 ? ` And ${bad.length - 1} more of its reports.` : "";
  const [first] = bad;
  const inside = uploads.length > 1 && first !== undefined ? `${first.file_name}: ` : "";
  const reason =
    first === undefined ? "" : `${inside}${first.error?.message ?? ""} ${first.error?.hint ?? ""}${more}`;
  const isThere = uploads.length > 0 && uploads.every(({ duplicate }) => duplicate);
  return {
    state: first !== undefined ? "rejected" : isThere ? "there" : "stored",
    reason: reason.trim(),
    uploads,
  };
}
