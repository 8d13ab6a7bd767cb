import { useEffect } from "react";
import { create } from "zustand";

/** One step of the path shown at the top; the last has no address. */
export interface Crumb {
  label: string;
  to?: string;
}

interface Place {
  crumbs: Crumb[];
  slug: string;
}

/** Where the reader is: the path at the top and the project that the rail is about. */
export const usePlace = create<Place>(() => ({ crumbs: [], slug: "" }));

/** Say where this page stands. `slug` is the project it belongs to, empty for none. */
export function useCrumbs(slug: string, ...crumbs: Crumb[]): void {
  const key = JSON.stringify(crumbs);
  useEffect(() => {
    usePlace.setState({ slug, crumbs: JSON.parse(key) as Crumb[] });
  }, [slug, key]);
}
