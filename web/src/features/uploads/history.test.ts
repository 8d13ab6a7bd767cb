import { AxiosError, type AxiosResponse } from "axios";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import * as digests from "@/features/uploads/digest";
import {
  begin,
  clear,
  goOn,
  judge,
  type OldState,
  outcomeOf,
  pause,
  tally,
  useImport,
} from "@/features/uploads/history";
import { sayOutcome, shareOf } from "@/features/uploads/import-progress";
import * as api from "@/lib/api";
import { client } from "@/lib/api/client.gen";

const SAID = { name: "nightly", environment: "", type: "", branch: "" };
const old = (path: string, year: number, content = path) => ({
  file: new File([content], path, { lastModified: Date.UTC(year, 0, 1) }),
  path,
});
const upload = (status: string, rest: object = {}) =>
  ({ id: "1-1", status, duplicate: false, runs: [], error: null, ...rest }) as unknown as api.Upload;
const answer = (data: unknown) => ({ data }) as never;
const outcomes = () =>
  Object.fromEntries(useImport.getState().files.map(({ piece, state }) => [piece.path, state]));
const refusal = (status: number, detail: string) =>
  new AxiosError("", "", undefined, undefined, {
    status,
    data: { title: "No", detail, hint: "" },
  } as AxiosResponse);

let post: ReturnType<typeof vi.spyOn>;
let ask: ReturnType<typeof vi.spyOn>;
const sent = () =>
  post.mock.calls.map(([, form]: unknown[]) => ((form as FormData).get("files") as File).name);

beforeEach(() => {
  vi.spyOn(digests, "digestOf").mockImplementation(async (file) => `digest of ${file.name}`);
  ask = vi.spyOn(api, "listKnownFiles").mockResolvedValue(answer({ digests: [] }));
  post = vi.spyOn(client.instance, "post").mockResolvedValue(answer(upload("stored")));
});
afterEach(() => clear());

describe("the files of a folder", () => {
  it("stand in the order they were written, with what is no report left out", () => {
    const files = judge([
      old("b.xml", 2024),
      old("a.png", 2023),
      old("c.json.gz", 2022),
      old("e.xml", 2025, ""),
    ]);
    expect(files.map(({ piece, state, reason }) => [piece.path, state, reason])).toEqual([
      ["c.json.gz", "waiting", ""],
      ["a.png", "skipped", "Not named like a report."],
      ["b.xml", "waiting", ""],
      ["e.xml", "skipped", "The file is empty."],
    ]);
  });

  it("may be archives", () => {
    const names = ["a.zip", "b.tar", "c.tgz", "d.tar.gz", "e.tar.zst", "F.XML"];
    expect(tally(judge(names.map((name) => old(name, 2024)))).waiting).toBe(names.length);
  });
});

