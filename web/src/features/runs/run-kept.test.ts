import { describe, expect, it } from "vitest";
import { sayGone } from "@/features/runs/run-kept";
import type { RunDetail } from "@/lib/api";

const upload = { id: "1-1", file_name: "a.xml", size_bytes: 5, download_url: null } as RunDetail["upload"];

describe("what retention has taken from a run", () => {
  it("is nothing of a whole one", () => {
    expect(sayGone({ upload, rows_dropped_at: null })).toEqual([]);
  });

  it("is said with the day", () => {
    const [files, rows] = sayGone({
      upload: { ...upload, dropped_at: "2020-03-04T03:17:00Z" },
      rows_dropped_at: "2020-05-06T03:17:00Z",
    });
    expect(files).toMatch(/^The file was removed by retention on 4 Mar 2020/);
    expect(rows).toMatch(/removed by retention on 6 May 2020/);
  });
});
