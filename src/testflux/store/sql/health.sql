-- name: get_version
-- Which PostgreSQL answers.
select current_setting('server_version') as version;

-- name: count_uploads
-- What became of the uploads of the last day.
select status, count(*) as count from upload where created_at > now() - interval '1 day' group by status;

-- name: get_place
-- What no other database, and no copy of this one restored from a backup or to another point in time, has in common.
select concat_ws('-', s.system_identifier, c.timeline_id, d.oid, 'project'::regclass::oid) as place
from pg_control_system() s, pg_control_checkpoint() c, pg_database d
where d.datname = current_database();
