-- name: lock_project
-- No run of the project is stored meanwhile; what was cached of its trends is old.
update project set change_count = change_count + 1 where project_id = %(project_id)s;

-- name: list_due_runs
-- The oldest runs that go. One that is just being starred is passed over.
select r.run_id, r.run_day
from run r
where r.project_id = %(project_id)s and r.run_day < %(before)s
  and not exists (select from run_star s where s.project_id = r.project_id and s.run_id = r.run_id)
order by r.run_day, r.run_id
limit %(limit)s
for update of r skip locked;

-- name: drop_of_days
-- The rows of some runs in the partitions of their days; {table} is one of ours.
delete from {table}
where project_id = %(project_id)s and run_day between %(first_day)s and %(last_day)s and run_id = any(%(run_ids)s);

-- name: drop_of_runs
-- The rows of some runs in any other table.
delete from {table} where project_id = %(project_id)s and run_id = any(%(run_ids)s);

-- name: list_uploads_of
-- The uploads that some runs were made of.
select upload_id from upload where project_id = %(project_id)s and run_id = any(%(run_ids)s);

-- name: save_kept_from
-- From here back the totals are more than what the runs add up to.
update project
set results_kept_from = greatest(results_kept_from, %(last_day)s::date + 1)
where project_id = %(project_id)s
returning org_id, slug;

-- name: list_runs_with_rows
-- The oldest runs whose rows go.
select r.run_id, r.run_day
from run r
where r.project_id = %(project_id)s and r.run_day < %(before)s and r.rows_dropped_at is null
  and not exists (select from run_star s where s.project_id = r.project_id and s.run_id = r.run_id)
order by r.run_day, r.run_id
limit %(limit)s
for update of r skip locked;

-- name: save_rows_dropped
-- These runs have lost their rows.
update run set rows_dropped_at = now() where project_id = %(project_id)s and run_id = any(%(run_ids)s);

-- name: list_due_files
-- Uploads whose files go: by the day of their run, or of their arrival when they became none.
select u.upload_id
from upload u
left join run r on r.project_id = u.project_id and r.run_id = u.run_id
where u.project_id = %(project_id)s and u.files_dropped_at is null and u.status in ('stored', 'rejected')
  and coalesce(r.run_day, (u.created_at at time zone 'UTC')::date) < %(before)s
  and not exists (select from run_star s where s.project_id = u.project_id and s.run_id = u.run_id)
order by u.upload_id
limit %(limit)s
for update of u skip locked;

-- name: save_files_dropped
-- These uploads have lost their files.
update upload set blob_digest = null, files_dropped_at = now()
where project_id = %(project_id)s and upload_id = any(%(upload_ids)s);

-- name: drop_upload_files
-- What came along with uploads that go, or lose their files.
delete from upload_file where project_id = %(project_id)s and upload_id = any(%(upload_ids)s);

-- name: drop_uploads
-- Uploads whose runs are gone.
delete from upload where project_id = %(project_id)s and upload_id = any(%(upload_ids)s);

-- name: list_due_rejected
-- Uploads that became no run and arrived long ago.
select upload_id from upload
where project_id = %(project_id)s and status = 'rejected' and (created_at at time zone 'UTC')::date < %(before)s
order by upload_id
limit %(limit)s
for update skip locked;

-- name: drop_audit
-- The oldest entries of the delivery log.
delete from delivery d
using (
    select run_day, delivery_id from delivery
    where project_id = %(project_id)s and run_day < %(before)s and status <> 'pending'
    order by run_day, delivery_id
    limit %(limit)s
) old
where d.project_id = %(project_id)s and d.run_day = old.run_day and d.delivery_id = old.delivery_id;

