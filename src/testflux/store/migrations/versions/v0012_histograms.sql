-- 64 counts, each as wide as the largest needs (1, 2, 4 or 8 bytes), high byte first; no bytes where all are zero.
create function pg_temp.packed(counts bigint[]) returns bytea language sql immutable as $$
select coalesce(string_agg(substr(int8send(n), 9 - width), ''::bytea order by place), '')
from (
    select case when max(n) < 256 then 1 when max(n) < 65536 then 2 when max(n) < 4294967296 then 4 else 8 end as width
    from unnest(counts) as n
    having max(n) > 0
) as widest, unnest(counts) with ordinality as each (n, place)
$$;

alter table run
    alter column duration_histogram drop default,
    alter column duration_histogram type bytea using pg_temp.packed(duration_histogram),
    alter column duration_histogram set default '';

alter table day_total alter column duration_histogram type bytea using pg_temp.packed(duration_histogram);
alter table day_total add column sums bytea not null generated always as (
    date_send(run_day) || int4send(length(duration_histogram)) || int8send(runs) || int8send(passed) || int8send(failed)
    || int8send(broken) || int8send(skipped) || int8send(flaky) || int8send(duration_sum_ms)
    || int8send(run_duration_sum_ms)
) stored;

drop function pg_temp.packed;
