import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { Button } from "@/components/button";
import { Empty, Loaded } from "@/components/states";
import { Chip, Tag } from "@/components/status";
import { Table, Td, Th } from "@/components/table";
import { sayRole, saySignIn } from "@/features/members/member-words";
import type { Member } from "@/lib/api";
import { listMembersInfiniteOptions } from "@/lib/api/@tanstack/react-query.gen";
import { ago } from "@/lib/format";
import { byCursor, rowsOf } from "@/lib/paging";
import { given } from "@/lib/url-state";

function Row({ member, isSelf }: { member: Member; isSelf: boolean }) {
  return (
    <tr>
      <Td className="py-1.5">
        <Link to={`/members/${member.id}`} className="font-[550] hover:text-accent">
          {member.name}
        </Link>{" "}
        {isSelf && <span className="text-text-3">(you)</span>}
        <div className="text-sm text-text-3 [overflow-wrap:anywhere]">{member.email}</div>
        <div className="flex flex-wrap gap-1 sm:hidden">
          {member.roles.map((role) => (
            <Tag key={`${role.role} ${role.project?.slug} ${role.provider}`}>{sayRole(role)}</Tag>
          ))}
          {member.is_disabled && <Chip tone="skip">ended</Chip>}
        </div>
      </Td>
      <Td className="max-sm:hidden">
        <div className="flex flex-wrap gap-1 py-1">
          {member.roles.map((role) => (
            <Tag key={`${role.role} ${role.project?.slug} ${role.provider}`}>{sayRole(role)}</Tag>
          ))}
          {member.roles.length === 0 && <span className="text-text-3">no role</span>}
        </div>
      </Td>
      <Td className="max-md:hidden">
        {saySignIn(member)}
        <div className="text-sm text-text-3">
          {member.has_second_factor ? "with a second factor" : "no second factor"}
        </div>
      </Td>
      <Td className="whitespace-nowrap max-sm:hidden">
        {member.last_sign_in_at === null ? "never signed in" : ago(member.last_sign_in_at)}
      </Td>
      <Td className="max-sm:hidden">
        {member.is_disabled ? <Chip tone="skip">ended</Chip> : <Chip tone="pass">active</Chip>}
      </Td>
    </tr>
  );
}

/** Who belongs to the organisation and whose name or address contains `q`. */
export function MemberList({ q, self }: { q: string; self: string }) {
  const query = useInfiniteQuery({
    ...listMembersInfiniteOptions({ query: given({ q }) }),
    ...byCursor,
  });
  return (
    <Loaded query={query} rows={4}>
      {(data) => {
        const members = rowsOf(data);
        if (members.length === 0) {
          return <Empty title="Nobody found">No name and no address of a member contains “{q}”.</Empty>;
        }
        return (
          <>
            <Table
              label="Members"
              head={
                <>
                  <Th>Person</Th>
                  <Th className="max-sm:hidden">Roles</Th>
                  <Th className="max-md:hidden">Signs in by</Th>
                  <Th className="max-sm:hidden">Last signed in</Th>
                  <Th className="max-sm:hidden">Membership</Th>
                </>
              }
            >
              {members.map((member) => (
                <Row key={member.id} member={member} isSelf={member.id === self} />
              ))}
            </Table>
            {query.hasNextPage && (
              <div className="p-3">
                <Button disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                  Show more
                </Button>
              </div>
            )}
          </>
        );
      }}
    </Loaded>
  );
}
