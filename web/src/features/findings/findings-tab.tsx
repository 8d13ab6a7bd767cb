import clsx from "clsx";
import { useMemo } from "react";
import { Button } from "@/components/button";
import { Card } from "@/components/card";
import { FilterChips } from "@/components/filter-chips";
import { Grid, type GridColumn } from "@/components/grid";
import type { Hint } from "@/components/query-help";
import { SearchBox } from "@/components/search-box";
import { Split } from "@/components/split";
import { Empty, Skeleton, TroubleNote } from "@/components/states";
import { Chip, SeverityMark, toneOf } from "@/components/status";
import { FindingPane } from "@/features/findings/finding-pane";
import {
  ageOf,
  isSuppressed,
  SEVERITIES,
  STATES,
  whereAmongSites,
  whereOf,
} from "@/features/findings/finding-words";
import { Suppressed } from "@/features/findings/suppressed";
import { severities, total } from "@/features/runs/run-words";
import { type FindingItem, listFindings, type RunDetail } from "@/lib/api";
import { count } from "@/lib/format";
import { misreadSearch } from "@/lib/misread";
import { given, useFilters } from "@/lib/url-state";
import { useKeys } from "@/lib/use-keys";
import { useHasRoom } from "@/lib/use-media";
import { usePages } from "@/lib/use-pages";

const KEYS = ["finding", "severity", "state", "q"] as const;
const NOTHING = { finding: "", severity: "", state: "", q: "" };
const PAGE_SIZE = 200;
const HINTS: Hint[] = [
  { term: '"two words"', finds: "in name, address, parameter and rule" },
  { term: "severity:high,medium", finds: "by severity" },
  { term: "state:new,reopened", finds: "by what became of it" },
  { term: "method:POST param:user", finds: "by where it is" },
  { term: "rule:40012", finds: "by the rule of the tool" },
];

type Filters = Record<(typeof KEYS)[number], string>;
type Change = (changes: Partial<Filters>, options?: { replace?: boolean }) => void;

function State({ state }: { state: FindingItem["state"] }) {
  return (
    <span title={STATES[state].meaning}>
      <Chip tone={toneOf(state)}>{STATES[state].label}</Chip>
    </span>
  );
}

function Name({ item, onChoose }: { item: FindingItem; onChoose: (id: string) => void }) {
  return (
    <button
      type="button"
      className="min-w-0 max-w-full truncate text-left align-middle font-medium after:absolute after:inset-0 hover:text-accent"
      onClick={() => onChoose(item.finding_id)}
    >
      {item.name}
    </button>
  );
}

type Say = (item: FindingItem) => string;

function columns(say: Say, onChoose: (id: string) => void): GridColumn<FindingItem>[] {
  return [
    {
      key: "severity",
      title: "Risk",
      width: "w-12",
      cell: (item) => <SeverityMark severity={item.severity} />,
    },
    {
      key: "name",
      title: "Finding",
      width: "w-3/5 max-w-0",
      cell: (item) => (
        <span className="flex items-center gap-2">
          <Name item={item} onChoose={onChoose} />
          {isSuppressed(item) && <Suppressed />}
        </span>
      ),
    },
    {
      key: "where",
      title: "Where",
      width: "w-2/5 max-w-0 truncate",
      cell: (item) => (
        <span className="font-mono text-sm" title={`${item.origin} ${whereOf(item)}`}>
          {say(item)}
        </span>
      ),
    },
    { key: "state", title: "State", cell: (item) => <State state={item.state} /> },
    {
      key: "age",
      title: "Age",
      numeric: true,
      from: "lg",
      cell: (item) => <span className="text-text-2">{ageOf(item)}</span>,
    },
  ];
}

function FindingCard({
  item,
  say,
  onChoose,
}: {
  item: FindingItem;
  say: Say;
  onChoose: (id: string) => void;
}) {
  return (
    <div className="flex items-start gap-2.5">
      <SeverityMark severity={item.severity} />
      <div className="min-w-0 flex-1">
        <Name item={item} onChoose={onChoose} /> {isSuppressed(item) && <Suppressed />}
        <p className="truncate font-mono text-sm text-text-3">{say(item)}</p>
      </div>
      <State state={item.state} />
    </div>
  );
}

