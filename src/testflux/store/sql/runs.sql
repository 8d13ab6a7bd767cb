-- name: take_number
-- The next run number of a project, with an id for the run; the row's lock makes runs of one project wait for each other.
update project
set next_run_number = next_run_number + 1, change_count = change_count + 1
where project_id = %(project_id)s
returning next_run_number - 1 as number, nextval(pg_get_serial_sequence('run', 'run_id')) as run_id;

-- name: find_baseline
-- The newest earlier run of a lane that can be compared with.
select run_id, number, started_at
from run
where project_id = %(project_id)s and kind = %(kind)s and name = %(name)s and environment = %(environment)s
  and branch = %(branch)s and (started_at, run_id) < (%(started_at)s, %(run_id)s)
  and is_complete and verdict <> 'empty'
order by started_at desc, run_id desc
limit 1;

-- name: add_run
-- The run itself, with its first part; its id was taken before, as everything else carries it.
with added as (
insert into run (project_id, run_id, number, upload_id, kind, format, tool_name, tool_version, name, environment,
                 test_type, branch, commit_sha, pull_request, ci_provider, build_url, build_key, labels, started_at,
                 run_day, duration_ms, verdict, is_complete, local_times, warnings, totals, passed, failed, broken,
                 skipped, flaky, duration_sum_ms, duration_histogram, findings_high, findings_medium, findings_low,
                 findings_info, baseline_run_id, new_failures, fixed)
overriding system value
values (%(project_id)s, %(run_id)s, %(number)s, %(upload_id)s, %(kind)s, %(format)s, %(tool_name)s, %(tool_version)s,
        %(name)s, %(environment)s, %(test_type)s, %(branch)s, %(commit_sha)s, %(pull_request)s, %(ci_provider)s,
        %(build_url)s, %(build_key)s, %(labels)s, %(started_at)s, %(run_day)s, %(duration_ms)s, %(verdict)s,
        %(is_complete)s, %(local_times)s, %(warnings)s, %(totals)s, %(passed)s, %(failed)s, %(broken)s, %(skipped)s,
        %(flaky)s, %(duration_sum_ms)s, %(duration_histogram)s, %(findings_high)s, %(findings_medium)s,
        %(findings_low)s, %(findings_info)s, %(baseline_run_id)s, %(new_failures)s, %(fixed)s)
returning project_id, run_id, upload_id, format, tool_name, tool_version, started_at, duration_ms, is_complete,
          local_times, warnings
)
insert into run_part (project_id, run_id, part_no, upload_id, format, tool_name, tool_version, started_at, duration_ms,
                      is_complete, local_times, warnings)
select project_id, run_id, 0, upload_id, format, tool_name, tool_version, started_at, duration_ms, is_complete,
       local_times, warnings
from added;

-- name: save_run
-- The run after another part of it arrived. Its number, name and build stay.
update run
set upload_id = %(upload_id)s, format = %(format)s, tool_name = %(tool_name)s, tool_version = %(tool_version)s,
    pull_request = %(pull_request)s, ci_provider = %(ci_provider)s, build_url = %(build_url)s, labels = %(labels)s,
    started_at = %(started_at)s, run_day = %(run_day)s, duration_ms = %(duration_ms)s, verdict = %(verdict)s,
    is_complete = %(is_complete)s, local_times = %(local_times)s, warnings = %(warnings)s, totals = %(totals)s,
    passed = %(passed)s, failed = %(failed)s, broken = %(broken)s, skipped = %(skipped)s, flaky = %(flaky)s,
    duration_sum_ms = %(duration_sum_ms)s, duration_histogram = %(duration_histogram)s,
    baseline_run_id = %(baseline_run_id)s, new_failures = %(new_failures)s, fixed = %(fixed)s,
    revision = revision + 1
where project_id = %(project_id)s and run_id = %(run_id)s;

-- name: find_file
-- The report of a run: its format, its file and how large that is.
select r.format, u.blob_digest, u.size_bytes
from run r join upload u on u.project_id = r.project_id and u.upload_id = r.upload_id
where r.project_id = %(project_id)s and r.run_id = %(run_id)s;
