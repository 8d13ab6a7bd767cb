-- name: list_chunks
-- The chunks of a run, or some of them.
select bucket, slots, status, durations, evidence, parts
from result_chunk
where project_id = %(project_id)s and run_day = %(run_day)s and run_id = %(run_id)s
  and (%(buckets)s::integer[] is null or bucket = any(%(buckets)s))
order by bucket;

-- name: drop_chunks
-- Chunks that are about to be written anew.
delete from result_chunk
where project_id = %(project_id)s and run_day = %(run_day)s and run_id = %(run_id)s and bucket = any(%(buckets)s);

-- name: drop_tries
-- The attempts at some tests, which are about to be written anew; returns them.
delete from result_row
where project_id = %(project_id)s and run_day = %(run_day)s and run_id = %(run_id)s and test_no = any(%(test_nos)s)
returning test_no, attempt, is_final, status, duration_ms, failure_id, message_id, message_is_html, part_no;

-- name: list_counters
-- What runs of tests say they add up to: those since a day, or one.
select project_id, run_id, number, started_at, revision, passed, failed, broken, skipped, flaky, duration_sum_ms,
       duration_histogram
from run
where kind = 'functional' and (%(since)s::date is null or run_day >= %(since)s)
  and (%(project_id)s::bigint is null or project_id = %(project_id)s)
  and (%(run_id)s::bigint is null or run_id = %(run_id)s)
order by project_id, run_id;

-- name: list_new
-- The tests of a run that fail newly.
select test_no from result_row
where project_id = %(project_id)s and run_day = %(run_day)s and run_id = %(run_id)s and change = 1;

-- name: list_worst
-- The first failing tests of a run, new failures first.
select t.suite, t.name, t.parameters, t.digest, x.status, x.duration_ms, x.change, x.message_is_html,
       coalesce(m.text, '') as message
from result_row x
join test t on t.project_id = x.project_id and t.test_no = x.test_no
left join message m on m.project_id = x.project_id and m.message_id = x.message_id
where x.project_id = %(project_id)s and x.run_day = %(run_day)s and x.run_id = %(run_id)s and x.is_final
  and x.status in (2, 3)
order by x.change <> 1, x.test_no
limit %(limit)s;

-- name: save_changes
-- What is new and what still fails against the baseline.
update result_row
set change = case when test_no = any(%(new)s) then 1 when test_no = any(%(still)s) then 2 else 0 end
where project_id = %(project_id)s and run_day = %(run_day)s and run_id = %(run_id)s and is_final
  and change <> case when test_no = any(%(new)s) then 1 when test_no = any(%(still)s) then 2 else 0 end;
