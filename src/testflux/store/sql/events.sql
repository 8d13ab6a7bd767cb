-- name: publish
-- Keep an event and wake the listeners with its number when the transaction commits. The number is taken under a lock:
-- without it the one with the lower number could commit later, behind the back of those who read on from the higher.
with locked as materialized (select pg_advisory_xact_lock(7368741904)),
event as (
    insert into live_event (org_id, topic, type, data, project_id)
    select %(org_id)s, %(topic)s, %(type)s, %(data)s, %(project_id)s from locked
    returning event_id
)
select event_id, pg_notify(%(channel)s, event_id::text) from event;

-- name: list_events
-- The events of some topics after a number, in order; only of some projects, and of none in particular, where limited.
select event_id, topic, type, data, project_id, created_at
from live_event
where org_id = %(org_id)s
  and topic = any(%(topics)s)
  and event_id > %(after)s
  and (%(project_ids)s::bigint[] is null or project_id is null or project_id = any(%(project_ids)s))
order by event_id
limit %(limit)s;

-- name: list_after
-- What happened since, to be passed on to whoever watches it.
select event_id, org_id, topic, type, data, project_id, created_at from live_event
where event_id > %(after)s
order by event_id
limit %(limit)s;

-- name: get_range
-- What is kept: a browser that asks for less has missed something.
select coalesce(min(event_id), 0) as first_event, coalesce(max(event_id), 0) as last_event from live_event;

-- name: drop_old
-- Events nobody will ask for any more; the newest one stays, so that the numbers are known to go on.
delete from live_event
where created_at < now() - %(kept)s::interval and event_id < (select max(event_id) from live_event);
