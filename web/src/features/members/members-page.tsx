import { useState } from "react";
import { useCrumbs } from "@/app/crumbs";
import { Button } from "@/components/button";
import { Card } from "@/components/card";
import { PageHead } from "@/components/page";
import { SearchBox } from "@/components/search-box";
import { Empty } from "@/components/states";
import { InvitationList } from "@/features/invitations/invitation-list";
import { InviteDialog } from "@/features/invitations/invite-dialog";
import { MemberList } from "@/features/members/member-list";
import { useMay, useMe } from "@/lib/may";
import { useFilters } from "@/lib/url-state";
import { useTitle } from "@/lib/use-title";

const KEYS = ["q"] as const;

/** Who belongs to the organisation, and who is invited. */
export function Component() {
  useTitle("Members");
  useCrumbs("", { label: "All projects", to: "/" }, { label: "Members" });
  const me = useMe();
  const canSee = useMay("member.read");
  const canManage = useMay("member.manage");
  const [{ q }, setFilters] = useFilters(KEYS);
  const [isInviting, setInviting] = useState(false);
  return (
    <>
      <PageHead
        title="Members"
        answer={me && `Who belongs to ${me.organisation.name}, and what they may do here.`}
        actions={
          canManage && (
            <Button look="primary" onClick={() => setInviting(true)}>
              Invite
            </Button>
          )
        }
      />
      {me !== undefined && !canSee && (
        <Card>
          <Empty title="Your role does not show who belongs here">
            Ask an administrator for a role that allows to see members.
          </Empty>
        </Card>
      )}
      {canSee && (
        <>
          <div className="max-w-[420px]">
            <SearchBox
              label="Search members"
              placeholder="A name or an address…"
              value={q}
              onSearch={(text) => setFilters({ q: text }, { replace: true })}
            />
          </div>
          <Card label="Members">
            <MemberList q={q} self={me?.id ?? ""} />
          </Card>
          <InvitationList canManage={canManage} />
        </>
      )}
      {isInviting && <InviteDialog onClose={() => setInviting(false)} />}
    </>
  );
}
