-- name: list_org_ages
-- How many days an organisation keeps what; what is missing is kept for ever.
select kind, days from org_retention where org_id = %(org_id)s;

-- name: list_own
-- Where a project differs from its organisation; null days mean for ever.
select kind, days from project_retention where project_id = %(project_id)s;

-- name: list_owns
-- The same for every project of an organisation.
select r.project_id, r.kind, r.days
from project_retention r join project p using (project_id)
where p.org_id = %(org_id)s
  and (%(project_ids)s::bigint[] is null or p.project_id = any(%(project_ids)s));

-- name: drop_org_ages
-- Before the new ones are written.
delete from org_retention where org_id = %(org_id)s;

-- name: add_org_ages
-- The ages that an organisation sets.
insert into org_retention (org_id, kind, days)
select %(org_id)s, a.kind, a.days from unnest(%(kinds)s::text[], %(days)s::integer[]) as a (kind, days);

-- name: drop_own
-- Before the new ones are written.
delete from project_retention where project_id = %(project_id)s;

-- name: add_own
-- The ages that a project sets for itself.
insert into project_retention (project_id, kind, days)
select %(project_id)s, a.kind, a.days from unnest(%(kinds)s::text[], %(days)s::integer[]) as a (kind, days);

-- name: list_policies
-- What holds for each project: its own age where it has one (null for ever), else the organisation's.
select p.project_id, p.slug,
       max(case when own.kind is not null then own.days else o.days end) filter (where k.kind = 'results') as results,
       max(case when own.kind is not null then own.days else o.days end) filter (where k.kind = 'evidence') as evidence,
       max(case when own.kind is not null then own.days else o.days end) filter (where k.kind = 'rows') as rows,
       max(case when own.kind is not null then own.days else o.days end) filter (where k.kind = 'audit') as audit
from project p
cross join unnest(%(kinds)s::text[]) as k (kind)
left join project_retention own on own.project_id = p.project_id and own.kind = k.kind
left join org_retention o on o.org_id = p.org_id and o.kind = k.kind
where (%(org_id)s::bigint is null or p.org_id = %(org_id)s)
  and (%(project_ids)s::bigint[] is null or p.project_id = any(%(project_ids)s))
group by p.project_id, p.slug
order by p.project_id;

-- name: preview
-- What a night under these cut-offs would delete, one cut-off a project and kind.
with cut as (
    select * from unnest(%(project_ids)s::bigint[], %(results)s::date[], %(evidence)s::date[], %(rows)s::date[],
                         %(audit)s::date[]) as c (project_id, results, evidence, rows, audit)
), aged as (
    select r.project_id, r.run_id, r.run_day, r.run_day < cut.results as goes,
           r.run_day < cut.rows and r.rows_dropped_at is null as loses_rows,
           r.passed + r.failed + r.broken + r.skipped + r.flaky as results
    from run r join cut using (project_id)
    where r.run_day < greatest(cut.results, cut.evidence, cut.rows)
      and not exists (select from run_star s where s.project_id = r.project_id and s.run_id = r.run_id)
), emptied as (
    select u.project_id, u.upload_id, r.run_id, coalesce(r.run_day, (u.created_at at time zone 'UTC')::date) as day
    from upload u
    join cut using (project_id)
    left join run r on r.project_id = u.project_id and r.run_id = u.run_id
    where u.files_dropped_at is null and u.status in ('stored', 'rejected')
      and coalesce(r.run_day, (u.created_at at time zone 'UTC')::date) < cut.evidence
      and not exists (select from run_star s where s.project_id = u.project_id and s.run_id = u.run_id)
), named as (
    select u.blob_digest as digest, e.upload_id is not null as goes
    from upload u left join emptied e using (project_id, upload_id)
    where u.blob_digest is not null
    union all
    select f.blob_digest, e.upload_id is not null
    from upload_file f left join emptied e using (project_id, upload_id)
), unnamed as (
    select digest from named group by digest having bool_and(goes)
), lost as (
    select run_day from aged where goes or loses_rows
    union all
    select e.day from emptied e
    where e.run_id is not null and exists (
        select from upload u
        where u.project_id = e.project_id and u.upload_id = e.upload_id and u.blob_digest is not null
    )
)
select (select count(*) from aged where goes) as runs,
       (select coalesce(sum(results), 0)::bigint from aged where goes) as results,
       (select count(*) from aged where loses_rows and goes is not true) as row_runs,
       (select count(*) from unnamed) as files,
       (select coalesce(sum(b.size_bytes), 0)::bigint from blob b join unnamed n on n.digest = b.digest) as file_bytes,
       (select count(*) from delivery d join cut using (project_id) where d.run_day < cut.audit) as audits,
       (select min(run_day) from lost) as first_day,
       (select max(run_day) from lost) as last_day;
