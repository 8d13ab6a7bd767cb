import { lazy, Suspense, useEffect } from "react";
import { openPalette, usePalette } from "@/app/palette-store";

const PaletteDialog = lazy(async () => ({ default: (await import("@/app/palette-dialog")).PaletteDialog }));

/** Ctrl+K or Cmd+K from anywhere; its code comes when it is first opened. */
export function Palette() {
  const isOpen = usePalette((palette) => palette.isOpen);
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      openPalette();
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, []);
  if (!isOpen) return null;
  return (
    <Suspense fallback={null}>
      <PaletteDialog />
    </Suspense>
  );
}
