import { lazy, type ReactNode, Suspense, useState } from "react";
import { Button } from "@/components/button";
import { TextField } from "@/components/field";
import { TroubleNote } from "@/components/states";

const Frame = lazy(() => import("@/components/dialog-frame"));

const CENTRED =
  "fixed top-1/2 left-1/2 z-50 grid max-h-[88vh] w-[min(560px,calc(100vw-24px))] -translate-x-1/2 -translate-y-1/2 grid-cols-[minmax(0,1fr)] gap-3 overflow-auto rounded-md border border-line bg-raised p-4 shadow-pop";

/** A dialogue over the page; Escape and a click outside close it, focus returns to where it was. */
export function Dialog({
  title,
  isOpen,
  onClose,
  hidesTitle = false,
  className = CENTRED,
  children,
}: {
  title: string;
  isOpen: boolean;
  onClose: () => void;
  hidesTitle?: boolean;
  className?: string;
  children: ReactNode;
}) {
  if (!isOpen) return null;
  return (
    <Suspense fallback={null}>
      <Frame title={title} hidesTitle={hidesTitle} className={className} onClose={onClose}>
        {children}
      </Frame>
    </Suspense>
  );
}

/** Ask before something is gone for good; `typed` must be written out first when it is a lot. */
export function ConfirmDialog({
  title,
  children,
  action,
  typed,
  isOpen,
  onClose,
  onConfirm,
}: {
  title: string;
  children: ReactNode;
  action: string;
  typed?: string;
  isOpen: boolean;
  onClose: () => void;
  onConfirm: () => Promise<unknown>;
}) {
  const [text, setText] = useState("");
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const close = () => {
    setText("");
    setError(null);
    onClose();
  };
  const confirm = async () => {
    setBusy(true);
    try {
      await onConfirm();
      close();
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog title={title} isOpen={isOpen} onClose={close}>
      <div className="text-text-2">{children}</div>
      {typed !== undefined && (
        <TextField
          label={`Write “${typed}” to confirm`}
          value={text}
          autoComplete="off"
          onChange={(event) => setText(event.target.value)}
        />
      )}
      {error !== null && <TroubleNote error={error} />}
      <div className="flex justify-end gap-2">
        <Button onClick={close}>Cancel</Button>
        <Button
          look="danger"
          disabled={isBusy || (typed !== undefined && text !== typed)}
          onClick={() => void confirm()}
        >
          {action}
        </Button>
      </div>
    </Dialog>
  );
}
