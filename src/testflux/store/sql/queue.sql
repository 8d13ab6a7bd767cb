-- name: get_queue
-- Does somebody work on what waits? A job that was put off waits from the moment it is due.
select count(*) filter (where j.status = 'todo') as waiting,
       count(*) filter (where j.status = 'doing') as running,
       count(*) filter (where j.status = 'failed') as failed,
       coalesce(extract(epoch from now() - min(greatest(e.at, j.scheduled_at)) filter (where j.status = 'todo')), 0)::float8
           as oldest_s
from procrastinate_jobs j
left join procrastinate_events e on e.job_id = j.id and e.type = 'deferred'
where j.status in ('todo', 'doing', 'failed') and (j.scheduled_at is null or j.scheduled_at <= now());

-- name: list_queues
-- How each queue stands. How long the first job waits is asked of that job alone, however many there are.
select q.name, q.waiting, q.running, q.failed,
       coalesce(greatest(extract(epoch from now() - greatest(o.at, o.scheduled_at)), 0), 0)::float8 as oldest_s
from (
    select j.queue_name as name,
           count(*) filter (where j.status = 'todo' and coalesce(j.scheduled_at <= now(), true)) as waiting,
           count(*) filter (where j.status = 'doing') as running,
           count(*) filter (where j.status = 'failed') as failed
    from procrastinate_jobs j
    where j.status in ('todo', 'doing', 'failed')
    group by j.queue_name
) q
left join lateral (
    select j.scheduled_at, e.at
    from (
        select id, scheduled_at from procrastinate_jobs
        where queue_name = q.name and status = 'todo' and (scheduled_at is null or scheduled_at <= now())
        order by id limit 1
    ) j
    join procrastinate_events e on e.job_id = j.id and e.type = 'deferred'
    limit 1
) o on true
order by q.name;
