import { render, screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { SelectField, TextField } from "@/components/field";

it("ties a field to its label, help and error", () => {
  render(<TextField label="Name" help="Stands in lists." error="Already taken." />);
  const field = screen.getByLabelText("Name");
  const described = (field.getAttribute("aria-describedby") ?? "")
    .split(" ")
    .map((id) => document.getElementById(id)?.textContent);
  expect(described).toEqual(["Stands in lists.", "Already taken."]);
  expect(field.getAttribute("aria-invalid")).toBe("true");
});

it("keeps the label of a choice for those who listen when it is hidden", () => {
  render(
    <SelectField label="Kind" hideLabel>
      <option>load</option>
    </SelectField>,
  );
  expect(screen.getByRole("combobox", { name: "Kind" })).toBeDefined();
});
