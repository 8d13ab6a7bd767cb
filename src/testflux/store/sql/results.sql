-- name: find_tests
-- The numbers of tests by digest, and whether what is written down of them is old: they were last seen on an earlier day,
-- or this run is older than all they were seen in.
select digest, test_no,
       (last_seen_at at time zone 'UTC')::date < %(run_day)s or first_seen_at > %(started_at)s as is_stale
from test
where project_id = %(project_id)s and digest = any(%(digests)b);

-- name: take_test_numbers
-- The next numbers of a project, without gaps.
update project set next_test_no = next_test_no + %(count)s
where project_id = %(project_id)s
returning next_test_no - %(count)s as first;

-- name: make_seen_test
-- Where tests wait that were seen again.
create temporary table if not exists seen_test (test_no integer, source text, line integer, tags text[]) on commit drop;

-- name: save_seen
-- Tests as last reported, once a day: a run older than the last one only moves the beginning.
update test t
set first_seen_at = least(t.first_seen_at, %(started_at)s),
    last_seen_at = greatest(t.last_seen_at, %(started_at)s),
    source = case when %(started_at)s >= t.last_seen_at then s.source else t.source end,
    line = case when %(started_at)s >= t.last_seen_at then s.line else t.line end,
    tags = case when %(started_at)s >= t.last_seen_at then s.tags else t.tags end
from seen_test s
where t.project_id = %(project_id)s and t.test_no = s.test_no;

-- name: list_bad
-- The tests of a run that failed or broke.
select test_no from result_row
where project_id = %(project_id)s and run_day = %(run_day)s and run_id = %(run_id)s and is_final and status in (2, 3);

-- name: add_messages
-- Texts not seen before, in the order of their digests: two runs that add the same ones cannot deadlock.
insert into message (project_id, digest, text)
select %(project_id)s, m.digest, m.text
from unnest(%(digests)b::bytea[], %(texts)s::text[]) as m (digest, text)
order by m.digest
on conflict (project_id, digest) do nothing;

-- name: find_messages
-- The ids of texts.
select digest, message_id from message where project_id = %(project_id)s and digest = any(%(digests)b);

-- name: add_failures
-- Causes not seen before.
insert into failure (project_id, fingerprint, algorithm, cause, first_run_id, first_seen_at)
select %(project_id)s, f.fingerprint, %(algorithm)s, f.cause, %(run_id)s, %(started_at)s
from unnest(%(fingerprints)b::bytea[], %(causes)s::text[]) as f (fingerprint, cause)
order by f.fingerprint
on conflict (project_id, fingerprint, algorithm) do nothing;

-- name: find_failures
-- The ids of causes.
select fingerprint, failure_id
from failure
where project_id = %(project_id)s and fingerprint = any(%(fingerprints)b) and algorithm = %(algorithm)s;

-- name: save_first_failure
-- History that arrives late moves the first sight of a cause back.
update failure set first_run_id = %(run_id)s, first_seen_at = %(started_at)s
where project_id = %(project_id)s and fingerprint = any(%(fingerprints)b) and algorithm = %(algorithm)s
  and first_seen_at > %(started_at)s;
