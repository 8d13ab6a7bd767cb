-- name: get_version
-- Which PostgreSQL answers.
select current_setting('server_version') as version;

-- name: list_set_aside
-- Uploads that TestFlux itself failed on, by project; an index holds just them.
select p.slug, p.name, count(*) as uploads
from upload u join project p using (project_id)
where u.status = 'rejected' and u.error ->> 'code' = 'internal'
group by p.slug, p.name
order by uploads desc, p.slug
limit 20;

-- name: get_sizes
-- How large the whole is. Files are counted where they come and go; a long list of uploads is not counted each time.
select pg_database_size(current_database()) as database_bytes,
       (select coalesce(sum(file_bytes), 0)::bigint from org) as file_bytes,
       (select case when c.reltuples >= 100000 then c.reltuples::bigint else (select count(*) from upload) end
        from pg_class c where c.oid = 'upload'::regclass) as uploads;

-- name: list_tables
-- How large the tables are with their indexes, by what they are about; a month's partition goes with its table.
select case
           when name like 'procrastinate%%' then 'queue'
           when name in ('upload', 'upload_file', 'blob') then 'uploads'
           when name like 'load\_%%' or name = 'threshold' then 'load'
           when name like 'finding%%' then 'findings'
           when name in ('test', 'test_text', 'failure', 'message', 'keyword_count') or name like 'result\_%%' then 'results'
           when name in ('run', 'run_part', 'run_star', 'run_log', 'day_total') then 'runs'
           when name like 'deliver%%' then 'deliveries'
           else 'other'
       end as "group",
       sum(bytes)::bigint as bytes
from (
    select coalesce(parent.relname, c.relname)::text as name, pg_total_relation_size(c.oid) as bytes
    from pg_class c
    left join pg_inherits i on i.inhrelid = c.oid
    left join pg_class parent on parent.oid = i.inhparent
    where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r'
) t
group by 1
order by bytes desc, 1;

-- name: get_started
-- Since when the database server runs.
select pg_postmaster_start_time() as started_at;

-- name: get_place
-- What no other database, and no copy of this one restored from a backup or to another point in time, has in common.
select concat_ws('-', s.system_identifier, c.timeline_id, d.oid, 'project'::regclass::oid) as place
from pg_control_system() s, pg_control_checkpoint() c, pg_database d
where d.datname = current_database();
