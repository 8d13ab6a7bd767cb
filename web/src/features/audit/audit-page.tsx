import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useCrumbs } from "@/app/crumbs";
import { Button, ButtonLink } from "@/components/button";
import { Card } from "@/components/card";
import { Grid, type GridColumn } from "@/components/grid";
import { PageHead } from "@/components/page";
import { Empty, Skeleton, TroubleNote } from "@/components/states";
import { Chip } from "@/components/status";
import { AuditFilterBar, KEYS, NONE } from "@/features/audit/audit-filters";
import { spoken } from "@/features/audit/audit-words";
import { EventDrawer } from "@/features/audit/event-drawer";
import { ReportDialog } from "@/features/audit/report-dialog";
import type { AuditEvent, AuditState } from "@/lib/api";
import { getAuditStateOptions, listAuditEventsInfiniteOptions } from "@/lib/api/@tanstack/react-query.gen";
import { ago, count, moment, plural } from "@/lib/format";
import { useMay } from "@/lib/may";
import { byCursor, rowsOf } from "@/lib/paging";
import { invalidate } from "@/lib/queries";
import { given, useFilters } from "@/lib/url-state";
import { saveFile } from "@/lib/use-file";
import { useTitle } from "@/lib/use-title";

function Open({ event, onOpen }: { event: AuditEvent; onOpen: (event: AuditEvent) => void }) {
  return (
    <button
      type="button"
      className="min-h-6 max-w-[min(36ch,75vw)] truncate text-left text-accent hover:underline lg:max-w-[52ch]"
      onClick={() => onOpen(event)}
    >
      {event.about.replace(/\.$/, "") || event.act}
    </button>
  );
}

function targetOf({ target }: AuditEvent): string {
  return target.name || `${spoken(target.kind)} ${target.id}`;
}

function columnsOf(open: (event: AuditEvent) => void): GridColumn<AuditEvent>[] {
  return [
    {
      key: "when",
      title: "When",
      cell: (event) => <time dateTime={event.happened_at}>{moment(event.happened_at)}</time>,
    },
    {
      key: "who",
      title: "Who",
      cell: (event) => (
        <span className="inline-block max-w-[28ch] truncate align-bottom">{event.actor.name}</span>
      ),
    },
    {
      key: "what",
      title: "What",
      cell: (event) => (
        <span className="inline-flex items-center gap-2">
          <Open event={event} onOpen={open} />
          {event.is_refused && <Chip tone="fail">refused</Chip>}
        </span>
      ),
    },
    {
      key: "target",
      title: "On what",
      cell: (event) => (
        <span className="inline-block max-w-[30ch] truncate align-bottom">{targetOf(event)}</span>
      ),
    },
    { key: "project", title: "Project", from: "lg", cell: (event) => event.project ?? "" },
    { key: "address", title: "Address", from: "lg", cell: (event) => event.address },
  ];
}

function answer(state: AuditState | undefined): string | undefined {
  if (state === undefined) return undefined;
  const kept = state.kept_from > 1 ? `, kept from event ${count(state.kept_from)} on` : "";
  const checked =
    state.checked_at === null
      ? "The chain is checked each night."
      : state.broken === 0
        ? `The chain was whole ${ago(state.checked_at)}.`
        : "The last check found a chain that is not whole: run testflux admin verify-audit.";
  return `${plural(state.number, "event")}${kept}. ${checked}`;
}

/** Who did what in the organisation. */
export function Component() {
  useTitle("Audit log");
  useCrumbs("", { label: "Audit log" });
  const mayRead = useMay("audit.read");
  const [filters, change] = useFilters(KEYS);
  const [opened, setOpened] = useState<AuditEvent | null>(null);
  const [isReporting, setReporting] = useState(false);
  const { data: state } = useQuery({ ...getAuditStateOptions(), enabled: mayRead });
  const { refused, ...texts } = given(filters);
  const wanted = { ...texts, ...(refused === undefined ? {} : { refused: refused === "true" }) };
  const query = useInfiniteQuery({
    ...listAuditEventsInfiniteOptions({ query: { ...wanted, limit: 100 } }),
    ...byCursor,
    enabled: mayRead,
  });
  const events = rowsOf(query.data);
  if (!mayRead) {
    return (
      <Card label="Audit log">
        <Empty title="The audit log is not yours to read">Owners and auditors of the organisation can.</Empty>
      </Card>
    );
  }
  const save = async (format: "csv" | "ndjson") => {
    const asked = new URLSearchParams({ ...given(filters), format } as Record<string, string>);
    await saveFile(`/api/v1/audit/export?${asked}`, `audit.${format}`);
    invalidate("listAuditEvents", "getAuditState");
  };
  const isFiltered = KEYS.some((key) => filters[key] !== "");
  return (
    <>
      <PageHead
        title="Audit log"
        answer={answer(state)}
        actions={
          <>
            <Button onClick={() => void save("csv")}>Export CSV</Button>
            <Button onClick={() => void save("ndjson")}>Export NDJSON</Button>
            <Button onClick={() => setReporting(true)}>Report</Button>
            <ButtonLink to="/audit/streams">Streams and age</ButtonLink>
          </>
        }
      />
      <Card label="Events">
        <AuditFilterBar filters={filters} acts={state?.acts ?? []} change={change} />
        {query.isPending && <Skeleton rows={8} />}
        {query.error !== null && <TroubleNote error={query.error} retry={() => void query.refetch()} />}
        {query.isSuccess && events.length === 0 && (
          <Empty
            title={isFiltered ? "No event is like that" : "Nothing was done yet"}
            action={isFiltered ? <Button onClick={() => change(NONE)}>Clear filters</Button> : undefined}
          >
            {isFiltered ? "Ask for less." : "Every change and every sign-in will stand here."}
          </Empty>
        )}
        {events.length > 0 && (
          <Grid
            label="Events"
            columns={columnsOf(setOpened)}
            rows={events}
            rowKey={(event) => String(event.number)}
            chosen={opened === null ? undefined : String(opened.number)}
            more={{
              hasMore: query.hasNextPage,
              isFetching: query.isFetchingNextPage,
              fetch: () => void query.fetchNextPage(),
            }}
            card={(event) => (
              <div className="grid gap-0.5">
                <div className="flex items-center gap-2">
                  <Open event={event} onOpen={setOpened} />
                  {event.is_refused && <Chip tone="fail">refused</Chip>}
                </div>
                <div className="truncate">{targetOf(event)}</div>
                <div className="truncate text-sm text-text-3">
                  {event.actor.name}, <span title={moment(event.happened_at)}>{ago(event.happened_at)}</span>
                </div>
              </div>
            )}
          />
        )}
      </Card>
      {opened !== null && <EventDrawer event={opened} onClose={() => setOpened(null)} />}
      {isReporting && <ReportDialog onClose={() => setReporting(false)} />}
    </>
  );
}
