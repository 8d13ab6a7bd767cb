-- name: list_projects
-- A page of projects by name, with how much they hold.
select p.project_id, p.slug, p.name, p.description, p.default_branch, p.is_sample, p.created_at, p.change_count,
       coalesce(r.run_count, 0) as run_count, p.next_test_no as test_count, r.last_run_at
from project p
left join lateral (
    select count(*) as run_count, max(started_at) as last_run_at from run where project_id = p.project_id
) r on true
where p.org_id = %(org_id)s
  and (%(project_ids)s::bigint[] is null or p.project_id = any(%(project_ids)s))
  and (%(after_name)s::text is null or (p.name, p.slug) > (%(after_name)s, %(after_slug)s))
order by p.name, p.slug
limit %(limit)s;

-- name: get_project
-- One project, with how much it holds.
select p.project_id, p.slug, p.name, p.description, p.default_branch, p.is_sample, p.created_at, p.change_count,
       coalesce(r.run_count, 0) as run_count, p.next_test_no as test_count, r.last_run_at
from project p
left join lateral (
    select count(*) as run_count, max(started_at) as last_run_at from run where project_id = p.project_id
) r on true
where p.org_id = %(org_id)s
  and p.slug = %(slug)s
  and (%(project_ids)s::bigint[] is null or p.project_id = any(%(project_ids)s));

-- name: list_ids
-- Slugs as ids, with how often each has changed; no slugs means every project that the tenant may see.
select project_id, slug, change_count from project
where org_id = %(org_id)s
  and (%(slugs)s::text[] is null or slug = any(%(slugs)s))
  and (%(project_ids)s::bigint[] is null or project_id = any(%(project_ids)s))
order by project_id;

-- name: find_owned
-- Does the tenant have this project?
select project_id, slug, name, default_branch, is_sample, change_count
from project
where org_id = %(org_id)s
  and project_id = %(project_id)s
  and (%(project_ids)s::bigint[] is null or project_id = any(%(project_ids)s));

-- name: add_project
-- Nothing comes back when the slug is taken.
insert into project (org_id, slug, name, description, default_branch, is_sample)
values (%(org_id)s, %(slug)s, %(name)s, %(description)s, %(default_branch)s, %(is_sample)s)
on conflict (org_id, slug) do nothing
returning project_id;

-- name: save_project
-- Null leaves a column as it is. Answers that show the project or its branch are made anew.
update project
set name = coalesce(%(name)s, name),
    description = coalesce(%(description)s, description),
    default_branch = coalesce(%(default_branch)s, default_branch),
    change_count = change_count + 1
where org_id = %(org_id)s and slug = %(slug)s;

-- name: lock_uploads
-- No upload of the project is processed from here on.
select upload_id from upload where project_id = %(project_id)s order by upload_id for update;

-- name: lock_project
-- No run of the project is stored from here on.
select project_id from project where project_id = %(project_id)s for update;

-- name: list_digests
-- Every file of a project.
select blob_digest from upload where project_id = %(project_id)s and blob_digest is not null
union
select blob_digest from upload_file where project_id = %(project_id)s;

-- name: drop_rows_of
-- Everything of a project in one table; TENANT_TABLE is one of ours, never the caller's.
delete from TENANT_TABLE where project_id = %(project_id)s;

-- name: find_place
-- Whose a project is, for what the worker writes down about it.
select org_id, slug from project where project_id = %(project_id)s;
