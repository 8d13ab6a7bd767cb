-- name: get_histograms
-- The durations of a run and of its day, which has none when the run is its first.
select r.duration_histogram as of_run, coalesce(d.duration_histogram, '') as of_day
from run r
left join day_total d
    on (d.project_id, d.run_day, d.kind, d.name, d.environment, d.branch, d.test_type)
     = (r.project_id, r.run_day, r.kind, r.name, r.environment, r.branch, r.test_type)
where r.project_id = %(project_id)s and r.run_id = %(run_id)s;

-- name: add_day_total
-- One run more in its day.
insert into day_total as old (project_id, run_day, kind, name, environment, branch, test_type, runs, passed, failed,
                              broken, skipped, flaky, duration_sum_ms, run_duration_sum_ms, duration_histogram)
select project_id, run_day, kind, name, environment, branch, test_type, 1, passed, failed, broken, skipped, flaky,
       duration_sum_ms, duration_ms, %(duration_histogram)s::bytea
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
    duration_histogram = excluded.duration_histogram;

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
    duration_histogram = %(duration_histogram)s
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
with both_sides as (
    select project_id, run_day, kind, name, environment, branch, test_type, 1 as sign, runs, passed, failed, broken,
           skipped, flaky, duration_sum_ms, run_duration_sum_ms, duration_histogram
    from day_total
    union all
    select project_id, run_day, kind, name, environment, branch, test_type, -1, 1, passed, failed, broken,
           skipped, flaky, duration_sum_ms, duration_ms, duration_histogram
    from run
)
select project_id, run_day, kind, name, environment, branch, test_type,
       coalesce(sum(runs) filter (where sign = 1), 0)::bigint as runs_kept,
       coalesce(sum(runs) filter (where sign = -1), 0)::bigint as runs_counted
from both_sides
join (select project_id, results_kept_from from project) as p using (project_id)
cross join lateral (
    select coalesce(sum(get_byte(duration_histogram, place)::bigint << 8 * (width - 1 - place %% width)), 0) as tests
    from (select length(duration_histogram) / 64 as width) as w cross join generate_series(0, 64 * width - 1) as place
) as h
where run_day >= %(since)s and run_day >= coalesce(p.results_kept_from, '-infinity')
group by project_id, run_day, kind, name, environment, branch, test_type
having (sum(sign * runs), sum(sign * passed), sum(sign * failed), sum(sign * broken), sum(sign * skipped),
        sum(sign * flaky), sum(sign * duration_sum_ms), sum(sign * run_duration_sum_ms), sum(sign * tests))
    <> (0, 0, 0, 0, 0, 0, 0, 0, 0)
order by project_id, run_day;
