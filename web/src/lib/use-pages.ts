import { type UseInfiniteQueryResult, useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { More } from "@/components/grid";

interface PageOf<T> {
  items: T[];
  next_cursor: string | null;
}

const NO_PAGES: never[] = [];

/** A list that comes in pages: these, all their items as one array, and a way to get more of them. */
export function usePages<T, P extends PageOf<T>>(
  queryKey: readonly unknown[],
  fetchPage: (cursor: string | undefined, signal: AbortSignal) => Promise<P & PageOf<T>>,
  isEnabled = true,
): { rows: T[]; pages: P[]; more: More; query: UseInfiniteQueryResult<unknown> } {
  const query = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam, signal }) => fetchPage(pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    enabled: isEnabled,
  });
  const pages: P[] = query.data?.pages ?? NO_PAGES;
  const rows = useMemo(() => pages.flatMap((page) => page.items), [pages]);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  const more = useMemo(
    () => ({ hasMore: hasNextPage, isFetching: isFetchingNextPage, fetch: () => void fetchNextPage() }),
    [hasNextPage, isFetchingNextPage, fetchNextPage],
  );
  return { rows, pages, more, query };
}
