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
