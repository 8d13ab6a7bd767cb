import { useEffect } from "react";
import { create } from "zustand";

/** A step on the way to the present page. */
export interface Crumb {
  label: string;
  to: string;
}

interface Place {
  slug: string;
  crumbs: Crumb[];
  title: string;
}

/** Where the reader is: the project of the rail, and the way to the page for the top bar. */
export const usePlace = create<Place>(() => ({ slug: "", crumbs: [], title: "" }));

const NOWHERE: Crumb[] = [];

/** Say where this page stands. An empty slug keeps the project that was last looked at. */
export function useArrive(title: string, slug = "", crumbs: Crumb[] = NOWHERE): void {
  const way = JSON.stringify(crumbs);
  useEffect(() => {
    const parts = [title, ...(JSON.parse(way) as Crumb[]).map(({ label }) => label).reverse(), "TestFlux"];
    document.title = parts.filter((part) => part !== "").join(" · ");
    usePlace.setState((present) => ({
      title,
      crumbs: JSON.parse(way) as Crumb[],
      slug: slug === "" ? present.slug : slug,
    }));
  }, [title, slug, way]);
}
