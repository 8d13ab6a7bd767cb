-- name: list_roles
-- An organisation's own roles by name, or the one with that key.
select key, name, description, permissions, created_at
from role
where org_id = %(org_id)s and (%(key)s::text is null or key = %(key)s)
order by lower(name), key;

-- name: count_holders
-- How many people have each role, anywhere in the organisation.
select role as key, count(distinct user_id) as count from role_grant where org_id = %(org_id)s group by role;

-- name: lock_role
-- Nobody gives the role while it changes.
select key from role where org_id = %(org_id)s and key = %(key)s for update;

-- name: add_role
-- Nothing comes back when the key is taken.
insert into role (org_id, key, name, description, permissions)
values (%(org_id)s, %(key)s, %(name)s, %(description)s, %(permissions)s)
on conflict (org_id, key) do nothing
returning key;

-- name: save_role
-- Null leaves a column as it is.
update role
set name = coalesce(%(name)s, name),
    description = coalesce(%(description)s, description),
    permissions = coalesce(%(permissions)s::text[], permissions)
where org_id = %(org_id)s and key = %(key)s;

-- name: list_holders
-- Everything that names a role: people, open invitations, service tokens, providers.
select 'person' as kind, u.name as name
from role_grant g
join app_user u on u.user_id = g.user_id
where g.org_id = %(org_id)s and g.role = %(key)s
union
select 'invitation', email
from invitation
where org_id = %(org_id)s and role = %(key)s and accepted_at is null and revoked_at is null and expires_at > %(now)s
union
select 'service token', name
from api_token
where org_id = %(org_id)s and role = %(key)s and revoked_at is null
union
select 'provider', name
from identity_provider
where org_id = %(org_id)s
  and (default_role = %(key)s or group_roles @> jsonb_build_array(jsonb_build_object('role', %(key)s::text)))
order by kind, name;

-- name: drop_role
-- When nothing names it any more.
delete from role where org_id = %(org_id)s and key = %(key)s;
