import { expect, it } from "vitest";
import { byNumber, cellsOf, testStrip } from "@/components/strips";

const run = (number: number) => ({
  id: `1-${number + 10}`,
  number,
  started_at: `2026-06-${number}T12:00:00Z`,
});
const RUNS = byNumber([{ runs: [run(17), run(12), run(15)] }, { runs: [run(12), run(14)] }]);

it("a strip gets its runs from those of all pages, by number", () => {
  const strip = { runs: [17, 14], statuses: ["failed", "passed"] as const, durations_ms: [300, 0] };
  expect(cellsOf({ ...strip, statuses: [...strip.statuses] }, RUNS)).toEqual([
    { run_id: "1-27", number: 17, status: "failed", started_at: "2026-06-17T12:00:00Z", duration_ms: 300 },
    { run_id: "1-24", number: 14, status: "passed", started_at: "2026-06-14T12:00:00Z", duration_ms: 0 },
  ]);
  expect(cellsOf({ runs: [], statuses: [], durations_ms: [] }, RUNS)).toEqual([]);
});

it("each cell says how the test went and leads to it inside the run", () => {
  const [cell] = testStrip(cellsOf({ runs: [15], statuses: ["flaky"], durations_ms: [300] }, RUNS), "1-7");
  expect(cell).toMatchObject({ key: "1-25", word: "flaky", to: "/runs/1-25?tab=tests&test=1-7" });
  expect(cell?.label).toMatch(/^#15 flaky in 300\u2009ms, /);
});
