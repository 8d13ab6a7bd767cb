-- name: list_results
-- A page of a run's results. Which ones is decided on the small columns; only those shown get their messages.
-- RESULTS_OF_RUN is all_results or told_results, LIMIT a number of ours. A report that breaks off mends nothing.
with here as materialized (
    RESULTS_OF_RUN
), judged as (
    select h.test_no, h.status, h.duration_ms, t.suite, t.name, t.tags, t.source, t.line,
           case
               when h.change = 1 then 'new'
               when h.change = 2 then 'still'
               when %(is_complete)s and h.status in ('passed', 'flaky') and h.test_no in (
                   select test_no from result_row
                   where project_id = %(project_id)s and run_day = %(baseline_day)s and run_id = %(baseline_run_id)s
                     and is_final and status in (2, 3)
               ) then 'fixed'
           end as change,
           coalesce(h.attempt, 1) as attempts, h.failure_id, h.message_id, coalesce(h.message_is_html, false) as is_html
    from here h
    join test t on t.project_id = %(project_id)s and t.test_no = h.test_no
    where true
      and (%(test_no)s::integer is null or h.test_no = %(test_no)s)
      and (%(statuses)s::text[] is null or h.status = any(%(statuses)s))
      and (%(suite)s::text[] is null or t.suite[1:cardinality(%(suite)s::text[])] = %(suite)s)
      and (%(tags)s::text[] is null or t.tags @> %(tags)s)
      and (%(longer)s::float8 is null or h.duration_ms > %(longer)s)
      and (%(shorter)s::float8 is null or h.duration_ms < %(shorter)s)
      and (%(failure_id)s::bigint is null or h.failure_id = %(failure_id)s)
), page as (
    select *, row_number() over (
        order by case when %(sort)s = '-duration_ms' then -duration_ms end,
                 case when %(sort)s = 'name' then suite end, case when %(sort)s = 'name' then name end, test_no
    ) as place
    from judged
    where true
      and (%(changes)s::text[] is null or change = any(%(changes)s))
      and (%(patterns)s::text[] is null
           or concat_ws(' ', array_to_string(suite, ' / '), name,
                        (select text from message m where m.project_id = %(project_id)s and m.message_id = judged.message_id))
              ilike all(%(patterns)s::text[]))
    order by place
    offset %(offset)s
    limit LIMIT
)
select page.*, coalesce(m.text, '') as message, f.fingerprint
from page
left join message m on m.project_id = %(project_id)s and m.message_id = page.message_id
left join failure f on f.project_id = %(project_id)s and f.failure_id = page.failure_id
order by place;

-- name: all_results
-- Every result of a run, with what its row tells.
select r.test_no, r.status, r.duration_ms, x.change, x.attempt, x.failure_id, x.message_id, x.message_is_html
from result r
left join result_row x
    on x.project_id = %(project_id)s and x.run_day = %(run_day)s and x.run_id = %(run_id)s
    and x.test_no = r.test_no and x.is_final
where r.project_id = %(project_id)s and r.run_id = %(run_id)s and r.run_day = %(run_day)s;

-- name: told_results
-- The results of a run that have rows: all that failed, broke or were flaky. No chunk is opened.
-- When nothing else decides what is shown, the first ones are enough: MOST, a number of ours.
select x.test_no, (array['passed', 'failed', 'broken', 'skipped', 'flaky'])[x.status] as status, x.duration_ms,
       x.change, x.attempt, x.failure_id, x.message_id, x.message_is_html
from result_row x
where x.project_id = %(project_id)s and x.run_day = %(run_day)s and x.run_id = %(run_id)s and x.is_final
  and (%(statuses)s::text[] is null
       or (array['passed', 'failed', 'broken', 'skipped', 'flaky'])[x.status] = any(%(statuses)s))
  and (%(failure_id)s::bigint is null or x.failure_id = %(failure_id)s)
order by x.test_no
limit MOST;

-- name: count_changes
-- How many tests turned bad, stayed bad, got well, came and went against the baseline. In a report that breaks off
-- none got well or went.
with here as materialized (
    select test_no, status from result
    where project_id = %(project_id)s and run_id = %(run_id)s and run_day = %(run_day)s
), there as materialized (
    select test_no, status from result
    where project_id = %(project_id)s and run_id = %(baseline_run_id)s and run_day = %(baseline_day)s
)
select count(*) filter (where x.change = 1) as new,
       count(*) filter (where x.change = 2) as still,
       count(*) filter (
           where %(is_complete)s and there.status in ('failed', 'broken') and here.status in ('passed', 'flaky')
       ) as fixed,
       count(*) filter (where there.test_no is null) as added,
       count(*) filter (where %(is_complete)s and here.test_no is null) as removed
