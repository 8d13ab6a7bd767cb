-- name: freeze
-- From here on this transaction sees the database as it is now, whatever others write.
set transaction isolation level repeatable read;

-- name: export_snapshot
-- A name under which pg_dump sees the same.
select pg_export_snapshot() as snapshot, current_setting('server_version_num')::int / 10000 as major;

-- name: list_tables
-- Every table with rows of its own: parts of partitioned ones are counted with the whole.
select c.relname as name
from pg_class c
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
order by c.relname;

-- name: count_rows
-- How many rows a table has.
select count(*) as rows from {table};

-- name: get_schema
-- Which migration the database is at.
select max(version_num) as version from alembic_version;

-- name: list_blobs
-- Every stored file that is named; what is just being removed is not.
select digest, size_bytes from blob where dropped_at is null order by digest;
