import { useEffect, useRef, useState } from "react";
import { TextField } from "@/components/field";
import { type Hint, QueryHelp } from "@/components/query-help";

const TYPING_PAUSE_MS = 250;

/** A search field that speaks up when the typing pauses. `hints` explain its language, `error` why it was not understood. */
export function SearchBox({
  label,
  value,
  placeholder,
  hints,
  error,
  onSearch,
}: {
  label: string;
  value: string;
  placeholder?: string;
  hints?: Hint[];
  error?: string;
  onSearch: (text: string) => void;
}) {
  const [text, setText] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const sent = useRef(value);
  useEffect(() => {
    if (value !== sent.current) setText(value);
    sent.current = value;
  }, [value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const send = (next: string) => {
    clearTimeout(timer.current);
    sent.current = next.trim();
    onSearch(next.trim());
  };
  const type = (next: string) => {
    setText(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => send(next), TYPING_PAUSE_MS);
  };
  return (
    <div className="flex items-start gap-0.5">
      <div className="min-w-0 flex-1">
        <TextField
          label={label}
          hideLabel
          type="search"
          placeholder={placeholder ?? label}
          value={text}
          error={error}
          onChange={(event) => type(event.target.value)}
          onKeyDown={(event) => event.key === "Enter" && send(text)}
        />
      </div>
      {hints !== undefined && <QueryHelp hints={hints} />}
    </div>
  );
}
