-- name: add_sign_in
-- A browser comes in.
insert into sign_in (
    sign_in_id, user_id, org_id, method, provider_id, has_second_factor, address, user_agent, expires_at
)
values (
    %(sign_in_id)s, %(user_id)s, %(org_id)s, %(method)s, %(provider_id)s, %(has_second_factor)s, %(address)s,
    %(user_agent)s, %(expires_at)s
);

-- name: add_session
-- A refresh token just handed out; the sign-in lasts as long as its newest one.
with sign_in as (
    update sign_in set seen_at = %(now)s, expires_at = %(expires_at)s where sign_in_id = %(sign_in_id)s
)
insert into session (sign_in_id, token_digest, expires_at) values (%(sign_in_id)s, %(token_digest)s, %(expires_at)s);

-- name: lock_session
-- The token as it is, with its sign-in, kept from being spent twice at the same time.
select t.session_id, t.sign_in_id, t.expires_at, t.spent_at, s.user_id, s.org_id, s.revoked_at,
       case when s.provider_id is not null then s.created_at end as vouched_for_at,
       o.is_second_factor_required and s.method = 'password' and not s.has_second_factor as needs_second_factor
from session t
join sign_in s on s.sign_in_id = t.sign_in_id
join org o on o.org_id = s.org_id
where t.token_digest = %(token_digest)s
for update of t;

-- name: spend_session
-- The first exchange is the one that counts.
update session set spent_at = coalesce(spent_at, %(now)s) where session_id = %(session_id)s;

-- name: revoke_sign_in
-- Whoever holds any token of that sign-in must sign in again.
update sign_in set revoked_at = %(now)s where sign_in_id = %(sign_in_id)s and revoked_at is null;

-- name: revoke_own
-- One sign-in of a person's own; nothing comes back when it is not, or has ended.
update sign_in set revoked_at = %(now)s
where sign_in_id = %(sign_in_id)s and user_id = %(user_id)s and revoked_at is null and expires_at > %(now)s
returning sign_in_id, address, user_agent;

-- name: list_sign_ins
-- Where a person is signed in, last used first.
select s.sign_in_id, s.method, s.has_second_factor, s.address, s.user_agent, s.created_at, s.seen_at,
       p.name as provider, o.name as organisation
from sign_in s
join org o on o.org_id = s.org_id
left join identity_provider p on p.provider_id = s.provider_id
where s.user_id = %(user_id)s and s.revoked_at is null and s.expires_at > %(now)s
order by s.seen_at desc, s.created_at desc
limit %(limit)s;

-- name: save_second_factor
-- The person just proved a second factor in this sign-in, or took theirs away.
update sign_in set has_second_factor = %(has_second_factor)s where sign_in_id = %(sign_in_id)s;

-- name: list_identities
-- The accounts elsewhere that a person signs in with.
select p.name as provider, p.kind, o.name as organisation, e.created_at, e.last_sign_in_at
from external_identity e
join identity_provider p on p.provider_id = e.provider_id
join org o on o.org_id = p.org_id
where e.user_id = %(user_id)s
order by o.name, p.name;

-- name: revoke_user
-- Everything a person is signed in with, but (if given) for one.
update sign_in set revoked_at = %(now)s
where user_id = %(user_id)s
  and revoked_at is null
  and (%(but)s::uuid is null or sign_in_id <> %(but)s);

-- name: drop_expired
-- Sign-ins are kept until they expire, so that the reuse of their tokens is noticed.
delete from sign_in where expires_at < %(now)s;
