-- name: lock_counted_run
-- The run, kept from being removed until its keywords are written down; two counters wait for each other.
select run_id from run where project_id = %(project_id)s and run_id = %(run_id)s for update;

-- name: drop_keywords
-- What was counted before.
delete from keyword_count where project_id = %(project_id)s and run_id = %(run_id)s;

-- name: list_keywords
-- A page of a run's keywords.
select owner, name, calls, failed, duration_ms
from keyword_count
where project_id = %(project_id)s and run_id = %(run_id)s
  and (%(search)s::text = '' or position(lower(%(search)s) in lower(concat_ws('.', nullif(owner, ''), name))) > 0)
order by case %(order)s::text when 'duration' then duration_ms when 'calls' then calls when 'failed' then failed end desc,
         name, owner
offset %(offset)s
limit %(limit)s;
