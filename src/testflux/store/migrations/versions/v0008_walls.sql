-- The second wall: row-level security keeps every tenant's rows from all others.

alter table live_event add column project_id bigint;
alter view result set (security_invoker = true);

-- The second wall: an API transaction of a tenant runs as a role that owns nothing (store/walls.py), and sees the rows of
-- the organisation it names, and of the projects it names if it names any; none when it names nothing. Owners pass.
-- Outside of it: tables of people (app_user, sign_in and the like belong to no single organisation) and of the house.
do $$
declare
    here record;
    mine constant text := '(select nullif(current_setting(''testflux.org'', true), '''')::bigint)';
    few constant text := '(select nullif(current_setting(''testflux.projects'', true), '''')::bigint[])::bigint[]';
begin
    for here in
        select c.oid::regclass as name,
               bool_or(a.attname = 'org_id') as has_org,
               bool_or(a.attname = 'project_id') as has_project
        from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname in ('org_id', 'project_id')
        where c.relnamespace = 'public'::regnamespace
          and c.relkind in ('r', 'p')
          and not c.relispartition
          and c.relname <> 'sign_in'
        group by c.oid
    loop
        execute format('alter table %s enable row level security', here.name);
        execute format('create policy tenant on %s using (%s)', here.name, case
            when here.name = 'project'::regclass
                then format('org_id = %s and coalesce(project_id = any (%s), true)', mine, few)
            when here.name = 'live_event'::regclass
                then format('org_id = %s and coalesce(project_id = any (%s), true)', mine, few)
            when here.has_org then format('org_id = %s', mine)
            else 'project_id in (select p.project_id from project p)'
        end);
    end loop;
end
$$;
