-- name: list_pair
-- Two runs of one project of a tenant, with no more than tells them from others and where their results are.
select r.project_id, r.run_id, r.run_day, r.number, r.kind, r.verdict, r.name, r.environment, r.test_type, r.branch,
       r.commit_sha, r.started_at, r.is_complete
from project p
join run r on r.project_id = p.project_id
where p.org_id = %(org_id)s
  and (%(project_ids)s::bigint[] is null or p.project_id = any(%(project_ids)s))
  and r.project_id = %(project_id)s and r.run_id in (%(first)s, %(second)s);
