-- name: list_outcomes
-- How tests went in some runs, for numpy to read: one row. The lanes of the runs, counted lane behind lane, from old to
-- new; and chunk by chunk, of which of these runs it is and what it holds.
with recent as materialized (
    select run_id, run_day,
           row_number() over (order by name, environment, branch, started_at, run_id)::integer - 1 as place,
           dense_rank() over (order by name, environment, branch)::integer as lane
    from (THESE_RUNS) these
)
select (select string_agg(int4send(lane), ''::bytea order by place) from recent) as lanes,
       string_agg(int4send(r.place), ''::bytea) as runs, CHUNKS
from recent r
join result_chunk c on c.project_id = %(project_id)s and c.run_day >= %(since)s and c.run_day = r.run_day
    and c.run_id = r.run_id;

-- name: list_longest
-- The results of these runs that took longest, and how many bytes of these are of each chunk: one row.
select string_agg(int4send(coalesce(length(c.longest), 0)), ''::bytea) as sizes,
       string_agg(c.longest, ''::bytea) as longest, CHUNKS
from (THESE_RUNS) r
join result_chunk c on c.project_id = %(project_id)s and c.run_day >= %(since)s and c.run_day = r.run_day
    and c.run_id = r.run_id;

-- name: list_durations
-- How long tests took in these runs: a row some runs.
with recent as materialized (
    select run_id, run_day, (row_number() over () - 1) / %(at_once)s as part from (THESE_RUNS) these
)
select c.*
from (select distinct part from recent) p
cross join lateral (
    select string_agg(int4send(length(c.durations)), ''::bytea) as sizes,
           string_agg(c.durations, ''::bytea) as durations, CHUNKS
    from recent r
    join result_chunk c on c.project_id = %(project_id)s and c.run_day >= %(since)s and c.run_day = r.run_day
        and c.run_id = r.run_id
    where r.part = p.part
) c;

-- name: newest_runs
-- The newest runs of some branches since a day.
select run_id, run_day, started_at, name, environment, branch
from run
where project_id = %(project_id)s and kind = 'functional' and branch = any(%(branches)s::text[])
  and run_day >= %(since)s and started_at >= %(since)s::timestamp at time zone 'UTC'
order by started_at desc, run_id desc
limit %(limit)s;

-- name: given_runs
-- Runs by number.
select run_id, run_day, started_at, name, environment, branch
from run
where project_id = %(project_id)s and run_id = any(%(run_ids)s::bigint[]);

-- name: chunks
-- Which results chunks hold, one chunk behind the other: the bucket, how many (below 0: `slots` names them), how many bytes
-- of `not_passed` are of it, and those.
string_agg(int4send(c.bucket), ''::bytea) as buckets,
string_agg(int4send(case when c.slots is null then length(c.status) else -length(c.status) end), ''::bytea) as counts,
string_agg(array_send(c.slots), ''::bytea) as slots,
string_agg(int4send(coalesce(length(c.not_passed), 0)), ''::bytea) as told,
string_agg(c.not_passed, ''::bytea) as not_passed;
