import { Link } from "react-router";
import { Grid, type GridColumn, type More } from "@/components/grid";
import {
  Commit,
  RunCard,
  RunChanges,
  RunName,
  RunOutcome,
  RunPlace,
  RunTime,
  RunVerdict,
} from "@/features/runs/run-cells";
import type { Run } from "@/lib/api";
import { duration } from "@/lib/format";

const PROJECT: GridColumn<Run> = {
  key: "project",
  title: "Project",
  cell: (run) => (
    <Link to={`/p/${run.project.slug}`} className="relative z-10 hover:text-accent">
      {run.project.name}
    </Link>
  ),
};

const COLUMNS: GridColumn<Run>[] = [
  { key: "verdict", title: "Verdict", width: "w-24", cell: (run) => <RunVerdict run={run} /> },
  { key: "name", title: "Run", sort: "-number", cell: (run) => <RunName run={run} /> },
  { key: "outcome", title: "Outcome", cell: (run) => <RunOutcome run={run} /> },
  { key: "changes", title: "Changes", cell: (run) => <RunChanges run={run} /> },
  { key: "where", title: "Branch, environment", from: "xl", cell: (run) => <RunPlace run={run} /> },
  { key: "commit", title: "Commit", from: "wide", cell: (run) => <Commit commit={run.commit} /> },
  { key: "type", title: "Type", from: "2xl", cell: (run) => run.type || "–" },
  {
    key: "duration",
    title: "Duration",
    numeric: true,
    sort: "-duration_ms",
    cell: (run) => (run.duration_ms > 0 ? duration(run.duration_ms) : "–"),
  },
  {
    key: "started",
    title: "Started",
    numeric: true,
    sort: "-started_at",
    cell: (run) => <RunTime run={run} />,
  },
];

/** Among all projects the project comes in, and what is least missed makes room. */
const WITH_PROJECT = COLUMNS.flatMap((column): GridColumn<Run>[] => {
  if (column.key === "name") return [PROJECT, column];
  if (column.key === "duration") return [{ ...column, from: "wide" }];
  return ["commit", "type"].includes(column.key) ? [{ ...column, from: "2xl" }] : [column];
});
const UNSORTED = COLUMNS.map((column) => ({ ...column, sort: undefined }));

/** Runs as a table or cards. */
export function RunGrid({
  label,
  runs,
  showsProject = false,
  ...rest
}: {
  label: string;
  runs: Run[];
  showsProject?: boolean;
  arrived?: ReadonlySet<string>;
  sort?: string;
  onSort?: (sort: string) => void;
  more?: More;
}) {
  const sortable = showsProject ? WITH_PROJECT : COLUMNS;
  return (
    <Grid
      label={label}
      columns={rest.onSort === undefined ? UNSORTED : sortable}
      rows={runs}
      rowKey={(run) => run.id}
      card={(run) => <RunCard run={run} showsProject={showsProject} />}
      {...rest}
    />
  );
}
