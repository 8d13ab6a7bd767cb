-- name: list_of_person
-- Where somebody is, and where else they belong unless they are to stay there; by name.
select o.org_id, o.slug, o.name
from org o
where o.org_id = %(org_id)s
   or (
       not %(is_bound)s
       and exists (
           select from member m where m.org_id = o.org_id and m.user_id = %(user_id)s and m.disabled_at is null
       )
   )
order by o.name, o.slug;

-- name: find_entrance
-- How one may enter an organisation that one belongs to, and who vouched for this sign-in.
select o.org_id, o.slug, o.name, o.is_password_allowed, o.required_provider_id, s.provider_id,
       v.org_id is distinct from o.org_id and s.provider_id is not null as is_foreign,
       exists (
           select from role_grant g
           where g.org_id = o.org_id and g.user_id = m.user_id and g.role = 'owner' and g.project_id is null
             and g.provider_id is null
       ) as is_owner
from sign_in s
join member m on m.user_id = s.user_id and m.disabled_at is null
join org o on o.org_id = m.org_id
left join identity_provider v on v.provider_id = s.provider_id
where s.sign_in_id = %(sign_in_id)s and s.user_id = %(user_id)s and o.slug = %(slug)s;

-- name: save_place
-- From its next request on, the sign-in looks at that organisation.
update sign_in set org_id = %(org_id)s, seen_at = now() where sign_in_id = %(sign_in_id)s;

-- name: list_all
-- Every organisation of the installation, for who runs it; or the one with that id.
select o.org_id, o.slug, o.name, o.created_at, o.is_password_allowed, o.is_second_factor_required, o.required_provider_id,
       (select count(*) from member m where m.org_id = o.org_id and m.disabled_at is null) as member_count,
       (select count(*) from project p where p.org_id = o.org_id) as project_count
from org o
where %(org_id)s::bigint is null or o.org_id = %(org_id)s
order by o.name, o.slug;

-- name: add_organisation
-- Nothing comes back when the slug is taken.
insert into org (slug, name) values (%(slug)s, %(name)s) on conflict (slug) do nothing returning org_id;

-- name: add_owner
-- Who made it, or is to have it, belongs to it and may do everything there.
with joined as (
    insert into member (org_id, user_id) values (%(org_id)s, %(user_id)s) returning org_id, user_id
)
insert into role_grant (org_id, user_id, role) select org_id, user_id, 'owner' from joined;

-- name: find_person
-- Who signs in with that address, in whatever organisation.
select user_id from app_user where email = %(email)s and disabled_at is null;

-- name: save_organisation
-- Null leaves a column as it is.
update org
set name = coalesce(%(name)s, name),
    is_password_allowed = coalesce(%(is_password_allowed)s, is_password_allowed),
    is_second_factor_required = coalesce(%(is_second_factor_required)s, is_second_factor_required)
where org_id = %(org_id)s;
