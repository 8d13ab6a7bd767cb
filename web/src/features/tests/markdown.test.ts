import { expect, it } from "vitest";
import { resultMarkdown } from "@/features/tests/markdown";
import type { ResultDetail } from "@/lib/api";

const RESULT: ResultDetail = {
  test_id: "1-5",
  suite: "Shop / Checkout",
  suite_path: ["Shop", "Checkout"],
  name: "Guest can pay with card",
  status: "failed",
  duration_ms: 10_000,
  message: "Timeout after 10 s",
  message_is_html: false,
  message_html: "",
  tags: [],
  change: "new",
  attempts: 1,
  fingerprint: "f",
  source: "tests/checkout.robot",
  line: 48,
  history: [],
  previous_attempts: [],
  first_failed: { run_id: "1-9", number: 1281, started_at: "2026-11-20T00:00:00Z" },
  last_passed: {
    run_id: "1-8",
    number: 1280,
    started_at: "2026-11-19T00:00:00Z",
    commit: "9be07d18a5f04c3b9be07d18a5f04c3b9be07d18",
  },
};

it("a result travels as Markdown with its message, its streak and its address", () => {
  expect(resultMarkdown(RESULT, 1284, "https://flux.example.test/runs/1-12?test=1-5")).toBe(
    [
      "### Guest can pay with card",
      "",
      "Shop / Checkout",
      "",
      "```",
      "Timeout after 10 s",
      "```",
      "",
      "- Status: failed in #1284, 10.0\u2009s",
      "- First failed in #1281",
      "- Last passed in #1280 (9be07d1)",
      "- Source: tests/checkout.robot:48",
      "- https://flux.example.test/runs/1-12?test=1-5",
    ].join("\n"),
  );
});

it("a message cannot close its own fence", () => {
  const text = resultMarkdown({ ...RESULT, message: "```\nrm -rf\n```` end" }, 1, "x");
  expect(text).toContain("`````\n```\nrm -rf\n```` end\n`````");
});

it("what is not known is left out, and HTML becomes text", () => {
  const quiet = { ...RESULT, source: "", line: null, first_failed: null, last_passed: null };
  const text = resultMarkdown(
    { ...quiet, message: "<b>Broken</b><script>alert(1)</script>", message_is_html: true },
    7,
    "x",
  );
  expect(text).toContain("Broken");
  expect(text).not.toContain("<b>");
  expect(text).not.toContain("First failed");
  expect(text).not.toContain("Source");
});
