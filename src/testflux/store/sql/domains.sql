-- name: list_domains
-- An organisation's mail domains by name, or the one of that name.
select domain, token, verified_at from org_domain
where org_id = %(org_id)s and (%(domain)s::text is null or domain = %(domain)s)
order by domain;

-- name: find_owner
-- Which organisation has proven that the domain is its own.
select org_id from org_domain where domain = %(domain)s and verified_at is not null;

-- name: count_verified
-- Has the organisation proven any domain?
select count(*) as count from org_domain where org_id = %(org_id)s and verified_at is not null;

-- name: add_domain
-- Nothing comes back when it is there already.
insert into org_domain (org_id, domain, token) values (%(org_id)s, %(domain)s, %(token)s)
on conflict (org_id, domain) do nothing
returning domain;

-- name: save_verified
-- Nothing comes back when another organisation has proven it first.
update org_domain d set verified_at = coalesce(d.verified_at, %(now)s)
where d.org_id = %(org_id)s
  and d.domain = %(domain)s
  and not exists (
      select from org_domain o where o.domain = d.domain and o.org_id <> d.org_id and o.verified_at is not null
  )
returning d.domain;

-- name: drop_domain
-- Its people are not added any more; who is there stays.
delete from org_domain where org_id = %(org_id)s and domain = %(domain)s;
