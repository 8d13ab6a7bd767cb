import { useQuery } from "@tanstack/react-query";
import { ChevronDown, ChevronRight } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/button";
import { Card } from "@/components/card";
import { Proportion } from "@/components/proportion";
import { Empty, Loaded } from "@/components/states";
import { StatusMark } from "@/components/status";
import { Table, Td, Th } from "@/components/table";
import { suiteKey } from "@/features/tests/suite-path";
import type { RunDetail, SuiteItem } from "@/lib/api";
import { listSuitesOptions } from "@/lib/api/@tanstack/react-query.gen";
import { count, duration } from "@/lib/format";

function wordOf(suite: SuiteItem): string {
  if (suite.failed > 0) return "failed";
  if (suite.broken > 0) return "broken";
  if (suite.flaky > 0) return "flaky";
  return suite.passed > 0 ? "passed" : "skipped";
}

/** Which suites are folded at first: the quiet ones, so that the failing path is open. */
export function foldQuiet(suites: SuiteItem[]): Set<string> {
  const quiet = suites.filter((suite) => suite.depth > 0 && suite.failed + suite.broken + suite.flaky === 0);
  return new Set(quiet.map((suite) => suiteKey(suite.path)));
}

/** The suites to show: those none of whose ancestors is folded. */
export function unfolded(suites: SuiteItem[], folded: ReadonlySet<string>): SuiteItem[] {
  return suites.filter(
    (suite) => !suite.path.some((_, depth) => depth > 0 && folded.has(suiteKey(suite.path.slice(0, depth)))),
  );
}

function SuiteRow({
  suite,
  hasInner,
  isFolded,
  onToggle,
  onOpen,
}: {
  suite: SuiteItem;
  hasInner: boolean;
  isFolded: boolean;
  onToggle: () => void;
  onOpen: () => void;
}) {
  const Arrow = isFolded ? ChevronRight : ChevronDown;
  return (
    <tr className="hover:bg-bg">
      <Td className="w-full max-w-0">
        <div className="flex items-center gap-1.5" style={{ paddingLeft: Math.min(suite.depth, 12) * 16 }}>
          {hasInner ? (
            <button
              type="button"
              aria-expanded={!isFolded}
              aria-label={`${isFolded ? "Unfold" : "Fold"} ${suite.name}`}
              className="inline-grid size-6 shrink-0 place-items-center rounded-sm text-text-3 hover:bg-sunken"
              onClick={onToggle}
            >
              <Arrow size={14} aria-hidden="true" />
            </button>
          ) : (
            <span className="w-6 shrink-0" />
          )}
          <StatusMark word={wordOf(suite)} />
          <button
            type="button"
            className="min-w-0 truncate text-left hover:text-accent"
            title={suite.path.join(" / ")}
            onClick={onOpen}
          >
            {suite.name}
          </button>
        </div>
      </Td>
      <Td>
        <Proportion totals={suite} />
      </Td>
      <Td numeric className="max-md:hidden">
        {count(suite.total)}
      </Td>
      <Td numeric className={suite.failed + suite.broken > 0 ? "text-fail" : "text-text-3"}>
        {count(suite.failed + suite.broken)}
      </Td>
      <Td numeric className="whitespace-nowrap max-md:hidden">
        {duration(suite.duration_ms)}
      </Td>
    </tr>
  );
}

function Tree({ suites, onOpenSuite }: { suites: SuiteItem[]; onOpenSuite: (suite: string) => void }) {
  const [folded, setFolded] = useState<ReadonlySet<string>>(() => foldQuiet(suites));
  const toggle = (key: string) => {
    const next = new Set(folded);
    if (!next.delete(key)) next.add(key);
    setFolded(next);
  };
  const inner = new Set(suites.map((suite) => suiteKey(suite.path.slice(0, -1))));
  return (
    <Card
      title="Suites"
      note={`${count(suites.length)} in all; choose one to see its tests`}
      end={
        <span className="flex gap-2">
          <Button look="quiet" onClick={() => setFolded(new Set())}>
            Unfold all
          </Button>
          <Button look="quiet" onClick={() => setFolded(foldQuiet(suites))}>
            Failing only
          </Button>
        </span>
      }
    >
      <Table
        label="Suites"
        head={
          <>
            <Th>Suite</Th>
            <Th>Results</Th>
            <Th numeric className="max-md:hidden">
              Tests
            </Th>
            <Th numeric>Failed</Th>
            <Th numeric className="max-md:hidden">
              Duration
            </Th>
          </>
        }
      >
        {unfolded(suites, folded).map((suite) => {
          const key = suiteKey(suite.path);
          return (
            <SuiteRow
              key={key}
              suite={suite}
              hasInner={inner.has(key)}
              isFolded={folded.has(key)}
              onToggle={() => toggle(key)}
              onOpen={() => onOpenSuite(key)}
            />
          );
        })}
      </Table>
    </Card>
  );
}

/** The suites of the run as a tree; the failing path is open. */
export function SuitesTab({ run, onOpenSuite }: { run: RunDetail; onOpenSuite: (suite: string) => void }) {
  const query = useQuery(listSuitesOptions({ path: { run_id: run.id }, query: { limit: 500 } }));
  return (
    <Loaded query={query} rows={10}>
      {({ items }) =>
        items.length === 0 ? (
          <Card>
            <Empty title="This report has no suites" />
          </Card>
        ) : (
          <Tree suites={items} onOpenSuite={onOpenSuite} />
        )
      }
    </Loaded>
  );
}
