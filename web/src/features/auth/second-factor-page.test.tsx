import { act, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { InternalAxiosRequestConfig } from "axios";
import { MemoryRouter, Route, Routes } from "react-router";
import { beforeEach, expect, it } from "vitest";
import { Component as SecondFactorPage } from "@/features/auth/second-factor-page";
import { client } from "@/lib/api/client.gen";
import { hasSecondFactor, useSession } from "@/lib/session";

const SETUP = { secret: "JBSWY3DP", address: "otpauth://x", picture: "data:," };
const CODES = { codes: ["aaaa-bbbb", "cccc-dddd"] };

beforeEach(() => {
  client.setConfig({
    adapter: async (config: InternalAxiosRequestConfig) => {
      const data = String(config.url).endsWith("/confirm") ? CODES : SETUP;
      return { status: 201, data, config, headers: {}, statusText: "" };
    },
  });
  useSession.setState({ phase: "signed-in", token: "t", user: null, needsSecondFactor: true });
  render(
    <MemoryRouter initialEntries={["/second-factor?back=/runs"]}>
      <Routes>
        <Route path="/second-factor" element={<SecondFactorPage />} />
        <Route path="/runs" element="The runs" />
      </Routes>
    </MemoryRouter>,
  );
});

it("leads on when somebody has the factor already", () => {
  act(hasSecondFactor);
  expect(screen.getByText("The runs")).toBeTruthy();
});

it("keeps the recovery codes on the page until they are kept, whatever the session hears meanwhile", async () => {
  const user = userEvent.setup();
  await user.type(screen.getByLabelText("Your password"), "secret");
  await user.click(screen.getByRole("button", { name: "Continue" }));
  await user.type(await screen.findByLabelText("Code"), "123456");
  act(hasSecondFactor); // as a renewed token says once the server knows, perhaps before its answer is here
  await user.click(screen.getByRole("button", { name: "Turn on" }));
  expect(await screen.findByText("cccc-dddd")).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "I have kept them" }));
  expect(screen.getByText("The runs")).toBeTruthy();
});
