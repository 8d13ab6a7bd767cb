import { Card } from "@/components/card";
import { Chip, type Tone } from "@/components/status";
import type { LogItem } from "@/lib/api";
import { moment } from "@/lib/format";
import { plainText } from "@/lib/plain-text";

const TONE: Record<string, Tone> = { ERROR: "fail", WARN: "flaky" };

/** Errors and warnings that belong to the run as a whole. */
export function LogTab({ items }: { items: LogItem[] }) {
  return (
    <Card title="Run log" note="errors and warnings outside any one test">
      <ul>
        {items.map((item) => (
          <li
            key={`${item.at}${item.level}${item.text}`}
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
    </Card>
  );
}
