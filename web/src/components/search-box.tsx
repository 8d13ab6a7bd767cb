import { useEffect, useRef, useState } from "react";
import { TextField } from "@/components/field";

const TYPING_PAUSE_MS = 250;

/** A search field that speaks up when the typing pauses. */
export function SearchBox({
  label,
  value,
  placeholder,
  onSearch,
}: {
  label: string;
  value: string;
  placeholder?: string;
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
  const type = (next: string) => {
    setText(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      sent.current = next.trim();
      onSearch(next.trim());
    }, TYPING_PAUSE_MS);
  };
  return (
    <TextField
      label={label}
      hideLabel
      type="search"
      placeholder={placeholder ?? label}
      value={text}
      onChange={(event) => type(event.target.value)}
    />
  );
}
