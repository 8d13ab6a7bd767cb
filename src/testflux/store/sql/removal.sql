-- name: lock_run
-- The run to be removed; its project waits, as when a run is added.
with bumped as (
    update project set change_count = change_count + 1 where project_id = %(project_id)s
    returning project_id, org_id, slug
)
select r.run_day, r.started_at, p.org_id, p.slug,
       array(select s.upload_id from run_part s where s.project_id = r.project_id and s.run_id = r.run_id) as upload_ids
from run r join bumped p using (project_id)
where r.project_id = %(project_id)s and r.run_id = %(run_id)s;

-- name: make_touched
-- What the run names, to see afterwards what nobody else does.
create temporary table touched on commit drop as
select 'test' as what, c.bucket * 1000 + coalesce(c.slots[i], (i - 1)::smallint) as id
from result_chunk c cross join lateral generate_series(1, length(c.status)) as i
where c.project_id = %(project_id)s and c.run_day = %(run_day)s and c.run_id = %(run_id)s
union
select 'cause', failure_id from result_row
where project_id = %(project_id)s and run_day = %(run_day)s and run_id = %(run_id)s and failure_id is not null
union
select 'message', message_id from result_row
where project_id = %(project_id)s and run_day = %(run_day)s and run_id = %(run_id)s and message_id is not null
union
select 'finding', finding_no from finding_seen
where project_id = %(project_id)s and run_day = %(run_day)s and run_id = %(run_id)s;

-- name: drop_tests
-- Tests that are in no chunk any more. One that still runs is found in the first chunk looked at.
with dropped as (
    delete from test t
    where t.project_id = %(project_id)s and t.test_no in (select id from touched where what = 'test')
      and not exists (
          select from result_chunk c
          where c.project_id = t.project_id and c.bucket = t.test_no / 1000
            and c.run_day between (t.first_seen_at at time zone 'UTC')::date and (t.last_seen_at at time zone 'UTC')::date
            and case when c.slots is null then t.test_no %% 1000 < length(c.status)
                     else (t.test_no %% 1000)::smallint = any(c.slots) end
      )
    returning t.test_no
), DROP_TEXTS
select count(*) from dropped;

-- name: move_failures
-- Causes first seen in this run are first seen in the next one that has them.
update failure f set first_run_id = next.run_id, first_seen_at = next.started_at
from (
    select distinct on (w.failure_id) w.failure_id, r.run_id, r.started_at
    from result_row w join run r on r.project_id = w.project_id and r.run_id = w.run_id
    where w.project_id = %(project_id)s and w.run_day >= %(run_day)s
      and w.failure_id in (select id from touched where what = 'cause')
    order by w.failure_id, r.started_at
) next
where f.project_id = %(project_id)s and f.failure_id = next.failure_id and f.first_run_id = %(run_id)s;

-- name: drop_failures
-- Causes that no run has any more.
delete from failure f
where f.project_id = %(project_id)s and f.first_run_id = %(run_id)s;

-- name: move_findings
-- Findings first seen in this scan are first seen in the next one that has them.
update finding f set first_run_id = next.run_id, first_seen_at = next.started_at
from (
    select distinct on (s.finding_no) s.finding_no, r.run_id, r.started_at
    from finding_seen s join run r on r.project_id = s.project_id and r.run_id = s.run_id
    where s.project_id = %(project_id)s and s.run_day >= %(run_day)s
      and s.finding_no in (select id from touched where what = 'finding')
    order by s.finding_no, r.started_at
) next
where f.project_id = %(project_id)s and f.finding_no = next.finding_no and f.first_run_id = %(run_id)s;

-- name: drop_findings
-- Findings that no scan has any more.
delete from finding f
where f.project_id = %(project_id)s and f.first_run_id = %(run_id)s;

-- name: drop_messages
-- Texts that no result shows any more, over the days the project has runs.
delete from message m
where m.project_id = %(project_id)s and m.message_id in (select id from touched where what = 'message')
  and not exists (
      select from result_row w
      where w.project_id = m.project_id and w.message_id = m.message_id
        and w.run_day >= (select min(run_day) from run where project_id = %(project_id)s)
  );

-- name: drop_rows_of_day
-- The rows a run has in the partition of its day; {table} is one of ours.
delete from {table} where project_id = %(project_id)s and run_day = %(run_day)s and run_id = %(run_id)s;

-- name: drop_rows
-- The rows a run has in any other table.
delete from {table} where project_id = %(project_id)s and run_id = %(run_id)s;
