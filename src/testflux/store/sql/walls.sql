-- name: lock_wall
-- Replicas that start together raise it one after the other.
select pg_advisory_xact_lock(7368741907);

-- name: make_role
-- The role of API transactions: it owns nothing, so row-level security binds it. A cluster has it once, for all databases.
do $$
begin
    if to_regrole('testflux_tenant') is null then
        create role testflux_tenant nologin;
    end if;
exception
    when duplicate_object or unique_violation then null;  -- another database of the cluster was first
end
$$;

-- name: join_role
-- The server's own user may become it.
do $$
begin
    if not pg_has_role(current_user, 'testflux_tenant', 'member') then
        grant testflux_tenant to current_user;
    end if;
exception
    when unique_violation then null;  -- another database of the cluster was first
end
$$;

-- name: grant_tables
-- It may use every table; which rows, the policies say. Partitions are reached through their table, never by themselves.
do $$
declare
    here regclass;
begin
    for here in
        select c.oid from pg_class c
        where c.relnamespace = 'public'::regnamespace
          and c.relkind in ('r', 'p', 'v')
          and not c.relispartition
          and c.relname <> 'alembic_version'
          and not has_table_privilege('testflux_tenant', c.oid, 'delete')
    loop
        execute format('grant select, insert, update, delete on %s to testflux_tenant', here);
    end loop;
    for here in
        select c.oid from pg_class c
        where c.relnamespace = 'public'::regnamespace
          and case when c.relkind = 'S' then not has_sequence_privilege('testflux_tenant', c.oid, 'usage') else false end
    loop
        execute format('grant usage on sequence %s to testflux_tenant', here);
    end loop;
end
$$;

-- name: find_wall
-- Whether this user may become the tenants' role, and whether row-level security binds it as it is.
select coalesce(
           pg_has_role(current_user, to_regrole('testflux_tenant')::oid, 'member')
           and has_table_privilege(to_regrole('testflux_tenant')::oid, to_regclass('project')::oid, 'select')
           and (select relrowsecurity from pg_class where oid = to_regclass('project')),
           false
       ) as is_up,
       coalesce(row_security_active(to_regclass('project')::oid), false) as is_bound;

-- name: only_read
-- Until the transaction ends, which is with the statement behind this one, nothing can be written.
select set_config('transaction_read_only', 'on', true), set_config('plan_cache_mode', %(plans)s, true);

-- name: enter_wall
-- The same, and the role of tenants with the rows it may see: of an organisation, and of some of its projects, or (empty)
-- of all.
select set_config('transaction_read_only', 'on', true), set_config('plan_cache_mode', %(plans)s, true),
       set_config('role', 'testflux_tenant', true),
       set_config('testflux.org', %(org)s, true),
       set_config('testflux.projects', %(projects)s, true);