describe("an import", () => {
  it("sends what the server does not have, oldest first, each in its own time", async () => {
    ask.mockResolvedValue(answer({ digests: ["digest of there.xml"] }));
    await begin([old("new.xml", 2025), old("there.xml", 2024), old("old.xml", 2023)], "webshop", SAID);
    expect(sent()).toEqual(["old.xml", "new.xml"]);
    const form = post.mock.calls[0]?.[1] as FormData;
    expect([form.get("file_time"), form.get("name")]).toEqual(["2023-01-01T00:00:00.000Z", "nightly"]);
    expect(outcomes()).toEqual({ "old.xml": "stored", "there.xml": "there", "new.xml": "stored" });
    expect(useImport.getState().phase).toBe("done");
  });

  it("asks for many files in few questions", async () => {
    await begin(
      Array.from({ length: 450 }, (_, index) => old(`${index}.xml`, 2024)),
      "webshop",
      SAID,
    );
    expect(ask).toHaveBeenCalledTimes(3);
    expect(post).toHaveBeenCalledTimes(450);
  });

  it("goes on after a file that is refused, with the reason", async () => {
    post.mockRejectedValueOnce(refusal(413, "It is larger than 1 GB."));
    await begin([old("a.xml", 2023), old("b.xml", 2024)], "webshop", SAID);
    expect(outcomes()).toEqual({ "a.xml": "rejected", "b.xml": "stored" });
    expect(useImport.getState().files[0]?.reason).toBe("No It is larger than 1 GB.");
  });

  it.each([507, 503, 401, 404])(
    "pauses when the server answers %i and sends the same file when it goes on",
    async (status) => {
      post.mockRejectedValueOnce(refusal(status, "The quota is used up."));
      await begin([old("a.xml", 2023), old("b.xml", 2024)], "webshop", SAID);
      expect(useImport.getState().phase).toBe("paused");
      expect(useImport.getState().trouble?.status).toBe(status);
      expect(outcomes()).toEqual({ "a.xml": "waiting", "b.xml": "waiting" });
      await goOn();
      expect(sent()).toEqual(["a.xml", "a.xml", "b.xml"]);
      expect(ask).toHaveBeenCalledTimes(1);
      expect(useImport.getState()).toMatchObject({ phase: "done", trouble: null });
    },
  );

  it("stops after the file under way when paused, and sends none twice", async () => {
    const answers: (() => void)[] = [];
    post.mockImplementation(
      () => new Promise((resolve) => answers.push(() => resolve(answer(upload("stored"))))),
    );
    const first = begin([old("a.xml", 2023), old("b.xml", 2024)], "webshop", SAID);
    await vi.waitFor(() => expect(answers).toHaveLength(1));
    pause();
    const second = goOn();
    answers[0]?.();
    await first;
    await vi.waitFor(() => expect(answers).toHaveLength(2));
    answers[1]?.();
    await second;
    expect(sent()).toEqual(["a.xml", "b.xml"]);
  });

  it("stays paused until somebody goes on", async () => {
    post.mockImplementation(async () => {
      pause();
      return answer(upload("stored"));
    });
    await begin([old("a.xml", 2023), old("b.xml", 2024)], "webshop", SAID);
    expect(useImport.getState().phase).toBe("paused");
    expect(outcomes()).toEqual({ "a.xml": "stored", "b.xml": "waiting" });
  });

  it("names a file that the browser cannot read", async () => {
    vi.spyOn(digests, "digestOf").mockResolvedValue("");
    await begin([old("gone.xml", 2023)], "webshop", SAID);
    expect(useImport.getState().files[0]).toMatchObject({
      state: "rejected",
      reason: "The browser cannot read the file.",
    });
    expect(post).not.toHaveBeenCalled();
  });

  it("waits as long as the server says when it is asked too often", async () => {
    vi.useFakeTimers();
    const busy = refusal(429, "Too many.");
    Object.assign(busy.response ?? {}, { headers: { "retry-after": "5" } });
    post.mockRejectedValueOnce(busy);
    const all = begin([old("a.xml", 2023)], "webshop", SAID);
    await vi.advanceTimersByTimeAsync(4900);
    expect(outcomes()).toEqual({ "a.xml": "sending" });
    await vi.advanceTimersByTimeAsync(200);
    await all;
    vi.useRealTimers();
    expect(outcomes()).toEqual({ "a.xml": "stored" });
    expect(post).toHaveBeenCalledTimes(2);
  });

  it("waits until a slow report is read", async () => {
    vi.useFakeTimers();
    post.mockResolvedValue(answer(upload("processing")));
    vi.spyOn(api, "getUpload").mockResolvedValue(answer(upload("stored")));
    const all = begin([old("a.xml", 2023)], "webshop", SAID);
    await vi.advanceTimersByTimeAsync(1000);
    await all;
    vi.useRealTimers();
    expect(outcomes()).toEqual({ "a.xml": "stored" });
  });
});

describe("what became of a file", () => {
  const bad = (name: string) =>
    upload("rejected", { file_name: name, error: { message: "It is torn.", hint: "Mend it." } });

  it("is told with the server's reason", () => {
    expect(outcomeOf([bad("a.xml")])).toMatchObject({ state: "rejected", reason: "It is torn. Mend it." });
  });

  it("names the report inside of an archive", () => {
    expect(outcomeOf([upload("stored"), bad("a.xml"), bad("b.xml")]).reason).toBe(
      "a.xml: It is torn. Mend it. And 1 more of its reports.",
    );
  });

  it("is nothing new when all of it was there", () => {
    expect(outcomeOf([upload("duplicate", { duplicate: true })]).state).toBe("there");
    expect(outcomeOf([upload("duplicate", { duplicate: true }), upload("stored")]).state).toBe("stored");
  });
});

describe("the progress", () => {
  const files = (...states: OldState[]) =>
    judge(states.map((_, index) => old(`${index}.xml`, 2024))).map((file, index) => ({
      ...file,
      state: states[index] ?? file.state,
    }));

  it("counts files once they are compared", () => {
    const half = files("stored", "skipped", "waiting", "sending");
    expect(shareOf({ phase: "sending", compared: 1, files: half })).toBe(0.5);
    expect(shareOf({ phase: "comparing", compared: 0.25, files: half })).toBe(0.25);
  });

  it("is said in words", () => {
    expect(sayOutcome(files("stored", "there", "stored"))).toBe("2 stored, 1 already there");
    expect(sayOutcome(files("waiting"))).toBe("nothing yet");
  });
});
