let worker: Worker | null = null;

/** The SHA-256 of a file in hex, "" when it cannot be read. One at a time, beside the page: it stays quick meanwhile. */
export function digestOf(file: File): Promise<string> {
  worker ??= new Worker(new URL("./digest-worker.ts", import.meta.url), { type: "module" });
  const beside = worker;
  return new Promise((resolve, reject) => {
    beside.onmessage = ({ data }: MessageEvent<string>) => resolve(data);
    beside.onerror = () => reject(new Error("The browser did not start what compares files."));
    beside.postMessage(file);
  });
}
