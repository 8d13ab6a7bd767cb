-- name: get_organisation
-- What an organisation is called.
select slug, name from org where org_id = %(org_id)s;

-- name: list_access
-- Every member with each of their roles; one without any has a row of their own.
select u.email, u.name, m.joined_at, m.disabled_at, u.last_sign_in_at, u.totp_confirmed_at is not null as has_second_factor,
       g.role, p.slug as project, g.created_at as since, giver.email as given_by, i.name as provider
from member m
join app_user u using (user_id)
left join role_grant g on g.org_id = m.org_id and g.user_id = m.user_id
left join project p on p.org_id = m.org_id and p.project_id = g.project_id
left join app_user giver on giver.user_id = g.granted_by
left join identity_provider i on i.org_id = m.org_id and i.provider_id = g.provider_id
where m.org_id = %(org_id)s
order by u.email, p.slug nulls first, g.role;

-- name: list_working_tokens
-- Tokens that are neither revoked nor expired.
select t.name, t.kind, u.email as owner, t.role, t.scopes, t.created_at, t.expires_at, t.last_used_at,
       (select array_agg(p.slug order by p.slug) from project p
        where p.org_id = t.org_id and p.project_id = any(t.project_ids)) as projects
from api_token t
left join app_user u using (user_id)
where t.org_id = %(org_id)s and t.revoked_at is null and (t.expires_at is null or t.expires_at > now())
order by t.kind, t.name, t.token_id;

-- name: list_of
-- The events about some kinds of things, oldest first.
select number, happened_at, act, actor_kind, actor_name, target_kind, target_id, target_name, is_refused, address,
       before, after
from audit_event
where org_id = %(org_id)s and day between %(first)s and %(last)s and split_part(act, '.', 1) = any(%(nouns)s)
order by day, number
limit %(limit)s;

-- name: list_failed_sign_ins
-- Who failed to sign in, from where, how often.
select actor_name, target_name, address, count(*) as count, min(happened_at) as first, max(happened_at) as last
from audit_event
where org_id = %(org_id)s and day between %(first)s and %(last)s and act = 'sign_in.fail'
group by actor_name, target_name, address
order by count(*) desc, max(happened_at) desc
limit %(limit)s;
