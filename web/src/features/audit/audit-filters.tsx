import { useState } from "react";
import { Button } from "@/components/button";
import { SelectField, TextField } from "@/components/field";
import { SearchBox } from "@/components/search-box";
import { byNoun, spoken } from "@/features/audit/audit-words";
import type { AuditAct } from "@/lib/api";
import type { Filters } from "@/lib/url-state";
import { useIsNarrow } from "@/lib/use-media";

/** What the page can be asked for; each stands in the address. */
export const KEYS = ["q", "act", "who", "target", "project", "address", "refused", "from", "to"] as const;
export type AuditFilters = Filters<(typeof KEYS)[number]>;

type Change = (changes: Partial<AuditFilters>, options?: { replace?: boolean }) => void;

/** Nothing asked for. */
export const NONE = Object.fromEntries(KEYS.map((key) => [key, ""])) as AuditFilters;

function ActSelect({
  acts,
  value,
  onChoose,
}: {
  acts: AuditAct[];
  value: string;
  onChoose: (act: string) => void;
}) {
  return (
    <SelectField
      label="Act"
      value={value}
      className={value === "" ? "text-text-2" : "border-accent font-[550]"}
      onChange={(event) => onChoose(event.target.value)}
    >
      <option value="">any</option>
      {byNoun(acts).map(([noun, some]) => (
        <optgroup key={noun} label={spoken(noun)}>
          <option value={noun}>{spoken(noun)}: all</option>
          {some.map(({ act }) => (
            <option key={act} value={act}>
              {spoken(act.replace(".", ": "))}
            </option>
          ))}
        </optgroup>
      ))}
    </SelectField>
  );
}

function Word({
  label,
  name,
  filters,
  change,
}: {
  label: string;
  name: keyof AuditFilters;
  filters: AuditFilters;
  change: Change;
}) {
  return (
    <TextField
      label={label}
      value={filters[name]}
      onChange={(event) => change({ [name]: event.target.value }, { replace: true })}
    />
  );
}

/** The filters of the log; on a phone all but the search stay folded until they are wanted. */
export function AuditFilterBar({
  filters,
  acts,
  change,
}: {
  filters: AuditFilters;
  acts: AuditAct[];
  change: Change;
}) {
  const isNarrow = useIsNarrow();
  const used = KEYS.filter((key) => key !== "q" && filters[key] !== "").length;
  const [isOpen, setOpen] = useState(false);
  return (
    <div className="grid gap-3 p-3">
      <div className="grid grid-cols-[minmax(0,1fr)_auto] items-start gap-2">
        <SearchBox
          label="Search in names, ids and what changed"
          value={filters.q}
          onSearch={(q) => change({ q }, { replace: true })}
        />
        {isNarrow && (
          <Button aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            Filters{used > 0 && ` (${used})`}
          </Button>
        )}
      </div>
      {(!isNarrow || isOpen) && (
        <div className="grid grid-cols-2 gap-x-3 gap-y-2 lg:grid-cols-4">
          <ActSelect acts={acts} value={filters.act} onChoose={(act) => change({ act })} />
          <Word label="Who" name="who" filters={filters} change={change} />
          <Word label="On what" name="target" filters={filters} change={change} />
          <Word label="Project" name="project" filters={filters} change={change} />
          <Word label="Address" name="address" filters={filters} change={change} />
          <SelectField
            label="Outcome"
            value={filters.refused}
            onChange={(event) => change({ refused: event.target.value })}
          >
            <option value="">any</option>
            <option value="false">done</option>
            <option value="true">refused</option>
          </SelectField>
          <TextField
            label="First day (UTC)"
            type="date"
            value={filters.from}
            max={filters.to || undefined}
            onChange={(event) => change({ from: event.target.value })}
          />
          <TextField
            label="Last day (UTC)"
            type="date"
            value={filters.to}
            min={filters.from || undefined}
            onChange={(event) => change({ to: event.target.value })}
          />
        </div>
      )}
      {used + (filters.q === "" ? 0 : 1) > 0 && (
        <div>
          <Button look="quiet" onClick={() => change(NONE)}>
            Clear filters
          </Button>
        </div>
      )}
    </div>
  );
}
