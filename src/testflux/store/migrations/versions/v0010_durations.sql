-- Durations are read a run or a test at a time: as bytes, the highest of all first, SQL reads one as fast as numpy reads all,
-- and they lie beside the statuses instead of behind a pointer.
drop view result;

do $$
declare
    month record;
begin
    for month in select inhrelid::regclass as name from pg_inherits where inhparent = 'result_chunk'::regclass loop
        execute format('alter table %s set (toast_tuple_target = 4080)', month.name);
    end loop;
end
$$;

create function pack_durations(durations integer[]) returns bytea
    language sql immutable parallel safe
    return (
        select string_agg(set_byte('\x00', 0, (each.ms >> 8 * plane) & 255), ''::bytea order by plane desc, each.place)
        from generate_series(0, case
                 when (select max(ms) from unnest(durations) as ms) < 1 << 8 then 0
                 when (select max(ms) from unnest(durations) as ms) < 1 << 16 then 1
                 when (select max(ms) from unnest(durations) as ms) < 1 << 24 then 2
                 else 3
             end) as plane
        cross join unnest(durations) with ordinality as each (ms, place)
    );
alter table result_chunk rename column duration_ms to durations;
alter table result_chunk alter column durations type bytea using pack_durations(durations);
alter table result_chunk alter column durations drop not null, alter column durations set not null;
drop function pack_durations;

create function duration_at(durations bytea, count integer, place integer) returns integer
    language sql immutable parallel safe
    return get_byte(durations, length(durations) - count + place)
        + case when length(durations) > count then get_byte(durations, length(durations) - 2 * count + place) << 8 else 0 end
        + case when length(durations) > 2 * count then get_byte(durations, length(durations) - 3 * count + place) << 16 else 0 end
        + case when length(durations) > 3 * count then get_byte(durations, place) << 24 else 0 end;

create view result with (security_invoker = true) as
select c.project_id, c.run_id, c.run_day,
       c.bucket * 1000 + coalesce(e.slot, e.place) as test_no,
       (array['passed', 'failed', 'broken', 'skipped', 'flaky'])[get_byte(opened.status, e.place)] as status,
       duration_at(opened.durations, length(opened.status), e.place) as duration_ms
from result_chunk c
cross join lateral (select c.status || ''::bytea as status, c.durations || ''::bytea as durations offset 0) opened
cross join lateral rows from (generate_series(0, length(c.status) - 1), unnest(c.slots)) as e (place, slot);
