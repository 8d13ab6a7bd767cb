import { act, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { useArrivals, useRunNews } from "@/features/runs/use-run-news";
import { deliver } from "@/lib/live";

let event = 0;

function news(type: string, data: Record<string, unknown> = {}): void {
  event += 1;
  act(() => deliver({ event, topic: "project:shop", type, data, at: "2026-11-22T12:00:00Z" }));
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it("tells of runs that come or go, at once and then at most once a second", () => {
  const onNews = vi.fn();
  renderHook(() => useRunNews("project:shop", onNews));
  news("run.stored");
  act(() => vi.advanceTimersByTime(0));
  expect(onNews).toHaveBeenCalledTimes(1);
  for (let index = 0; index < 8; index += 1) {
    news("run.stored");
    act(() => vi.advanceTimersByTime(250));
  }
  expect(onNews).toHaveBeenCalledTimes(3);
});

it("keeps quiet about everything else", () => {
  const onNews = vi.fn();
  renderHook(() => useRunNews("project:shop", onNews, "1-7"));
  news("upload.changed");
  news("run.deleted", { run_id: "1-7" });
  act(() => vi.advanceTimersByTime(2000));
  expect(onNews).not.toHaveBeenCalled();
});

it("names a run that arrived for two seconds", () => {
  const { result } = renderHook(() => useArrivals("project:shop"));
  news("run.stored", { run: { id: "1-7" } });
  expect([...result.current]).toEqual(["1-7"]);
  act(() => vi.advanceTimersByTime(2000));
  expect(result.current.size).toBe(0);
});

it("never marks a run that was deleted", () => {
  const { result } = renderHook(() => useArrivals("project:shop"));
  news("run.deleted", { run_id: "1-7" });
  expect(result.current.size).toBe(0);
});
