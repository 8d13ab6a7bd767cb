-- name: make_new_rule
-- Where the rules of a scan wait.
create temporary table if not exists new_rule (
    rule text, name text, cwe integer, wasc integer, description text, solution text, reference_urls text[], tags jsonb
) on commit drop;

-- name: save_rules
-- Rules as the newest scan words them; those that say the same are not written again.
insert into finding_rule as old (project_id, rule, name, cwe, wasc, description, solution, reference_urls, tags)
select %(project_id)s, rule, name, cwe, wasc, description, solution, reference_urls, tags
from new_rule
order by rule
on conflict (project_id, rule) do update
set name = excluded.name, cwe = excluded.cwe, wasc = excluded.wasc, description = excluded.description,
    solution = excluded.solution, reference_urls = excluded.reference_urls, tags = excluded.tags
where (old.name, old.cwe, old.wasc, old.description, old.solution, old.reference_urls, old.tags)
    is distinct from (excluded.name, excluded.cwe, excluded.wasc, excluded.description, excluded.solution,
                      excluded.reference_urls, excluded.tags);

-- name: find_findings
-- The numbers of findings by digest.
select digest, finding_no
from finding
where project_id = %(project_id)s and digest = any(%(digests)b) and algorithm = %(algorithm)s;

-- name: take_finding_numbers
-- The next numbers of a project, without gaps.
update project set next_finding_no = next_finding_no + %(count)s
where project_id = %(project_id)s
returning next_finding_no - %(count)s as first;

-- name: save_seen
-- When findings were first and last seen; history that arrives late moves the beginning.
update finding
set first_run_id = case when %(started_at)s < first_seen_at then %(run_id)s else first_run_id end,
    first_seen_at = least(first_seen_at, %(started_at)s),
    last_seen_at = greatest(last_seen_at, %(started_at)s)
where project_id = %(project_id)s and digest = any(%(digests)b) and algorithm = %(algorithm)s
  and not (%(started_at)s between first_seen_at and last_seen_at);

-- name: list_seen
-- What a scan saw.
select finding_no, severity, confidence
from finding_seen
where project_id = %(project_id)s and run_day = %(run_day)s and run_id = %(run_id)s;

-- name: list_seen_before
-- Which of some findings any earlier scan of a lane saw; the partitions after the scan's day cannot hold one.
select distinct s.finding_no
from finding_seen s
join run r on r.project_id = s.project_id and r.run_id = s.run_id
where s.project_id = %(project_id)s and s.finding_no = any(%(numbers)s)
  and s.run_day between %(since)s and %(run_day)s
  and r.kind = 'security' and r.name = %(name)s and r.environment = %(environment)s and r.branch = any(%(branches)s)
  and r.started_at < %(started_at)s;
