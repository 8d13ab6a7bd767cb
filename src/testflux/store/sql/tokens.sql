-- name: list_tokens
-- A page of tokens that still could work or just expired, with who made them.
select t.token_id, t.name, t.kind, t.role, t.scopes, t.hint, u.email as created_by, t.created_at, t.expires_at,
       t.last_used_at,
       case when t.project_ids is not null then array(
           select p.slug from project p where p.org_id = t.org_id and p.project_id = any(t.project_ids) order by p.slug
       ) end as projects
from api_token t
join app_user u using (user_id)
where t.org_id = %(org_id)s
  and t.revoked_at is null
  and (%(user_id)s::bigint is null or (t.user_id = %(user_id)s and t.kind = 'personal'))
  and (%(before)s::bigint is null or t.token_id < %(before)s)
order by t.token_id desc
limit %(limit)s;

-- name: add_token
-- The token itself is shown once and kept nowhere.
with added as (
    insert into api_token (org_id, user_id, name, token_digest, hint, scopes, expires_at, kind, role, project_ids)
    values (
        %(org_id)s, %(user_id)s, %(name)s, %(token_digest)s, %(hint)s, %(scopes)s, %(expires_at)s,
        case when %(role)s::text is null then 'personal' else 'service' end, %(role)s, %(project_ids)s
    )
    returning *
)
select t.token_id, t.name, t.kind, t.role, t.scopes, t.hint, u.email as created_by, t.created_at, t.expires_at,
       t.last_used_at,
       case when t.project_ids is not null then array(
           select p.slug from project p where p.org_id = t.org_id and p.project_id = any(t.project_ids) order by p.slug
       ) end as projects
from added t
join app_user u using (user_id);

-- name: save_use
-- Written at most once a minute: a busy CI must not write a row a request.
update api_token
set last_used_at = %(now)s
where token_id = %(token_id)s and (last_used_at is null or last_used_at < %(now)s - interval '1 minute');

-- name: drop_token
-- Rows stay: the audit names them.
update api_token set revoked_at = %(now)s
where org_id = %(org_id)s and token_id = %(token_id)s and revoked_at is null
  and (%(user_id)s::bigint is null or (user_id = %(user_id)s and kind = 'personal'))
returning token_id, name, kind, hint;

-- name: list_limits
-- The projects a token is to be limited to.
select project_id, slug from project where org_id = %(org_id)s and slug = any(%(slugs)s) order by project_id;

-- name: find_role
-- What a service token of this role may do.
select permissions from role where org_id = %(org_id)s and key = %(key)s;
