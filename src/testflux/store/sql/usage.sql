-- name: lock_files
-- The same locks as `uploads.lock_blobs` takes, in the same order: nobody else adds or removes a use of these files.
with keys as materialized (
    select distinct hashtextextended(encode(f.digest, 'hex'), 0) & 1023 as key
    from unnest(%(digests)b::bytea[]) as f (digest)
    order by key
)
select pg_advisory_xact_lock(key) from keys;

-- name: sum_held
-- Of these files, the bytes that the project names, and those that any project of its organisation does.
select coalesce(sum(b.size_bytes) filter (
           where exists (select from upload u where u.blob_digest = b.digest and u.project_id = %(project_id)s)
              or exists (select from upload_file f where f.blob_digest = b.digest and f.project_id = %(project_id)s)
       ), 0)::bigint as project_bytes,
       coalesce(sum(b.size_bytes) filter (
           where exists (
               select from upload u join project p using (project_id)
               where u.blob_digest = b.digest
                 and p.org_id = (select org_id from project where project_id = %(project_id)s)
           ) or exists (
               select from upload_file f join project p using (project_id)
               where f.blob_digest = b.digest
                 and p.org_id = (select org_id from project where project_id = %(project_id)s)
           )
       ), 0)::bigint as org_bytes
from blob b
where b.digest = any(%(digests)b);

-- name: add_project_bytes
-- More (or less) bytes in a project.
insert into project_usage as u (project_id, file_bytes) values (%(project_id)s, %(more)s)
on conflict (project_id) do update set file_bytes = u.file_bytes + excluded.file_bytes;

-- name: add_org_bytes
-- More (or less) bytes in a project's organisation.
update org set file_bytes = file_bytes + %(more)s
where org_id = (select org_id from project where project_id = %(project_id)s);

-- name: add_bytes_of_org
-- More (or less) bytes in an organisation.
update org set file_bytes = file_bytes + %(more)s where org_id = %(org_id)s;

-- name: find_room
-- What a project and its organisation may hold, and hold.
select coalesce(p.quota_bytes, o.project_quota_bytes) as project_quota, coalesce(u.file_bytes, 0) as project_bytes,
       o.quota_bytes as org_quota, o.file_bytes as org_bytes
from project p
join org o using (org_id)
left join project_usage u using (project_id)
where p.project_id = %(project_id)s;

-- name: lock_counts
-- No count changes until this transaction ends; reading goes on.
lock table project_usage, org in share row exclusive mode;

-- name: list_differences
-- Projects and organisations whose bytes are not those of the files they name.
with named as (
    select project_id, blob_digest from upload where blob_digest is not null
    union
    select project_id, blob_digest from upload_file
), of_projects as (
    select n.project_id, sum(b.size_bytes)::bigint as bytes
    from named n join blob b on b.digest = n.blob_digest
    group by n.project_id
), of_orgs as (
    select n.org_id, sum(b.size_bytes)::bigint as bytes
    from (select distinct p.org_id, n.blob_digest from named n join project p using (project_id)) n
    join blob b on b.digest = n.blob_digest
    group by n.org_id
)
select p.project_id, null::bigint as org_id, coalesce(u.file_bytes, 0) as kept, coalesce(c.bytes, 0) as counted
from project p left join project_usage u using (project_id) left join of_projects c using (project_id)
where coalesce(u.file_bytes, 0) <> coalesce(c.bytes, 0)
union all
select null, o.org_id, o.file_bytes, coalesce(c.bytes, 0)
from org o left join of_orgs c using (org_id)
where o.file_bytes <> coalesce(c.bytes, 0);

