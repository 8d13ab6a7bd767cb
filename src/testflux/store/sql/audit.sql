-- name: take_number
-- The next number of an organisation's chain, and the digest it goes on from. The lock holds until the commit.
insert into audit_head (org_id, number, digest) values (%(org_id)s, 1, ''::bytea)
on conflict (org_id) do update set number = audit_head.number + 1
returning number, digest;

-- name: add_event
-- A link of the chain; the head is this one from now on.
with head as (
    update audit_head set digest = %(digest)s where org_id = %(org_id)s
)
insert into audit_event (
    org_id, day, number, happened_at, act, actor_kind, actor_id, actor_name, target_kind, target_id, target_name,
    project_id, is_refused, address, request_id, before, after, digest
)
values (
    %(org_id)s, %(day)s, %(number)s, %(happened_at)s, %(act)s, %(actor_kind)s, %(actor_id)s, %(actor_name)s,
    %(target_kind)s, %(target_id)s, %(target_name)s, %(project_id)s, %(is_refused)s, %(address)s, %(request_id)s,
    %(before)s, %(after)s, %(digest)s
);
