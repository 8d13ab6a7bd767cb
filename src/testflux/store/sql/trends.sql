-- name: list_totals
-- What runs add up to, per bucket of days. From the day totals, or from the runs themselves when a filter asks for what
-- the totals do not know (a label, a tool).
with source as (
    select run_day, kind, runs::bigint as runs, passed, failed, broken, skipped, flaky, duration_sum_ms, run_duration_sum_ms
    from day_total
    where not %(by_run)s and project_id = any(%(project_ids)s::bigint[]) and run_day between %(first_day)s and %(last_day)s
      and (%(kind)s::text is null or kind = %(kind)s) and (%(branch)s::text is null or branch = %(branch)s)
      and (%(environment)s::text is null or environment = %(environment)s)
      and (%(type)s::text is null or test_type = %(type)s) and (%(name)s::text is null or name = %(name)s)
    union all
    select run_day, kind, 1, passed, failed, broken, skipped, flaky, duration_sum_ms, duration_ms
    from run
    where %(by_run)s and project_id = any(%(project_ids)s::bigint[]) and run_day between %(first_day)s and %(last_day)s
      and (%(kind)s::text is null or kind = %(kind)s) and (%(branch)s::text is null or branch = %(branch)s)
      and (%(environment)s::text is null or environment = %(environment)s)
      and (%(type)s::text is null or test_type = %(type)s) and (%(name)s::text is null or name = %(name)s)
      and (%(labels)s::jsonb is null or labels @> %(labels)s) and (%(tool)s::text is null or tool_name = %(tool)s)
)
select date_trunc(%(interval)s, run_day::timestamp)::date as start, sum(runs)::bigint as runs,
       coalesce(sum(runs) filter (where kind = 'security'), 0)::bigint as scans,
       coalesce(sum(runs) filter (where kind = 'load'), 0)::bigint as load_tests,
       sum(passed)::bigint as passed, sum(failed)::bigint as failed, sum(broken)::bigint as broken,
       sum(skipped)::bigint as skipped, sum(flaky)::bigint as flaky,
       sum(duration_sum_ms)::bigint as duration_sum_ms, sum(run_duration_sum_ms)::bigint as run_duration_sum_ms
from source
group by 1
order by 1;

-- name: list_histograms
-- The durations of tests, per bucket of days: histograms one behind the other, for numpy to add up, chosen as in
-- list_totals. To send them takes half as long as 64 sums in a row.
with source as (
    select run_day, duration_histogram as h
    from day_total
    where not %(by_run)s and project_id = any(%(project_ids)s::bigint[]) and run_day between %(first_day)s and %(last_day)s
      and (%(kind)s::text is null or kind = %(kind)s) and (%(branch)s::text is null or branch = %(branch)s)
      and (%(environment)s::text is null or environment = %(environment)s)
      and (%(type)s::text is null or test_type = %(type)s) and (%(name)s::text is null or name = %(name)s)
    union all
    select run_day, duration_histogram::bigint[]
    from run
    where %(by_run)s and project_id = any(%(project_ids)s::bigint[]) and run_day between %(first_day)s and %(last_day)s
      and (%(kind)s::text is null or kind = %(kind)s) and (%(branch)s::text is null or branch = %(branch)s)
      and (%(environment)s::text is null or environment = %(environment)s)
      and (%(type)s::text is null or test_type = %(type)s) and (%(name)s::text is null or name = %(name)s)
      and (%(labels)s::jsonb is null or labels @> %(labels)s) and (%(tool)s::text is null or tool_name = %(tool)s)
)
select date_trunc(%(interval)s, run_day::timestamp)::date as start,
       string_agg(array_send(h), ''::bytea) as histograms
from source
where cardinality(h) > 0
group by 1
order by 1;

-- name: list_findings
-- Open findings per bucket of days: the last whole scan of each lane in the bucket, added up.
select start, sum(findings_high)::bigint as high, sum(findings_medium)::bigint as medium,
       sum(findings_low)::bigint as low, sum(findings_info)::bigint as informational
from (
    select distinct on (1, project_id, name, environment, branch)
           date_trunc(%(interval)s, run_day::timestamp)::date as start,
           findings_high, findings_medium, findings_low, findings_info
    from run
    where project_id = any(%(project_ids)s::bigint[]) and run_day between %(first_day)s and %(last_day)s
      and kind = 'security' and is_complete and (%(branch)s::text is null or branch = %(branch)s)
      and (%(environment)s::text is null or environment = %(environment)s)
      and (%(type)s::text is null or test_type = %(type)s) and (%(name)s::text is null or name = %(name)s)
      and (%(labels)s::jsonb is null or labels @> %(labels)s) and (%(tool)s::text is null or tool_name = %(tool)s)
    order by 1, project_id, name, environment, branch, started_at desc, run_id desc
) as last_scan
group by start;

-- name: list_load
-- The usual figures of load tests per bucket of days, averaged over its runs, and one figure of the caller's choice.
select date_trunc(%(interval)s, r.run_day::timestamp)::date as start,
       avg(m.avg) filter (where m.name = 'http_req_duration' and m.tags = '') as request_avg,
       avg(m.p95) filter (where m.name = 'http_req_duration' and m.tags = '') as request_p95,
       avg(coalesce(m.value, m.max)) filter (where m.name = 'vus_max' and m.tags = '') as vus_max,
       avg(m.count) filter (where m.name = 'iterations' and m.tags = '') as iterations,
       avg(100 * coalesce(m.passes / nullif(m.passes + m.fails, 0), m.rate, m.value))
           filter (where m.name = 'checks' and m.tags = '') as checks_rate,
       avg((((to_jsonb(m) - array['project_id', 'run_id', 'name', 'tags', 'type', 'contains', 'others', 'histogram'])
             || m.others) ->> %(statistic)s::text)::float8)
           filter (where m.name = %(metric)s::text and m.tags = %(tags)s::text) as value
from run r
join load_metric m
    on m.project_id = r.project_id and m.run_id = r.run_id
    and (m.name = %(metric)s or m.name in ('http_req_duration', 'vus_max', 'iterations', 'checks'))
where r.project_id = any(%(project_ids)s::bigint[]) and r.run_day between %(first_day)s and %(last_day)s
  and r.kind = 'load' and (%(branch)s::text is null or r.branch = %(branch)s)
  and (%(environment)s::text is null or r.environment = %(environment)s)
  and (%(type)s::text is null or r.test_type = %(type)s) and (%(name)s::text is null or r.name = %(name)s)
  and (%(labels)s::jsonb is null or r.labels @> %(labels)s) and (%(tool)s::text is null or r.tool_name = %(tool)s)
group by 1;
