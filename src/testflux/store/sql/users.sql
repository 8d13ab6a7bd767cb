-- name: get_org
-- The organisation there is from the start.
select org_id from org order by org_id limit 1;

-- name: add_org
-- The organisation everything belongs to, made at first start.
insert into org (slug, name) values ('default', 'TestFlux') on conflict (slug) do nothing;

-- name: count_users
-- Is this the first start?
select count(*) as count from member where org_id = %(org_id)s;

-- name: list_users
-- A page of an organisation's people by address. The role is the strongest they have everywhere in it.
select u.user_id, u.email, u.name, u.created_at, u.last_sign_in_at, m.disabled_at is not null or u.disabled_at is not null as is_disabled,
       coalesce((
           select g.role from role_grant g
           where g.org_id = m.org_id and g.user_id = m.user_id and g.project_id is null
           order by array_position(array['owner', 'admin', 'maintainer', 'member', 'viewer', 'auditor'], g.role), g.role
           limit 1
       ), '') as role
from member m
join app_user u on u.user_id = m.user_id
where m.org_id = %(org_id)s
  and u.email > %(after)s
  and (%(user_id)s::bigint is null or u.user_id = %(user_id)s)
order by u.email
limit %(limit)s;

-- name: get_password_hash
-- What a person's present password is checked against; null: they have none.
select password_hash from app_user where user_id = %(user_id)s;

-- name: add_person
-- Nothing comes back when the address is taken.
insert into app_user (email, name, password_hash, is_operator)
values (%(email)s, %(name)s, %(password_hash)s, %(is_operator)s)
on conflict (email) do nothing
returning user_id;

-- name: add_member
-- They belong to the organisation from now on.
insert into member (org_id, user_id) values (%(org_id)s, %(user_id)s) on conflict (org_id, user_id) do nothing;

-- name: add_grant
-- The same role twice is once.
insert into role_grant (org_id, user_id, role) values (%(org_id)s, %(user_id)s, %(role)s)
on conflict (org_id, user_id, project_id, role, provider_id) do nothing;

-- name: drop_grants
-- Every role that a person gave them in the whole organisation.
delete from role_grant
where org_id = %(org_id)s and user_id = %(user_id)s and project_id is null and provider_id is null;

-- name: lock_owners
-- Two owners must not take each other's role at the same time.
select user_id from role_grant
where org_id = %(org_id)s and role = 'owner' and project_id is null
order by user_id
for update;

-- name: save_person
-- Null leaves a column as it is.
update app_user
set name = coalesce(%(name)s, name),
    password_hash = coalesce(%(password_hash)s, password_hash),
    password_changed_at = case when %(password_hash)s::text is null then password_changed_at else now() end
where user_id = %(user_id)s
  and exists (select from member where org_id = %(org_id)s and member.user_id = app_user.user_id)
returning user_id;

-- name: save_access
-- Disabling twice keeps the first time.
update member
set disabled_at = case when %(is_disabled)s::boolean then coalesce(disabled_at, now()) end
where org_id = %(org_id)s and user_id = %(user_id)s;

-- name: count_owners
-- Somebody must be left who can manage everything.
select count(*) as count
from role_grant g
join member m on m.org_id = g.org_id and m.user_id = g.user_id
join app_user u on u.user_id = g.user_id
where g.org_id = %(org_id)s
  and g.role = 'owner'
  and g.project_id is null
  and m.disabled_at is null
  and u.disabled_at is null;

-- name: save_sign_in
-- Administrators look for dead accounts.
update app_user set last_sign_in_at = now() where user_id = %(user_id)s;
