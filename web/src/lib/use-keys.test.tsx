import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import { useKeys } from "@/lib/use-keys";

function Page({ onJ, dialog = false }: { onJ: () => void; dialog?: boolean }) {
  useKeys({ j: onJ });
  return (
    <>
      <input aria-label="Search" />
      {dialog && (
        <div role="dialog">
          <button type="button">Yes</button>
        </div>
      )}
    </>
  );
}

it("single keys work anywhere but where somebody types", async () => {
  const onJ = vi.fn();
  render(<Page onJ={onJ} />);
  await userEvent.keyboard("j");
  expect(onJ).toHaveBeenCalledTimes(1);
  await userEvent.type(screen.getByLabelText("Search"), "j");
  expect(onJ).toHaveBeenCalledTimes(1);
});

it("single keys leave shortcuts of the browser and open dialogues alone", async () => {
  const onJ = vi.fn();
  const { rerender } = render(<Page onJ={onJ} />);
  await userEvent.keyboard("{Control>}j{/Control}");
  rerender(<Page onJ={onJ} dialog />);
  screen.getByRole("button").focus();
  await userEvent.keyboard("j");
  expect(onJ).not.toHaveBeenCalled();
});
