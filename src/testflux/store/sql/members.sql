-- name: list_members
-- A page of an organisation's people by address, or the one with that id: how they sign in, and every role they were
-- given, in projects that there still are, by whom or by which provider.
select u.user_id, u.email, u.name, m.joined_at, u.last_sign_in_at, u.is_operator,
       m.disabled_at is not null or u.disabled_at is not null as is_disabled,
       u.password_hash is not null as has_password,
       u.totp_confirmed_at is not null as has_second_factor,
       (
           select coalesce(array_agg(distinct i.name order by i.name), '{}')
           from external_identity e
           join identity_provider i on i.provider_id = e.provider_id
           where e.user_id = u.user_id and i.org_id = m.org_id
       ) as providers,
       (
           select coalesce(jsonb_agg(jsonb_build_object(
               'role', g.role,
               'role_name', r.name,
               'permissions', r.permissions,
               'project_id', g.project_id,
               'slug', p.slug,
               'project_name', p.name,
               'provider_id', g.provider_id,
               'provider_name', i.name,
               'group_roles', i.group_roles,
               'given_by', b.name,
               'given_at', g.created_at
           ) order by p.name nulls first, g.role, i.name nulls first), '[]')
           from role_grant g
           left join role r on r.org_id = g.org_id and r.key = g.role
           left join project p on p.project_id = g.project_id and p.org_id = g.org_id
           left join identity_provider i on i.provider_id = g.provider_id
           left join app_user b on b.user_id = g.granted_by
           where g.org_id = m.org_id
             and g.user_id = m.user_id
             and (g.project_id is null or p.project_id is not null)
       ) as grants
from member m
join app_user u on u.user_id = m.user_id
where m.org_id = %(org_id)s
  and u.email > %(after)s
  and (%(user_id)s::bigint is null or u.user_id = %(user_id)s)
  and (%(q)s::text is null or position(lower(%(q)s) in lower(u.name || ' ' || u.email)) > 0)
order by u.email
limit %(limit)s;

-- name: find_by_email
-- Who in this organisation signs in with that address?
select m.user_id, m.disabled_at is not null as is_disabled
from member m
join app_user u on u.user_id = m.user_id
where m.org_id = %(org_id)s and u.email = %(email)s;

-- name: lock_owners
-- Two owners must not take each other's role at the same time.
select user_id from role_grant
where org_id = %(org_id)s and role = 'owner' and project_id is null
order by user_id
for update;

-- name: count_owners
-- Somebody must be left who can manage everything.
select count(distinct g.user_id) as count
from role_grant g
join member m on m.org_id = g.org_id and m.user_id = g.user_id
join app_user u on u.user_id = g.user_id
where g.org_id = %(org_id)s
  and g.role = 'owner'
  and g.project_id is null
  and m.disabled_at is null
  and u.disabled_at is null;

-- name: lock_role
-- A role that is just being given is not removed: nothing comes back when it is gone.
select key, name, permissions from role where org_id = %(org_id)s and key = %(role)s for key share;

-- name: add_member
-- They belong to the organisation from now on. Nothing comes back when they did before.
insert into member (org_id, user_id) values (%(org_id)s, %(user_id)s)
on conflict (org_id, user_id) do nothing
returning user_id;

-- name: add_grant
-- Given by a person's hand. Nothing comes back when it was given before.
insert into role_grant (org_id, user_id, project_id, role, granted_by)
values (%(org_id)s, %(user_id)s, %(project_id)s, %(role)s, %(granted_by)s)
on conflict (org_id, user_id, project_id, role, provider_id) do nothing
returning role;

-- name: drop_grant
-- What a person's hand gave, in a project or everywhere.
delete from role_grant
where org_id = %(org_id)s
  and user_id = %(user_id)s
  and role = %(role)s
  and project_id is not distinct from %(project_id)s
  and provider_id is null;

-- name: drop_grants_everywhere
-- Every role that a person's hand gave in the whole organisation.
delete from role_grant
where org_id = %(org_id)s and user_id = %(user_id)s and project_id is null and provider_id is null;

-- name: save_access
-- Ending a membership twice keeps the first time.
update member
set disabled_at = case when %(is_disabled)s::boolean then coalesce(disabled_at, now()) end
where org_id = %(org_id)s and user_id = %(user_id)s;

-- name: end_sign_ins
-- Nobody goes on looking at an organisation where they do not belong.
update sign_in set revoked_at = %(now)s
where org_id = %(org_id)s and user_id = %(user_id)s and revoked_at is null;

-- name: drop_all_grants
-- Whoever gave them.
delete from role_grant where org_id = %(org_id)s and user_id = %(user_id)s;

-- name: drop_identities
-- A provider of this organisation no longer vouches for them.
delete from external_identity e
using identity_provider i
where i.provider_id = e.provider_id and i.org_id = %(org_id)s and e.user_id = %(user_id)s;

-- name: revoke_tokens
-- Personal tokens end with their maker; service tokens are the organisation's.
update api_token set revoked_at = %(now)s
where org_id = %(org_id)s and user_id = %(user_id)s and kind = 'personal' and revoked_at is null;

-- name: drop_member
-- The account stays: runs, audit log and other organisations name it.
delete from member where org_id = %(org_id)s and user_id = %(user_id)s;
