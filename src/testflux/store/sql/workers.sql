-- name: drop_old
-- Workers that are long gone.
delete from worker where seen_at < now() - interval '1 day';

-- name: add_worker
-- A worker that begins.
insert into worker (host, pid, version) values (%(host)s, %(pid)s, %(version)s) returning worker_id;

-- name: save_seen
-- A worker that is still there.
update worker set seen_at = now() where worker_id = %(worker_id)s;

-- name: list_workers
-- Workers, the last heard of first.
select host, pid, version, started_at, seen_at from worker order by seen_at desc, worker_id limit 200;
