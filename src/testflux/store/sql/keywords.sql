-- name: lock_counted_run
-- The run, kept from being removed until its keywords are written down; two counters wait for each other.
select run_id from run where project_id = %(project_id)s and run_id = %(run_id)s for update;

-- name: drop_keywords
-- What was counted before in a part.
delete from keyword_count where project_id = %(project_id)s and run_id = %(run_id)s and part_no = %(part_no)s;

-- name: list_counted_parts
-- The parts of a run whose keywords are written down.
select distinct part_no from keyword_count where project_id = %(project_id)s and run_id = %(run_id)s;

-- name: list_keywords
-- A page of a run's keywords, its parts added up.
select owner, name, calls, failed, duration_ms
from (
    select owner, name, sum(calls)::bigint as calls, sum(failed)::bigint as failed, sum(duration_ms) as duration_ms
    from keyword_count
    where project_id = %(project_id)s and run_id = %(run_id)s
    group by owner, name
) counted
where true
  and (%(search)s::text = '' or position(lower(%(search)s) in lower(concat_ws('.', nullif(owner, ''), name))) > 0)
order by case %(order)s::text when 'duration' then duration_ms when 'calls' then calls when 'failed' then failed end desc,
         name, owner
offset %(offset)s
limit %(limit)s;
