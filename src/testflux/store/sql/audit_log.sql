-- name: list_events
-- The page of the log: newest first. Days and numbers grow together, so the key itself is the order.
select org_id, number, day, happened_at, act, actor_kind, actor_id, actor_name, target_kind, target_id, target_name,
       project_id, is_refused, address, request_id, before, after, digest,
       (select p.slug from project p where p.org_id = e.org_id and p.project_id = e.project_id) as project_slug
from audit_event e
where org_id = %(org_id)s and day between %(first)s and %(last)s
  and (day, number) < (%(before_day)s, %(before_number)s)
  and (%(acts)s::text[] is null or act = any(%(acts)s) or split_part(act, '.', 1) = any(%(acts)s))
  and (%(actor)s::text is null or actor_name ilike %(actor)s)
  and (%(target)s::text is null or target_name ilike %(target)s or target_kind || ' ' || target_id ilike %(target)s)
  and (%(address)s::text is null or address = %(address)s)
  and (%(project_id)s::bigint is null or project_id = %(project_id)s)
  and (%(is_refused)s::boolean is null or is_refused = %(is_refused)s)
  and (
      %(text)s::text is null
      or concat_ws(' ', act, actor_name, target_name, target_id, address, request_id, before::text, after::text)
         ilike %(text)s
  )
order by day desc, number desc
limit %(limit)s;

-- name: walk_events
-- The same, oldest first and all of them: an export.
select org_id, number, happened_at, act, actor_kind, actor_id, actor_name, target_kind, target_id, target_name,
       project_id, is_refused, address, request_id, before::text as before, after::text as after, digest
from audit_event
where org_id = %(org_id)s and day between %(first)s and %(last)s
  and (%(acts)s::text[] is null or act = any(%(acts)s) or split_part(act, '.', 1) = any(%(acts)s))
  and (%(actor)s::text is null or actor_name ilike %(actor)s)
  and (%(target)s::text is null or target_name ilike %(target)s or target_kind || ' ' || target_id ilike %(target)s)
  and (%(address)s::text is null or address = %(address)s)
  and (%(project_id)s::bigint is null or project_id = %(project_id)s)
  and (%(is_refused)s::boolean is null or is_refused = %(is_refused)s)
  and (
      %(text)s::text is null
      or concat_ws(' ', act, actor_name, target_name, target_id, address, request_id, before::text, after::text)
         ilike %(text)s
  )
order by day, number;

-- name: find_place
-- The last event from before a day.
select number, digest from audit_event
where org_id = %(org_id)s and day >= %(since)s and day < %(before)s
order by day desc, number desc
limit 1;

-- name: count_events
-- How often each act happened on some days.
select act, is_refused, count(*) as count
from audit_event
where org_id = %(org_id)s and day between %(first)s and %(last)s
group by act, is_refused
order by act, is_refused;
