import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "@/components/button";
import { SelectField, TextField } from "@/components/field";
import type { Hint } from "@/components/query-help";
import { RemovableChips } from "@/components/removable-chips";
import { SearchBox } from "@/components/search-box";
import { chipsOf, KINDS, NO_FILTERS, type RunFilters, VERDICTS } from "@/features/runs/run-filters";
import type { Facet, Facets } from "@/lib/api";
import { getFacetsOptions } from "@/lib/api/@tanstack/react-query.gen";
import { useIsNarrow } from "@/lib/use-media";

type Change = (changes: Partial<RunFilters>, options?: { replace?: boolean }) => void;

const HINTS: Hint[] = [
  { term: '"two words"', finds: "in number, name, branch, commit, tool, labels" },
  { term: "status:failed,flaky", finds: "by verdict" },
  { term: "kind:load", finds: "functional, security or load" },
  { term: "branch:main env:staging", finds: "by where it ran" },
  { term: "name:nightly type:smoke", finds: "by what ran" },
  { term: "commit:9be07d", finds: "by the start of the commit" },
  { term: "label:team=web", finds: "by label" },
  { term: "is:starred", finds: "runs that are kept, whatever their age" },
  { term: "dur:>5m dur:<1h", finds: "by duration: ms, s, m, h" },
];
const FACETS: [
  key: "branch" | "environment" | "type" | "name" | "tool" | "label",
  facet: keyof Facets,
  label: string,
][] = [
  ["branch", "branches", "branch"],
  ["environment", "environments", "environment"],
  ["type", "types", "type"],
  ["name", "names", "name"],
  ["tool", "tools", "tool"],
  ["label", "labels", "label"],
];

/** One filter with the values that occur; a value from the address that no longer occurs stays choosable. */
export function FacetSelect({
  label,
  value,
  facets,
  onChoose,
}: {
  label: string;
  value: string;
  facets: Facet[];
  onChoose: (value: string) => void;
}) {
  const known = facets.filter((facet) => facet.value !== "");
  const isStray = value !== "" && !known.some((facet) => facet.value === value);
  return (
    <SelectField
      label={`Filter by ${label}`}
      hideLabel
      value={value}
      className={value === "" ? "text-text-2" : "border-accent font-[550]"}
      onChange={(event) => onChoose(event.target.value)}
    >
      <option value="">any {label}</option>
      {isStray && <option value={value}>{value}</option>}
      {known.map((facet) => (
        <option key={facet.value} value={facet.value}>
          {facet.value} ({facet.count})
        </option>
      ))}
    </SelectField>
  );
}

function Choice({
  label,
  value,
  options,
  onChoose,
}: {
  label: string;
  value: string;
  options: string[];
  onChoose: (value: string) => void;
}) {
  return (
    <SelectField
      label={`Filter by ${label}`}
      hideLabel
      value={value}
      className={value === "" ? "text-text-2" : "border-accent font-[550]"}
      onChange={(event) => onChoose(event.target.value)}
    >
      <option value="">any {label}</option>
      {value !== "" && !options.includes(value) && (
        <option value={value}>{value.replaceAll(",", " or ")}</option>
      )}
      {options.map((option) => (
        <option key={option} value={option}>
          {option}
        </option>
      ))}
    </SelectField>
  );
}

const WIDTH = "w-38 max-md:w-[calc(50%-4px)]";

function FacetChoices({ slug, filters, onChange }: { slug: string; filters: RunFilters; onChange: Change }) {
  const { data } = useQuery({ ...getFacetsOptions({ path: { slug } }), enabled: slug !== "" });
  return FACETS.filter(([key, facet]) => (data?.[facet].length ?? 0) > 0 || filters[key] !== "").map(
    ([key, facet, label]) => (
      <div key={key} className={WIDTH}>
        <FacetSelect
          label={label}
          value={filters[key]}
          facets={data?.[facet] ?? []}
          onChoose={(value) => onChange({ [key]: value })}
        />
      </div>
    ),
  );
}

function Order({ filters, onChange }: { filters: RunFilters; onChange: Change }) {
  return (
    <div className="w-full md:hidden">
      <SelectField
        label="Sort"
        hideLabel
        value={filters.sort}
        onChange={(event) => onChange({ sort: event.target.value })}
      >
        <option value="">newest first</option>
        <option value="-duration_ms">longest first</option>
      </SelectField>
    </div>
  );
}

function Choices({ slug, filters, onChange }: { slug: string; filters: RunFilters; onChange: Change }) {
  return (
    <>
      <div className={WIDTH}>
        <Choice label="kind" value={filters.kind} options={KINDS} onChoose={(kind) => onChange({ kind })} />
      </div>
      <div className={WIDTH}>
        <Choice
          label="verdict"
          value={filters.verdict}
          options={VERDICTS}
          onChoose={(verdict) => onChange({ verdict })}
        />
      </div>
      <FacetChoices slug={slug} filters={filters} onChange={onChange} />
      <div className="flex items-center gap-1.5 max-md:w-full [&>div]:flex-1">
        <TextField
          label="Started from"
          hideLabel
          type="date"
          className={filters.from === "" ? "text-text-2" : undefined}
          value={filters.from}
          onChange={(event) => onChange({ from: event.target.value })}
        />
        <span className="text-text-3">to</span>
        <TextField
          label="Started until"
          hideLabel
          type="date"
          className={filters.to === "" ? "text-text-2" : undefined}
          value={filters.to}
          onChange={(event) => onChange({ to: event.target.value })}
        />
      </div>
      <Order filters={filters} onChange={onChange} />
    </>
  );
}

/** Everything a list of runs can be narrowed by; `misread` is why the server could not read the search. */
export function RunFilterBar({
  slug,
  filters,
  misread,
  onChange,
}: {
  slug: string;
  filters: RunFilters;
  misread?: string;
  onChange: Change;
}) {
  const isNarrow = useIsNarrow();
  const [isOpen, setOpen] = useState(false);
  const chips = chipsOf(filters);
  return (
    <search aria-label="Runs" className="grid gap-2 px-3 py-2.5">
      <div className="flex flex-wrap items-start gap-2">
        <div className="w-80 max-md:w-auto max-md:flex-1 max-md:basis-[60%]">
          <SearchBox
            label="Search runs"
            placeholder="Search, or branch:main dur:>5m"
            value={filters.q}
            hints={HINTS}
            error={misread}
            onSearch={(q) => onChange({ q }, { replace: true })}
          />
        </div>
        {isNarrow && (
          <Button aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            Filters{chips.length > 0 && ` (${chips.length})`}
          </Button>
        )}
        {(!isNarrow || isOpen) && <Choices slug={slug} filters={filters} onChange={onChange} />}
      </div>
      <RemovableChips
        chips={chips}
        onRemove={(key) => onChange({ [key]: "" })}
        onClear={() => onChange(NO_FILTERS)}
      />
    </search>
  );
}
