-- name: add_session
-- A refresh token just handed out.
insert into session (user_id, family, token_digest, user_agent, expires_at)
values (%(user_id)s, %(family)s, %(token_digest)s, %(user_agent)s, %(expires_at)s);

-- name: lock_session
-- The token as it is, kept from being spent twice at the same time.
select session_id, user_id, family, expires_at, spent_at, revoked_at
from session
where token_digest = %(token_digest)s
for update;

-- name: spend_session
-- The first exchange is the one that counts.
update session set spent_at = coalesce(spent_at, %(now)s) where session_id = %(session_id)s;

-- name: revoke_family
-- A spent token came back: whoever holds any token of that sign-in must sign in again.
update session set revoked_at = %(now)s where family = %(family)s and revoked_at is null;

-- name: revoke_user
-- Everything a person is signed in with.
update session set revoked_at = %(now)s where user_id = %(user_id)s and revoked_at is null;

-- name: drop_expired
-- Spent and revoked tokens are kept until they expire, so that their reuse is noticed.
delete from session where expires_at < %(now)s;
