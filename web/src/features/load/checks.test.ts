import { expect, it } from "vitest";
import { failedFirst, pathOf } from "@/features/load/checks";

const check = (name: string, passes: number, fails: number) => ({
  group: [],
  name,
  passes,
  fails,
  rate: (100 * passes) / (passes + fails),
});

it("failed checks stand first, the worst at the top; the others keep their order", () => {
  const order = failedFirst([check("b", 10, 0), check("most", 9, 1), check("a", 10, 0), check("half", 5, 5)]);
  expect(order.map(({ name }) => name)).toEqual(["half", "most", "b", "a"]);
});

it("a group's path reads on one line", () => {
  expect(pathOf(["Checkout", "Pay"])).toBe("Checkout / Pay");
  expect(pathOf([])).toBe("");
});
