import { useEffect, useRef } from "react";
import type { LiveEvent } from "@/lib/api";
import { listen } from "@/lib/live";

/** Call `onEvent` for each change to the topic while the component is on the page. An empty topic hears nothing. */
export function useLive(topic: string, onEvent: (event: LiveEvent) => void): void {
  const latest = useRef(onEvent);
  useEffect(() => {
    latest.current = onEvent;
  });
  useEffect(() => (topic === "" ? undefined : listen(topic, (event) => latest.current(event))), [topic]);
}
