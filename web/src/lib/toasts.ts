import { create } from "zustand";

interface Toast {
  id: number;
  text: string;
  undo?: () => void;
}

let next = 1;
const SHOWN_MS = 6000;

/** Short notes about what just happened. */
export const useToasts = create<{ toasts: Toast[] }>(() => ({ toasts: [] }));

/** Take a note away. */
export function dismiss(id: number): void {
  useToasts.setState(({ toasts }) => ({ toasts: toasts.filter((toast) => toast.id !== id) }));
}

/** Tell what just happened, in one sentence; `undo` takes it back. */
export function tell(text: string, undo?: () => void): void {
  const id = next++;
  useToasts.setState(({ toasts }) => ({ toasts: [...toasts.slice(-2), { id, text, undo }] }));
  setTimeout(() => dismiss(id), SHOWN_MS);
}
