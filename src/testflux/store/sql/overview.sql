-- name: find_branch
-- What a project's front page looks at: its default branch (and runs without one), or where its newest run was if the
-- default branch has none.
select branch
from (
    (select branch, 1 as choice, started_at from run
     where project_id = %(project_id)s and branch in (%(default_branch)s, '')
     order by started_at desc limit 1)
    union all
    (select branch, 2, started_at from run where project_id = %(project_id)s order by started_at desc limit 1)
) as newest
order by choice
limit 1;

-- name: find_front
-- A project by slug with its newest runs on those branches (see find_branch), as arrays, newest first: one round trip for
-- what every page of it begins with.
select p.project_id, p.change_count, b.branches, r.run_id, r.run_day, r.number, r.started_at
from project p
cross join lateral (
    select case
               when n.branch <> all(array[p.default_branch, '']) then array[n.branch]
               else array[p.default_branch, '']
           end as branches
    from (select) one left join lateral (FIND_BRANCH) n on true
    offset 0
) b
cross join lateral (
    select array_agg(run_id) as run_id, array_agg(run_day) as run_day, array_agg(number) as number,
           array_agg(started_at) as started_at
    from (
        select run_id, run_day, number, started_at
        from run
        where project_id = p.project_id and kind = 'functional' and branch = any(b.branches)
        order by started_at desc, run_id desc
        limit %(limit)s
    ) newest
) r
where p.org_id = %(org_id)s
  and p.slug = %(slug)s
  and (%(project_ids)s::bigint[] is null or p.project_id = any(%(project_ids)s));

-- name: list_strip
-- The newest runs of a branch, newest first.
select run_id, run_day, number, verdict, kind, started_at
from run
where project_id = %(project_id)s and branch = any(%(branches)s::text[])
order by started_at desc, run_id desc
limit %(limit)s;

-- name: list_lanes
-- The newest run of each lane of a branch since a day; `place` 1 is the newest, 2 the one before, up to the limit.
select *
from (
    select r.project_id, r.run_id, r.run_day, r.number, r.kind, r.name, r.environment, r.branch, r.verdict, r.is_complete,
           r.started_at, r.duration_ms, r.passed, r.failed, r.broken, r.skipped, r.flaky,
           r.findings_high, r.findings_medium, r.findings_low, r.findings_info, m.p95,
           row_number() over (
               partition by r.kind, r.name, r.environment, r.branch order by r.started_at desc, r.run_id desc
           ) as place
    from run r
    left join load_metric m
        on r.kind = 'load' and m.project_id = r.project_id and m.run_id = r.run_id
        and m.name = 'http_req_duration' and m.tags = ''
    where r.project_id = %(project_id)s and r.branch = any(%(branches)s::text[]) and r.run_day >= %(first_day)s
) as ranked
where place <= %(limit)s
order by started_at desc, run_id desc;

-- name: list_pass_rates
-- The share of tests that passed, per day.
select run_day, 100.0 * sum(passed + flaky) / nullif(sum(passed + failed + broken + flaky), 0) as pass_rate
from day_total
where project_id = %(project_id)s and run_day between %(first_day)s and %(last_day)s
  and kind = 'functional' and branch = any(%(branches)s::text[])
group by run_day;

-- name: list_slowest
-- The tests of a run that took longest.
select test_no, duration_ms
from result
where project_id = %(project_id)s and run_day = %(run_day)s and run_id = %(run_id)s and status in ('passed', 'flaky')
order by duration_ms desc
limit %(limit)s;

-- name: list_names
-- What tests are called, all in one row: a third less to read than a row for each.
select array_agg(test_no) as test_nos, json_agg(suite) as suites, array_agg(name) as names
from test
where project_id = %(project_id)s and test_no = any(%(test_nos)s::integer[]);

-- name: find_last_green
-- The newest run of a lane that passed, up to a run.
select run_id, number, started_at
from run
where project_id = %(project_id)s and kind = %(kind)s and name = %(name)s and environment = %(environment)s
  and branch = %(branch)s and verdict = 'passed' and (started_at, run_id) <= (%(started_at)s, %(run_id)s)
order by started_at desc, run_id desc
limit 1;

-- name: list_commits
-- The commits of a lane's runs after one run, up to another, newest first.
select commit_sha
from run
where project_id = %(project_id)s and kind = %(kind)s and name = %(name)s and environment = %(environment)s
  and branch = %(branch)s and (started_at, run_id) > (%(after)s, %(after_run)s)
  and (started_at, run_id) <= (%(started_at)s, %(run_id)s)
  and commit_sha <> ''
group by commit_sha
order by max(started_at) desc, max(run_id) desc
limit 50;
