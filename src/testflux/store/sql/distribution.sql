-- name: list_tables
-- Every table of ours with the first columns of its primary key; partitions follow their parents.
select c.relname as name, a.attname as leads,
       array(select f.confrelid::regclass::text from pg_constraint f where f.conrelid = c.oid and f.contype = 'f')
           as refers_to
from pg_class c
join pg_index i on i.indrelid = c.oid and i.indisprimary
join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
  and c.relname !~ '^(procrastinate_|alembic_)'
order by c.relname;

-- name: find_extension
-- Whether the server has the extension, and whether this database uses it.
select exists (select from pg_available_extensions where name = 'citus') as is_there,
       exists (select from pg_extension where extname = 'citus') as is_used;

-- name: list_placed
-- What is distributed already, so that a plan that broke off goes on.
select table_name::text as name from citus_tables;

-- name: use_extension
-- The extension in this database.
create extension if not exists citus;

-- name: copy_everywhere
-- A small table that every query joins: a copy on every node.
select create_reference_table('TABLE_NAME');

-- name: spread_first
-- The first table by project: the others go where its rows are.
select create_distributed_table('TABLE_NAME', 'project_id', colocate_with => 'none');

-- name: spread
-- A table by project, its rows where the project's others are.
select create_distributed_table('TABLE_NAME', 'project_id', colocate_with => 'FIRST_NAME');

-- name: empty_coordinator
-- The rows that the coordinator still holds after they were copied to the nodes.
select truncate_local_data_after_distributing_table('TABLE_NAME');
