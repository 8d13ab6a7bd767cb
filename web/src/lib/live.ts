import { create } from "zustand";
import { type LiveEvent, listLiveEvents } from "@/lib/api";
import { refresh, useSession } from "@/lib/session";

type LiveState = "connecting" | "live" | "polling" | "offline";
type Listener = (event: LiveEvent) => void;

/** How news reach this page: by socket, by asking every few seconds, or not at all. */
export const useLiveState = create<{ state: LiveState }>(() => ({ state: "connecting" }));

const POLL_MS = 4000;
const SOCKET_FAILURES_BEFORE_POLLING = 2;
const LONGEST_WAIT_MS = 15_000;

const listeners = new Map<string, Set<Listener>>();
let onGap: () => void = () => undefined;
let socket: WebSocket | null = null;
let lastEvent: number | null = null;
let failures = 0;
let timer: ReturnType<typeof setTimeout> | undefined;
let polls: ReturnType<typeof setTimeout> | undefined;

function setState(state: LiveState): void {
  if (useLiveState.getState().state !== state) useLiveState.setState({ state });
}

/** Whoever has to set up a second factor first may look at nothing yet: the server would refuse each attempt. */
function isAdmitted(): boolean {
  const { phase, needsSecondFactor } = useSession.getState();
  return phase === "signed-in" && !needsSecondFactor;
}

function topics(): string[] {
  return [...listeners.keys()];
}

/** Hear of changes to a topic (`projects`, `project:<slug>`, `run:<id>`, `upload:<id>`); call the answer to stop. */
export function listen(topic: string, listener: Listener): () => void {
  const heard = listeners.get(topic) ?? new Set();
  const isNew = heard.size === 0;
  heard.add(listener);
  listeners.set(topic, heard);
  if (isNew) subscribe();
  return () => {
    heard.delete(listener);
    if (heard.size === 0) listeners.delete(topic);
  };
}

/** Deliver one event to everybody who listens to its topic. */
export function deliver(event: LiveEvent): void {
  lastEvent = Math.max(lastEvent ?? 0, event.event);
  for (const listener of listeners.get(event.topic) ?? []) listener(event);
}

function subscribe(): void {
  if (socket?.readyState !== WebSocket.OPEN) return;
  const { token } = useSession.getState();
  socket.send(JSON.stringify({ op: "subscribe", token, topics: topics(), last_event: lastEvent }));
}

function receive(text: string): void {
  const message = JSON.parse(text) as { op?: string; last_event?: number } & LiveEvent;
  if (message.op === "subscribed") {
    failures = 0;
    lastEvent ??= message.last_event ?? null;
    clearTimeout(polls);
    setState("live");
  } else if (message.op === "gap") {
    lastEvent = null;
    onGap();
  } else if (message.op === "ping") {
    socket?.send(JSON.stringify({ op: "pong" }));
  } else if (message.topic !== undefined) {
    deliver(message);
  }
}

async function closed(code: number): Promise<void> {
  socket = null;
  failures += 1;
  if (isAdmitted() && code === 4401) await refresh();
  if (!isAdmitted()) return;
  if (failures >= SOCKET_FAILURES_BEFORE_POLLING) void poll();
  else setState("connecting");
  clearTimeout(timer);
  timer = setTimeout(open, Math.min(LONGEST_WAIT_MS, 500 * 2 ** failures));
}

function open(): void {
  if (!isAdmitted() || socket !== null) return;
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const opened = new WebSocket(`${scheme}://${location.host}/api/v1/live`);
  socket = opened;
  opened.onopen = subscribe;
  opened.onmessage = (message) => receive(String(message.data));
  opened.onclose = (close) => void closed(close.code);
}

async function poll(): Promise<void> {
  clearTimeout(polls);
  if (socket?.readyState === WebSocket.OPEN || !isAdmitted()) return;
  try {
    const { data } = await listLiveEvents({
      query: { topics: topics().join(","), after: lastEvent ?? undefined },
      throwOnError: true,
    });
    if (data.gap) onGap();
    for (const event of data.items) deliver(event);
    lastEvent = data.last_event;
    setState("polling");
  } catch {
    // Being offline is a state the top bar shows, not an error of this page.
    setState("offline");
  }
  polls = setTimeout(poll, POLL_MS);
}

/** Connect while somebody is signed in who may look. `reload` is called when events were missed for good. */
export function connectLive(reload: () => void): void {
  onGap = reload;
  let wasAdmitted = false;
  const follow = () => {
    if (isAdmitted() && !wasAdmitted) open();
    if (!isAdmitted()) socket?.close();
    wasAdmitted = isAdmitted();
  };
  useSession.subscribe(follow);
  follow();
}
