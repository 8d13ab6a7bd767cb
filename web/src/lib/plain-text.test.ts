import { expect, it } from "vitest";
import { messageText, plainText } from "@/lib/plain-text";

it("keeps the words and the lines of a message written as HTML", () =>
  expect(plainText("<b>Bad</b> &lt;total&gt;<br>see <a href='x'>log</a>")).toBe("Bad <total>\nsee log"));

it("runs nothing that a report brings along", () => {
  const text = plainText(
    '<img src=x onerror="globalThis.hacked = true">hello<script>globalThis.hacked = true</script>',
  );
  expect(text).toContain("hello");
  expect("hacked" in globalThis).toBe(false);
});

it("leaves plain messages as they are", () =>
  expect(messageText({ message: "1 < 2 && <b>", message_is_html: false })).toBe("1 < 2 && <b>"));

it("shows no code that is not words", () =>
  expect(plainText("<style>p{color:red}</style><p>Broken</p><script>go()</script>")).toBe("Broken"));
