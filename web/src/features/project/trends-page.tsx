import { useQuery } from "@tanstack/react-query";
import { useParams } from "react-router";
import { useArrive } from "@/app/place";
import { SelectField } from "@/components/field";
import { PageHead } from "@/components/page";
import { SampleTag } from "@/components/status";
import { METRICS, metricOf } from "@/features/project/metrics";
import { RANGE_KEYS, readRange } from "@/features/project/range";
import { RangePicker } from "@/features/project/range-picker";
import { TrendCard } from "@/features/project/trend-card";
import { FacetSelect } from "@/features/runs/run-filter-bar";
import type { Facets, GetProjectTrendsData } from "@/lib/api";
import { getFacetsOptions, getProjectOptions } from "@/lib/api/@tanstack/react-query.gen";
import { given, useFilters } from "@/lib/url-state";
import { useLiveRefresh } from "@/lib/use-live";

const KEYS = [
  ...RANGE_KEYS,
  "metric",
  "branch",
  "environment",
  "type",
  "name",
  "label",
  "kind",
  "tool",
] as const;
const FACETS: [
  key: "branch" | "environment" | "type" | "name" | "kind" | "tool" | "label",
  facet: keyof Facets,
  label: string,
][] = [
  ["branch", "branches", "branch"],
  ["environment", "environments", "environment"],
  ["type", "types", "type"],
  ["name", "names", "name"],
  ["kind", "kinds", "kind"],
  ["tool", "tools", "tool"],
  ["label", "labels", "label"],
];
const STATS = ["avg", "p95", "max", "count", "rate"];

function MetricPicker({
  chosen,
  stored,
  onChoose,
}: {
  chosen: string;
  stored: string[];
  onChoose: (metric: string) => void;
}) {
  const [, name = "", stat = "avg"] = /^load:(.+):([^:]+)$/.exec(chosen) ?? [];
  return (
    <>
      <SelectField
        label="Metric"
        hideLabel
        value={name === "" ? chosen : `load:${name}`}
        onChange={(event) =>
          onChoose(
            event.target.value.startsWith("load:") ? `${event.target.value}:${stat}` : event.target.value,
          )
        }
      >
        {METRICS.map((metric) => (
          <option key={metric.key} value={metric.key}>
            {metric.label}
          </option>
        ))}
        {stored.length > 0 && (
          <optgroup label="Any stored load metric">
            {stored.map((metric) => (
              <option key={metric} value={`load:${metric}`}>
                {metric}
              </option>
            ))}
          </optgroup>
        )}
        {name !== "" && !stored.includes(name) && <option value={`load:${name}`}>{name}</option>}
      </SelectField>
      {name !== "" && (
        <SelectField
          label="Statistic"
          hideLabel
          value={stat}
          onChange={(event) => onChoose(`load:${name}:${event.target.value}`)}
        >
          {[...new Set([...STATS, stat])].map((option) => (
            <option key={option}>{option}</option>
          ))}
        </SelectField>
      )}
    </>
  );
}

/** Any metric of a project over any stretch of time, narrowed by where and how it ran. */
export function TrendsPage() {
  const { slug = "" } = useParams();
  const [filters, change] = useFilters(KEYS);
  const { data: project } = useQuery(getProjectOptions({ path: { slug } }));
  const { data: facets } = useQuery(getFacetsOptions({ path: { slug } }));
  useArrive("Trends", slug, [{ label: project?.name ?? slug, to: `/p/${slug}` }]);
  useLiveRefresh(`project:${slug}`, "getProjectTrends", "getFacets");
  const { metric, label, range: _, interval: __, from: ___, to: ____, ...narrow } = filters;
  const range = readRange(filters);
  const chosen = metric || "pass_rate";
  const query = { ...range, ...given(narrow), ...(label !== "" && { label: [label] }) } as NonNullable<
    GetProjectTrendsData["query"]
  >;
  return (
    <>
      <PageHead
        title={`Trends of ${project?.name ?? slug}`}
        answer={`${metricOf(chosen).label}, from ${range.from} to ${range.to}, by ${range.interval}`}
        tags={project?.is_sample && <SampleTag />}
      />
      <search className="flex flex-wrap items-center gap-2">
        <MetricPicker
          chosen={chosen}
          stored={facets?.metrics.map(({ value }) => value) ?? []}
          onChoose={(key) => change({ metric: key === "pass_rate" ? "" : key })}
        />
        <RangePicker filters={filters} onChange={change} />
      </search>
      <search className="grid grid-cols-2 gap-2 md:flex md:flex-wrap">
        {FACETS.filter(([key, facet]) => (facets?.[facet].length ?? 0) > 1 || filters[key] !== "").map(
          ([key, facet, name]) => (
            <div key={key} className="md:w-40">
              <FacetSelect
                label={name}
                value={filters[key]}
                facets={facets?.[facet] ?? []}
                onChoose={(value) => change({ [key]: value })}
              />
            </div>
          ),
        )}
      </search>
      <TrendCard slug={slug} metricKey={chosen} query={query} height={340} note={`by ${range.interval}`} />
    </>
  );
}
