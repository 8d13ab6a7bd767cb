-- name: lock
-- One maker of partitions at a time, until its transaction ends; the number means nothing else.
select pg_advisory_xact_lock(7368741903);

-- name: list_partitions
-- Every partition of the given tables.
select child.relname as name
from pg_inherits i
join pg_class parent on parent.oid = i.inhparent
join pg_class child on child.oid = i.inhrelid
where parent.relname = any(%(tables)s)
  and parent.relnamespace = current_schema()::regnamespace
  and parent.relkind = 'p'
order by child.relname;

-- name: make_partition
-- A table as its parent is, not yet part of it.
create table {name} (like {parent} including defaults including constraints including generated);

-- name: keep_whole
-- Rows of up to half a page stay in one place, and are packed only when they are longer.
alter table {name} set (toast_tuple_target = 4080);

-- name: attach_partition
-- The table becomes its parent's partition, from a day on, up to but without another; indexes are made like the parent's.
alter table {parent} attach partition {name} for values from ({first}) to ({past});
