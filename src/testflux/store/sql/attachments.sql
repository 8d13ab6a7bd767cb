-- name: list_attachments
-- What came along with the report of a run, in the archive's order.
select f.position, f.role, f.path, f.blob_digest, f.size_bytes, f.media_type
from run r
join upload_file f on f.project_id = r.project_id and f.upload_id = r.upload_id
where r.project_id = %(project_id)s and r.run_id = %(run_id)s
order by f.position;

-- name: find_attachment
-- One file that came along with the report of a run.
select f.position, f.role, f.path, f.blob_digest, f.size_bytes, f.media_type
from run r
join upload_file f on f.project_id = r.project_id and f.upload_id = r.upload_id
where r.project_id = %(project_id)s and r.run_id = %(run_id)s and f.position = %(position)s;

-- name: list_companions
-- The reports that are read together with the upload's own file.
select position, role, path, blob_digest, size_bytes, media_type
from upload_file
where project_id = %(project_id)s and upload_id = %(upload_id)s and role = 'report'
order by position;

-- name: drop_files
-- What came along with an upload that goes.
delete from upload_file where project_id = %(project_id)s and upload_id = %(upload_id)s returning blob_digest;
