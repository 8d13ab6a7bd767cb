-- name: find_person
-- Who signs in with that address, and what they are asked for.
select user_id, email, name, password_hash, totp_confirmed_at is not null as has_second_factor
from app_user
where email = %(email)s and disabled_at is null;

-- name: find_by_id
-- The same of a person known already.
select user_id, email, name, password_hash, totp_confirmed_at is not null as has_second_factor
from app_user
where user_id = %(user_id)s and disabled_at is null;

-- name: list_ways
-- Where somebody belongs and how one gets in there; what they looked at last comes first.
select o.org_id, o.name, o.is_password_allowed, o.required_provider_id, o.is_second_factor_required,
       exists (
           select from role_grant g
           where g.org_id = o.org_id and g.user_id = m.user_id and g.role = 'owner' and g.project_id is null
             and g.provider_id is null
       ) as is_owner
from member m
join org o on o.org_id = m.org_id
left join lateral (
    select max(s.seen_at) as seen_at from sign_in s where s.user_id = m.user_id and s.org_id = m.org_id
) last on true
where m.user_id = %(user_id)s and m.disabled_at is null
order by last.seen_at desc nulls last, o.org_id;

-- name: list_addresses
-- Where somebody was signed in from lately.
select distinct s.address
from sign_in s
join app_user u on u.user_id = s.user_id
where u.email = %(email)s;
