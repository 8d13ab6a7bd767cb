import { useEffect, useRef } from "react";
import type { LiveEvent } from "@/lib/api";
import { listen } from "@/lib/live";
import { invalidate } from "@/lib/queries";

const REST_MS = 1000;

/** Call `onEvent` for each change to the topic while the component is on the page. An empty topic hears nothing. */
export function useLive(topic: string, onEvent: (event: LiveEvent) => void): void {
  const latest = useRef(onEvent);
  useEffect(() => {
    latest.current = onEvent;
  });
  useEffect(() => (topic === "" ? undefined : listen(topic, (event) => latest.current(event))), [topic]);
}

/** Ask again for the operations' answers when the topic changes: at once, then at most once a second. */
export function useLiveRefresh(topic: string, ...operations: string[]): void {
  const pending = useRef<ReturnType<typeof setTimeout>>(undefined);
  const last = useRef(0);
  useEffect(() => () => clearTimeout(pending.current), []);
  useLive(topic, () => {
    clearTimeout(pending.current);
    const wait = Math.max(0, last.current + REST_MS - Date.now());
    pending.current = setTimeout(() => {
      last.current = Date.now();
      invalidate(...operations);
    }, wait);
  });
}
