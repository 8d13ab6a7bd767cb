import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { Button } from "@/components/button";
import { Card } from "@/components/card";
import { Empty, Skeleton, TroubleNote } from "@/components/states";
import { StatusMark } from "@/components/status";
import { Table, Td, Th } from "@/components/table";
import { failedFirst, pathOf } from "@/features/load/checks";
import type { CheckItem, GroupItem, RunDetail } from "@/lib/api";
import { listChecksInfiniteOptions, listGroupsInfiniteOptions } from "@/lib/api/@tanstack/react-query.gen";
import { count, percent, plural } from "@/lib/format";
import { byCursor, rowsOf } from "@/lib/paging";

const PAGE_SIZE = 500;
const BAR_PX = 96;

function PassBar({ rate }: { rate: number }) {
  const passed = (rate / 100) * BAR_PX;
  return (
    <svg aria-hidden="true" width={BAR_PX} height={8} className="inline-block align-middle">
      <rect width={BAR_PX} height={8} rx={1.5} fill="var(--sunken)" />
      <rect width={passed} height={8} rx={1.5} fill="var(--pass)" opacity={0.55} />
      {rate < 100 && (
        <rect
          x={Math.min(passed, BAR_PX - 2)}
          width={Math.max(BAR_PX - passed, 2)}
          height={8}
          rx={1.5}
          fill="var(--fail)"
        />
      )}
    </svg>
  );
}

function CheckRow({ check }: { check: CheckItem }) {
  return (
    <tr>
      <Td className="w-8">
        <StatusMark word={check.fails > 0 ? "failed" : "passed"} />
      </Td>
      <Td className="w-full py-1 [overflow-wrap:anywhere]">
        {check.name}
        {check.group.length > 0 && <span className="ml-2 text-sm text-text-3">{pathOf(check.group)}</span>}
      </Td>
      <Td className="max-sm:hidden">
        <PassBar rate={check.rate} />
      </Td>
      <Td numeric className="whitespace-nowrap">
        {percent(check.rate, 2)}
      </Td>
      <Td numeric className="max-sm:hidden">
        {count(check.passes)}
      </Td>
      <Td numeric className={check.fails > 0 ? "font-semibold text-fail" : "text-text-3"}>
        {count(check.fails)}
      </Td>
    </tr>
  );
}

const CHECK_HEAD = (
  <>
    <Th>
      <span className="sr-only">State</span>
    </Th>
    <Th>Check</Th>
    <Th className="max-sm:hidden">
      <span className="sr-only">Proportion</span>
    </Th>
    <Th numeric>Held</Th>
    <Th numeric className="max-sm:hidden">
      Passes
    </Th>
    <Th numeric>Fails</Th>
  </>
);

function Checks({ run }: { run: RunDetail }) {
  const query = useInfiniteQuery({
    ...listChecksInfiniteOptions({ path: { run_id: run.id }, query: { limit: PAGE_SIZE } }),
    ...byCursor,
  });
  const checks = useMemo(() => failedFirst(rowsOf(query.data)), [query.data]);
  const failed = checks.filter(({ fails }) => fails > 0).length;
  return (
    <Card
      title="Checks"
      note={
        checks.length > 0 &&
        (failed === 0
          ? "all held"
          : `${count(failed)} of ${plural(checks.length, "check")} did not always hold`)
      }
    >
      {query.isPending && <Skeleton rows={6} />}
      {query.error !== null && <TroubleNote error={query.error} retry={() => void query.refetch()} />}
      {query.isSuccess && checks.length === 0 && (
        <Empty title="The report holds no checks">
          Checks in the script count how often an answer was as it should be.
        </Empty>
      )}
      {checks.length > 0 && (
        <Table label="Checks" head={CHECK_HEAD}>
          {checks.map((check) => (
            <CheckRow key={`${pathOf(check.group)} ${check.name}`} check={check} />
          ))}
        </Table>
      )}
      {query.hasNextPage && (
        <Button look="quiet" className="m-2" onClick={() => void query.fetchNextPage()}>
          Show more checks
        </Button>
      )}
    </Card>
  );
}

function GroupRow({ group }: { group: GroupItem }) {
  const all = group.checks_passed + group.checks_failed;
  return (
    <tr>
      <Td className="w-full py-1 [overflow-wrap:anywhere]">
        <span style={{ paddingLeft: group.depth * 20 }}>{group.name}</span>
      </Td>
      <Td className="max-sm:hidden">{all > 0 && <PassBar rate={(100 * group.checks_passed) / all} />}</Td>
      <Td numeric className="whitespace-nowrap">
        {all === 0 ? "no checks" : percent((100 * group.checks_passed) / all, 2)}
      </Td>
      <Td numeric className={group.checks_failed > 0 ? "font-semibold text-fail" : "text-text-3"}>
        {count(group.checks_failed)}
      </Td>
    </tr>
  );
}

function Groups({ run }: { run: RunDetail }) {
  const query = useInfiniteQuery({
    ...listGroupsInfiniteOptions({ path: { run_id: run.id }, query: { limit: PAGE_SIZE } }),
    ...byCursor,
  });
  const groups = rowsOf(query.data);
  if (query.isSuccess && groups.length === 0) return null;
  const head = (
    <>
      <Th>Group</Th>
      <Th className="max-sm:hidden">
        <span className="sr-only">Proportion</span>
      </Th>
      <Th numeric>Held</Th>
      <Th numeric>Fails</Th>
    </>
  );
  return (
    <Card title="Groups" note="each with the checks below it">
      {query.isPending && <Skeleton rows={3} />}
      {query.error !== null && <TroubleNote error={query.error} retry={() => void query.refetch()} />}
      {groups.length > 0 && (
        <Table label="Groups" head={head}>
          {groups.map((group) => (
            <GroupRow key={pathOf(group.path)} group={group} />
          ))}
        </Table>
      )}
      {query.hasNextPage && (
        <Button look="quiet" className="m-2" onClick={() => void query.fetchNextPage()}>
          Show more groups
        </Button>
      )}
    </Card>
  );
}

/** What the test checked, failed checks first, and the groups of its script. */
export function ChecksTab({ run }: { run: RunDetail }) {
  return (
    <>
      <Checks run={run} />
      <Groups run={run} />
    </>
  );
}
