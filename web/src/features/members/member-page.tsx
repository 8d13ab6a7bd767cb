import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate, useParams } from "react-router";
import { useCrumbs } from "@/app/crumbs";
import { Button } from "@/components/button";
import { Card } from "@/components/card";
import { ConfirmDialog } from "@/components/dialog";
import { PageHead } from "@/components/page";
import { Loaded } from "@/components/states";
import { Chip, Tag } from "@/components/status";
import { changed, endMembership, resumeMembership } from "@/features/members/acts";
import { MemberRoles } from "@/features/members/member-roles";
import { saySignIn } from "@/features/members/member-words";
import { PasswordLink } from "@/features/members/password-link";
import { WhyCard } from "@/features/members/why-card";
import { dropMember, type Member } from "@/lib/api";
import { getMemberOptions } from "@/lib/api/@tanstack/react-query.gen";
import { ago } from "@/lib/format";
import { useMay, useMe } from "@/lib/may";
import { tell } from "@/lib/toasts";
import { useTitle } from "@/lib/use-title";

function About({ member }: { member: Member }) {
  const facts: [string, string][] = [
    ["Signs in by", saySignIn(member)],
    ["Second factor", member.has_second_factor ? "on" : "off"],
    ["Last signed in", member.last_sign_in_at === null ? "never" : ago(member.last_sign_in_at)],
    ["Member since", ago(member.joined_at)],
  ];
  return (
    <Card title="About">
      <dl className="grid grid-cols-[max-content_minmax(0,1fr)] gap-x-6 gap-y-1 px-4 pb-3">
        {facts.map(([name, text]) => (
          <div key={name} className="contents">
            <dt className="text-text-3">{name}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}

function Acts({ member }: { member: Member }) {
  const navigate = useNavigate();
  const [isRemoving, setRemoving] = useState(false);
  const remove = async () => {
    await dropMember({ path: { member_id: member.id }, throwOnError: true });
    changed();
    tell(`${member.name} no longer belongs to the organisation.`);
    void navigate("/members");
  };
  return (
    <>
      {member.has_password && !member.is_disabled && <PasswordLink member={member} />}
      {member.is_disabled ? (
        <Button onClick={() => void resumeMembership(member)}>Resume membership</Button>
      ) : (
        <Button onClick={() => void endMembership(member)}>End membership</Button>
      )}
      <Button look="danger" onClick={() => setRemoving(true)}>
        Remove
      </Button>
      <ConfirmDialog
        title={`Remove ${member.name}?`}
        action="Remove"
        isOpen={isRemoving}
        onClose={() => setRemoving(false)}
        onConfirm={remove}
      >
        <p>
          They lose every role, are signed out, and their personal tokens stop working. To come back they are
          invited anew. Runs and the audit log go on naming them.
        </p>
        {member.providers.length > 0 && (
          <p className="mt-2">
            {member.providers.join(" and ")} may let them in again: to keep them out, end the membership
            instead.
          </p>
        )}
      </ConfirmDialog>
    </>
  );
}

/** One member: their roles, how they sign in, and why they may do what they may. */
export function Component() {
  const memberId = useParams().memberId ?? "";
  const me = useMe();
  const canManage = useMay("member.manage");
  const query = useQuery(getMemberOptions({ path: { member_id: memberId } }));
  const name = query.data?.name ?? "Member";
  useTitle(name, "Members");
  useCrumbs("", { label: "All projects", to: "/" }, { label: "Members", to: "/members" }, { label: name });
  return (
    <Loaded query={query} rows={6} heading="Member">
      {(member) => (
        <>
          <PageHead
            title={member.name}
            answer={member.email}
            tags={
              <>
                {member.id === me?.id && <Tag>you</Tag>}
                {member.is_operator && <Tag>operator</Tag>}
                {member.is_disabled && <Chip tone="skip">membership ended</Chip>}
              </>
            }
            actions={member.may_change && <Acts member={member} />}
          />
          <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
            <MemberRoles member={member} canManage={canManage} isSelf={member.id === me?.id} />
            <About member={member} />
          </div>
          <WhyCard member={member} />
        </>
      )}
    </Loaded>
  );
}
