import { QueryClient } from "@tanstack/react-query";
import { explain } from "@/lib/problem";

/** Answers of the server, kept while they are of use. Refusals are final; silence is worth another try. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      refetchOnWindowFocus: true,
      retry: (failures, error) => {
        const { status } = explain(error);
        return failures < 3 && (status === 0 || status === 503);
      },
    },
    mutations: { retry: false },
  },
});

/** Ask again for everything the named operations answered, whatever their parameters. */
export function invalidate(...operations: string[]): void {
  void queries.invalidateQueries({
    predicate: ({ queryKey }) =>
      operations.includes((queryKey[0] as { _id?: string } | undefined)?._id ?? ""),
  });
}
