import { Link } from "react-router";
import { Button } from "@/components/button";
import { Card } from "@/components/card";
import { Chip, type Tone } from "@/components/status";
import type { LogItem } from "@/lib/api";
import { moment } from "@/lib/format";
import { plainText } from "@/lib/plain-text";

const TONE: Record<string, Tone> = { ERROR: "fail", WARN: "flaky" };

/** Execution errors and warnings, each with the test that logged it; `onMore` when there are more. */
export function LogTab({
  runId,
  items,
  onMore,
}: {
  runId: string;
  items: LogItem[];
  onMore: (() => void) | null;
}) {
  return (
    <Card title="Run log" note="execution errors and warnings">
      <ul aria-label="Run log">
        {items.map((item, index) => (
          <li
            // biome-ignore lint/suspicious/noArrayIndexKey: the log of a finished run only grows at its end, and lines repeat
            key={index}
            className="flex flex-wrap items-start gap-x-3 gap-y-1 border-line border-t px-4 py-2"
          >
            <Chip tone={TONE[item.level] ?? "skip"}>{item.level.toLowerCase()}</Chip>
            <pre className="min-w-0 flex-1 basis-60 whitespace-pre-wrap font-mono text-sm [overflow-wrap:anywhere]">
              {item.is_html ? plainText(item.text) : item.text}
            </pre>
            {item.test_id && (
              <Link className="text-accent underline" to={`/runs/${runId}?tab=tests&test=${item.test_id}`}>
                {item.test_name}
              </Link>
            )}
            {item.at !== null && <time className="text-text-3">{moment(item.at)}</time>}
          </li>
        ))}
      </ul>
      {onMore !== null && (
        <Button look="quiet" className="m-2" onClick={onMore}>
          Show more of the log
        </Button>
      )}
    </Card>
  );
}