function Bar({
  run,
  filters,
  misread,
  change,
}: {
  run: RunDetail;
  filters: Filters;
  misread?: string;
  change: Change;
}) {
  const amounts = severities(run);
  const found = SEVERITIES.filter(
    (severity) => (amounts[severity] ?? 0) > 0 || filters.severity === severity,
  );
  const states = Object.entries(STATES).map(([key, { label }]) => ({ key, label }));
  return (
    <search aria-label="Findings" className="flex flex-wrap items-center gap-2 px-3 py-2.5">
      <div className="w-72 max-md:w-full">
        <SearchBox
          label="Search findings"
          placeholder="Search, or method:POST param:q"
          value={filters.q}
          hints={HINTS}
          error={misread}
          onSearch={(q) => change({ q }, { replace: true })}
        />
      </div>
      <FilterChips
        label="Severity"
        options={[
          { key: "", label: "All" },
          ...found.map((severity) => ({
            key: severity,
            label: severity,
            note: count(amounts[severity] ?? 0),
          })),
        ]}
        chosen={filters.severity}
        onChoose={(severity) => change({ severity, finding: "" })}
      />
      <FilterChips
        label="State"
        options={states}
        chosen={filters.state}
        onChoose={(state) => change({ state: state === filters.state ? "" : state, finding: "" })}
      />
    </search>
  );
}

function useFindings(run: RunDetail, filters: Filters) {
  const query = given({ severity: filters.severity, state: filters.state, q: filters.q });
  return usePages([{ _id: "listFindings", list: true }, run.id, query], async (cursor, signal) => {
    const { data } = await listFindings({
      path: { run_id: run.id },
      query: { ...query, limit: PAGE_SIZE, cursor },
      signal,
      throwOnError: true,
    });
    return data;
  });
}

function Nothing({ filters, change }: { filters: Filters; change: Change }) {
  const isFiltered = filters.severity !== "" || filters.state !== "" || filters.q !== "";
  if (!isFiltered) return <Empty title="No findings">The scan found nothing to report.</Empty>;
  return (
    <Empty
      title="No finding matches"
      action={<Button onClick={() => change(NOTHING)}>Show all findings</Button>}
    >
      {filters.state === "fixed" && "Nothing that the baseline saw has gone."}
    </Empty>
  );
}

/** The findings of a scan, gravest first; the chosen one beside the list. */
export function FindingsTab({ run }: { run: RunDetail }) {
  const [filters, change] = useFilters(KEYS);
  const { rows, more, query } = useFindings(run, filters);
  const hasRoom = useHasRoom();
  const chosen = filters.finding || (hasRoom ? (rows[0]?.finding_id ?? "") : "");
  const index = rows.findIndex((item) => item.finding_id === chosen);
  const choose = (id: string | undefined) => id !== undefined && change({ finding: id }, { replace: true });
  const step = (move: number) => {
    if (more.hasMore && index + move >= rows.length - 1) more.fetch();
    choose(rows[index + move]?.finding_id);
  };
  useKeys({ j: () => step(1), k: () => step(-1) });
  const misread = misreadSearch(query.error);
  const say = total(run, "sites") > 1 ? whereAmongSites : whereOf;
  const shown = useMemo(
    () => columns(say, (finding) => change({ finding }, { replace: true })),
    [say, change],
  );
  return (
    <Split
      isChosen={filters.finding !== ""}
      isWide
      onBack={() => change({ finding: "" })}
      back="All findings"
      list={
        <Card className={clsx(query.isFetching && "[&_table]:opacity-80")}>
          <Bar run={run} filters={filters} misread={misread} change={change} />
          {query.error !== null && misread === undefined && rows.length === 0 && (
            <TroubleNote error={query.error} retry={() => void query.refetch()} />
          )}
          {query.isPending && <Skeleton rows={8} />}
          {query.isSuccess && rows.length === 0 && <Nothing filters={filters} change={change} />}
          {rows.length > 0 && (
            <Grid
              label="Findings"
              columns={shown}
              rows={rows}
              rowKey={(item) => item.finding_id}
              card={(item) => <FindingCard item={item} say={say} onChoose={choose} />}
              cardHeight={62}
              chosen={chosen}
              more={more}
            />
          )}
        </Card>
      }
      detail={
        chosen !== "" && (
          <FindingPane
            runId={run.id}
            findingId={chosen}
            position={{ index, count: rows.length, isPartial: more.hasMore }}
            onStep={step}
          />
        )
      }
    />
  );
}
