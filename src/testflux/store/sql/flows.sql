-- name: add_flow
-- A sign-in that is under way somewhere else.
insert into sign_in_flow (state_digest, purpose, provider_id, user_id, content, expires_at)
values (%(state_digest)s, %(purpose)s, %(provider_id)s, %(user_id)s, %(content)s, %(expires_at)s);

-- name: take_flow
-- One time: whoever asks first gets it, and it is gone.
delete from sign_in_flow
where state_digest = %(state_digest)s and purpose = %(purpose)s and expires_at > %(now)s
returning purpose, provider_id, user_id, content;

-- name: find_flow
-- Something to be looked at for a while by the one it is for.
select content from sign_in_flow
where state_digest = %(state_digest)s and purpose = %(purpose)s and user_id = %(user_id)s and expires_at > %(now)s;

-- name: drop_expired
-- What nobody came back from.
delete from sign_in_flow where expires_at <= %(now)s;
