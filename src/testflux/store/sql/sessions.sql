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
select t.session_id, t.sign_in_id, t.expires_at, t.spent_at, s.user_id, s.org_id, s.revoked_at
from session t
join sign_in s on s.sign_in_id = t.sign_in_id
where t.token_digest = %(token_digest)s
for update of t;

-- name: spend_session
-- The first exchange is the one that counts.
update session set spent_at = coalesce(spent_at, %(now)s) where session_id = %(session_id)s;

-- name: revoke_sign_in
-- Whoever holds any token of that sign-in must sign in again.
update sign_in set revoked_at = %(now)s where sign_in_id = %(sign_in_id)s and revoked_at is null;

-- name: revoke_user
-- Everything a person is signed in with, but (if given) for one.
update sign_in set revoked_at = %(now)s
where user_id = %(user_id)s
  and revoked_at is null
  and (%(but)s::uuid is null or sign_in_id <> %(but)s);

-- name: drop_expired
-- Sign-ins are kept until they expire, so that the reuse of their tokens is noticed.
delete from sign_in where expires_at < %(now)s;
