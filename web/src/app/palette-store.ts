import { create } from "zustand";

/** Whether the palette is open. */
export const usePalette = create<{ isOpen: boolean }>(() => ({ isOpen: false }));

/** Open the palette from anywhere. */
export function openPalette(): void {
  usePalette.setState({ isOpen: true });
}

/** Put the palette away. */
export function closePalette(): void {
  usePalette.setState({ isOpen: false });
}
