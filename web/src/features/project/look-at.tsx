import { Link } from "react-router";
import { Card } from "@/components/card";
import { Chip, type Tone } from "@/components/status";
import { Strip } from "@/components/strip";
import { testStrip } from "@/components/strips";
import { Table, Td, Th } from "@/components/table";
import type { LookItem } from "@/lib/api";
import { useIsNarrow } from "@/lib/use-media";

const TONE: Record<LookItem["kind"], Tone> = { new: "new", flaky: "flaky", slow: "broken" };

function Name({ item }: { item: LookItem }) {
  return (
    <>
      <Link
        to={`/tests/${item.test_id}`}
        className="font-medium after:absolute after:inset-0 hover:text-accent"
      >
        {item.name}
      </Link>{" "}
      <span className="text-sm text-text-3">{item.suite}</span>
    </>
  );
}

function count(items: LookItem[], kind: LookItem["kind"], word: string): string[] {
  const amount = items.filter((item) => item.kind === kind).length;
  return amount === 0 ? [] : [`${amount} ${word}`];
}

/** The tests that want attention, each with its history and the reason. */
export function LookAt({ items, slug }: { items: LookItem[]; slug: string }) {
  const isNarrow = useIsNarrow();
  if (items.length === 0) return null;
  const note = [
    ...count(items, "new", "failing"),
    ...count(items, "flaky", "flaky"),
    ...count(items, "slow", "slower"),
  ];
  const end = (
    <Link className="hover:text-accent" to={`/p/${slug}/tests`}>
      {note.join(" · ")}
    </Link>
  );
  if (isNarrow) {
    return (
      <Card title="Tests to look at" end={end}>
        <ul>
          {items.map((item) => (
            <li key={item.test_id} className="relative grid gap-1 border-line border-t px-4 py-2">
              <div className="[overflow-wrap:anywhere]">
                <Name item={item} />
              </div>
              <div className="relative z-10 flex flex-wrap items-center gap-2">
                <Strip items={testStrip(item.strip.slice(-20), item.test_id)} step={7} height={14} />
                <Chip tone={TONE[item.kind]}>{item.reason}</Chip>
              </div>
            </li>
          ))}
        </ul>
      </Card>
    );
  }
  return (
    <Card title="Tests to look at" end={end}>
      <Table
        label="Tests to look at"
        head={
          <>
            <Th>Test</Th>
            <Th className="w-64">Last {Math.max(...items.map(({ strip }) => strip.length))} runs</Th>
            <Th className="w-64">Why</Th>
          </>
        }
      >
        {items.map((item) => (
          <tr key={item.test_id} className="relative hover:bg-bg">
            <Td className="max-w-0 truncate">
              <Name item={item} />
            </Td>
            <Td>
              <span className="relative z-10">
                <Strip items={testStrip(item.strip, item.test_id)} />
              </span>
            </Td>
            <Td>
              <Chip tone={TONE[item.kind]}>{item.reason}</Chip>
            </Td>
          </tr>
        ))}
      </Table>
    </Card>
  );
}
