import clsx from "clsx";

/** One choice among a few, each with its count; the empty key is all of them. `chosen` may name several, with commas. */
export function FilterChips({
  label,
  options,
  chosen,
  onChoose,
}: {
  label: string;
  options: { key: string; label: string; note?: string }[];
  chosen: string;
  onChoose: (key: string) => void;
}) {
  const on = chosen.split(",");
  return (
    <fieldset className="flex flex-wrap gap-1">
      <legend className="sr-only">{label}</legend>
      {options.map((option) => (
        <button
          key={option.key}
          type="button"
          aria-pressed={on.includes(option.key)}
          className={clsx(
            "h-7 rounded-md border px-2.5",
            on.includes(option.key)
              ? "border-accent bg-accent-weak font-[550] text-accent"
              : "border-line bg-surface text-text-2 hover:bg-sunken",
          )}
          onClick={() => onChoose(option.key)}
        >
          {option.label}
          {option.note !== undefined && <span className="ml-1.5 font-normal">{option.note}</span>}
        </button>
      ))}
    </fieldset>
  );
}
