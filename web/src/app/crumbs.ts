import { useEffect } from "react";
import { usePlace } from "@/app/place";

/** One step of the way to this page; the last one has no address. */
export interface Step {
  label: string;
  to?: string;
}

/** Say where this page stands. `slug` is the project it belongs to; empty keeps the project last looked at. */
export function useCrumbs(slug: string, ...steps: Step[]): void {
  const key = JSON.stringify(steps);
  useEffect(() => {
    const way = JSON.parse(key) as Step[];
    const crumbs = way.slice(0, -1).map(({ label, to }) => ({ label, to: to ?? "/" }));
    usePlace.setState((present) => ({
      title: way.at(-1)?.label ?? "",
      crumbs,
      slug: slug === "" ? present.slug : slug,
    }));
  }, [slug, key]);
}
