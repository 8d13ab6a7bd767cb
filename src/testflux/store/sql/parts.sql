-- name: lock_project
-- Uploads that may join a run look for it one after the other; whatever they find, the project changes.
update project set change_count = change_count + 1 where project_id = %(project_id)s;

-- name: find_run
-- The newest run that an upload of the same CI run belongs to: its name was given, not read from the report.
select r.run_id, r.number, r.started_at, r.run_day, r.verdict, r.new_failures, p.parts
from run r
join upload u on u.project_id = r.project_id and u.upload_id = r.upload_id
cross join lateral (
    select count(*) as parts from run_part p where p.project_id = r.project_id and p.run_id = r.run_id
) p
where r.project_id = %(project_id)s and r.build_key = %(build_key)s and r.build_key <> '' and r.name = %(name)s
  and r.environment = %(environment)s and r.test_type = %(type)s and r.branch = %(branch)s
  and r.commit_sha = %(commit)s and r.kind = 'functional' and u.metadata ->> 'name' <> ''
  and r.rows_dropped_at is null
order by r.run_id desc
limit 1;

-- name: add_part
-- Another upload of a run.
insert into run_part (project_id, run_id, part_no, upload_id, format, tool_name, tool_version, started_at, duration_ms,
                      is_complete, local_times, warnings)
values (%(project_id)s, %(run_id)s, %(part_no)s, %(upload_id)s, %(format)s, %(tool_name)s, %(tool_version)s,
        %(started_at)s, %(duration_ms)s, %(is_complete)s, %(local_times)s, %(warnings)s);

-- name: list_parts
-- The uploads of a run in the order they started, each with what was said about it.
select p.part_no, p.upload_id, p.format, p.tool_name, p.tool_version, p.started_at, p.duration_ms, p.is_complete,
       p.local_times, p.warnings, u.file_name, u.metadata, u.blob_digest, u.size_bytes, u.files_dropped_at
from run_part p
join upload u on u.project_id = p.project_id and u.upload_id = p.upload_id
where p.project_id = %(project_id)s and p.run_id = %(run_id)s
order by p.started_at, p.upload_id;

-- name: move_chunks
-- The run began on an earlier day than was known: its results belong to that.
update result_chunk set run_day = %(first_day)s
where project_id = %(project_id)s and run_day = %(run_day)s and run_id = %(run_id)s;

-- name: move_rows
-- As `move_chunks`.
update result_row set run_day = %(first_day)s
where project_id = %(project_id)s and run_day = %(run_day)s and run_id = %(run_id)s;

-- name: move_tests
-- Tests first seen in the run are first seen when it began.
update test t
set first_seen_at = %(started_at)s
from result r
where r.project_id = %(project_id)s and r.run_day = %(first_day)s and r.run_id = %(run_id)s
  and t.project_id = %(project_id)s and t.test_no = r.test_no and t.first_seen_at > %(started_at)s;

-- name: move_failures
-- As `move_tests`, for causes.
update failure f
set first_run_id = %(run_id)s, first_seen_at = %(started_at)s
where f.project_id = %(project_id)s and f.first_seen_at > %(started_at)s
  and f.failure_id in (
      select failure_id from result_row
      where project_id = %(project_id)s and run_day = %(first_day)s and run_id = %(run_id)s
  );
