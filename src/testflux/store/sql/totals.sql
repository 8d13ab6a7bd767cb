-- name: add_day_total
-- One run more in its day. Histograms are added element by element; an empty one is all zeros.
insert into day_total as old (project_id, run_day, kind, name, environment, branch, test_type, runs, passed, failed,
                              broken, skipped, flaky, duration_sum_ms, run_duration_sum_ms, duration_histogram)
select project_id, run_day, kind, name, environment, branch, test_type, 1, passed, failed, broken, skipped, flaky,
       duration_sum_ms, duration_ms, duration_histogram
from run
where project_id = %(project_id)s and run_id = %(run_id)s
on conflict (project_id, run_day, kind, name, environment, branch, test_type) do update
set runs = old.runs + 1,
    passed = old.passed + excluded.passed,
    failed = old.failed + excluded.failed,
    broken = old.broken + excluded.broken,
    skipped = old.skipped + excluded.skipped,
    flaky = old.flaky + excluded.flaky,
    duration_sum_ms = old.duration_sum_ms + excluded.duration_sum_ms,
    run_duration_sum_ms = old.run_duration_sum_ms + excluded.run_duration_sum_ms,
    duration_histogram = array(
        select coalesce(a, 0) + coalesce(b, 0)
        from unnest(old.duration_histogram, excluded.duration_histogram) with ordinality as h (a, b, position)
        order by position
    );

-- name: subtract_day_total
-- One run less in its day.
update day_total d
set runs = d.runs - 1,
    passed = d.passed - r.passed,
    failed = d.failed - r.failed,
    broken = d.broken - r.broken,
    skipped = d.skipped - r.skipped,
    flaky = d.flaky - r.flaky,
    duration_sum_ms = d.duration_sum_ms - r.duration_sum_ms,
    run_duration_sum_ms = d.run_duration_sum_ms - r.duration_ms,
    duration_histogram = array(
        select coalesce(a, 0) - coalesce(b, 0)
        from unnest(d.duration_histogram, r.duration_histogram) with ordinality as h (a, b, position)
        order by position
    )
from run r
where r.project_id = %(project_id)s and r.run_id = %(run_id)s
  and (d.project_id, d.run_day, d.kind, d.name, d.environment, d.branch, d.test_type)
    = (r.project_id, r.run_day, r.kind, r.name, r.environment, r.branch, r.test_type);

-- name: drop_empty
-- Days without a run left.
delete from day_total d
using run r
where r.project_id = %(project_id)s and r.run_id = %(run_id)s
  and d.project_id = r.project_id and d.run_day = r.run_day and d.runs = 0;

-- name: list_differences
-- Days and lanes whose totals are not what their runs add up to; where retention removed runs, nobody can tell.
with counted as (
    select project_id, run_day, kind, name, environment, branch, test_type, count(*) as runs, sum(passed) as passed,
           sum(failed) as failed, sum(broken) as broken, sum(skipped) as skipped, sum(flaky) as flaky,
           sum(duration_sum_ms) as duration_sum_ms, sum(duration_ms) as run_duration_sum_ms,
           sum((select coalesce(sum(h), 0) from unnest(duration_histogram) as h)) as in_histogram
    from run
    where run_day >= %(since)s
      and run_day >= (select coalesce(p.results_kept_from, '-infinity') from project p where p.project_id = run.project_id)
    group by project_id, run_day, kind, name, environment, branch, test_type
)
select project_id, run_day, kind, name, environment, branch, test_type,
       coalesce(d.runs, 0) as runs_kept, coalesce(c.runs, 0) as runs_counted
from (
    select d.* from day_total d join project p using (project_id)
    where d.run_day >= %(since)s and d.run_day >= coalesce(p.results_kept_from, '-infinity')
) d
full join counted c using (project_id, run_day, kind, name, environment, branch, test_type)
where (d.runs, d.passed, d.failed, d.broken, d.skipped, d.flaky, d.duration_sum_ms, d.run_duration_sum_ms,
       (select coalesce(sum(h), 0) from unnest(d.duration_histogram) as h))
    is distinct from
      (c.runs, c.passed, c.failed, c.broken, c.skipped, c.flaky, c.duration_sum_ms, c.run_duration_sum_ms,
       c.in_histogram)
order by project_id, run_day;
