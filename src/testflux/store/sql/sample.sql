-- name: list_sample_projects
-- The projects that the sample history made.
select project_id, slug from project where org_id = %(org_id)s and is_sample order by project_id;

-- name: count_sample_uploads
-- How far the sample history is.
select count(*) filter (where u.status in ('stored', 'rejected')) as finished, count(*) as total
from upload u
join project p using (project_id)
where p.org_id = %(org_id)s and p.is_sample;
