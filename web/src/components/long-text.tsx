import { useState } from "react";
import { bytes } from "@/lib/format";

const SHOWN_AT_FIRST = 4000;

/** Text as a terminal shows it; the rest of a very long one comes on demand, so that the page stays quick. */
export function LongText({ text, className = "" }: { text: string; className?: string }) {
  const [isWhole, setWhole] = useState(false);
  const isCut = text.length > SHOWN_AT_FIRST * 1.2 && !isWhole;
  return (
    <>
      <pre className={`whitespace-pre-wrap font-mono text-sm [overflow-wrap:anywhere] ${className}`}>
        {isCut ? `${text.slice(0, SHOWN_AT_FIRST)}…` : text}
      </pre>
      {isCut && (
        <button type="button" className="min-h-6 text-accent hover:underline" onClick={() => setWhole(true)}>
          Show all {bytes(text.length)}
        </button>
      )}
    </>
  );
}
