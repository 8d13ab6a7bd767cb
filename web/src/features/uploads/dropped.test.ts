import { expect, it } from "vitest";
import { piecesOf, plain } from "@/features/uploads/dropped";

const file = (name: string) => new File(["x"], name);
const fileEntry = (fullPath: string) => ({
  name: fullPath.split("/").at(-1),
  fullPath,
  isFile: true,
  isDirectory: false,
  file: (resolve: (file: File) => void) => resolve(file(fullPath.split("/").at(-1) ?? "")),
});
const folderEntry = (fullPath: string, ...batches: unknown[][]) => ({
  name: fullPath.split("/").at(-1),
  fullPath,
  isFile: false,
  isDirectory: true,
  createReader: () => {
    const left = [...batches];
    return { readEntries: (resolve: (entries: unknown[]) => void) => resolve(left.shift() ?? []) };
  },
});
const carried = (entries: unknown[], files: File[]) =>
  ({ items: entries.map((entry) => ({ webkitGetAsEntry: () => entry })), files }) as unknown as DataTransfer;

it("takes everything inside of a folder, however many turns that needs", async () => {
  const folder = folderEntry(
    "/out",
    [fileEntry("/out/output.xml"), folderEntry("/out/shots", [fileEntry("/out/shots/1.png")])],
    [fileEntry("/out/.hidden"), fileEntry("/out/log.txt")],
  );
  const pieces = await piecesOf(carried([folder, fileEntry("/lone.xml")], [file("lone.xml")]));
  expect(pieces.map(({ path }) => path)).toEqual([
    "out/output.xml",
    "out/shots/1.png",
    "out/log.txt",
    "lone.xml",
  ]);
});

it("takes plain files as they are, also where the browser knows no entries", async () => {
  const files = [file("a.xml"), file("b.xml")];
  expect((await piecesOf(carried([null, null], files))).map(({ path }) => path)).toEqual(["a.xml", "b.xml"]);
  expect(plain([Object.assign(file("c.xml"), { webkitRelativePath: "out/c.xml" })])[0]?.path).toBe(
    "out/c.xml",
  );
});
