-- name: walk
-- The events of a chain in order, their JSON letter by letter.
select org_id, number, happened_at, act, actor_kind, actor_id, actor_name, target_kind, target_id, target_name,
       project_id, is_refused, address, request_id, before::text as before, after::text as after, digest
from audit_event
where org_id = %(org_id)s and day >= %(since)s and number > %(after)s and number <= %(last)s
order by day, number;

-- name: find_last_removal
-- What the newest removal by retention says.
select after::text as after
from audit_event
where org_id = %(org_id)s and day >= %(since)s and act = 'audit.remove'
order by day desc, number desc
limit 1;
