-- name: list_lately
-- The results of the newest runs of a branch since a day, for numpy to read: a row some runs, with their chunks one behind
-- the other, and what each chunk is: of which of these runs, of which bucket, and so on; a count below 0 is that of a
-- chunk whose tests are named in `slots`. Runs are counted lane behind lane, from old to new.
with recent as materialized (
    select run_id, run_day, row_number() over (order by name, environment, branch, started_at, run_id) - 1 as place,
           dense_rank() over (order by name, environment, branch) as lane
    from (
        select run_id, run_day, started_at, name, environment, branch
        from run
        where project_id = %(project_id)s and kind = 'functional' and branch = any(%(branches)s::text[])
          and run_day >= %(since)s and started_at >= %(since)s::timestamp at time zone 'UTC'
        order by started_at desc, run_id desc
        limit %(limit)s
    ) newest
)
select b.first, b.lanes, c.*
from (
    select min(place) as first, array_agg(lane order by place) as lanes from recent group by place / %(at_once)s
) b
cross join lateral (
    select array_send(array_agg((r.place - b.first)::integer)) as runs, array_send(array_agg(c.bucket)) as buckets,
           array_send(array_agg(case when c.slots is null then length(c.status) else -length(c.status) end)) as counts,
           array_send(array_agg(SIZE)) as sizes, string_agg(array_send(c.slots), ''::bytea) as slots,
           string_agg(PACKED, ''::bytea) as packed
    from recent r
    join result_chunk c on c.project_id = %(project_id)s and c.run_day >= %(since)s and c.run_day = r.run_day
        and c.run_id = r.run_id
    where r.place between b.first and b.first + %(at_once)s - 1
) c;
