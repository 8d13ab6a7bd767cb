import type { AxiosAdapter, AxiosResponse, InternalAxiosRequestConfig } from "axios";
import { AxiosError } from "axios";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { getMe } from "@/lib/api";
import { client } from "@/lib/api/client.gen";
import {
  connectSession,
  hasSecondFactor,
  refresh,
  signIn,
  signInWithCode,
  signOut,
  useSession,
} from "@/lib/session";

const USER = {
  id: "1-1",
  email: "a@b.c",
  name: "A",
  role: "owner",
  created_at: "",
  last_sign_in_at: null,
  is_disabled: false,
};

let calls: string[] = [];
let answers: Record<string, () => { status: number; data?: unknown }> = {};

const adapter: AxiosAdapter = async (config: InternalAxiosRequestConfig) => {
  const path = String(config.url).replace("/api/v1", "");
  calls.push(`${path} ${String(config.headers.get("Authorization") ?? "")}`.trim());
  const { status, data } = answers[path]?.() ?? { status: 404 };
  const response = { status, data, config, headers: {}, statusText: "" } as AxiosResponse;
  if (status >= 400) throw new AxiosError("refused", undefined, config, undefined, response);
  return response;
};

const grant = (token: string) => ({
  status: 200,
  data: { access_token: token, token_type: "Bearer", expires_in: 900, user: USER },
});

beforeAll(() => {
  connectSession();
  client.setConfig({ adapter });
});

beforeEach(() => {
  calls = [];
  answers = {};
  useSession.setState({ phase: "unknown", token: "", user: null, needsSecondFactor: false });
});

describe("a session", () => {
  it("starts from the refresh cookie", async () => {
    answers["/auth/refresh"] = () => grant("one");
    expect(await refresh()).toBe(true);
    expect(useSession.getState()).toMatchObject({
      phase: "signed-in",
      token: "one",
      user: { email: "a@b.c" },
    });
  });

  it("exchanges the cookie once, however many ask at the same time", async () => {
    answers["/auth/refresh"] = () => grant("one");
    await Promise.all([refresh(), refresh(), refresh()]);
    expect(calls).toHaveLength(1);
  });

  it("ends when the cookie is refused", async () => {
    answers["/auth/refresh"] = () => ({ status: 401 });
    expect(await refresh()).toBe(false);
    expect(useSession.getState().phase).toBe("signed-out");
  });

  it.each([502, 503, 429])("outlasts a server that answers %i instead", async (status) => {
    useSession.setState({ phase: "signed-in", token: "old" });
    answers["/auth/refresh"] = () => ({ status });
    expect(await refresh()).toBe(false);
    expect(useSession.getState()).toMatchObject({ phase: "signed-in", token: "old" });
  });

  it("sends the token along", async () => {
    answers["/auth/login"] = () => grant("two");
    answers["/me"] = () => ({ status: 200, data: USER });
    await signIn("a@b.c", "secret");
    await getMe({ throwOnError: true });
    expect(calls.at(-1)).toBe("/me Bearer two");
  });

  it("asks for the second step before anybody is signed in", async () => {
    const step = { second_factor: true, state: "half", expires_in: 300 };
    answers["/auth/login"] = () => ({ status: 200, data: step });
    answers["/auth/second-factor"] = () => grant("whole");
    expect(await signIn("a@b.c", "secret")).toEqual(step);
    expect(useSession.getState()).toMatchObject({ phase: "unknown", token: "" });
    await signInWithCode("half", "123456");
    expect(useSession.getState()).toMatchObject({ phase: "signed-in", token: "whole" });
  });

  it("knows that a second factor has to be set up, from the grant or from a refusal", async () => {
    answers["/auth/login"] = () => ({ status: 200, data: { ...grant("x").data, needs_second_factor: true } });
    await signIn("a@b.c", "secret");
    expect(useSession.getState().needsSecondFactor).toBe(true);
    hasSecondFactor();
    expect(useSession.getState().needsSecondFactor).toBe(false);
    answers["/me"] = () => ({ status: 403, data: { code: "second-factor-required" } });
    await expect(getMe({ throwOnError: true })).rejects.toThrow("refused");
    expect(useSession.getState().needsSecondFactor).toBe(true);
  });

  it("renews a token that ran out, and asks again with the new one", async () => {
    useSession.setState({ phase: "signed-in", token: "old" });
    answers["/auth/refresh"] = () => grant("new");
    answers["/me"] = () => (calls.at(-1)?.endsWith("new") ? { status: 200, data: USER } : { status: 401 });
    const { data } = await getMe({ throwOnError: true });
    expect(data).toMatchObject({ email: "a@b.c" });
    expect(calls).toEqual(["/me Bearer old", "/auth/refresh Bearer old", "/me Bearer new"]);
  });

  it("gives up after one renewal", async () => {
    useSession.setState({ phase: "signed-in", token: "old" });
    answers["/auth/refresh"] = () => grant("new");
    answers["/me"] = () => ({ status: 401 });
    await expect(getMe({ throwOnError: true })).rejects.toThrow("refused");
    expect(calls.filter((call) => call.startsWith("/me"))).toHaveLength(2);
  });

  it("is forgotten on signing out, even when the server does not answer", async () => {
    useSession.setState({ phase: "signed-in", token: "old" });
    answers["/auth/logout"] = () => ({ status: 503 });
    await signOut();
    expect(useSession.getState()).toEqual({
      phase: "signed-out",
      token: "",
      user: null,
      needsSecondFactor: false,
    });
  });
});
