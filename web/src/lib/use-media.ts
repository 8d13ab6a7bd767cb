import { useCallback, useSyncExternalStore } from "react";

/** Whether a media query holds, kept up to date. */
export function useMedia(query: string): boolean {
  const subscribe = useCallback(
    (changed: () => void) => {
      const list = matchMedia(query);
      list.addEventListener("change", changed);
      return () => list.removeEventListener("change", changed);
    },
    [query],
  );
  return useSyncExternalStore(subscribe, () => matchMedia(query).matches);
}

/** True on phones: tables turn into cards, panes into pages. */
export function useIsNarrow(): boolean {
  return useMedia("(max-width: 767px)");
}

/** True where a list and what is chosen in it stand side by side. */
export function useHasRoom(): boolean {
  return useMedia("(min-width: 1200px)");
}
