-- name: add_channel
-- A new channel of a project.
insert into channel (project_id, kind, name, rule, config, secret, is_enabled)
values (%(project_id)s, %(kind)s, %(name)s, %(rule)s, %(config)s, %(secret)s, %(is_enabled)s)
returning *;

-- name: list_channels
-- The channels of a project by name, after the given place.
select *
from channel
where project_id = %(project_id)s
  and (%(after_name)s::text is null or (name, channel_id) > (%(after_name)s::text, %(after_id)s::bigint))
order by name, channel_id
limit %(limit)s;

-- name: get_channel
-- A channel, if it belongs to the organisation, with its project.
select c.*, p.slug as project_slug, p.name as project_name
from channel c
join project p using (project_id)
where c.project_id = %(project_id)s
  and c.channel_id = %(channel_id)s
  and p.org_id = %(org_id)s
  and (%(project_ids)s::bigint[] is null or p.project_id = any(%(project_ids)s));

-- name: save_channel
-- Change a channel; what is null stays.
update channel
set name = coalesce(%(name)s, name),
    rule = coalesce(%(rule)s, rule),
    is_enabled = coalesce(%(is_enabled)s, is_enabled),
    config = coalesce(%(config)s, config)
where project_id = %(project_id)s and channel_id = %(channel_id)s
returning *;

-- name: save_secret
-- Replace a webhook's signing key; messages not yet sent are signed with the new one.
update channel
set secret = %(secret)s
where project_id = %(project_id)s and channel_id = %(channel_id)s;

-- name: drop_channel
-- Remove a channel. Its deliveries go with their partitions; nothing lists or sends them without their channel.
delete from channel
where project_id = %(project_id)s and channel_id = %(channel_id)s;
