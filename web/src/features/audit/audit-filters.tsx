import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { Button } from "@/components/button";
import { SelectField, TextField } from "@/components/field";
import { SearchBox } from "@/components/search-box";
import { byNoun, spoken } from "@/features/audit/audit-words";
import type { AuditAct } from "@/lib/api";
import { listProjectsOptions } from "@/lib/api/@tanstack/react-query.gen";
import type { Filters } from "@/lib/url-state";
import { useIsNarrow } from "@/lib/use-media";

/** What the page can be asked for; each stands in the address. */
export const KEYS = ["q", "act", "who", "target", "project", "address", "refused", "from", "to"] as const;
export type AuditFilters = Filters<(typeof KEYS)[number]>;

const TYPING_PAUSE_MS = 250;

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

/** A field that speaks up when the typing pauses. */
function Word({ label, value, onSay }: { label: string; value: string; onSay: (text: string) => void }) {
  const [text, setText] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => setText(value), [value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const type = (next: string) => {
    setText(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => onSay(next), TYPING_PAUSE_MS);
  };
  return <TextField label={label} value={text} onChange={(event) => type(event.target.value)} />;
}

function ProjectSelect({ value, onChoose }: { value: string; onChoose: (slug: string) => void }) {
  const { data } = useQuery(listProjectsOptions({ query: { limit: 500 } }));
  const projects = data?.items ?? [];
  return (
    <SelectField label="Project" value={value} onChange={(event) => onChoose(event.target.value)}>
      <option value="">any</option>
      {projects.map(({ slug, name }) => (
        <option key={slug} value={slug}>
          {name}
        </option>
      ))}
      {value !== "" && !projects.some(({ slug }) => slug === value) && <option value={value}>{value}</option>}
    </SelectField>
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
          <Word label="Who" value={filters.who} onSay={(who) => change({ who }, { replace: true })} />
          <Word
            label="On what"
            value={filters.target}
            onSay={(target) => change({ target }, { replace: true })}
          />
          <ProjectSelect value={filters.project} onChoose={(project) => change({ project })} />
          <Word
            label="Address"
            value={filters.address}
            onSay={(address) => change({ address }, { replace: true })}
          />
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
