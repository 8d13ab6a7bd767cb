-- name: take
-- One housekeeper at a time, for as long as its connection lasts; the number means nothing else.
select pg_try_advisory_lock(7368741905) as taken;

-- name: wait_briefly
-- Nobody waits longer than a minute for a lock: what cannot be done tonight is done tomorrow.
set lock_timeout = '60s';

-- name: wait_a_moment
-- Readers that come while we wait for a lock wait behind us: never for long.
set lock_timeout = '100ms';

-- name: list_leaving
-- Months of which all projects let all runs go. Only what is older than anybody's cut-off is looked at.
with cut as (
    select * from unnest(%(project_ids)s::bigint[], %(befores)s::date[]) as c (project_id, before)
)
select date_trunc('month', r.run_day)::date as month
from run r left join cut using (project_id)
where r.run_day < %(last)s and (not %(rows_only)s or r.rows_dropped_at is null)
group by 1
having date_trunc('month', min(r.run_day)) + interval '1 month' <= %(last)s
   and bool_and(cut.before is not null and date_trunc('month', r.run_day) + interval '1 month' <= cut.before)
   and not bool_or(exists (select from run_star s where s.project_id = r.project_id and s.run_id = r.run_id));

-- name: list_droppable
-- Partitions of months in which no project has a run, or none with rows.
select parent.relname as parent, m.month
from pg_inherits i
join pg_class parent on parent.oid = i.inhparent
join pg_class child on child.oid = i.inhrelid
cross join lateral (select to_date(right(child.relname, 7), 'YYYY_MM') as month) m
where parent.relname = any(%(tables)s) and parent.relnamespace = current_schema()::regnamespace
  and m.month + interval '1 month' <= %(last)s
  and not exists (
      select from project p
      cross join lateral (
          select from run r
          where r.project_id = p.project_id and r.run_day >= m.month and r.run_day < m.month + interval '1 month'
            and (parent.relname <> 'result_row' or r.rows_dropped_at is null)
          limit 1
      ) one
  )
order by m.month, parent.relname;

-- name: list_older
-- A table's partitions that end before a day.
select to_date(right(child.relname, 7), 'YYYY_MM') as month
from pg_inherits i
join pg_class parent on parent.oid = i.inhparent
join pg_class child on child.oid = i.inhrelid
where parent.relname = %(table)s and parent.relnamespace = current_schema()::regnamespace
  and to_date(right(child.relname, 7), 'YYYY_MM') + interval '1 month' <= %(before)s
order by 1;

-- name: list_left
-- Tables that were partitions, or are about to be none.
select c.relname as name, to_date(right(c.relname, 7), 'YYYY_MM') as month
from pg_class c left join pg_inherits i on i.inhrelid = c.oid
where c.relkind = 'r' and c.relnamespace = current_schema()::regnamespace
  and left(c.relname, -8) = any(%(tables)s) and c.relname ~ '_[0-9]{4}_[0-9]{2}$'
  and (i.inhrelid is null or i.inhdetachpending);

-- name: find_state
-- Whether a table is a partition, and whether it is half detached.
select i.inhdetachpending as is_pending
from pg_inherits i join pg_class c on c.oid = i.inhrelid
where c.relname = %(name)s and c.relnamespace = current_schema()::regnamespace;

-- name: detach
-- The table stops being a partition while others read and write its parent.
alter table {parent} detach partition {name} concurrently;

-- name: detach_rest
-- The end of a detaching that was interrupted.
alter table {parent} detach partition {name} finalize;

-- name: find_needed
-- Whether a run that is there has rows in the table after all.
select from {name} c
where exists (
    select from run r
    where r.project_id = c.project_id and r.run_id = c.run_id and not (%(is_rows)s and r.rows_dropped_at is not null)
)
limit 1;

-- name: attach
-- The table is a partition again.
alter table {parent} attach partition {name} for values from ({first}) to ({past});

-- name: drop
-- The table goes, and its room on the disk with it.
drop table if exists {name};

-- name: drop_strays
-- Rows of runs that are gone, or of runs that have lost their rows.
delete from {name} c
where not exists (
    select from run r
    where r.project_id = c.project_id and r.run_id = c.run_id
      and not (%(is_rows)s and r.rows_dropped_at is not null)
);

-- name: vacuum
-- Room for new rows, and fresh statistics.
vacuum (analyze) {name};

-- name: list_hollow
-- Partitions whose rows, by count and average width, would fill much less than their file.
select parent.relname as parent, to_date(right(child.relname, 7), 'YYYY_MM') as month
from pg_inherits i
join pg_class parent on parent.oid = i.inhparent
join pg_class child on child.oid = i.inhrelid
cross join lateral (
    select 28 + coalesce(sum(s.avg_width), 0) as bytes
    from pg_stats s where s.schemaname = current_schema() and s.tablename = child.relname
) width
where parent.relname = any(%(tables)s) and parent.relnamespace = current_schema()::regnamespace
  and to_date(right(child.relname, 7), 'YYYY_MM') + interval '1 month' <= %(last)s
  and child.reltuples >= 0 and pg_relation_size(child.oid) >= %(least_bytes)s
  and child.reltuples * width.bytes < pg_relation_size(child.oid) * (1 - %(most_dead)s::float8)
order by 2, 1;

-- name: keep_writers_out
-- Nothing is written into the month while it is copied; reading goes on.
lock table {name} in share mode;

-- name: make_copy
-- A table as its parent is, indexes included.
create table {copy} (like {parent} including all);

-- name: copy_result_chunk
-- The month in the order of its key, tight. What PostgreSQL generates it generates again.
insert into {copy} (project_id, bucket, run_day, run_id, slots, status, durations, evidence, parts)
select project_id, bucket, run_day, run_id, slots, status, durations, evidence, parts
from {name}
order by project_id, bucket, run_day, run_id;

-- name: copy_result_row
-- The month in the order of its key, tight.
insert into {copy} select * from {name} order by project_id, run_day, run_id, test_no, attempt;

-- name: copy_finding_seen
-- The month in the order of its key, tight.
insert into {copy} select * from {name} order by project_id, run_day, run_id, finding_no;

-- name: copy_load_series
-- The month in the order of its key, tight.
insert into {copy} select * from {name} order by project_id, run_day, run_id, name, tags;

-- name: promise_days
-- What attaching would otherwise read the whole table for, while readers wait.
alter table {copy} add check (run_day >= {first} and run_day < {past});

-- name: take_out
-- The old table stops being a partition: from here on readers wait for the commit.
alter table {parent} detach partition {name};

-- name: put_in
-- The copy takes its place.
alter table {parent} attach partition {copy} for values from ({first}) to ({past});

-- name: rename
-- The copy is called as partitions are.
alter table {copy} rename to {name};
