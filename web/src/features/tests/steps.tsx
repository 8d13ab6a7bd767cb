import { type KeyboardEvent, useMemo, useRef, useState } from "react";
import { Button } from "@/components/button";
import { SelectField } from "@/components/field";
import { StepLine } from "@/features/tests/step-row";
import {
  allOpen,
  failedPath,
  hasBelow,
  isMore,
  LEVELS,
  type Level,
  MOST_CHILDREN,
  moveInSteps,
  type Row,
  rowsOfSteps,
  textOfSteps,
} from "@/features/tests/step-tree";
import type { StepItem } from "@/lib/api";
import { copyText } from "@/lib/clipboard";
import { count } from "@/lib/format";
import { tell } from "@/lib/toasts";

const DEEPEST_INDENT = 14;

/** Which steps are open, how many of their children are shown, and from which level messages are. */
function useTree(steps: StepItem[]) {
  const [open, setOpen] = useState<ReadonlySet<string>>(() => failedPath(steps));
  const [limits, setLimits] = useState<ReadonlyMap<string, number>>(new Map());
  const [level, setLevel] = useState<Level>("INFO");
  const rows = useMemo(() => rowsOfSteps(steps, open, level, limits), [steps, open, level, limits]);
  const toggle = (row: Row | undefined) => {
    if (row === undefined) return;
    if (isMore(row)) {
      const shown = limits.get(row.parent) ?? MOST_CHILDREN;
      setLimits(new Map(limits).set(row.parent, shown + 5 * MOST_CHILDREN));
    } else if (row.canOpen) {
      const next = new Set(open);
      if (!next.delete(row.key)) next.add(row.key);
      setOpen(next);
    }
  };
  return { rows, toggle, setOpen, level, setLevel };
}

function TreeRow({
  row,
  isCurrent,
  onToggle,
  onFocus,
}: {
  row: Row;
  isCurrent: boolean;
  onToggle: () => void;
  onFocus: () => void;
}) {
  return (
    <div
      role="treeitem"
      aria-level={row.depth + 1}
      aria-expanded={isMore(row) || !row.canOpen ? undefined : row.isOpen}
      aria-selected={isCurrent}
      tabIndex={isCurrent ? 0 : -1}
      className="scroll-mt-24 rounded-sm pr-1 focus-visible:-outline-offset-2"
      style={{ paddingLeft: `calc(${Math.min(row.depth, DEEPEST_INDENT)} * var(--step))` }}
      onFocus={onFocus}
    >
      {isMore(row) ? (
        <button
          type="button"
          tabIndex={-1}
          className="min-h-7 pl-6 text-accent hover:underline"
          onClick={onToggle}
        >
          Show more of {count(row.hidden)} that follow
        </button>
      ) : (
        <StepLine row={row} onToggle={onToggle} />
      )}
    </div>
  );
}

function Tools({ steps, tree }: { steps: StepItem[]; tree: ReturnType<typeof useTree> }) {
  const hasQuiet = useMemo(() => hasBelow(steps, "INFO"), [steps]);
  const copy = () =>
    copyText(textOfSteps(tree.rows)).then(() =>
      tell("The steps are on the clipboard, as far as they are open."),
    );
  return (
    <div className="ml-auto flex flex-wrap items-center gap-1">
      {hasQuiet && (
        <SelectField
          label="Messages from level"
          hideLabel
          value={tree.level}
          onChange={(event) => tree.setLevel(event.target.value as Level)}
        >
          {LEVELS.map((level) => (
            <option key={level} value={level}>
              {level === "TRACE" ? "all messages" : `${level.toLowerCase()} and above`}
            </option>
          ))}
        </SelectField>
      )}
      <Button look="quiet" onClick={() => tree.setOpen(allOpen(steps, tree.level))}>
        Unfold
      </Button>
      <Button look="quiet" onClick={() => tree.setOpen(failedPath(steps))}>
        Failed path
      </Button>
      <Button look="quiet" onClick={() => void copy()}>
        Copy
      </Button>
    </div>
  );
}

/** What happened inside a test, as a tree. Arrow keys walk and fold it; the failed path is open. */
export function Steps({ steps }: { steps: StepItem[] }) {
  const tree = useTree(steps);
  const [current, setCurrent] = useState("");
  const list = useRef<HTMLDivElement>(null);
  const index = Math.max(
    0,
    tree.rows.findIndex((row) => row.key === current),
  );
  const press = (event: KeyboardEvent) => {
    if ((event.target as HTMLElement).getAttribute("role") !== "treeitem") return;
    const move = moveInSteps(tree.rows, index, event.key);
    if (move === null) return;
    event.preventDefault();
    if (move === "toggle") return tree.toggle(tree.rows[index]);
    list.current?.querySelectorAll<HTMLElement>("[role=treeitem]")[move]?.focus();
  };
  return (
    <section aria-label="Steps" className="grid grid-cols-[minmax(0,1fr)] gap-1">
      <div className="flex flex-wrap items-center gap-2">
        <h3 className="font-semibold">Steps</h3>
        <Tools steps={steps} tree={tree} />
      </div>
      <div
        ref={list}
        role="tree"
        aria-label="Steps of this test"
        className="border-line border-y py-1 [--step:9px] sm:[--step:18px]"
        onKeyDown={press}
      >
        {tree.rows.map((row, at) => (
          <TreeRow
            key={row.key}
            row={row}
            isCurrent={at === index}
            onToggle={() => tree.toggle(row)}
            onFocus={() => setCurrent(row.key)}
          />
        ))}
      </div>
    </section>
  );
}
