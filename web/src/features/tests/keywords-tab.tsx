import { useEffect } from "react";
import { Card } from "@/components/card";
import { Grid, type GridColumn } from "@/components/grid";
import { SearchBox } from "@/components/search-box";
import { Empty, Skeleton, TroubleNote } from "@/components/states";
import { type KeywordItem, type KeywordPage, listKeywords, type RunDetail } from "@/lib/api";
import { count, duration, plural } from "@/lib/format";
import { invalidate } from "@/lib/queries";
import { given, useFilters } from "@/lib/url-state";
import { usePages } from "@/lib/use-pages";

const KEYS = ["q", "sort"] as const;
const PAGE_SIZE = 200;
const ASK_AGAIN_MS = 3000;
const BY_TIME = "-duration";
type Order = "duration" | "calls" | "failed" | "name";

function Called({ item }: { item: KeywordItem }) {
  return (
    <span className="[overflow-wrap:anywhere]">
      {item.owner !== "" && <span className="text-text-3">{item.owner}.</span>}
      <span className="font-medium">{item.name}</span>
    </span>
  );
}

/** What one call took on average. */
export function average({ duration_ms: all, calls }: KeywordItem): number {
  return calls === 0 ? 0 : all / calls;
}

const COLUMNS: GridColumn<KeywordItem>[] = [
  {
    key: "name",
    title: "Keyword",
    sort: "name",
    width: "w-full max-w-0 truncate",
    cell: (item) => <span className="font-medium">{item.name}</span>,
  },
  {
    key: "owner",
    title: "Library or resource",
    from: "lg",
    cell: (item) => <span className="text-text-2">{item.owner || "–"}</span>,
  },
  { key: "calls", title: "Calls", sort: "-calls", numeric: true, cell: (item) => count(item.calls) },
  {
    key: "failed",
    title: "Failed",
    sort: "-failed",
    numeric: true,
    cell: (item) => (
      <span className={item.failed > 0 ? "font-semibold text-fail" : "text-text-3"}>
        {count(item.failed)}
      </span>
    ),
  },
  {
    key: "duration",
    title: "Total time",
    sort: BY_TIME,
    numeric: true,
    cell: (item) => duration(item.duration_ms),
  },
  {
    key: "average",
    title: "Average",
    numeric: true,
    cell: (item) => <span className="text-text-2">{duration(average(item))}</span>,
  },
];

function KeywordCard({ item }: { item: KeywordItem }) {
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-0.5">
      <Called item={item} />
      <div className="flex flex-wrap gap-x-3 text-text-3">
        <span>{plural(item.calls, "call")}</span>
        {item.failed > 0 && <span className="font-semibold text-fail">{count(item.failed)} failed</span>}
        <span className="ml-auto">
          {duration(item.duration_ms)}, {duration(average(item))} each
        </span>
      </div>
    </div>
  );
}

function Nothing({ state, search }: { state: KeywordPage["state"]; search: string }) {
  if (search !== "") return <Empty title="No keyword has this in its name" />;
  if (state === "counting")
    return (
      <Empty title="The keywords are being counted">
        That takes a second reading of the whole report. They appear here by themselves.
      </Empty>
    );
  return (
    <Empty title="No keywords are counted for this report">
      Robot Framework reports hold keywords; of other tools there are none.
    </Empty>
  );
}

/** Every keyword of the run: how often it was called, how often it failed, and where the time went. */
export function KeywordsTab({ run }: { run: RunDetail }) {
  const [{ q, sort }, change] = useFilters(KEYS);
  const wanted = given({ q, order: sort.replace("-", "") as Order });
  const { rows, more, query } = usePages(
    [{ _id: "listKeywords", list: true }, run.id, wanted],
    async (cursor, signal) => {
      const { data } = await listKeywords({
        path: { run_id: run.id },
        query: { ...wanted, limit: PAGE_SIZE, cursor },
        signal,
        throwOnError: true,
      });
      return data;
    },
  );
  const first = (query.data as { pages: KeywordPage[] } | undefined)?.pages[0];
  const isCounting = first?.state === "counting";
  useEffect(() => {
    if (!isCounting) return;
    const timer = setInterval(() => invalidate("listKeywords"), ASK_AGAIN_MS);
    return () => clearInterval(timer);
  }, [isCounting]);
  return (
    <Card
      title="Keywords"
      note="time includes what a keyword calls"
      end={
        <div className="w-64 max-sm:w-full">
          <SearchBox
            label="Search keywords"
            value={q}
            onSearch={(text) => change({ q: text }, { replace: true })}
          />
        </div>
      }
    >
      {query.isPending && <Skeleton rows={10} />}
      {query.error !== null && <TroubleNote error={query.error} retry={() => void query.refetch()} />}
      {first !== undefined && rows.length === 0 && <Nothing state={first.state} search={q} />}
      {rows.length > 0 && (
        <Grid
          label="Keywords of this run"
          columns={COLUMNS}
          rows={rows}
          rowKey={(item) => `${item.owner}\u001f${item.name}`}
          card={(item) => <KeywordCard item={item} />}
          cardHeight={62}
          sort={sort || BY_TIME}
          onSort={(order) => change({ sort: order === BY_TIME ? "" : order })}
          more={more}
        />
      )}
    </Card>
  );
}
