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
-- How one may enter an organisation that one belongs to, and how this sign-in came about.
select o.org_id, o.slug, o.name, o.is_password_allowed, o.is_second_factor_required, o.required_provider_id,
       s.method, s.provider_id, s.has_second_factor,
       exists (
           select from role_grant g
           where g.org_id = o.org_id and g.user_id = m.user_id and g.role = 'owner' and g.project_id is null
       ) as is_owner
from sign_in s
join member m on m.user_id = s.user_id and m.disabled_at is null
join org o on o.org_id = m.org_id
where s.sign_in_id = %(sign_in_id)s and s.user_id = %(user_id)s and o.slug = %(slug)s;

-- name: save_place
-- From its next request on, the sign-in looks at that organisation.
update sign_in set org_id = %(org_id)s, seen_at = now() where sign_in_id = %(sign_in_id)s;
