import { useQuery } from "@tanstack/react-query";
import { Card } from "@/components/card";
import { SelectField } from "@/components/field";
import { Loaded } from "@/components/states";
import { Chip } from "@/components/status";
import { sayGiver, sayRole } from "@/features/members/member-words";
import { PlaceField } from "@/features/members/place-fields";
import type { Member, Permission, RoleList, Why } from "@/lib/api";
import { explainMemberOptions, listRolesOptions } from "@/lib/api/@tanstack/react-query.gen";
import { ago } from "@/lib/format";
import { useFilters } from "@/lib/url-state";

const KEYS = ["permission", "project"] as const;

function Answer({ why, member, roles }: { why: Why; member: Member; roles: RoleList }) {
  const where = why.project === null ? "in the whole organisation" : `in ${why.project.name}`;
  const names = roles.items.filter(({ key }) => why.would_give.includes(key)).map(({ name }) => name);
  return (
    <div role="status" className="grid gap-2 border-line border-t px-4 py-3">
      <p className="flex flex-wrap items-center gap-2">
        <Chip tone={why.is_allowed ? "pass" : "fail"}>{why.is_allowed ? "may" : "may not"}</Chip>
        <span>
          {member.name} {why.is_allowed ? "may do this" : "may not do this"} {where}:{" "}
          <span className="text-text-2">{why.about}</span>
        </span>
      </p>
      {why.because.length > 0 && (
        <ol aria-label="Because of" className="grid gap-1">
          {why.because.map((role) => (
            <li
              key={`${role.role} ${role.project?.slug} ${role.provider}`}
              className="border-line border-l-2 pl-3 [overflow-wrap:anywhere]"
            >
              The role <span className="font-[550]">{sayRole(role)}</span> allows it
              <span className="text-text-3">
                , {sayGiver(role)} {ago(role.given_at)}
              </span>
            </li>
          ))}
        </ol>
      )}
      {why.notes.map((note) => (
        <p key={note} className="text-text-2">
          {note}
        </p>
      ))}
      {!why.is_allowed && names.length > 0 && (
        <p className="text-text-2">
          It would be allowed by {names.length === 1 ? "the role" : "one of the roles"} {names.join(", ")}
          {why.is_in_projects ? "." : ", given in the whole organisation."}
        </p>
      )}
    </div>
  );
}

/** Why somebody may do something, or why not, and what would allow it. */
export function WhyCard({ member }: { member: Member }) {
  const [{ permission, project }, setFilters] = useFilters(KEYS);
  const roles = useQuery(listRolesOptions());
  const isAsked = permission !== "";
  const why = useQuery({
    ...explainMemberOptions({
      path: { member_id: member.id },
      query: { permission: permission as Permission, ...(project === "" ? {} : { project }) },
    }),
    enabled: isAsked,
  });
  return (
    <Card title="Why can they do that?">
      <div className="grid gap-3 px-4 pb-3 sm:grid-cols-2">
        <SelectField
          label="What"
          value={permission}
          onChange={(event) => setFilters({ permission: event.target.value }, { replace: true })}
        >
          <option value="">Choose…</option>
          {roles.data?.catalogue.map(({ key, about }) => (
            <option key={key} value={key}>
              {about}
            </option>
          ))}
        </SelectField>
        <PlaceField
          label="In"
          everywhere="The organisation itself"
          value={project}
          onChange={(slug) => setFilters({ project: slug }, { replace: true })}
        />
      </div>
      {isAsked && (
        <Loaded query={why} rows={2}>
          {(answer) =>
            roles.data === undefined ? null : <Answer why={answer} member={member} roles={roles.data} />
          }
        </Loaded>
      )}
    </Card>
  );
}
