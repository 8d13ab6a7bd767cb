-- name: list_waiting
-- How much is queued or running.
select queue_name, count(*) as jobs from procrastinate_jobs where status in ('todo', 'doing') group by queue_name;

-- name: give_back
-- A worker's jobs that it never heard of: nobody would ever begin them, as the worker is alive.
update procrastinate_jobs
set status = 'todo', worker_id = null
where status = 'doing' and worker_id = %(worker_id)s and not id = any(%(job_ids)s::bigint[]);
