-- name: add_blobs
-- Say that stored files are in use, also those that somebody began to remove and left.
insert into blob as b (digest, size_bytes)
select distinct on (f.digest) f.digest, f.size_bytes
from unnest(%(digests)b::bytea[], %(sizes)s::bigint[]) as f (digest, size_bytes)
on conflict (digest) do update set size_bytes = excluded.size_bytes, dropped_at = null where b.dropped_at is not null;

-- name: list_going_blobs
-- Those of these files that somebody is just removing. Whoever began longer ago than this has ended or given up.
select digest from blob where digest = any(%(digests)b) and dropped_at > clock_timestamp() - %(patience)s;

-- name: has_blobs
-- Whether there is any file: an empty blob store is a new one, or its disk is away.
select exists (select from blob) as has_any;

-- name: lock_blobs
-- Between writing and removing files: the locks are held until the transaction ends, and are taken in one order
-- everywhere. There are 1024 of them for all files, as an archive may hold more files than a server can hold locks.
with keys as materialized (
    select distinct hashtextextended(encode(f.digest, 'hex'), 0) & 1023 as key
    from unnest(%(digests)b::bytea[]) as f (digest)
    order by key
)
select pg_advisory_xact_lock(key) from keys;

-- name: add_upload
-- A file that arrived, unless the same one is there already.
insert into upload (project_id, upload_key, sent_digest, file_name, blob_digest, size_bytes, status, error, metadata, request_id,
                    created_by, warnings, finished_at)
values (%(project_id)s, %(upload_key)s, %(sent_digest)s, %(file_name)s, %(blob_digest)s, %(size_bytes)s, %(status)s, %(error)s,
        %(metadata)s, %(request_id)s, %(created_by)s, %(warnings)s,
        case when %(status)s = 'rejected' then now() end)
on conflict (project_id, upload_key) where status <> 'rejected' do nothing
returning upload_id;

-- name: find_same
-- The upload that a repeated one repeats.
select upload_id, sent_digest from upload
where project_id = %(project_id)s and upload_key = %(upload_key)s and status <> 'rejected';

-- name: get_upload
-- One upload with what it became.
select u.project_id, u.upload_id, u.file_name, u.blob_digest, u.size_bytes, u.status, u.stage, u.progress, u.error,
       u.metadata, u.warnings, u.request_id, u.created_by, u.created_at, u.finished_at, u.files_dropped_at,
       p.org_id, p.slug as project_slug, p.name as project_name, p.default_branch, p.is_sample,
       u.run_id, r.number as run_number, r.kind as run_kind, r.verdict as run_verdict, s.warnings as run_warnings
from upload u
join project p using (project_id)
left join run r on r.project_id = u.project_id and r.run_id = u.run_id
left join run_part s on s.project_id = u.project_id and s.upload_id = u.upload_id
where u.project_id = %(project_id)s and u.upload_id = %(upload_id)s;

-- name: list_uploads
-- The uploads of a project, newest first, as `get_upload` has them.
select u.project_id, u.upload_id, u.file_name, u.blob_digest, u.size_bytes, u.status, u.stage, u.progress, u.error,
       u.metadata, u.warnings, u.request_id, u.created_by, u.created_at, u.finished_at, u.files_dropped_at,
       p.org_id, p.slug as project_slug, p.name as project_name, p.default_branch, p.is_sample,
       u.run_id, r.number as run_number, r.kind as run_kind, r.verdict as run_verdict, s.warnings as run_warnings
from upload u
join project p using (project_id)
left join run r on r.project_id = u.project_id and r.run_id = u.run_id
left join run_part s on s.project_id = u.project_id and s.upload_id = u.upload_id
where u.project_id = %(project_id)s
  and (%(status)s::text is null or u.status = %(status)s
       or (%(status)s = 'set-aside' and u.status = 'rejected' and u.error ->> 'code' = 'internal'))
  and (%(before_at)s::timestamptz is null or (u.created_at, u.upload_id) < (%(before_at)s, %(before_id)s))
order by u.created_at desc, u.upload_id desc
limit %(limit)s;

-- name: list_known
-- Files that the project has already, so that nobody sends them again.
select distinct blob_digest from upload
where project_id = %(project_id)s and blob_digest = any(%(digests)b) and status <> 'rejected';

-- name: lock_upload
-- The upload, ours until the transaction ends: whoever else processes it waits and then sees that it is done.
select status from upload where project_id = %(project_id)s and upload_id = %(upload_id)s for update;

