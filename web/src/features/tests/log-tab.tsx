import { Button } from "@/components/button";
import { Card } from "@/components/card";
import { Chip, type Tone } from "@/components/status";
import type { LogItem } from "@/lib/api";
import { moment } from "@/lib/format";
import { plainText } from "@/lib/plain-text";

const TONE: Record<string, Tone> = { ERROR: "fail", WARN: "flaky" };

/** Errors and warnings that belong to the run as a whole; `onMore` when there are more. */
export function LogTab({ items, onMore }: { items: LogItem[]; onMore: (() => void) | null }) {
  return (
    <Card title="Run log" note="errors and warnings outside any one test">
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
