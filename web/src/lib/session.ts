import type { AxiosError, InternalAxiosRequestConfig } from "axios";
import { create } from "zustand";
import {
  type AccessGrant,
  type Problem,
  refreshAccess,
  signInAtDirectory as requestDirectory,
  signIn as requestGrant,
  signInSecondStep as requestSecondStep,
  signOut as requestSignOut,
  type SecondStep,
  switchOrganisation,
  type User,
} from "@/lib/api";
import { client } from "@/lib/api/client.gen";

type Phase = "unknown" | "signed-in" | "signed-out";

interface Session {
  phase: Phase;
  token: string;
  user: User | null;
  /** The organisation asks for a second factor that this person has to set up first. */
  needsSecondFactor: boolean;
}

const NOBODY = { token: "", user: null, needsSecondFactor: false };

/** Who is signed in. The access token lives in memory only; the refresh cookie is out of reach of scripts. */
export const useSession = create<Session>(() => ({ phase: "unknown", ...NOBODY }));

function accept(grant: AccessGrant): void {
  useSession.setState({
    phase: "signed-in",
    token: grant.access_token,
    user: grant.user,
    needsSecondFactor: grant.needs_second_factor ?? false,
  });
}

function forget(): void {
  useSession.setState({ phase: "signed-out", ...NOBODY });
}

let refreshing: Promise<boolean> | null = null;

/** Exchange the refresh cookie for a new access token; calls at the same time share one exchange. */
export function refresh(): Promise<boolean> {
  refreshing ??= exchange().finally(() => {
    refreshing = null;
  });
  return refreshing;
}

async function exchange(): Promise<boolean> {
  try {
    const { data } = await refreshAccess({ throwOnError: true });
    accept(data);
    return true;
  } catch (error) {
    // No answer, or that of a server that is away or busy, says nothing about the session: only a refusal ends it.
    const status = (error as AxiosError).response?.status ?? 0;
    if (status === 401 || status === 403 || useSession.getState().phase === "unknown") forget();
    return false;
  }
}

/** Sign in; throws the server's problem when it refuses. Answers the second step where somebody has to take one. */
export async function signIn(email: string, password: string): Promise<SecondStep | null> {
  const { data } = await requestGrant({ body: { email, password }, throwOnError: true });
  if ("second_factor" in data) return data;
  accept(data);
  return null;
}

/** Sign in with the name and password of a directory. */
export async function signInAtDirectory(id: string, username: string, password: string): Promise<void> {
  const { data } = await requestDirectory({
    path: { provider_id: id },
    body: { username, password },
    throwOnError: true,
  });
  accept(data);
}

/** Take the second step of a sign-in, with a code of the app or a recovery code. */
export async function signInWithCode(state: string, code: string): Promise<void> {
  const { data } = await requestSecondStep({ body: { state, code }, throwOnError: true });
  accept(data);
}

/** The second factor is set up: everything else answers from now on. */
export function hasSecondFactor(): void {
  useSession.setState({ needsSecondFactor: false });
}

/** Sign out here and on the server. */
export async function signOut(): Promise<void> {
  await requestSignOut({ throwOnError: false });
  forget();
}

/** Look at another organisation from now on; throws the server's problem when it refuses. */
export async function switchTo(organisation: string): Promise<void> {
  await switchOrganisation({ body: { organisation }, throwOnError: true });
  // From the start: nothing of the other organisation stays in memory, nor on the live feed.
  location.assign("/");
}

const RETRIED = Symbol("retried");

/** Send the token with each request, and try once more with a fresh one when it has run out. */
export function connectSession(): void {
  client.setConfig({ baseURL: "", throwOnError: true });
  client.instance.interceptors.request.use((request) => {
    const { token } = useSession.getState();
    if (token !== "") request.headers.set("Authorization", `Bearer ${token}`);
    return request;
  });
  client.instance.interceptors.response.use(undefined, async (error: AxiosError) => {
    const request = error.config as (InternalAxiosRequestConfig & { [RETRIED]?: boolean }) | undefined;
    if (error.response?.status === 403 && (error.response.data as Problem).code === "second-factor-required")
      useSession.setState({ needsSecondFactor: true });
    const isAuth = request?.url?.startsWith("/api/v1/auth/") ?? true;
    if (error.response?.status !== 401 || request === undefined || isAuth || request[RETRIED]) throw error;
    request[RETRIED] = true;
    if (!(await refresh())) throw error;
    return client.instance.request(request);
  });
}
