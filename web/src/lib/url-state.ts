import { useCallback, useMemo } from "react";
import { useSearchParams } from "react-router";

/** Filters that live in the address: text keys, empty when not set. */
export type Filters<Key extends string> = Record<Key, string>;

/** Read the named keys from an address; what is not there is empty. */
export function readFilters<Key extends string>(params: URLSearchParams, keys: readonly Key[]): Filters<Key> {
  return Object.fromEntries(keys.map((key) => [key, params.get(key) ?? ""])) as Filters<Key>;
}

/** Write changes into an address; an empty value takes its key out, so that equal filters have equal addresses. */
export function writeFilters(params: URLSearchParams, changes: Record<string, string>): URLSearchParams {
  const next = new URLSearchParams(params);
  for (const [key, value] of Object.entries(changes)) {
    if (value === "") next.delete(key);
    else next.set(key, value);
  }
  next.sort();
  return next;
}

/** The filters of this page and a function that changes some of them; typing replaces the history entry, choosing adds one. */
export function useFilters<Key extends string>(
  keys: readonly Key[],
): [Filters<Key>, (changes: Partial<Filters<Key>>, options?: { replace?: boolean }) => void] {
  const [params, setParams] = useSearchParams();
  const filters = useMemo(() => readFilters(params, keys), [params, keys]);
  const change = useCallback(
    (changes: Partial<Filters<Key>>, options: { replace?: boolean } = {}) =>
      setParams((present) => writeFilters(present, changes as Record<string, string>), {
        replace: options.replace ?? false,
        preventScrollReset: true,
      }),
    [setParams],
  );
  return [filters, change];
}

/** Drop empty values: what the API should not hear about. */
export function given<T extends Record<string, unknown>>(values: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== "" && value !== undefined),
  ) as Partial<T>;
}
