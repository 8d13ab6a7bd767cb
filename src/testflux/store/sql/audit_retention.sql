-- name: get_days
-- How long an organisation keeps its audit log.
select audit_days from org where org_id = %(org_id)s;

-- name: save_days
-- How long an organisation keeps its audit log from now on.
update org set audit_days = %(days)s where org_id = %(org_id)s;

-- name: list_ages
-- How long each organisation keeps its audit log.
select org_id, audit_days from org order by org_id;

-- name: lock_head
-- Nobody adds to the chain meanwhile.
select number from audit_head where org_id = %(org_id)s for update;

-- name: find_last_due
-- The last event from before a day.
select number, digest from audit_event
where org_id = %(org_id)s and day >= %(since)s and day < %(before)s
order by day desc, number desc
limit 1;

-- name: drop_events
-- The events from before a day go.
delete from audit_event where org_id = %(org_id)s and day >= %(since)s and day < %(before)s;
