import { create } from "zustand";
import { persist } from "zustand/middleware";

export type Theme = "system" | "light" | "dark";

interface Appearance {
  theme: Theme;
  setTheme: (theme: Theme) => void;
}

/** How the page looks; kept in this browser. public/theme.js reads the same entry before the first paint. */
export const useAppearance = create<Appearance>()(
  persist((set) => ({ theme: "system", setTheme: (theme) => set({ theme }) }), {
    name: "testflux.appearance",
  }),
);

/** Keep the document's theme in step with the choice and with the system. */
export function followTheme(): void {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    const { theme } = useAppearance.getState();
    const dark = theme === "dark" || (theme === "system" && system.matches);
    document.documentElement.dataset.theme = dark ? "dark" : "light";
  };
  useAppearance.subscribe(apply);
  system.addEventListener("change", apply);
  apply();
}
