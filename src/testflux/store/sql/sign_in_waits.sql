-- name: lock_wait
-- The row of one source, made when there is none, kept from others until the commit: parallel tries count one by one.
insert into sign_in_wait (email_digest, source, failures, failed_at, waits_until)
values (%(email_digest)s, %(source)s, 0, %(now)s, %(now)s)
on conflict (email_digest, source) do update set failures = sign_in_wait.failures
returning failures, failed_at, waits_until;

-- name: save_wait
-- One more, or one less when it turns out well.
update sign_in_wait set failures = %(failures)s, failed_at = %(now)s, waits_until = %(waits_until)s
where email_digest = %(email_digest)s and source = %(source)s;

-- name: drop_waits
-- From one source, or (null) from everywhere.
delete from sign_in_wait
where email_digest = %(email_digest)s
  and (%(sources)s::text[] is null or source = any(%(sources)s));

-- name: drop_old
-- What is held against nobody any more.
delete from sign_in_wait where failed_at < %(before)s;
