-- name: get_org
-- The organisation there is from the start.
select org_id from org order by org_id limit 1;

-- name: find_org
-- The organisation of that short name.
select org_id from org where slug = %(slug)s;

-- name: add_org
-- The organisation everything belongs to, made at first start.
insert into org (slug, name) values ('default', 'TestFlux') on conflict (slug) do nothing;

-- name: count_users
-- Is this the first start?
select count(*) as count from member where org_id = %(org_id)s;

-- name: get_user
-- A person of an organisation. The role is the strongest they have everywhere in it.
select u.user_id, u.email, u.name, u.created_at, u.last_sign_in_at, m.disabled_at is not null or u.disabled_at is not null as is_disabled,
       coalesce((
           select g.role from role_grant g
           where g.org_id = m.org_id and g.user_id = m.user_id and g.project_id is null
           order by array_position(array['owner', 'admin', 'maintainer', 'member', 'viewer', 'auditor'], g.role), g.role
           limit 1
       ), '') as role
from member m
join app_user u on u.user_id = m.user_id
where m.org_id = %(org_id)s and u.user_id = %(user_id)s;

-- name: find_account
-- Whose address is that?
select user_id from app_user where email = %(email)s;

-- name: get_password_hash
-- What a person's present password is checked against; null: they have none.
select password_hash from app_user where user_id = %(user_id)s;

-- name: add_person
-- Nothing comes back when the address is taken.
insert into app_user (email, name, password_hash, is_operator)
values (%(email)s, %(name)s, %(password_hash)s, %(is_operator)s)
on conflict (email) do nothing
returning user_id;

-- name: save_person
-- Null leaves a column as it is.
update app_user
set name = coalesce(%(name)s, name),
    password_hash = coalesce(%(password_hash)s, password_hash),
    password_changed_at = case when %(password_hash)s::text is null then password_changed_at else now() end
where user_id = %(user_id)s
  and exists (select from member where org_id = %(org_id)s and member.user_id = app_user.user_id)
returning user_id;

-- name: save_sign_in
-- Administrators look for dead accounts.
update app_user set last_sign_in_at = now() where user_id = %(user_id)s;

-- name: save_operator
-- Operators add organisations and see the health of the installation, whatever their roles.
update app_user set is_operator = %(is_operator)s where user_id = %(user_id)s;
