-- name: list_attachments
-- What came along with the reports of a run, part by part in the archive's order.
select p.part_no, p.part_no * 100000 + f.position as position, f.role, f.path, f.blob_digest, f.size_bytes, f.media_type
from run_part p
join upload_file f on f.project_id = p.project_id and f.upload_id = p.upload_id
where p.project_id = %(project_id)s and p.run_id = %(run_id)s
order by p.part_no, f.position;

-- name: find_attachment
-- One file that came along with a report of a run.
select p.part_no, f.role, f.path, f.blob_digest, f.size_bytes, f.media_type
from run_part p
join upload_file f on f.project_id = p.project_id and f.upload_id = p.upload_id
where p.project_id = %(project_id)s and p.run_id = %(run_id)s and p.part_no = %(position)s / 100000
  and f.position = %(position)s %% 100000;

-- name: list_companions
-- The reports that are read together with the upload's own file.
select position, role, path, blob_digest, size_bytes, media_type
from upload_file
where project_id = %(project_id)s and upload_id = %(upload_id)s and role = 'report'
order by position;

-- name: drop_files
-- What came along with an upload that goes.
delete from upload_file where project_id = %(project_id)s and upload_id = %(upload_id)s returning blob_digest;