-- name: drop_tests
-- Some tests by number: those that are in no chunk any more. One that still runs is found in the first chunk looked at.
with batch as (
    select test_no, first_seen_at, last_seen_at from test
    where project_id = %(project_id)s and test_no > %(after)s order by test_no limit %(limit)s
), dropped as (
    delete from test t using batch s
    where t.project_id = %(project_id)s and t.test_no = s.test_no
      and not exists (
          select from result_chunk c
          where c.project_id = t.project_id and c.bucket = t.test_no / 1000
            and c.run_day between (s.first_seen_at at time zone 'UTC')::date
                              and (s.last_seen_at at time zone 'UTC')::date
            and case when c.slots is null then t.test_no %% 1000 < length(c.status)
                     else (t.test_no %% 1000)::smallint = any(c.slots) end
      )
    returning t.test_no
), DROP_TEXTS
select (select max(test_no) from batch) as last, (select count(*) from dropped) as dropped;

-- name: move_failures
-- Some causes by number: those whose first run is gone name the first that is left.
update failure f set first_run_id = next.run_id
from (
    select distinct on (w.failure_id) w.failure_id, w.run_id
    from (
        select failure_id, first_run_id from failure
        where project_id = %(project_id)s and failure_id > %(after)s order by failure_id limit %(limit)s
    ) batch
    join result_row w on w.project_id = %(project_id)s and w.failure_id = batch.failure_id
     and w.run_day >= (select min(run_day) from run where project_id = %(project_id)s)
    where not exists (select from run r where r.project_id = %(project_id)s and r.run_id = batch.first_run_id)
    order by w.failure_id, w.run_day, w.run_id
) next
where f.project_id = %(project_id)s and f.failure_id = next.failure_id;

-- name: drop_failures
-- Some causes by number: those that no run has any more.
with batch as (
    select failure_id from failure
    where project_id = %(project_id)s and failure_id > %(after)s order by failure_id limit %(limit)s
), dropped as (
    delete from failure f using batch s
    where f.project_id = %(project_id)s and f.failure_id = s.failure_id
      and not exists (
          select from result_row w
          where w.project_id = f.project_id and w.failure_id = f.failure_id
            and w.run_day >= (select min(run_day) from run where project_id = %(project_id)s)
      )
    returning 1
)
select (select max(failure_id) from batch) as last, (select count(*) from dropped) as dropped;

-- name: move_findings
-- Some findings by number: those whose first scan is gone name the first that is left.
update finding f set first_run_id = next.run_id
from (
    select distinct on (w.finding_no) w.finding_no, w.run_id
    from (
        select finding_no, first_run_id from finding
        where project_id = %(project_id)s and finding_no > %(after)s order by finding_no limit %(limit)s
    ) batch
    join finding_seen w on w.project_id = %(project_id)s and w.finding_no = batch.finding_no
     and w.run_day >= (select min(run_day) from run where project_id = %(project_id)s)
    where not exists (select from run r where r.project_id = %(project_id)s and r.run_id = batch.first_run_id)
    order by w.finding_no, w.run_day, w.run_id
) next
where f.project_id = %(project_id)s and f.finding_no = next.finding_no;

-- name: drop_findings
-- Some findings by number: those that no scan has any more.
with batch as (
    select finding_no from finding
    where project_id = %(project_id)s and finding_no > %(after)s order by finding_no limit %(limit)s
), dropped as (
    delete from finding f using batch s
    where f.project_id = %(project_id)s and f.finding_no = s.finding_no
      and not exists (
          select from finding_seen w
          where w.project_id = f.project_id and w.finding_no = f.finding_no
            and w.run_day >= (select min(run_day) from run where project_id = %(project_id)s)
      )
    returning 1
)
select (select max(finding_no) from batch) as last, (select count(*) from dropped) as dropped;

-- name: drop_messages
-- Texts that no result shows any more, all at once: each look reads every row of the project.
delete from message m
where m.project_id = %(project_id)s
  and not exists (
      select from result_row w
      where w.project_id = m.project_id and w.message_id = m.message_id
        and w.run_day >= (select min(run_day) from run where project_id = %(project_id)s)
  );
