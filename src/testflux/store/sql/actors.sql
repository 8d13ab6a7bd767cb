-- name: find_by_sign_in
-- Who a sign-in stands for in the organisation it looks at, with every role given there. Nobody, once the sign-in, the
-- person or the membership has ended.
select u.user_id, s.org_id, u.email, u.name, u.is_operator,
       (
           select coalesce(jsonb_agg(jsonb_build_object(
               'role', g.role, 'project_id', g.project_id, 'slug', p.slug, 'permissions', r.permissions
           )), '[]')
           from role_grant g
           left join project p on p.project_id = g.project_id and p.org_id = g.org_id
           left join role r on r.org_id = g.org_id and r.key = g.role
           where g.org_id = s.org_id and g.user_id = s.user_id
       ) as grants
from sign_in s
join app_user u on u.user_id = s.user_id
join member m on m.org_id = s.org_id and m.user_id = s.user_id
where s.sign_in_id = %(sign_in_id)s
  and s.user_id = %(user_id)s
  and s.revoked_at is null
  and s.expires_at > %(now)s
  and u.disabled_at is null
  and m.disabled_at is null;

-- name: find_by_token
-- Who is behind an API token. A personal one has its maker's roles and dies with their access; a service token has one
-- of its own, for the whole organisation.
select t.token_id, t.name as token_name, t.scopes, t.last_used_at, t.expires_at, t.org_id,
       u.user_id, u.email, u.name, u.is_operator and t.kind = 'personal' as is_operator,
       case when t.kind = 'service'
           then (
               select jsonb_build_array(jsonb_build_object(
                   'role', t.role,
                   'permissions', (select r.permissions from role r where r.org_id = t.org_id and r.key = t.role)
               ))
           )
           else (
               select coalesce(jsonb_agg(jsonb_build_object(
                   'role', g.role, 'project_id', g.project_id, 'slug', p.slug, 'permissions', r.permissions
               )), '[]')
               from role_grant g
               left join project p on p.project_id = g.project_id and p.org_id = g.org_id
               left join role r on r.org_id = g.org_id and r.key = g.role
               where g.org_id = t.org_id and g.user_id = t.user_id
           )
       end as grants,
       case when t.project_ids is not null
           then (
               select coalesce(jsonb_object_agg(p.project_id, p.slug), '{}')
               from project p
               where p.org_id = t.org_id and p.project_id = any(t.project_ids)
           )
       end as only
from api_token t
join app_user u on u.user_id = t.user_id
left join member m on m.org_id = t.org_id and m.user_id = t.user_id
where t.token_digest = %(token_digest)s
  and t.revoked_at is null
  and (t.expires_at is null or t.expires_at > %(now)s)
  and (t.kind = 'service' or (u.disabled_at is null and m.user_id is not null and m.disabled_at is null));
