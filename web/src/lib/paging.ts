interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

/** How a list goes on: by the cursor of the page before. Spread it beside the generated infinite options. */
export const byCursor = {
  // The generated options take an object to mean "no cursor yet"; its type asks for the path again, which they already know.
  initialPageParam: {} as never,
  getNextPageParam: (page: Page<unknown>) => page.next_cursor ?? undefined,
};

/** The rows of all pages that have arrived. */
export function rowsOf<T>(data: { pages: Page<T>[] } | undefined): T[] {
  return data?.pages.flatMap((page) => page.items) ?? [];
}
