import { expect, it } from "vitest";
import { safeBack } from "@/features/auth/sign-in";

it.each([
  ["/p/shop/runs?kind=load", "/p/shop/runs?kind=load"],
  ["//evil.example", "/"],
  ["/\\evil.example", "/"],
  ["https://evil.example", "/"],
  [null, "/"],
])("returns from %s to %s", (back, goal) => expect(safeBack(back)).toBe(goal));
