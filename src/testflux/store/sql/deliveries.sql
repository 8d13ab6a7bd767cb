-- name: add_deliveries
-- One delivery for each enabled channel whose rule is met; none where this part of the run was told already.
insert into delivery (project_id, run_day, channel_id, run_id, upload_id, event, message, status, next_attempt_at)
select project_id, %(day)s, channel_id, %(run_id)s, %(upload_id)s, 'run.finished', %(message)s, 'pending', now()
from channel
where project_id = %(project_id)s and is_enabled and rule = any(%(rules)s)
order by channel_id
on conflict do nothing
returning delivery_id;

-- name: add_test
-- A test message to one channel, whatever its rule.
insert into delivery (project_id, run_day, channel_id, event, message, status, next_attempt_at)
values (%(project_id)s, %(day)s, %(channel_id)s, 'test', %(message)s, 'pending', now())
returning delivery_id;

-- name: find_due
-- A delivery whose time has come, locked until the end of the transaction: whoever else wants to send it finds nothing.
select d.delivery_id, d.run_day, d.channel_id, d.event, d.message, d.attempts, d.created_at,
       c.kind, c.name as channel_name, c.config, c.secret, c.is_enabled, p.project_id, p.org_id, p.slug as project_slug
from delivery d
join channel c using (project_id, channel_id)
join project p using (project_id)
where d.project_id = %(project_id)s and d.run_day = %(day)s and d.delivery_id = %(delivery_id)s
  and d.status = 'pending' and d.next_attempt_at <= now()
for update of d skip locked;

-- name: save_outcome
-- What became of an attempt; without a delay there is no next one. The clock is read now, not when the sending began.
update delivery
set status = %(status)s,
    attempts = attempts + 1,
    next_attempt_at = clock_timestamp() + %(delay)s::interval,
    last_error = %(error)s,
    response_code = %(response_code)s,
    sent_at = case when %(status)s = 'sent' then clock_timestamp() end
where project_id = %(project_id)s and run_day = %(day)s and delivery_id = %(delivery_id)s
returning next_attempt_at;

-- name: save_resend
-- Make a delivery due now, unless it is being sent at this moment.
update delivery
set status = 'pending', next_attempt_at = now()
where (project_id, run_day, delivery_id) in (
    select project_id, run_day, delivery_id
    from delivery
    where project_id = %(project_id)s and run_day = %(day)s and delivery_id = %(delivery_id)s
    for update skip locked
);

-- name: get_delivery
-- One delivery of the organisation, with its channel.
select d.delivery_id, d.run_day, d.project_id, d.channel_id, d.run_id, (d.message ->> 'run_number')::bigint as run_number,
       d.event, d.status, d.attempts, d.next_attempt_at, d.last_error, d.response_code, d.created_at, d.sent_at,
       c.name as channel_name, c.kind as channel_kind, c.is_enabled as channel_is_enabled, p.slug as project_slug
from delivery d
join channel c using (project_id, channel_id)
join project p using (project_id)
where d.project_id = %(project_id)s and d.run_day = %(day)s and d.delivery_id = %(delivery_id)s
  and p.org_id = %(org_id)s
  and (%(project_ids)s::bigint[] is null or p.project_id = any(%(project_ids)s));

-- name: list_deliveries
-- The deliveries of a project or of one channel, newest first, before the given place. The days bound the partitions read.
select d.delivery_id, d.run_day, d.project_id, d.channel_id, d.run_id, (d.message ->> 'run_number')::bigint as run_number,
       d.event, d.status, d.attempts, d.next_attempt_at, d.last_error, d.response_code, d.created_at, d.sent_at,
       c.name as channel_name, c.kind as channel_kind
from delivery d
join channel c using (project_id, channel_id)
where d.project_id = %(project_id)s
  and d.run_day between %(since)s and %(until)s
  and (%(channel_id)s::bigint is null or d.channel_id = %(channel_id)s::bigint)
  and (%(status)s::text is null or d.status = %(status)s::text)
  and (%(before_at)s::timestamptz is null
       or (d.created_at, d.delivery_id) < (%(before_at)s::timestamptz, %(before_id)s::bigint))
order by d.created_at desc, d.delivery_id desc
limit %(limit)s;

-- name: list_newest
-- The newest delivery of each of these channels.
select newest.*, c.name as channel_name, c.kind as channel_kind
from channel c
cross join lateral (
    select d.delivery_id, d.run_day, d.project_id, d.channel_id, d.run_id,
           (d.message ->> 'run_number')::bigint as run_number, d.event, d.status, d.attempts, d.next_attempt_at,
           d.last_error, d.response_code, d.created_at, d.sent_at
    from delivery d
    where d.project_id = c.project_id
      and d.channel_id = c.channel_id
      and d.run_day between %(since)s and %(until)s
    order by d.created_at desc, d.delivery_id desc
    limit 1
) newest
where c.project_id = %(project_id)s and c.channel_id = any(%(channel_ids)s);

-- name: list_overdue
-- Deliveries that should have been tried some minutes ago: their job was lost. Locked ones are being sent right now.
select project_id, run_day, delivery_id
from delivery
where run_day between %(since)s and %(until)s
  and status = 'pending'
  and next_attempt_at < now() - %(grace)s::interval
for update skip locked;
