import { fireEvent, render, screen } from "@testing-library/react";
import { createMemoryRouter } from "react-router";
import { RouterProvider } from "react-router/dom";
import { expect, it } from "vitest";
import { Strip } from "@/components/strip";

const ITEMS = ["passed", "failed", "passed"].map((word, index) => ({
  key: String(index),
  word,
  label: `#${index + 1} ${word}`,
  to: `/runs/1-${index + 1}`,
}));

function show(items = ITEMS) {
  const router = createMemoryRouter([{ path: "*", element: <Strip items={items} /> }]);
  render(<RouterProvider router={router} />);
  return router;
}

it("is one element that says what it holds", () => {
  show();
  expect(screen.getByRole("slider").getAttribute("aria-label")).toBe(
    "Last 3 runs, oldest first: 2 passed, 1 failed",
  );
  expect(screen.getByRole("slider").querySelectorAll("path")).toHaveLength(2);
});

it("is walked with the arrow keys and opens a run with Enter", () => {
  const router = show();
  const strip = screen.getByRole("slider");
  fireEvent.keyDown(strip, { key: "ArrowLeft" });
  expect(strip.getAttribute("aria-valuetext")).toBe("#2 failed");
  fireEvent.keyDown(strip, { key: "Home" });
  expect(strip.getAttribute("aria-valuetext")).toBe("#1 passed");
  fireEvent.keyDown(strip, { key: "Enter" });
  expect(router.state.location.pathname).toBe("/runs/1-1");
});

it("says a dash when there is no history", () => {
  show([]);
  expect(screen.getByText("–")).toBeDefined();
});
