-- name: list_providers
-- The providers of an organisation by name.
select p.*,
       o.required_provider_id is not distinct from p.provider_id as is_required,
       (select count(*) from external_identity e where e.provider_id = p.provider_id) as people
from identity_provider p
join org o using (org_id)
where p.org_id = %(org_id)s and (%(provider_id)s::bigint is null or p.provider_id = %(provider_id)s)
order by p.name;

-- name: find_enabled
-- A provider that vouches for people now, with its organisation.
select p.*, o.slug as org_slug, o.name as org_name
from identity_provider p
join org o using (org_id)
where p.provider_id = %(provider_id)s and (p.is_enabled or %(or_off)s);

-- name: list_offered
-- The ways into one organisation: the one of that name, the owner of that mail domain, or (neither given) the only one.
select p.provider_id, p.kind, p.name, o.name as org_name,
       o.required_provider_id is not distinct from p.provider_id as is_required
from identity_provider p
join org o using (org_id)
where p.is_enabled
  and case
      when %(slug)s::text is not null then o.slug = %(slug)s
      when %(domain)s::text is not null then exists (
          select from org_domain d where d.org_id = o.org_id and d.domain = %(domain)s and d.verified_at is not null
      )
      else (select count(*) from org) = 1
  end
order by is_required desc, p.name;

-- name: add_provider
-- Nothing comes back when the name is taken.
insert into identity_provider (org_id, kind, name, config, secret, default_role, group_roles, adds_people, is_enabled)
values (
    %(org_id)s, %(kind)s, %(name)s, %(config)s, %(secret)s, %(default_role)s, %(group_roles)s, %(adds_people)s,
    %(is_enabled)s
)
on conflict (org_id, name) do nothing
returning provider_id;

-- name: save_provider
-- Set up anew; no secret leaves the one there is. With another configuration or secret it has to be tested again.
update identity_provider
set name = %(name)s,
    config = %(config)s,
    secret = coalesce(%(secret)s, secret),
    default_role = %(default_role)s,
    group_roles = %(group_roles)s,
    adds_people = %(adds_people)s,
    is_enabled = %(is_enabled)s,
    tested_at = case when config = %(config)s and %(secret)s::bytea is null then tested_at end
where org_id = %(org_id)s and provider_id = %(provider_id)s and kind = %(kind)s;

-- name: save_tested
-- An owner came through as it is set up now.
update identity_provider set tested_at = %(now)s where org_id = %(org_id)s and provider_id = %(provider_id)s;

-- name: drop_provider
-- With it go its sign-ins, the roles its groups gave, and who is who there. One that is required stays.
delete from identity_provider
where org_id = %(org_id)s
  and provider_id = %(provider_id)s
  and not exists (select from org where required_provider_id = %(provider_id)s);

-- name: find_name
-- Is the name taken by another one?
select provider_id from identity_provider
where org_id = %(org_id)s and name = %(name)s and provider_id <> %(provider_id)s;

-- name: save_required
-- Through this provider alone people enter from now on (null: any way that is allowed).
update org set required_provider_id = %(provider_id)s where org_id = %(org_id)s;

-- name: count_break_glass
-- Owners whom a person made one and who have a password: they can enter when the provider cannot.
select count(distinct g.user_id) as count
from role_grant g
join member m on m.org_id = g.org_id and m.user_id = g.user_id
join app_user u on u.user_id = g.user_id
where g.org_id = %(org_id)s
  and g.role = 'owner'
  and g.project_id is null
  and g.provider_id is null
  and m.disabled_at is null
  and u.disabled_at is null
  and u.password_hash is not null;

-- name: find_owner
-- Is somebody an owner because a person made them one?
select g.user_id
from role_grant g
where g.org_id = %(org_id)s
  and g.user_id = %(user_id)s
  and g.role = 'owner'
  and g.project_id is null
  and g.provider_id is null;

-- name: list_slugs
-- The organisation's projects by number: groups give roles in projects, which people know by their slug.
select project_id, slug from project where org_id = %(org_id)s;

-- name: find_any_owner
-- Somebody must be left who can manage everything.
select g.user_id
from role_grant g
join member m on m.org_id = g.org_id and m.user_id = g.user_id
join app_user u on u.user_id = g.user_id
where g.org_id = %(org_id)s
  and g.role = 'owner'
  and g.project_id is null
  and m.disabled_at is null
  and u.disabled_at is null
limit 1;
