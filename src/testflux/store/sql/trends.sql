-- name: list_totals
-- What runs add up to, lane by lane of each day: from the day totals, or from the runs themselves when a filter asks for
-- what the totals do not know (a label, a tool). All in one row, one behind the other: as rows and columns, a year would
-- take five times as long. What `sums` holds is said in the schema.
with source as (
    select kind, sums, duration_histogram
    from day_total
    where not %(by_run)s and project_id = any(%(project_ids)s::bigint[]) and run_day between %(first_day)s and %(last_day)s
      and (%(kind)s::text is null or kind = %(kind)s) and (%(branch)s::text is null or branch = %(branch)s)
      and (%(environment)s::text is null or environment = %(environment)s)
      and (%(type)s::text is null or test_type = %(type)s) and (%(name)s::text is null or name = %(name)s)
    union all
    select kind,
           date_send(run_day) || int4send(length(duration_histogram)) || int8send(1) || int8send(passed)
           || int8send(failed) || int8send(broken) || int8send(skipped) || int8send(flaky) || int8send(duration_sum_ms)
           || int8send(duration_ms),
           duration_histogram
    from run
    where %(by_run)s and project_id = any(%(project_ids)s::bigint[]) and run_day between %(first_day)s and %(last_day)s
      and (%(kind)s::text is null or kind = %(kind)s) and (%(branch)s::text is null or branch = %(branch)s)
      and (%(environment)s::text is null or environment = %(environment)s)
      and (%(type)s::text is null or test_type = %(type)s) and (%(name)s::text is null or name = %(name)s)
      and (%(labels)s::jsonb is null or labels @> %(labels)s) and (%(tool)s::text is null or tool_name = %(tool)s)
)
select coalesce(string_agg(sums, ''::bytea), '') as sums,
       coalesce(string_agg(duration_histogram, ''::bytea), '') as histograms,
       coalesce(bool_or(kind = 'security'), false) as has_scans,
       coalesce(bool_or(kind = 'load'), false) as has_load_tests
from source;

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
