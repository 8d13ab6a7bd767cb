-- name: list_channels
-- Signing keys of webhooks; the lock keeps a change from being overwritten.
select jsonb_build_array(project_id, channel_id) as place, secret as sealed from channel
where secret is not null
for update;

-- name: save_channel
-- The same key, sealed anew.
update channel set secret = %(sealed)s
where project_id = (%(place)s::jsonb ->> 0)::bigint and channel_id = (%(place)s::jsonb ->> 1)::bigint;

-- name: list_providers
-- Client secrets and bind passwords of identity providers.
select jsonb_build_array(provider_id) as place, secret as sealed from identity_provider
where secret is not null
for update;

-- name: save_provider
-- The same secret, sealed anew.
update identity_provider set secret = %(sealed)s where provider_id = (%(place)s::jsonb ->> 0)::bigint;

-- name: list_second_factors
-- What the authenticator apps of people count from.
select jsonb_build_array(user_id) as place, totp_secret as sealed from app_user
where totp_secret is not null
for update;

-- name: save_second_factor
-- The same secret, sealed anew.
update app_user set totp_secret = %(sealed)s where user_id = (%(place)s::jsonb ->> 0)::bigint;

-- name: list_streams
-- Signing keys of audit streams.
select jsonb_build_array(stream_id) as place, secret as sealed from audit_stream
where secret is not null
for update;

-- name: save_stream
-- The same key, sealed anew.
update audit_stream set secret = %(sealed)s where stream_id = (%(place)s::jsonb ->> 0)::bigint;

-- name: drop_flows
-- Sign-ins under way are begun again: they last minutes.
delete from sign_in_flow;
