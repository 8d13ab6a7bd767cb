-- name: add_reset
-- A link by which somebody sets a new password.
insert into password_reset (token_digest, user_id, expires_at) values (%(token_digest)s, %(user_id)s, %(expires_at)s);

-- name: find_reset
-- Whose link it is, while it is good; whoever else comes with it waits.
select r.user_id, u.email, u.name
from password_reset r
join app_user u on u.user_id = r.user_id
where r.token_digest = %(token_digest)s
  and r.used_at is null
  and r.expires_at > %(now)s
  and u.disabled_at is null
for update of r;

-- name: save_used
-- One link was used: none of the others leads anywhere any more.
update password_reset set used_at = %(now)s where user_id = %(user_id)s and used_at is null;

-- name: save_password
-- A password made by its person, whatever the organisation.
update app_user set password_hash = %(password_hash)s, password_changed_at = %(now)s where user_id = %(user_id)s;

-- name: drop_old
-- A day later nobody asks what became of a link.
delete from password_reset where expires_at < %(before)s;