-- name: measure
-- What each project takes up. A month's table is divided by what projects have in it, other tables by their runs.
-- Sizes come from the catalogue; run_day is in the names of the partitions.
with part as (
    select parent.relname as name, to_date(right(child.relname, 7), 'YYYY_MM') as month,
           pg_total_relation_size(child.oid) as bytes
    from pg_inherits i
    join pg_class parent on parent.oid = i.inhparent
    join pg_class child on child.oid = i.inhrelid
    where parent.relname in ('result_chunk', 'result_row', 'finding_seen', 'load_series')
      and parent.relnamespace = current_schema()::regnamespace and parent.relkind = 'p'
), sized as (
    select month, coalesce(sum(bytes) filter (where name = 'result_chunk'), 0) as chunks,
           coalesce(sum(bytes) filter (where name = 'result_row'), 0) as rows,
           coalesce(sum(bytes) filter (where name = 'finding_seen'), 0) as seen,
           coalesce(sum(bytes) filter (where name = 'load_series'), 0) as series
    from part group by month
), had as (
    select project_id, date_trunc('month', run_day)::date as month, count(*) as runs,
           sum(passed + failed + broken + skipped + flaky) as results,
           sum(failed + broken + skipped + flaky) filter (where rows_dropped_at is null) as rows,
           count(*) filter (where kind = 'security') as scans, count(*) filter (where kind = 'load') as loads
    from run group by 1, 2
), shared as (
    select h.project_id, h.runs, h.rows,
           coalesce(s.chunks * h.results / nullif(sum(h.results) over m, 0), 0)
           + coalesce(s.seen * h.scans / nullif(sum(h.scans) over m, 0), 0)
           + coalesce(s.series * h.loads / nullif(sum(h.loads) over m, 0), 0) as result_bytes,
           coalesce(s.rows * h.rows / nullif(sum(h.rows) over m, 0), 0) as row_bytes
    from had h left join sized s using (month)
    window m as (partition by h.month)
), summed as (
    select project_id, sum(runs) as runs, coalesce(sum(rows), 0) as rows, sum(result_bytes) as result_bytes,
           sum(row_bytes) as row_bytes, sum(sum(runs)) over () as all_runs, sum(sum(rows)) over () as all_rows
    from shared group by project_id
), others as (
    select pg_total_relation_size('run') + pg_total_relation_size('run_part') + pg_total_relation_size('test')
           + pg_total_relation_size('test_text') + pg_total_relation_size('finding') + pg_total_relation_size('keyword_count')
           + pg_total_relation_size('load_metric') + pg_total_relation_size('threshold')
           + pg_total_relation_size('load_check') + pg_total_relation_size('load_group') as of_runs,
           pg_total_relation_size('message') + pg_total_relation_size('failure')
           + pg_total_relation_size('run_log') as of_rows,
           pg_total_relation_size('day_total') as of_totals
), totalled as (
    select project_id, count(*) as days, sum(count(*)) over () as all_days from day_total group by project_id
)
select p.project_id, p.slug, p.name, p.quota_bytes,
       coalesce(s.result_bytes + o.of_runs * s.runs / nullif(s.all_runs, 0), 0)::bigint as result_bytes,
       coalesce(s.row_bytes + coalesce(o.of_rows * s.rows / nullif(s.all_rows, 0), 0), 0)::bigint as row_bytes,
       coalesce(u.file_bytes, 0) as file_bytes,
       coalesce(o.of_totals * t.days / nullif(t.all_days, 0), 0)::bigint as total_bytes
from project p
cross join others o
left join summed s using (project_id)
left join project_usage u using (project_id)
left join totalled t using (project_id)
where (%(org_id)s::bigint is null or p.org_id = %(org_id)s)
  and (%(project_ids)s::bigint[] is null or p.project_id = any(%(project_ids)s))
order by p.name, p.slug;

-- name: save_day
-- A day's sizes, once; measured again, the later ones hold.
insert into usage_day (project_id, day, result_bytes, row_bytes, file_bytes, total_bytes)
select project_id, %(day)s, result_bytes, row_bytes, file_bytes, total_bytes
from unnest(%(project_id)s::bigint[], %(result_bytes)s::bigint[], %(row_bytes)s::bigint[], %(file_bytes)s::bigint[],
            %(total_bytes)s::bigint[]) as m (project_id, result_bytes, row_bytes, file_bytes, total_bytes)
on conflict (project_id, day) do update
set result_bytes = excluded.result_bytes, row_bytes = excluded.row_bytes, file_bytes = excluded.file_bytes,
    total_bytes = excluded.total_bytes;

-- name: list_days
-- What the projects of an organisation took up, day by day.
select d.project_id, d.day, d.file_bytes, d.result_bytes + d.row_bytes + d.file_bytes + d.total_bytes as bytes
from usage_day d join project p using (project_id)
where p.org_id = %(org_id)s
  and d.day >= %(since)s
  and (%(project_ids)s::bigint[] is null or p.project_id = any(%(project_ids)s))
order by d.day, d.project_id;

-- name: get_org
-- What an organisation may hold, and holds.
select quota_bytes, project_quota_bytes, file_bytes from org where org_id = %(org_id)s;

-- name: save_org_quota
-- Null is no limit.
update org set quota_bytes = %(quota_bytes)s, project_quota_bytes = %(project_quota_bytes)s where org_id = %(org_id)s;

-- name: save_project_quota
-- Null is what the organisation says for each project.
update project set quota_bytes = %(quota_bytes)s where project_id = %(project_id)s;
