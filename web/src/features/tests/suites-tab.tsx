import { useInfiniteQuery } from "@tanstack/react-query";
import { ChevronDown, ChevronRight } from "lucide-react";
import { type KeyboardEvent, useRef, useState } from "react";
import { Button } from "@/components/button";
import { Card } from "@/components/card";
import { Proportion } from "@/components/proportion";
import { Empty, Skeleton, TroubleNote } from "@/components/states";
import { StatusMark } from "@/components/status";
import { Td, Th } from "@/components/table";
import { foldQuiet, moveInTree, rowsOfTree, type SuiteNode, wordOf } from "@/features/tests/suite-tree";
import type { RunDetail, SuiteItem } from "@/lib/api";
import { listSuitesInfiniteOptions } from "@/lib/api/@tanstack/react-query.gen";
import { count, duration, plural } from "@/lib/format";
import { byCursor, rowsOf } from "@/lib/paging";

const PAGE_SIZE = 500;
const DEEPEST_INDENT = 12;

interface RowActions {
  isCurrent: boolean;
  onToggle: () => void;
  onOpen: () => void;
  onFocus: () => void;
}

function Fold({ node, onToggle }: { node: SuiteNode; onToggle: () => void }) {
  if (!node.hasInner) return <span className="w-6 shrink-0" />;
  const Arrow = node.isFolded ? ChevronRight : ChevronDown;
  return (
    <button
      type="button"
      tabIndex={-1}
      aria-label={`${node.isFolded ? "Unfold" : "Fold"} ${node.suite.name}`}
      className="inline-grid size-6 shrink-0 place-items-center rounded-sm text-text-3 hover:bg-sunken"
      onClick={onToggle}
    >
      <Arrow size={14} aria-hidden="true" />
    </button>
  );
}

function SuiteRow({ node, isCurrent, onToggle, onOpen, onFocus }: { node: SuiteNode } & RowActions) {
  const { suite } = node;
  const bad = suite.failed + suite.broken;
  return (
    <tr
      aria-level={suite.depth + 1}
      aria-expanded={node.hasInner ? !node.isFolded : undefined}
      tabIndex={isCurrent ? 0 : -1}
      data-suite={node.key}
      className="scroll-mt-16 hover:bg-sunken focus-visible:-outline-offset-2"
      onFocus={onFocus}
    >
      <Td className="w-full max-w-0">
        <div
          className="flex items-center gap-1.5"
          style={{ paddingLeft: Math.min(suite.depth, DEEPEST_INDENT) * 16 }}
        >
          <Fold node={node} onToggle={onToggle} />
          <StatusMark word={wordOf(suite)} />
          <button
            type="button"
            tabIndex={-1}
            className="min-h-6 min-w-0 truncate text-left hover:text-accent"
            title={`Show the tests of ${suite.path.join(" / ")}`}
            onClick={onOpen}
          >
            {suite.name}
          </button>
        </div>
      </Td>
      <Td>
        <Proportion totals={suite} width={96} />
      </Td>
      <Td numeric className="max-md:hidden">
        {count(suite.total)}
      </Td>
      <Td numeric className={bad > 0 ? "font-semibold text-fail" : "text-text-3"}>
        {count(bad)}
      </Td>
      <Td numeric className="whitespace-nowrap text-text-2 max-md:hidden">
        {duration(suite.duration_ms)}
      </Td>
    </tr>
  );
}

const HEAD = (
  <tr>
    <Th>Suite</Th>
    <Th>Results</Th>
    <Th numeric className="max-md:hidden">
      Tests
    </Th>
    <Th numeric>Failed</Th>
    <Th numeric className="max-md:hidden">
      Duration
    </Th>
  </tr>
);

function Tree({ suites, onOpenSuite }: { suites: SuiteItem[]; onOpenSuite: (suite: string) => void }) {
  const [folded, setFolded] = useState<ReadonlySet<string>>(() => foldQuiet(suites));
  const [current, setCurrent] = useState("");
  const table = useRef<HTMLTableElement>(null);
  const rows = rowsOfTree(suites, folded);
  const index = Math.max(
    0,
    rows.findIndex((row) => row.key === current),
  );
  const toggle = (key: string) => {
    const next = new Set(folded);
    if (!next.delete(key)) next.add(key);
    setFolded(next);
  };
  const press = (event: KeyboardEvent) => {
    const row = rows[index];
    if (row === undefined) return;
    if (event.key === "Enter" && (event.target as HTMLElement).tagName === "TR") return onOpenSuite(row.key);
    const move = moveInTree(rows, index, event.key);
    if (move === null) return;
    event.preventDefault();
    if (move === "toggle") return toggle(row.key);
    table.current?.querySelectorAll<HTMLElement>("[data-suite]")[move]?.focus();
  };
  return (
    <Card
      title="Suites"
      note={`${count(suites.length)} in all; choose one to see its tests`}
      end={
        <span className="flex gap-1">
          <Button look="quiet" onClick={() => setFolded(new Set())}>
            Unfold all
          </Button>
          <Button look="quiet" onClick={() => setFolded(foldQuiet(suites))}>
            Failing only
          </Button>
        </span>
      }
    >
      <table
        ref={table}
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: rows that fold and take focus make a table a treegrid
        role="treegrid"
        aria-label="Suite tree"
        className="w-full border-collapse [&>tbody>tr:last-child>td]:border-b-0"
        onKeyDown={press}
      >
        <thead>{HEAD}</thead>
        <tbody>
          {rows.map((node, at) => (
            <SuiteRow
              key={node.key}
              node={node}
              isCurrent={at === index}
              onToggle={() => toggle(node.key)}
              onOpen={() => onOpenSuite(node.key)}
              onFocus={() => setCurrent(node.key)}
            />
          ))}
        </tbody>
      </table>
    </Card>
  );
}

/** The suites of the run as a tree; the failing path is open. Arrow keys walk and fold it, Enter shows the tests. */
export function SuitesTab({ run, onOpenSuite }: { run: RunDetail; onOpenSuite: (suite: string) => void }) {
  const query = useInfiniteQuery({
    ...listSuitesInfiniteOptions({ path: { run_id: run.id }, query: { limit: PAGE_SIZE } }),
    ...byCursor,
  });
  const suites = rowsOf(query.data);
  if (query.isPending) return <Skeleton rows={10} />;
  if (query.isError && suites.length === 0)
    return <TroubleNote error={query.error} retry={() => void query.refetch()} />;
  if (suites.length === 0)
    return (
      <Card>
        <Empty title="This report has no suites" />
      </Card>
    );
  return (
    <>
      <Tree suites={suites} onOpenSuite={onOpenSuite} />
      {query.hasNextPage && (
        <Button className="justify-self-start" onClick={() => void query.fetchNextPage()}>
          Show more than {plural(suites.length, "suite")}
        </Button>
      )}
    </>
  );
}
