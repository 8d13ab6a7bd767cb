-- name: find_by_subject
-- Whose account somebody at the provider has.
select u.user_id, u.email, u.disabled_at is not null or m.disabled_at is not null as is_disabled,
       m.user_id is not null as is_member, false as is_linked_otherwise
from external_identity e
join app_user u using (user_id)
left join member m on m.user_id = u.user_id and m.org_id = %(org_id)s
where e.provider_id = %(provider_id)s and e.subject = %(subject)s;

-- name: find_by_email
-- Whose account has that address, and whether somebody else at the provider has it already.
select u.user_id, u.email, u.disabled_at is not null or m.disabled_at is not null as is_disabled,
       m.user_id is not null as is_member,
       exists (
           select from external_identity e where e.provider_id = %(provider_id)s and e.user_id = u.user_id
       ) as is_linked_otherwise
from app_user u
left join member m on m.user_id = u.user_id and m.org_id = %(org_id)s
where u.email = %(email)s;

-- name: add_person
-- Somebody without a password: they come through their provider. Nothing comes back when the address is taken.
insert into app_user (email, name) values (%(email)s, %(name)s) on conflict (email) do nothing returning user_id;

-- name: add_member
-- They belong to the organisation from now on.
insert into member (org_id, user_id) values (%(org_id)s, %(user_id)s) on conflict (org_id, user_id) do nothing;

-- name: add_identity
-- From now on the subject alone says whose account it is. Nothing comes back when it was tied this moment.
insert into external_identity (provider_id, subject, user_id) values (%(provider_id)s, %(subject)s, %(user_id)s)
on conflict do nothing
returning user_id;

-- name: save_use
-- When somebody last came this way.
update external_identity set last_sign_in_at = %(now)s where provider_id = %(provider_id)s and subject = %(subject)s;

-- name: drop_grants
-- Take the roles that the provider's groups gave and give no more.
delete from role_grant g
where g.org_id = %(org_id)s
  and g.user_id = %(user_id)s
  and g.provider_id = %(provider_id)s
  and not exists (
      select from unnest(%(roles)s::text[], %(project_ids)s::bigint[]) as w (role, project_id)
      where w.role = g.role and w.project_id is not distinct from g.project_id
  )
returning g.role, g.project_id;

-- name: add_grants
-- Give the roles of somebody's groups: of projects and own roles only those that the organisation (still) has.
insert into role_grant (org_id, user_id, project_id, role, provider_id)
select %(org_id)s, %(user_id)s, w.project_id, w.role, %(provider_id)s
from unnest(%(roles)s::text[], %(project_ids)s::bigint[]) as w (role, project_id)
where (
      w.project_id is null
      or exists (select from project p where p.org_id = %(org_id)s and p.project_id = w.project_id)
  )
  and (
      w.role = any(%(built_in)s::text[])
      or exists (select from role r where r.org_id = %(org_id)s and r.key = w.role)
  )
on conflict (org_id, user_id, project_id, role, provider_id) do nothing
returning role, project_id;

-- name: count_grants
-- Whoever has no role at all has no business here.
select count(*) as count from role_grant where org_id = %(org_id)s and user_id = %(user_id)s;
