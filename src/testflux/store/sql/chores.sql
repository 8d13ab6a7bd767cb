-- name: save_begun
-- A task begins.
insert into chore (name, started_at) values (%(name)s, now())
on conflict (name) do update set started_at = excluded.started_at;

-- name: save_ended
-- A task came to its end.
update chore set finished_at = now(), found = %(found)s where name = %(name)s;

-- name: list_chores
-- Every task with its last time.
select name, started_at, finished_at, found from chore order by name;
