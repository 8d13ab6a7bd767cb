-- name: find_page
-- Which runs a page of a list shows, over one or many projects. Each project gives its first few by index, then the
-- best of all win. SORT_KEY, SORT_TYPE and MOST are ours (run_list), never the caller's.
(
    select p.project_id, p.org_id, p.slug, p.name, p.is_sample
    from project p
    where true
      and (%(org_id)s::bigint is null or p.org_id = %(org_id)s)
      and (%(slug)s::text is null or p.slug = %(slug)s)
      and (%(project_ids)s::bigint[] is null or p.project_id = any(%(project_ids)s))
) as p
cross join lateral (
    select r.*, SORT_KEY as sort_key, null::bigint as place
    from run r
    where r.project_id = p.project_id
      and (%(kinds)s::text[] is null or r.kind = any(%(kinds)s))
      and (%(verdicts)s::text[] is null or r.verdict = any(%(verdicts)s))
      and (%(branches)s::text[] is null or r.branch = any(%(branches)s))
      and (%(environments)s::text[] is null or r.environment = any(%(environments)s))
      and (%(types)s::text[] is null or r.test_type = any(%(types)s))
      and (%(names)s::text[] is null or r.name = any(%(names)s))
      and (%(tools)s::text[] is null or r.tool_name = any(%(tools)s))
      and (%(commits)s::text[] is null or r.commit_sha like any(%(commits)s))
      and (%(labels)s::jsonb is null or r.labels @> %(labels)s)
      and (%(from)s::timestamptz is null or r.started_at >= %(from)s)
      and (%(to)s::timestamptz is null or r.started_at < %(to)s)
      and (%(is_starred)s::boolean is null or %(is_starred)s = exists (
          select from run_star s where s.project_id = r.project_id and s.run_id = r.run_id
      ))
      and (%(longer)s::float8 is null or r.duration_ms > %(longer)s)
      and (%(shorter)s::float8 is null or r.duration_ms < %(shorter)s)
      and (%(patterns)s::text[] is null
           or concat_ws(' ', '#' || r.number, r.name, r.branch, r.environment, r.test_type, r.commit_sha,
                        r.pull_request, r.tool_name, r.labels::text) ilike all(%(patterns)s))
      and (%(after_key)s::SORT_TYPE is null
           or (SORT_KEY, r.project_id, r.run_id) < (%(after_key)s::SORT_TYPE, %(after_project)s, %(after_run)s))
    order by SORT_KEY desc, r.run_id desc
    limit MOST
) as r;

-- name: find_given
-- The runs with these ids, in this order.
(
    select r.*, null as sort_key, given.place
    from unnest(%(project_ids)s::bigint[], %(run_ids)s::bigint[]) with ordinality as given (project_id, run_id, place)
    join run r on r.project_id = given.project_id and r.run_id = given.run_id
) as r
join project p on p.project_id = r.project_id;

-- name: read_runs
-- Some runs (WANTED is find_page or find_given) in their order, with what a list says of each.
select r.project_id, r.run_id, r.sort_key, r.number, r.kind, r.format, r.tool_name, r.tool_version, r.name,
       r.environment, r.test_type, r.branch, r.commit_sha, r.pull_request, r.ci_provider, r.build_url, r.labels,
       r.started_at, r.run_day, r.duration_ms, r.verdict, r.is_complete, r.local_times, r.warnings, r.totals,
       r.passed, r.failed, r.broken, r.skipped, r.flaky, r.new_failures, r.fixed, r.created_at, r.upload_id,
       r.rows_dropped_at, s.run_id is not null as is_starred,
       p.org_id, p.slug as project_slug, p.name as project_name, p.is_sample,
       b.run_id as baseline_run_id, b.number as baseline_number, b.run_day as baseline_day,
       b.started_at as baseline_started_at, b.commit_sha as baseline_commit,
       f.request_avg, f.request_p95, f.vus_max, f.iterations, f.checks_rate, f.requests
from WANTED
left join run_star s on s.project_id = r.project_id and s.run_id = r.run_id
left join run b on b.project_id = r.project_id and b.run_id = r.baseline_run_id
left join lateral (
    select max(m.avg) filter (where m.name = 'http_req_duration') as request_avg,
           max(m.p95) filter (where m.name = 'http_req_duration') as request_p95,
           max(coalesce(m.value, m.max)) filter (where m.name = 'vus_max') as vus_max,
           max(m.count) filter (where m.name = 'iterations') as iterations,
           max(100 * coalesce(m.passes / nullif(m.passes + m.fails, 0), m.rate, m.value))
               filter (where m.name = 'checks') as checks_rate,
           max(m.count) filter (where m.name = 'http_reqs') as requests
    from load_metric m
    where r.kind = 'load' and m.project_id = r.project_id and m.run_id = r.run_id and m.tags = ''
      and m.name in ('http_req_duration', 'vus_max', 'iterations', 'checks', 'http_reqs')
) f on true
order by IN_ORDER;

-- name: list_lane
-- The newest runs of a run's lane, itself included, from it back: history strips and streaks.
select run_id, run_day, number, verdict, kind, started_at, commit_sha, is_complete
from run
where project_id = %(project_id)s and kind = %(kind)s and name = %(name)s and environment = %(environment)s
  and branch = %(branch)s and (started_at, run_id) <= (%(started_at)s, %(run_id)s)
order by started_at desc, run_id desc
limit %(limit)s;

-- name: find_next
-- The run of the lane that came after this one.
select run_id, number
from run
where project_id = %(project_id)s and kind = %(kind)s and name = %(name)s and environment = %(environment)s
  and branch = %(branch)s and (started_at, run_id) > (%(started_at)s, %(run_id)s)
order by started_at, run_id
limit 1;

-- name: get_file
-- The report a run was read from.
select upload_id, file_name, size_bytes, blob_digest is not null as is_kept, files_dropped_at
from upload
where project_id = %(project_id)s and upload_id = %(upload_id)s;

-- name: list_facets
-- What occurs in the runs of a project, the hundred most frequent values of each.
with counted as (
    select case
               when grouping(kind) = 0 then 'kinds'
               when grouping(branch) = 0 then 'branches'
               when grouping(environment) = 0 then 'environments'
               when grouping(test_type) = 0 then 'types'
               when grouping(name) = 0 then 'names'
               else 'tools'
           end as facet,
           coalesce(kind, branch, environment, test_type, name, tool_name) as value,
           count(*) as count
    from run
    where project_id = %(project_id)s
    group by grouping sets ((kind), (branch), (environment), (test_type), (name), (tool_name))
    union all
    select 'labels', l.key || ':' || l.value, count(*)
    from run r
    cross join lateral jsonb_each_text(r.labels) as l
    where r.project_id = %(project_id)s
    group by 2
    union all
    select 'metrics', m.name, count(*)
    from load_metric m
    where m.project_id = %(project_id)s and m.tags = ''
    group by 2
), ranked as (
    select facet, value, count, row_number() over (partition by facet order by count desc, value) as place
    from counted
    where value <> ''
)
select facet, value, count from ranked where place <= 100 order by facet, place;

-- name: list_log
-- Execution errors and warnings of a run, part by part in the report's order, each with the test that logged it.
select l.level, l.text, l.is_html, l.logged_at, l.test_no, t.name as test_name
from run_log l
join run_part p on p.project_id = l.project_id and p.run_id = l.run_id and p.part_no = l.part_no
left join test t on t.project_id = l.project_id and t.test_no = l.test_no
where l.project_id = %(project_id)s and l.run_id = %(run_id)s
order by p.started_at, p.upload_id, l.position
offset %(offset)s
limit %(limit)s;
