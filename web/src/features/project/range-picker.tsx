import clsx from "clsx";
import { SelectField, TextField } from "@/components/field";
import { type RANGE_KEYS, RANGES, readRange } from "@/features/project/range";
import type { Filters } from "@/lib/url-state";

type RangeFilters = Filters<(typeof RANGE_KEYS)[number]>;

/** Choose a stretch of time and how finely it is cut. */
export function RangePicker({
  filters,
  onChange,
}: {
  filters: RangeFilters;
  onChange: (changes: Partial<RangeFilters>) => void;
}) {
  const chosen = filters.range || "30d";
  const range = readRange(filters);
  const choose = (key: string) =>
    onChange(
      key === "custom"
        ? { range: "custom", from: range.from, to: range.to }
        : { range: key === "30d" ? "" : key, from: "", to: "", interval: "" },
    );
  return (
    <div className="flex flex-wrap items-center gap-2">
      <fieldset className="flex overflow-hidden rounded-md border border-line-strong bg-surface">
        <legend className="sr-only">Range</legend>
        {[...RANGES, { key: "custom", label: "Custom" }].map(({ key, label }) => (
          <button
            key={key}
            type="button"
            aria-pressed={key === chosen}
            className={clsx(
              "h-7 border-line-strong border-r px-2.5 last:border-r-0 focus-visible:-outline-offset-2",
              key === chosen ? "bg-accent-weak font-[550] text-accent" : "text-text-2 hover:bg-sunken",
            )}
            onClick={() => choose(key)}
          >
            {label}
          </button>
        ))}
      </fieldset>
      {chosen === "custom" && (
        <>
          <TextField
            label="From"
            hideLabel
            type="date"
            value={range.from}
            max={range.to}
            onChange={(event) => onChange({ from: event.target.value })}
          />
          <TextField
            label="To"
            hideLabel
            type="date"
            value={range.to}
            min={range.from}
            onChange={(event) => onChange({ to: event.target.value })}
          />
        </>
      )}
      <SelectField
        label="Interval"
        hideLabel
        value={range.interval}
        onChange={(event) => onChange({ interval: event.target.value })}
      >
        <option value="day">by day</option>
        <option value="week">by week</option>
        <option value="month">by month</option>
      </SelectField>
    </div>
  );
}
