import { describe, expect, it } from "vitest";
import { byUrgency, headline, placesOf } from "@/features/health/health-words";
import type { Health, HealthCheck } from "@/lib/api";

const check = (name: string, state: HealthCheck["state"]): HealthCheck => ({
  name,
  state,
  detail: "",
  advice: "",
});
const health = (...checks: HealthCheck[]) =>
  ({ checks, set_aside: [{ slug: "shop", name: "Shop", uploads: 2 }] }) as unknown as Health;

describe("the words of health", () => {
  it("says the worst first", () => {
    expect(headline(health(check("queue", "fine")))).toBe("Everything is fine.");
    expect(headline(health(check("queue", "look")))).toBe("It works; 1 thing to look at.");
    expect(headline(health(check("queue", "act"), check("disk", "look")))).toBe(
      "1 thing needs you now, 1 to look at.",
    );
    expect(headline(health(check("queue", "act"), check("disk", "act")))).toBe("2 things need you now.");
  });

  it("puts what is urgent first and keeps the order else", () => {
    const sorted = byUrgency([check("a", "fine"), check("b", "act"), check("c", "look"), check("d", "fine")]);
    expect(sorted.map(({ name }) => name)).toEqual(["b", "c", "a", "d"]);
  });

  it("leads to where one acts", () => {
    expect(placesOf("set_aside", health())).toEqual([
      { to: "/p/shop/uploads?status=set-aside", label: "Shop: 2 uploads" },
    ]);
    expect(placesOf("disk", health())).toEqual([{ to: "/storage", label: "Storage" }]);
    expect(placesOf("queue", health())).toEqual([]);
  });
});
