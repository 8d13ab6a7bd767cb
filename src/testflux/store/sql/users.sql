-- name: get_org
-- The one organisation there is.
select org_id from org order by org_id limit 1;

-- name: add_org
-- The organisation everything belongs to, made at first start.
insert into org (slug, name) values ('default', 'TestFlux') on conflict (slug) do nothing;

-- name: count_users
-- Is this the first start?
select count(*) as count from app_user where org_id = %(org_id)s;

-- name: list_users
-- A page of people by address.
select user_id, email, name, role, created_at, last_sign_in_at, disabled_at is not null as is_disabled
from app_user
where org_id = %(org_id)s and email > %(after)s
order by email
limit %(limit)s;

-- name: find_user
-- Who is behind a token.
select user_id, org_id, email, name, role, created_at, last_sign_in_at, disabled_at is not null as is_disabled
from app_user
where user_id = %(user_id)s;

-- name: find_sign_in
-- Who signs in with that address; disabled people do not.
select user_id, org_id, email, name, role, created_at, last_sign_in_at, false as is_disabled, password_hash
from app_user
where email = %(email)s and disabled_at is null
order by user_id
limit 1;

-- name: get_password_hash
-- What a person's present password is checked against.
select password_hash from app_user where user_id = %(user_id)s;

-- name: add_user
-- Nothing comes back when the address is taken.
insert into app_user (org_id, email, name, role, password_hash)
values (%(org_id)s, %(email)s, %(name)s, %(role)s, %(password_hash)s)
on conflict (org_id, email) do nothing
returning user_id, org_id, email, name, role, created_at, last_sign_in_at, false as is_disabled;

-- name: lock_admins
-- Two administrators must not disable each other at the same time.
select user_id from app_user where org_id = %(org_id)s and role = 'admin' order by user_id for update;

-- name: save_user
-- Null leaves a column as it is; disabling twice keeps the first time.
update app_user
set name = coalesce(%(name)s, name),
    role = coalesce(%(role)s, role),
    password_hash = coalesce(%(password_hash)s, password_hash),
    disabled_at = case %(is_disabled)s::boolean
        when true then coalesce(disabled_at, now())
        when false then null
        else disabled_at
    end
where org_id = %(org_id)s and user_id = %(user_id)s
returning user_id, org_id, email, name, role, created_at, last_sign_in_at, disabled_at is not null as is_disabled;

-- name: count_admins
-- Somebody must be left who can manage people.
select count(*) as count from app_user where org_id = %(org_id)s and role = 'admin' and disabled_at is null;

-- name: save_sign_in
-- Administrators look for dead accounts.
update app_user set last_sign_in_at = now() where user_id = %(user_id)s;
