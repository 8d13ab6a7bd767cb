import clsx from "clsx";
import { ArrowLeft } from "lucide-react";
import { type ReactNode, useEffect, useRef } from "react";
import { Button } from "@/components/button";
import { useHasRoom } from "@/lib/use-media";

/** Choose on the left, read on the right; on small screens the chosen thing takes the page until it is closed. */
export function Split({
  list,
  detail,
  isChosen,
  onBack,
  back,
  isWide = false,
}: {
  list: ReactNode;
  detail: ReactNode;
  isChosen: boolean;
  onBack: () => void;
  back: string;
  isWide?: boolean;
}) {
  const hasRoom = useHasRoom();
  const isAlone = !hasRoom && isChosen;
  const top = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (isAlone) top.current?.scrollIntoView({ block: "start" });
  }, [isAlone]);
  if (isAlone) {
    return (
      <div ref={top} className="grid min-w-0 scroll-mt-16 grid-cols-[minmax(0,1fr)] gap-2">
        <Button look="quiet" className="justify-self-start" onClick={onBack}>
          <ArrowLeft size={14} aria-hidden="true" /> {back}
        </Button>
        {detail}
      </div>
    );
  }
  if (!hasRoom) return list;
  if (!detail) return list;
  return (
    <div
      className={clsx(
        "grid items-start gap-4",
        isWide ? "grid-cols-[minmax(0,3fr)_minmax(0,2fr)]" : "grid-cols-[minmax(0,5fr)_minmax(0,6fr)]",
      )}
    >
      {list}
      <div className="sticky top-16 max-h-[calc(100vh-80px)] overflow-y-auto">{detail}</div>
    </div>
  );
}
