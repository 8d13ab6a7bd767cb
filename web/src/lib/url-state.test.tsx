import { act, renderHook } from "@testing-library/react";
import type { ReactNode } from "react";
import { MemoryRouter, useLocation } from "react-router";
import { describe, expect, it } from "vitest";
import { given, readFilters, useFilters, writeFilters } from "@/lib/url-state";

describe("the codec", () => {
  it("reads what is there and leaves the rest empty", () => {
    const params = new URLSearchParams("q=tag%3Asmoke&kind=load&other=1");
    expect(readFilters(params, ["q", "kind", "branch"])).toEqual({
      q: "tag:smoke",
      kind: "load",
      branch: "",
    });
  });

  it("writes equal filters as equal addresses, whatever the order they were set in", () => {
    const one = writeFilters(writeFilters(new URLSearchParams(), { q: "a" }), { kind: "load" });
    const other = writeFilters(writeFilters(new URLSearchParams(), { kind: "load" }), { q: "a" });
    expect(one.toString()).toBe(other.toString());
  });

  it("takes an empty value out and keeps what it does not know", () => {
    expect(writeFilters(new URLSearchParams("z=1&q=a"), { q: "" }).toString()).toBe("z=1");
  });

  it("brings back what it wrote, strange characters and all", () => {
    const suite = "Shop\u001fCheck & pay\u001f100 % #1";
    const written = writeFilters(new URLSearchParams(), { suite }).toString();
    expect(readFilters(new URLSearchParams(written), ["suite"])).toEqual({ suite });
  });

  it("tells the API only of what is set", () =>
    expect(given({ q: "", kind: "load", n: 0 })).toEqual({ kind: "load", n: 0 }));
});

describe("useFilters", () => {
  const wrapper = ({ children }: { children: ReactNode }) => (
    <MemoryRouter initialEntries={["/runs?kind=load"]}>{children}</MemoryRouter>
  );

  it("changes the address", () => {
    const { result } = renderHook(
      () => ({ filters: useFilters(["kind", "q"] as const), place: useLocation() }),
      { wrapper },
    );
    act(() => result.current.filters[1]({ q: "nightly" }));
    expect(result.current.place.search).toBe("?kind=load&q=nightly");
    expect(result.current.filters[0]).toEqual({ kind: "load", q: "nightly" });
  });
});
