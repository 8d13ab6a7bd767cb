-- name: list_waiting
-- How much is queued or running.
select queue_name, count(*) as jobs from procrastinate_jobs where status in ('todo', 'doing') group by queue_name;
