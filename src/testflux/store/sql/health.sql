-- name: get_version
-- Which PostgreSQL answers.
select current_setting('server_version') as version;

-- name: count_uploads
-- What became of the uploads of the last day.
select status, count(*) as count from upload where created_at > now() - interval '1 day' group by status;
