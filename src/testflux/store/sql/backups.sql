-- name: find_turn
-- Only one worker makes the scheduled backup, however long it takes; the number is ours and means nothing else.
select pg_try_advisory_xact_lock(7368741903) as is_mine;

-- name: add_attempt
-- What became of a backup.
insert into backup (started_at, finished_at, place, is_scheduled, is_encrypted, files, content_bytes, error)
values (%(started_at)s, %(finished_at)s, %(place)s, %(is_scheduled)s, %(is_encrypted)s, %(files)s, %(content_bytes)s,
        %(error)s);

-- name: drop_old
-- What nobody looks at any more.
delete from backup where started_at < now() - interval '2 years';

-- name: find_last_made
-- The newest backup that is there.
select started_at, finished_at, place, is_scheduled, is_encrypted, files, content_bytes, error
from backup where error = '' order by finished_at desc limit 1;

-- name: find_last_failed
-- The newest failure that no backup followed.
select started_at, finished_at, place, is_scheduled, is_encrypted, files, content_bytes, error
from backup b
where error <> '' and not exists (select from backup o where o.error = '' and o.finished_at > b.finished_at)
order by finished_at desc limit 1;
