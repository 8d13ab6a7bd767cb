import { Monitor, Moon, Sun } from "lucide-react";
import { type Theme, useAppearance } from "@/lib/appearance";

const NEXT: Record<Theme, Theme> = { system: "light", light: "dark", dark: "system" };
const ICONS = { system: Monitor, light: Sun, dark: Moon };

/** Walks through system, light and dark. */
export function ThemeButton() {
  const { theme, setTheme } = useAppearance();
  const Icon = ICONS[theme];
  return (
    <button
      type="button"
      className="inline-grid size-[30px] shrink-0 place-items-center rounded-md text-text-2 hover:bg-sunken"
      aria-label={`Theme: ${theme}. Change to ${NEXT[theme]}`}
      title={`Theme: ${theme}`}
      onClick={() => setTheme(NEXT[theme])}
    >
      <Icon size={16} aria-hidden="true" />
    </button>
  );
}
