import { useState } from "react";
import { Link } from "react-router";
import { Button } from "@/components/button";
import { Card } from "@/components/card";
import { FilterChips } from "@/components/filter-chips";
import { Chip, type Tone } from "@/components/status";
import { type Old, type OldState, tally, useImport } from "@/features/uploads/history";
import { bytes, count, moment } from "@/lib/format";

const LOOKS: [state: OldState, label: string, tone: Tone][] = [
  ["rejected", "rejected", "fail"],
  ["skipped", "skipped", "skip"],
  ["stored", "stored", "pass"],
  ["there", "already there", "skip"],
  ["sending", "sending", "flaky"],
  ["waiting", "waiting", "skip"],
];
const PAGE = 100;

function Outcome({ file }: { file: Old }) {
  const [, label, tone] = LOOKS.find(([state]) => state === file.state) ?? ["waiting", "waiting", "skip"];
  const runs = file.uploads.flatMap((upload) => upload.runs);
  return (
    <div className="grid content-start gap-1">
      <div className="flex flex-wrap items-center gap-2">
        <Chip tone={tone}>{label}</Chip>
        {runs.slice(0, 5).map((run) => (
          <Link key={run.id} to={`/runs/${run.id}`} className="link">
            Run #{run.number} {run.verdict}
          </Link>
        ))}
        {runs.length > 5 && <span className="text-text-3">and {count(runs.length - 5)} more runs</span>}
      </div>
      {file.reason !== "" && <p className="text-text-2 [overflow-wrap:anywhere]">{file.reason}</p>}
    </div>
  );
}

/** What became of each file, or of those in one state. */
export function ImportFiles() {
  const files = useImport((present) => present.files);
  const [state, setState] = useState("");
  const [most, setMost] = useState(PAGE);
  const counts = tally(files);
  const wanted = state === "" ? files : files.filter((file) => file.state === state);
  const options = LOOKS.filter(([key]) => counts[key] > 0 || key === state).map(([key, label]) => ({
    key,
    label,
    note: count(counts[key]),
  }));
  return (
    <Card title="Files" note="oldest first">
      <div className="px-4 pb-3">
        <FilterChips
          label="What became of them"
          options={[{ key: "", label: "all", note: count(files.length) }, ...options]}
          chosen={state}
          onChoose={(key) => {
            setState(key);
            setMost(PAGE);
          }}
        />
      </div>
      {wanted.length === 0 && <p className="px-4 pb-4 text-text-2">No file is in this state now.</p>}
      <ul aria-label="Files of the import">
        {wanted.slice(0, most).map((file) => (
          <li
            key={file.key}
            className="grid gap-1.5 border-line border-t px-4 py-2.5 md:grid-cols-[minmax(0,1fr)_minmax(0,1fr)] md:gap-4"
          >
            <div className="min-w-0">
              <div className="truncate font-[550]" title={file.piece.path}>
                {file.piece.path}
              </div>
              <div className="text-sm text-text-3">
                {bytes(file.piece.file.size)}, written{" "}
                {moment(new Date(file.piece.file.lastModified).toISOString())}
              </div>
            </div>
            <Outcome file={file} />
          </li>
        ))}
      </ul>
      {wanted.length > most && (
        <Button look="quiet" className="m-1" onClick={() => setMost(most + PAGE)}>
          Show more of {count(wanted.length)}
        </Button>
      )}
    </Card>
  );
}
