-- name: take_numbers
-- The next numbers of an organisation's chain, what they go on from, and their time: never before that of the last.
insert into audit_head (org_id, number, digest, happened_at)
values (%(org_id)s, %(count)s, ''::bytea, clock_timestamp())
on conflict (org_id) do update
set number = audit_head.number + excluded.number,
    happened_at = greatest(clock_timestamp(), audit_head.happened_at)
returning number - %(count)s as number, digest, happened_at;

-- name: add_events
-- The next links of the chain; the head is the last of them from now on.
with head as (
    update audit_head set digest = %(digest)s where org_id = %(org_id)s
)
insert into audit_event (
    org_id, day, number, happened_at, act, actor_kind, actor_id, actor_name, target_kind, target_id, target_name,
    project_id, is_refused, address, request_id, before, after, digest
)
select %(org_id)s, (%(happened_at)s::timestamptz at time zone 'UTC')::date, %(number)s + e.place, %(happened_at)s,
       e.act, e.actor_kind, e.actor_id, e.actor_name, e.target_kind, e.target_id, e.target_name,
       e.project_id, e.is_refused, e.address, e.request_id, e.before::json, e.after::json, e.digest
from unnest(
    %(act)s::text[], %(actor_kind)s::text[], %(actor_id)s::bigint[], %(actor_name)s::text[], %(target_kind)s::text[],
    %(target_id)s::text[], %(target_name)s::text[], %(project_id)s::bigint[], %(is_refused)s::boolean[],
    %(address)s::text[], %(request_id)s::text[], %(before)s::text[], %(after)s::text[], %(digests)s::bytea[]
) with ordinality e (
    act, actor_kind, actor_id, actor_name, target_kind, target_id, target_name, project_id, is_refused, address,
    request_id, before, after, digest, place
);

-- name: find_head
-- Where an organisation's chain ends.
select number, digest from audit_head where org_id = %(org_id)s;

-- name: list_heads
-- Where every chain ends.
select org_id, number, digest from audit_head order by org_id;

-- name: list_chains
-- Every chain with the slug of its organisation.
select h.org_id, coalesce(o.slug, 'installation') as slug
from audit_head h
left join org o using (org_id)
order by h.org_id;

-- name: lock_head
-- Where an organisation's chain ends, with the act of its last event (of its day), and nobody adds to it meanwhile.
select h.number, h.digest, e.act
from audit_head h
left join audit_event e
  on e.org_id = h.org_id and e.number = h.number and e.day = (h.happened_at at time zone 'UTC')::date
where h.org_id = %(org_id)s
for update of h;
