import { explain } from "@/lib/problem";

/** What the server could not make of a search, for its field; undefined when the trouble is another one. */
export function misreadSearch(error: unknown): string | undefined {
  if (error === null) return undefined;
  const { fields, hint } = explain(error);
  return fields.q === undefined ? undefined : [fields.q, hint].filter((text) => text !== "").join(" ");
}
