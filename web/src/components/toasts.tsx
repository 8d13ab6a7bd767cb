import { X } from "lucide-react";
import { dismiss, useToasts } from "@/lib/toasts";

/** Notes about what just happened, read out politely. */
export function Toasts() {
  const toasts = useToasts((state) => state.toasts);
  return (
    <div
      aria-live="polite"
      className="pointer-events-none fixed right-4 bottom-4 left-4 z-50 grid justify-items-end gap-2"
    >
      {toasts.map((toast) => (
        <div
          key={toast.id}
          className="pointer-events-auto flex max-w-[420px] items-start gap-2 rounded-md border border-line bg-raised px-3 py-2 shadow-pop"
        >
          <span className="min-w-0 [overflow-wrap:anywhere]">{toast.text}</span>
          {toast.undo !== undefined && (
            <button
              type="button"
              className="min-h-6 shrink-0 rounded-sm px-1 font-[550] text-accent underline"
              onClick={() => {
                dismiss(toast.id);
                toast.undo?.();
              }}
            >
              Undo
            </button>
          )}
          <button
            type="button"
            aria-label="Dismiss"
            className="inline-grid size-6 shrink-0 place-items-center rounded-sm text-text-3 hover:bg-sunken"
            onClick={() => dismiss(toast.id)}
          >
            <X size={14} aria-hidden="true" />
          </button>
        </div>
      ))}
    </div>
  );
}
