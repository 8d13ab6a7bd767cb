import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "@/components/button";
import { SelectField, TextField } from "@/components/field";
import { SearchBox } from "@/components/search-box";
import { countFilters, type RunFilters } from "@/features/runs/run-filters";
import type { Facet, Facets } from "@/lib/api";
import { getFacetsOptions } from "@/lib/api/@tanstack/react-query.gen";
import { useIsNarrow } from "@/lib/use-media";

type Change = (changes: Partial<RunFilters>, options?: { replace?: boolean }) => void;

const KINDS = ["functional", "security", "load"];
const VERDICTS = ["passed", "failed", "flaky", "incomplete", "empty"];
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
      {options.map((option) => (
        <option key={option} value={option}>
          {option}
        </option>
      ))}
    </SelectField>
  );
}

function FacetChoices({ slug, filters, onChange }: { slug: string; filters: RunFilters; onChange: Change }) {
  const { data } = useQuery(getFacetsOptions({ path: { slug } }));
  return FACETS.filter(([key, facet]) => (data?.[facet].length ?? 0) > 0 || filters[key] !== "").map(
    ([key, facet, label]) => (
      <div key={key} className="w-36 max-md:w-[calc(50%-4px)]">
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

/** Everything a list of runs can be narrowed by. */
export function RunFilterBar({
  slug,
  filters,
  onChange,
}: {
  slug: string;
  filters: RunFilters;
  onChange: Change;
}) {
  const isNarrow = useIsNarrow();
  const [isOpen, setOpen] = useState(false);
  const amount = countFilters(filters);
  const clear = () =>
    onChange({
      q: "",
      kind: "",
      verdict: "",
      branch: "",
      environment: "",
      type: "",
      name: "",
      tool: "",
      label: "",
      from: "",
      to: "",
    });
  return (
    <search className="flex flex-wrap items-center gap-2 px-3 py-2.5">
      <div className="w-72 max-md:flex-1">
        <SearchBox
          label="Search runs"
          placeholder="Search runs, or branch:main name:nightly"
          value={filters.q}
          onSearch={(q) => onChange({ q }, { replace: true })}
        />
      </div>
      {isNarrow && (
        <Button aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          Filters{amount > 0 && ` (${amount})`}
        </Button>
      )}
      {(!isNarrow || isOpen) && (
        <>
          <div className="w-32 max-md:w-[calc(50%-4px)]">
            <Choice
              label="kind"
              value={filters.kind}
              options={KINDS}
              onChoose={(kind) => onChange({ kind })}
            />
          </div>
          <div className="w-32 max-md:w-[calc(50%-4px)]">
            <Choice
              label="verdict"
              value={filters.verdict}
              options={VERDICTS}
              onChoose={(verdict) => onChange({ verdict })}
            />
          </div>
          {slug === "" ? (
            <>
              <div className="w-36">
                <TextField
                  label="Branch"
                  hideLabel
                  placeholder="any branch"
                  defaultValue={filters.branch}
                  onBlur={(event) => onChange({ branch: event.target.value.trim() })}
                />
              </div>
              <div className="w-36">
                <TextField
                  label="Environment"
                  hideLabel
                  placeholder="any environment"
                  defaultValue={filters.environment}
                  onBlur={(event) => onChange({ environment: event.target.value.trim() })}
                />
              </div>
            </>
          ) : (
            <FacetChoices slug={slug} filters={filters} onChange={onChange} />
          )}
          <div className="flex items-center gap-1">
            <TextField
              label="Started from"
              hideLabel
              type="date"
              value={filters.from}
              onChange={(event) => onChange({ from: event.target.value })}
            />
            <span className="text-text-3">to</span>
            <TextField
              label="Started until"
              hideLabel
              type="date"
              value={filters.to}
              onChange={(event) => onChange({ to: event.target.value })}
            />
          </div>
        </>
      )}
      {amount > 0 && (
        <Button look="quiet" onClick={clear}>
          Clear filters
        </Button>
      )}
    </search>
  );
}
