import { X } from "lucide-react";
import { dismiss, useToasts } from "@/lib/toasts";

/** Short notes at the lower edge; read out politely. */
export function Toasts() {
  const { toasts } = useToasts();
  return (
    <div
      aria-live="polite"
      className="fixed right-4 bottom-16 z-30 grid w-[min(360px,calc(100vw-32px))] gap-2 md:bottom-4"
    >
      {toasts.map((toast) => (
        <div
          key={toast.id}
          className="flex items-start gap-2 rounded-md border border-line bg-raised px-3 py-2 shadow-pop"
        >
          <span className="min-w-0 flex-1 [overflow-wrap:anywhere]">{toast.text}</span>
          <button
            type="button"
            aria-label="Dismiss"
            className="grid size-6 place-items-center"
            onClick={() => dismiss(toast.id)}
          >
            <X size={14} aria-hidden="true" />
          </button>
        </div>
      ))}
    </div>
  );
}
