-- name: list_totals
-- What runs add up to, per bucket of days. From the day totals, or from the runs themselves when a filter asks for what
-- the totals do not know (a label, a tool).
with source as (
    select run_day, runs::bigint as runs, passed, failed, broken, skipped, flaky, duration_sum_ms, run_duration_sum_ms
    from day_total
    where not %(by_run)s and project_id = any(%(project_ids)s::bigint[]) and run_day between %(first_day)s and %(last_day)s
      and (%(kind)s::text is null or kind = %(kind)s) and (%(branch)s::text is null or branch = %(branch)s)
      and (%(environment)s::text is null or environment = %(environment)s)
      and (%(type)s::text is null or test_type = %(type)s) and (%(name)s::text is null or name = %(name)s)
    union all
    select run_day, 1, passed, failed, broken, skipped, flaky, duration_sum_ms, duration_ms
    from run
    where %(by_run)s and project_id = any(%(project_ids)s::bigint[]) and run_day between %(first_day)s and %(last_day)s
      and (%(kind)s::text is null or kind = %(kind)s) and (%(branch)s::text is null or branch = %(branch)s)
      and (%(environment)s::text is null or environment = %(environment)s)
      and (%(type)s::text is null or test_type = %(type)s) and (%(name)s::text is null or name = %(name)s)
      and (%(labels)s::jsonb is null or labels @> %(labels)s) and (%(tool)s::text is null or tool_name = %(tool)s)
)
select date_trunc(%(interval)s, run_day::timestamp)::date as start, sum(runs)::bigint as runs,
       sum(passed)::bigint as passed, sum(failed)::bigint as failed, sum(broken)::bigint as broken,
       sum(skipped)::bigint as skipped, sum(flaky)::bigint as flaky,
       sum(duration_sum_ms)::bigint as duration_sum_ms, sum(run_duration_sum_ms)::bigint as run_duration_sum_ms
from source
group by 1
order by 1;

-- name: list_histograms
-- The durations of tests, per bucket of days: histograms merged element by element, chosen as in list_totals. 64 sums in
-- a row take a tenth of the time that unnesting, grouping and gathering again takes.
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
       array[
           sum(h[1]), sum(h[2]), sum(h[3]), sum(h[4]), sum(h[5]), sum(h[6]), sum(h[7]), sum(h[8]),
           sum(h[9]), sum(h[10]), sum(h[11]), sum(h[12]), sum(h[13]), sum(h[14]), sum(h[15]), sum(h[16]),
           sum(h[17]), sum(h[18]), sum(h[19]), sum(h[20]), sum(h[21]), sum(h[22]), sum(h[23]), sum(h[24]),
           sum(h[25]), sum(h[26]), sum(h[27]), sum(h[28]), sum(h[29]), sum(h[30]), sum(h[31]), sum(h[32]),
           sum(h[33]), sum(h[34]), sum(h[35]), sum(h[36]), sum(h[37]), sum(h[38]), sum(h[39]), sum(h[40]),
           sum(h[41]), sum(h[42]), sum(h[43]), sum(h[44]), sum(h[45]), sum(h[46]), sum(h[47]), sum(h[48]),
           sum(h[49]), sum(h[50]), sum(h[51]), sum(h[52]), sum(h[53]), sum(h[54]), sum(h[55]), sum(h[56]),
           sum(h[57]), sum(h[58]), sum(h[59]), sum(h[60]), sum(h[61]), sum(h[62]), sum(h[63]), sum(h[64])
       ]::bigint[] as histogram
from source
where cardinality(h) > 0
group by 1;

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
