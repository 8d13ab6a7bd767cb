import { afterEach, describe, expect, it, vi } from "vitest";
import {
  formOf,
  parcelsOf,
  resend,
  send,
  sizeOf,
  type UploadMetadata,
  useQueue,
} from "@/features/uploads/queue";
import { client } from "@/lib/api/client.gen";

const NOTHING: UploadMetadata = {
  name: "",
  environment: "",
  type: "",
  branch: "",
  commit: "",
  labels: "",
  started_at: "",
};
const file = (path: string) => ({ file: new File(["x"], path.split("/").at(-1) ?? ""), path });
const states = () => useQueue.getState().files.map(({ state }) => state);

afterEach(() => useQueue.setState({ files: [] }));

describe("the form of a file", () => {
  it("leaves out what was not said and splits labels", () => {
    const form = formOf({
      pieces: [file("output.xml")],
      metadata: { ...NOTHING, branch: " main ", labels: "a=1, b=2" },
    });
    expect([...form.keys()]).toEqual(["branch", "labels", "labels", "files"]);
    expect(form.get("branch")).toBe("main");
    expect(form.getAll("labels")).toEqual(["a=1", "b=2"]);
  });
});

describe("a folder", () => {
  it("goes as one, whatever lies beside it goes by itself", () => {
    const parcels = parcelsOf([
      file("a.xml"),
      file("out/output.xml"),
      file("out/shots/1.png"),
      file("b.xml"),
    ]);
    expect(parcels.map(([name, inside]) => [name, inside.map(({ path }) => path)])).toEqual([
      ["a.xml", ["a.xml"]],
      ["out/", ["out/output.xml", "out/shots/1.png"]],
      ["b.xml", ["b.xml"]],
    ]);
  });

  it("is sent with the paths inside of it", () => {
    const pieces = [file("out/output.xml"), file("out/shots/1.png")];
    const names = formOf({ pieces, metadata: NOTHING })
      .getAll("files")
      .map((each) => (each as File).name);
    expect(names).toEqual(["out/output.xml", "out/shots/1.png"]);
    expect(sizeOf({ pieces })).toBe(2);
  });
});

describe("the queue", () => {
  it("sends two files at a time and the next when one is through", async () => {
    const answers: (() => void)[] = [];
    vi.spyOn(client.instance, "post").mockImplementation(
      () => new Promise((resolve) => answers.push(() => resolve({ data: { id: "1-1", status: "queued" } }))),
    );
    send([file("a"), file("b"), file("c")], "webshop", NOTHING);
    expect(states()).toEqual(["sending", "sending", "waiting"]);
    answers[0]?.();
    await vi.waitFor(() => expect(states()).toEqual(["acknowledged", "sending", "sending"]));
  });

  it("keeps a refused file with its reason and sends it again when asked", async () => {
    const post = vi.spyOn(client.instance, "post").mockRejectedValueOnce(new Error("cable cut"));
    send([file("a")], "webshop", NOTHING);
    await vi.waitFor(() => expect(states()).toEqual(["refused"]));
    const [refused] = useQueue.getState().files;
    expect(refused?.trouble?.detail).toBe("cable cut");
    post.mockResolvedValueOnce({ data: { id: "1-1", status: "queued" } });
    resend(refused?.key ?? 0);
    await vi.waitFor(() => expect(states()).toEqual(["acknowledged"]));
  });
});
