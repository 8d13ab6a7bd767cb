import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { LiveEvent } from "@/lib/api";

class FakeSocket {
  static OPEN = 1;
  static made: FakeSocket[] = [];
  readyState = 0;
  sent: { op: string; topics?: string[]; last_event?: number | null; token?: string }[] = [];
  onopen: () => void = () => undefined;
  onmessage: (message: { data: string }) => void = () => undefined;
  onclose: (close: { code: number }) => void = () => undefined;

  constructor(readonly url: string) {
    FakeSocket.made.push(this);
  }
  send(text: string) {
    this.sent.push(JSON.parse(text));
  }
  close() {
    this.drop(1000);
  }
  open() {
    this.readyState = 1;
    this.onopen();
  }
  hear(message: object) {
    this.onmessage({ data: JSON.stringify(message) });
  }
  drop(code: number) {
    this.readyState = 3;
    this.onclose({ code });
  }
}

const event = (number: number, topic = "project:shop"): LiveEvent => ({
  event: number,
  topic,
  type: "run.stored",
  data: {},
  at: "",
});

async function start() {
  vi.resetModules();
  const { useSession } = await import("@/lib/session");
  const live = await import("@/lib/live");
  const onGap = vi.fn();
  live.connectLive(onGap);
  useSession.setState({ phase: "signed-in", token: "t" });
  const socket = () => FakeSocket.made.at(-1) as FakeSocket;
  return { live, onGap, socket, useSession, state: () => live.useLiveState.getState().state };
}

beforeEach(() => {
  FakeSocket.made = [];
  vi.stubGlobal("WebSocket", FakeSocket);
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("the live feed", () => {
  it("subscribes with the token and the topics that are listened to", async () => {
    const { live, socket, state } = await start();
    live.listen("project:shop", () => undefined);
    socket().open();
    expect(socket().sent.at(-1)).toEqual({
      op: "subscribe",
      token: "t",
      topics: ["project:shop"],
      last_event: null,
    });
    socket().hear({ op: "subscribed", last_event: 7 });
    expect(state()).toBe("live");
  });

  it("tells each listener of its own topic only, until it stops listening", async () => {
    const { live, socket } = await start();
    const heard = vi.fn();
    const stop = live.listen("project:shop", heard);
    socket().open();
    socket().hear(event(8));
    socket().hear(event(9, "project:other"));
    stop();
    socket().hear(event(10));
    expect(heard.mock.calls.map(([told]) => (told as LiveEvent).event)).toEqual([8]);
  });

  it("comes back after a loss and resumes after the last event", async () => {
    const { live, socket, state } = await start();
    live.listen("project:shop", () => undefined);
    socket().open();
    socket().hear({ op: "subscribed", last_event: 7 });
    socket().hear(event(8));
    socket().drop(1006);
    await vi.advanceTimersByTimeAsync(1000);
    expect(state()).toBe("connecting");
    expect(FakeSocket.made).toHaveLength(2);
    socket().open();
    expect(socket().sent.at(-1)?.last_event).toBe(8);
  });

  it("polls when sockets are blocked, and says so; offline when nothing answers", async () => {
    const { live, socket, state } = await start();
    const heard = vi.fn();
    live.listen("project:shop", heard);
    const module = await import("@/lib/api");
    const ask = vi.spyOn(module, "listLiveEvents") as unknown as ReturnType<typeof vi.fn>;
    ask.mockResolvedValue({ data: { items: [event(3)], last_event: 3, gap: false } });
    socket().drop(1006);
    await vi.advanceTimersByTimeAsync(1000);
    socket().drop(1006);
    await vi.advanceTimersByTimeAsync(10);
    expect(state()).toBe("polling");
    expect(heard).toHaveBeenCalledOnce();
    ask.mockRejectedValue(new Error("down"));
    await vi.advanceTimersByTimeAsync(5000);
    expect(state()).toBe("offline");
  });

  it("asks for everything anew when events were missed for good", async () => {
    const { onGap, socket } = await start();
    socket().open();
    socket().hear({ op: "gap" });
    expect(onGap).toHaveBeenCalledOnce();
  });

  it.each([
    [503, 2],
    [401, 1],
  ])("renews a token that has ended: answered %i, it tries %i sockets", async (status, sockets) => {
    const { socket } = await start();
    const module = await import("@/lib/api");
    const renew = vi.spyOn(module, "refreshAccess") as unknown as ReturnType<typeof vi.fn>;
    renew.mockRejectedValue({ response: { status } });
    socket().open();
    socket().drop(4401);
    await vi.advanceTimersByTimeAsync(1000);
    expect(renew).toHaveBeenCalledOnce();
    expect(FakeSocket.made).toHaveLength(sockets);
  });

  it("waits until a second factor is set up that has to be", async () => {
    const { live, useSession } = await start();
    useSession.setState({ phase: "signed-out" });
    FakeSocket.made = [];
    useSession.setState({ phase: "signed-in", needsSecondFactor: true });
    await vi.advanceTimersByTimeAsync(20_000);
    expect(FakeSocket.made).toHaveLength(0);
    useSession.setState({ needsSecondFactor: false });
    expect(FakeSocket.made).toHaveLength(1);
    expect(live.useLiveState.getState().state).toBe("connecting");
  });

  it("lets go when somebody signs out", async () => {
    const { socket, useSession } = await start();
    socket().open();
    useSession.setState({ phase: "signed-out", token: "" });
    await vi.advanceTimersByTimeAsync(20_000);
    expect(FakeSocket.made).toHaveLength(1);
  });
});
