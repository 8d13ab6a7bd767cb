-- name: list_streams
-- An organisation's streams, and how much each is behind.
select s.*, greatest(coalesce(h.number, 0) - s.sent_number, 0) as waiting
from audit_stream s
left join audit_head h using (org_id)
where s.org_id = %(org_id)s
order by s.name, s.stream_id;

-- name: get_stream
-- A stream, if it is the organisation's.
select s.*, greatest(coalesce(h.number, 0) - s.sent_number, 0) as waiting, o.slug as organisation
from audit_stream s
join org o using (org_id)
left join audit_head h using (org_id)
where s.org_id = %(org_id)s and s.stream_id = %(stream_id)s;

-- name: add_stream
-- A new stream: it begins behind the last event, or before the first.
insert into audit_stream (org_id, kind, name, config, secret, sent_number, sent_day)
select %(org_id)s, %(kind)s, %(name)s, %(config)s, %(secret)s,
       case when %(is_from_start)s then 0 else coalesce(h.number, 0) end,
       case when not %(is_from_start)s then (h.happened_at at time zone 'UTC')::date end
from (select) nothing
left join audit_head h on h.org_id = %(org_id)s
returning stream_id;

-- name: save_stream
-- Change a stream; what is null stays. Whatever failed before is tried again.
update audit_stream
set name = coalesce(%(name)s, name),
    config = coalesce(%(config)s, config),
    is_enabled = coalesce(%(is_enabled)s, is_enabled),
    attempts = 0,
    next_try_at = now()
where org_id = %(org_id)s and stream_id = %(stream_id)s;

-- name: drop_stream
-- A stream goes.
delete from audit_stream where org_id = %(org_id)s and stream_id = %(stream_id)s;

-- name: find_due
-- A stream with something to send, that nobody else is sending to.
select s.*, o.slug as organisation
from audit_stream s
join org o using (org_id)
join audit_head h using (org_id)
where s.is_enabled and s.next_try_at <= now() and s.sent_number < h.number
order by s.next_try_at, s.stream_id
limit 1
for update of s skip locked;

-- name: list_next
-- The events that a stream has not sent, from the day of the last one it has.
select org_id, number, happened_at, act, actor_kind, actor_id, actor_name, target_kind, target_id, target_name,
       project_id, is_refused, address, request_id, before::text as before, after::text as after, digest
from audit_event
where org_id = %(org_id)s and day >= %(since)s and number > %(after)s
order by day, number
limit %(limit)s;

-- name: save_sent
-- Everything up to here has arrived; the next follow at once.
update audit_stream
set sent_number = %(number)s, sent_day = %(day)s, sent_at = now(), attempts = 0, next_try_at = now(),
    last_error = '', failed_at = null
where stream_id = %(stream_id)s;

-- name: save_failed
-- Nothing arrived.
update audit_stream
set attempts = attempts + 1, next_try_at = now() + %(retry_after)s, last_error = %(error)s, failed_at = now()
where stream_id = %(stream_id)s;
