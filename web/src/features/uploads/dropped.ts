import type { Piece } from "@/features/uploads/queue";

/** The most files that are taken out of a folder; a folder of more is no folder of reports, unless it is an archive. */
const MOST_FILES = 5000;

/** What was dropped: files by themselves, and everything inside of folders with its path, up to `most` files. */
export async function piecesOf(carried: DataTransfer, most = MOST_FILES): Promise<Piece[]> {
  // The entries must be asked for before the first wait: afterwards the browser has forgotten them.
  const entries = [...carried.items].map((item) => item.webkitGetAsEntry?.() ?? null);
  if (!entries.some((entry) => entry?.isDirectory)) return plain([...carried.files]);
  const pieces: Piece[] = [];
  for (const entry of entries) if (entry !== null) await walk(entry, pieces, most);
  return pieces;
}

/** Files chosen with a button; those of a folder know their path inside of it. */
export function plain(files: File[]): Piece[] {
  return files.map((file) => ({ file, path: file.webkitRelativePath || file.name }));
}

async function walk(entry: FileSystemEntry, pieces: Piece[], most: number): Promise<void> {
  if (pieces.length >= most || entry.name.startsWith(".")) return;
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    );
    pieces.push({ file, path: entry.fullPath.replace(/^\/+/, "") });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  // A reader gives a hundred entries at a time, and none at the end.
  for (let some = await read(reader); some.length > 0; some = await read(reader))
    for (const inner of some) await walk(inner, pieces, most);
}

function read(reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> {
  return new Promise((resolve, reject) => reader.readEntries(resolve, reject));
}
