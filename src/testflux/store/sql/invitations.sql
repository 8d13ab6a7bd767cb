-- name: list_invitations
-- Invitations that wait to be accepted, the newest first, or the one with that id, waiting or not.
select i.invitation_id, i.org_id, i.email, i.role, r.name as role_name, r.permissions, i.project_id,
       p.slug, p.name as project_name, b.name as invited_by_name, i.invited_by, i.created_at, i.expires_at,
       o.name as org_name
from invitation i
join org o on o.org_id = i.org_id
left join role r on r.org_id = i.org_id and r.key = i.role
left join project p on p.project_id = i.project_id and p.org_id = i.org_id
left join app_user b on b.user_id = i.invited_by
where i.org_id = %(org_id)s
  and i.accepted_at is null
  and i.revoked_at is null
  and (%(invitation_id)s::bigint is null or i.invitation_id = %(invitation_id)s)
  and (%(before)s::bigint is null or i.invitation_id < %(before)s)
order by i.invitation_id desc
limit %(limit)s;

-- name: find_by_email
-- Is somebody invited already, and the time not over?
select invitation_id from invitation
where org_id = %(org_id)s
  and email = %(email)s
  and accepted_at is null
  and revoked_at is null
  and expires_at > %(now)s;

-- name: find_by_token
-- The invitation that a link holds, locked, with the organisation, and who has the address already.
select i.invitation_id, i.org_id, i.email, i.role, r.name as role_name, r.permissions, i.project_id,
       p.slug, p.name as project_name, b.name as invited_by_name, i.invited_by, i.expires_at,
       o.slug as org_slug, o.name as org_name, o.is_password_allowed, o.required_provider_id is not null as needs_provider,
       u.user_id, u.disabled_at is not null as is_disabled,
       u.is_operator or exists (select from member m where m.user_id = u.user_id) as is_somebody
from invitation i
join org o on o.org_id = i.org_id
left join role r on r.org_id = i.org_id and r.key = i.role
left join project p on p.project_id = i.project_id and p.org_id = i.org_id
left join app_user b on b.user_id = i.invited_by
left join app_user u on u.email = i.email
where i.token_digest = %(token_digest)s
  and i.accepted_at is null
  and i.revoked_at is null
  and i.expires_at > %(now)s
  and (i.project_id is null or p.project_id is not null)
for update of i;

-- name: list_grants_of_inviter
-- What who invited may do now: nothing, once they left.
select g.role, g.project_id, p.slug, r.permissions
from member m
join app_user u on u.user_id = m.user_id
join role_grant g on g.org_id = m.org_id and g.user_id = m.user_id
left join project p on p.project_id = g.project_id and p.org_id = g.org_id
left join role r on r.org_id = g.org_id and r.key = g.role
where m.org_id = %(org_id)s and m.user_id = %(user_id)s and m.disabled_at is null and u.disabled_at is null;

-- name: add_invitation
-- Only the digest of the link's token is kept.
insert into invitation (org_id, email, role, project_id, token_digest, invited_by, expires_at)
values (%(org_id)s, %(email)s, %(role)s, %(project_id)s, %(token_digest)s, %(invited_by)s, %(expires_at)s)
returning invitation_id;

-- name: save_link
-- A new link; the one before no longer leads anywhere. Whoever sends it vouches for it.
update invitation
set token_digest = %(token_digest)s, expires_at = %(expires_at)s, invited_by = %(invited_by)s
where org_id = %(org_id)s and invitation_id = %(invitation_id)s;

-- name: save_accepted
-- A link is good once.
update invitation set accepted_at = %(now)s where invitation_id = %(invitation_id)s;

-- name: save_revoked
-- Before it was accepted.
update invitation set revoked_at = %(now)s where org_id = %(org_id)s and invitation_id = %(invitation_id)s;

-- name: save_account
-- Somebody who belonged nowhere any more starts anew with the same address.
update app_user
set name = %(name)s, password_hash = %(password_hash)s, password_changed_at = now()
where user_id = %(user_id)s;

-- name: add_account
-- Nothing comes back when somebody else was first with this address.
insert into app_user (email, name, password_hash, password_changed_at)
values (%(email)s, %(name)s, %(password_hash)s, now())
on conflict (email) do nothing
returning user_id;
