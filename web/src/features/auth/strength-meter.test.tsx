import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { InternalAxiosRequestConfig } from "axios";
import { beforeEach, expect, it } from "vitest";
import { NewPassword } from "@/features/auth/new-password";
import { client } from "@/lib/api/client.gen";

let asked: unknown[] = [];

beforeEach(() => {
  asked = [];
  client.setConfig({
    adapter: async (config: InternalAxiosRequestConfig) => {
      const body = JSON.parse(String(config.data)) as { password: string };
      asked.push(body);
      const isEnough = body.password.includes("violin");
      const data = isEnough
        ? { score: 4, is_enough: true, reasons: [] }
        : { score: 1, is_enough: false, reasons: ["It repeats itself."] };
      return { status: 200, data, config, headers: {}, statusText: "" };
    },
  });
});

it("says what the server thinks of a password, with what is known about the person", async () => {
  const user = userEvent.setup();
  render(<NewPassword about={["Ada", "ada@example.org"]} />);
  expect(screen.getByRole("status").textContent).toContain("At least 12 characters");
  await user.type(screen.getByLabelText("New password"), "aaaaaaaaaaaa");
  expect(await screen.findByText("It repeats itself.", { exact: false })).toBeTruthy();
  expect(screen.getByText("Too easy to guess.")).toBeTruthy();
  expect(asked).toEqual([{ password: "aaaaaaaaaaaa", about: ["Ada", "ada@example.org"] }]);
});

it("asks once when somebody stops typing, and forgets what it was told before", async () => {
  const user = userEvent.setup();
  render(<NewPassword />);
  const field = screen.getByLabelText("New password");
  await user.type(field, "zebra violin cloud");
  expect(await screen.findByText("Very good.")).toBeTruthy();
  expect(asked).toHaveLength(1);
  await user.type(field, "s");
  expect(screen.queryByText("Very good.")).toBeNull();
});

it("shows the password when asked to", async () => {
  const user = userEvent.setup();
  render(<NewPassword />);
  const field = screen.getByLabelText("New password");
  expect(field.getAttribute("type")).toBe("password");
  await user.click(screen.getByLabelText("Show the password"));
  expect(field.getAttribute("type")).toBe("text");
});
