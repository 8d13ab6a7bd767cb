import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { Sha256 } from "@/features/uploads/sha256";

const bytes = (length: number) => Uint8Array.from({ length }, (_, index) => (index * 31 + 7) % 256);
const expected = (content: Uint8Array) => createHash("sha256").update(content).digest("hex");

it("knows the digest of nothing", () => {
  expect(new Sha256().hex()).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
});

it("agrees with another implementation at every length around the blocks", () => {
  for (let length = 1; length < 200; length++) {
    const content = bytes(length);
    expect(new Sha256().update(content).hex()).toBe(expected(content));
  }
});

it("gives the same however the bytes are cut", () => {
  const content = bytes(10_000);
  for (const size of [1, 63, 64, 65, 1000, 4096]) {
    const hash = new Sha256();
    for (let at = 0; at < content.length; at += size) hash.update(content.subarray(at, at + size));
    expect(hash.hex()).toBe(expected(content));
  }
});