from here
full join there using (test_no)
left join result_row x
    on x.project_id = %(project_id)s and x.run_day = %(run_day)s and x.run_id = %(run_id)s
    and x.test_no = here.test_no and x.is_final;

-- name: list_failures
-- The causes of a run's failures: new ones first, then the most frequent; seen_runs looks back 90 days.
select f.failure_id, f.fingerprint, f.cause, c.count, f.first_run_id = %(run_id)s as is_new,
       f.first_run_id, coalesce(r.number, %(number)s) as first_number, f.first_seen_at,
       (select count(distinct s.run_id) from result_row s
        where s.project_id = %(project_id)s and s.failure_id = f.failure_id
          and s.run_day between %(run_day)s::date - 90 and %(run_day)s) as seen_runs
from (
    select failure_id, count(*) as count
    from result_row
    where project_id = %(project_id)s and run_day = %(run_day)s and run_id = %(run_id)s
      and is_final and failure_id is not null
    group by failure_id
) c
join failure f on f.project_id = %(project_id)s and f.failure_id = c.failure_id
left join run r on r.project_id = %(project_id)s and r.run_id = f.first_run_id
order by is_new desc, c.count desc, f.failure_id
offset %(offset)s
limit %(limit)s;

-- name: list_suites
-- What the tests of each suite add up to, suites in the order their tests were first seen.
select t.suite, count(*) as total,
       count(*) filter (where h.status = 'passed') as passed, count(*) filter (where h.status = 'failed') as failed,
       count(*) filter (where h.status = 'broken') as broken, count(*) filter (where h.status = 'skipped') as skipped,
       count(*) filter (where h.status = 'flaky') as flaky, sum(h.duration_ms)::bigint as duration_ms
from result h
join test t on t.project_id = %(project_id)s and t.test_no = h.test_no
where h.project_id = %(project_id)s and h.run_id = %(run_id)s and h.run_day = %(run_day)s
group by t.suite
order by min(h.test_no);

-- name: list_attempts
-- The attempts of one test in one run before the last one.
select x.attempt, x.status, x.duration_ms, coalesce(m.text, '') as message, x.message_is_html as is_html
from result_row x
left join message m on m.project_id = x.project_id and m.message_id = x.message_id
where x.project_id = %(project_id)s and x.run_day = %(run_day)s and x.run_id = %(run_id)s
  and x.test_no = %(test_no)s and not x.is_final
order by x.attempt;

-- name: list_arrays
-- All results of some runs; arrays as bytes, for numpy to read.
select run_id, bucket, array_send(slots) as slots, status, durations
from result_chunk
where project_id = %(project_id)s and run_day = any(%(run_days)s::date[]) and run_id = any(%(run_ids)s::bigint[])
order by run_id, bucket;

-- name: list_cells
-- The chunks of some buckets in some runs, for numpy to pick from: those of one bucket that hold the same tests and pack as
-- many bytes, run behind run. To look into a chunk for each test takes SQL five times as long as to send it whole.
select bucket, array_send(slots) as slots, length(status) as count, array_agg(run_id) as run_ids,
       string_agg(status, ''::bytea) as status, string_agg(durations, ''::bytea) as durations
from result_chunk
where project_id = %(project_id)s and bucket = any(%(buckets)s::integer[])
  and run_day between %(first_day)s and %(last_day)s and run_id = any(%(run_ids)s::bigint[])
group by bucket, slots, length(status), length(durations);

-- name: find_evidence
-- The place of one test in its chunk, and the file that its byte range belongs to.
select p.part_no, p.format, p.upload_id, u.blob_digest, slot.place, length(c.status) as count, c.evidence
from result_chunk c
cross join lateral (
    select case
               when c.slots is not null then array_position(c.slots, %(slot)s::smallint)
               when %(slot)s < length(c.status) then %(slot)s + 1
           end as place
) slot
join run_part p
    on p.project_id = c.project_id and p.run_id = c.run_id and p.part_no = coalesce(c.parts[slot.place], 0)
join upload u on u.project_id = p.project_id and u.upload_id = p.upload_id
where slot.place is not null and c.project_id = %(project_id)s and c.bucket = %(bucket)s and c.run_day = %(run_day)s and c.run_id = %(run_id)s;
