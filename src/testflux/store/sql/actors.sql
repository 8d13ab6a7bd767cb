-- name: find_by_sign_in
-- Who a sign-in stands for in the organisation it looks at, with every role given there. Nobody, once the sign-in, the
-- person or the membership has ended. A provider vouches in its own organisation only, while it is switched on; whom
-- the provider of another than the first organisation vouches for runs nothing of the installation. An organisation that
-- asks for its provider means everybody but the owners whom a person made owners.
select u.user_id, s.org_id, u.email, u.name,
       u.is_operator and (s.provider_id is null or s.org_id = (select min(org_id) from org)) as is_operator,
       o.is_second_factor_required and s.method = 'password' and not s.has_second_factor as needs_second_factor,
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
join org o on o.org_id = s.org_id
left join identity_provider v on v.provider_id = s.provider_id
where s.sign_in_id = %(sign_in_id)s
  and s.user_id = %(user_id)s
  and s.revoked_at is null
  and s.expires_at > %(now)s
  and u.disabled_at is null
  and m.disabled_at is null
  and (s.provider_id is null or (v.org_id = s.org_id and v.is_enabled))
  and (
      case
          when o.required_provider_id is not null then s.provider_id is not distinct from o.required_provider_id
          else o.is_password_allowed or s.provider_id is not null
      end
      or exists (
          select from role_grant g
          where g.org_id = s.org_id
            and g.user_id = s.user_id
            and g.role = 'owner'
            and g.project_id is null
            and g.provider_id is null
      )
  );

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
