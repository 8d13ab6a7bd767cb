import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { copyText } from "@/lib/clipboard";

/** A button that copies text and says so for a moment. */
export function CopyButton({ text, label = "Copy" }: { text: string; label?: string }) {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), 1500);
    return () => clearTimeout(timer);
  }, [isCopied]);
  return (
    <button
      type="button"
      aria-label={isCopied ? "Copied" : label}
      title={label}
      className="inline-grid size-6 shrink-0 place-items-center rounded-sm text-text-3 hover:bg-accent-weak hover:text-accent"
      onClick={() => void copyText(text).then(() => setCopied(true))}
    >
      {isCopied ? <Check size={14} aria-hidden="true" /> : <Copy size={14} aria-hidden="true" />}
    </button>
  );
}

/** Text to take along: a command, a token, a message. */
export function CopyBlock({ text, label }: { text: string; label?: string }) {
  return (
    <div className="flex w-full max-w-full items-start gap-2 rounded-sm bg-sunken px-3 py-2">
      <pre className="min-w-0 flex-1 whitespace-pre-wrap font-mono text-sm [overflow-wrap:anywhere]">
        {text}
      </pre>
      <CopyButton text={text} label={label} />
    </div>
  );
}