-- name: save_progress
-- What the pipeline does with the upload now; one that is finished stays as it is.
update upload set status = 'processing', stage = %(stage)s, progress = %(progress)s
where project_id = %(project_id)s and upload_id = %(upload_id)s and status in ('queued', 'processing');

-- name: save_content
-- Another file in the place of the upload's own.
update upload set file_name = %(file_name)s, blob_digest = %(blob_digest)s, size_bytes = %(size_bytes)s
where project_id = %(project_id)s and upload_id = %(upload_id)s and status in ('queued', 'processing');

-- name: save_stored
-- The upload became a run.
update upload set status = 'stored', stage = 'done', progress = 100, error = null, run_id = %(run_id)s, finished_at = now()
where project_id = %(project_id)s and upload_id = %(upload_id)s;

-- name: save_rejected
-- The upload cannot be read, or is too large to keep.
update upload
set status = 'rejected', progress = 100, error = %(error)s, finished_at = now(),
    blob_digest = case when %(is_kept)s then blob_digest end
where project_id = %(project_id)s and upload_id = %(upload_id)s and status in ('queued', 'processing');

-- name: find_rejected
-- Whether an upload can be queued again, ours until the transaction ends; `is_replaced`: the same was sent since.
select u.status, u.blob_digest, u.request_id, u.error ->> 'code' as code,
       exists (select from upload o where o.project_id = u.project_id and o.upload_key = u.upload_key
               and o.status <> 'rejected') as is_replaced
from upload u
where u.project_id = %(project_id)s and u.upload_id = %(upload_id)s
for update;

-- name: save_queued
-- A rejected upload that gets another chance.
update upload set status = 'queued', stage = 'received', progress = 0, error = null, finished_at = null
where project_id = %(project_id)s and upload_id = %(upload_id)s;

-- name: list_set_aside
-- Uploads that TestFlux itself failed on, oldest first.
select project_id, upload_id from upload
where status = 'rejected' and error ->> 'code' = 'internal' and blob_digest is not null
order by created_at, project_id, upload_id;

-- name: drop_upload
-- One upload, with its run.
delete from upload where project_id = %(project_id)s and upload_id = %(upload_id)s;

-- name: list_digests_of
-- The files that some uploads name.
select blob_digest from upload
where project_id = %(project_id)s and upload_id = any(%(upload_ids)s) and blob_digest is not null
union
select blob_digest from upload_file where project_id = %(project_id)s and upload_id = any(%(upload_ids)s);

-- name: mark_unused_blobs
-- Files that no upload names: from here on they are being removed. One that somebody else is just removing is left to him.
insert into blob as b (digest, size_bytes, dropped_at)
select distinct f.digest, 0, clock_timestamp()
from unnest(%(digests)b::bytea[]) as f (digest)
where not exists (select from upload u where u.blob_digest = f.digest)
  and not exists (select from upload_file f2 where f2.blob_digest = f.digest)
on conflict (digest) do update set dropped_at = excluded.dropped_at
where b.dropped_at is null or b.dropped_at <= clock_timestamp() - %(patience)s
returning b.digest, b.dropped_at;

-- name: drop_marked_blobs
-- Files that are removed now, unless somebody else went on with it meanwhile.
delete from blob b
using unnest(%(digests)b::bytea[], %(marks)s::timestamptz[]) as f (digest, dropped_at)
where b.digest = f.digest and b.dropped_at = f.dropped_at;

-- name: list_left_blobs
-- Some files that no upload names and nobody is removing: whoever began to has died.
select b.digest from blob b
where coalesce(b.dropped_at, b.created_at) <= clock_timestamp() - %(age)s
  and not exists (select from upload u where u.blob_digest = b.digest)
  and not exists (select from upload_file f where f.blob_digest = b.digest)
limit %(limit)s;

-- name: list_lost
-- Uploads that wait although no job will ever come for them; their jobs should be added again.
select u.project_id, u.upload_id, u.request_id
from upload u
where u.status in ('queued', 'processing') and u.created_at < now() - interval '5 minutes'
  and not exists (
      select from procrastinate_jobs j
      where j.status in ('todo', 'doing') and j.task_name = %(task)s
        and (j.args ->> 'project_id')::bigint = u.project_id and (j.args ->> 'upload_id')::bigint = u.upload_id
  )
order by u.project_id, u.upload_id;
