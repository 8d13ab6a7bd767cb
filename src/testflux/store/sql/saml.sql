-- name: add_assertion
-- An assertion that was taken: until it expires it is not taken again (then nothing comes back).
insert into sign_in_flow (state_digest, purpose, provider_id, content, expires_at)
values (%(digest)s, 'saml-assertion', %(provider_id)s, '', %(expires_at)s)
on conflict (state_digest) do nothing
returning provider_id;

-- name: save_first_secret
-- Our key for a provider: whoever makes the first one, everybody uses that.
update identity_provider set secret = coalesce(secret, %(secret)s)
where provider_id = %(provider_id)s and kind = 'saml'
returning secret;
