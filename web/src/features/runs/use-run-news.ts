import { useEffect, useRef, useState } from "react";
import { useLive } from "@/lib/use-live";

const REST_MS = 1000;
const SHOWN_MS = 2000;

/** Call `onNews` when runs of a topic come, change or go: at once, then at most once a second. News of `exceptOf` are left out. */
export function useRunNews(topic: string, onNews: () => void, exceptOf = ""): void {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const last = useRef(0);
  useEffect(() => () => clearTimeout(timer.current), []);
  useLive(topic, ({ type, data }) => {
    if (!["run.stored", "run.changed", "run.deleted"].includes(type) || data.run_id === exceptOf) return;
    clearTimeout(timer.current);
    const tell = () => {
      last.current = Date.now();
      onNews();
    };
    timer.current = setTimeout(tell, Math.max(0, last.current + REST_MS - Date.now()));
  });
}

/** Which runs came by news, not by scrolling or filtering; each is named for two seconds. */
export function useArrivals(topic: string): ReadonlySet<string> {
  const [arrived, setArrived] = useState<ReadonlySet<string>>(new Set());
  useLive(topic, ({ type, data }) => {
    const id = (data.run as { id?: string } | undefined)?.id ?? data.run_id;
    if (type !== "run.stored" || typeof id !== "string") return;
    setArrived((present) => new Set(present).add(id));
  });
  useEffect(() => {
    if (arrived.size === 0) return;
    const timer = setTimeout(() => setArrived(new Set()), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [arrived]);
  return arrived;
}
