-- name: get_second_factor
-- What a code is checked against, and how many recovery codes are left.
select u.totp_secret, u.totp_confirmed_at, u.totp_last_step,
       (select count(*) from recovery_code c where c.user_id = u.user_id and c.used_at is null) as codes_left
from app_user u
where u.user_id = %(user_id)s;

-- name: save_secret
-- A new secret, unless one is in use.
update app_user set totp_secret = %(secret)s, totp_last_step = null
where user_id = %(user_id)s and totp_confirmed_at is null;

-- name: save_confirmed
-- From now on it is asked for; a second confirmation at the same time finds nothing to do.
update app_user set totp_confirmed_at = %(now)s, totp_last_step = %(step)s
where user_id = %(user_id)s and totp_confirmed_at is null and totp_secret is not null;

-- name: save_step
-- A code is good once: whoever comes second with the same one changes nothing.
update app_user set totp_last_step = %(step)s
where user_id = %(user_id)s and (totp_last_step is null or totp_last_step < %(step)s);

-- name: drop_second_factor
-- A password is enough again.
update app_user set totp_secret = null, totp_confirmed_at = null, totp_last_step = null where user_id = %(user_id)s;

-- name: drop_codes
-- New ones replace them, or there is nothing to recover any more.
delete from recovery_code where user_id = %(user_id)s;

-- name: add_codes
-- Ten at a time.
insert into recovery_code (user_id, code_digest) select %(user_id)s, unnest(%(digests)s::bytea[]);

-- name: use_code
-- Each is good once.
update recovery_code set used_at = %(now)s
where user_id = %(user_id)s and code_digest = %(digest)s and used_at is null;
