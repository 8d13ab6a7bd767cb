import { Sha256 } from "@/features/uploads/sha256";

/** Runs beside the page: a file comes in, its SHA-256 goes out, or "" when the file cannot be read. */
self.onmessage = async ({ data }: MessageEvent<File>) => {
  self.postMessage(await digest(data).catch(() => ""));
};

async function digest(file: File): Promise<string> {
  const hash = new Sha256();
  const reader = file.stream().getReader();
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) hash.update(piece.value);
  return hash.hex();
}
