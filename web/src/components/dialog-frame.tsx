import { Dialog as Base } from "@base-ui/react/dialog";
import type { ReactNode } from "react";

/** A dialogue that is open; in a file of its own so that its library comes when the first one opens. */
export default function DialogFrame({
  title,
  hidesTitle,
  className,
  onClose,
  children,
}: {
  title: string;
  hidesTitle: boolean;
  className: string;
  onClose: () => void;
  children: ReactNode;
}) {
  return (
    <Base.Root open onOpenChange={(open) => !open && onClose()}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-40 bg-[#0d111799]" />
        <Base.Popup className={className}>
          <Base.Title className={hidesTitle ? "sr-only" : "font-semibold text-lg"}>{title}</Base.Title>
          {children}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
