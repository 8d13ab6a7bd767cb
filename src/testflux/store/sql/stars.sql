-- name: note_change
-- Lists that show stars are made anew. The project comes before its runs, as everywhere.
update project set change_count = change_count + 1 where project_id = %(project_id)s;

-- name: lock_run
-- The run stays while it is starred: retention passes over a locked one.
select run_id from run where project_id = %(project_id)s and run_id = %(run_id)s for share;

-- name: add_star
-- A run that is to stay.
insert into run_star (project_id, run_id, user_id) values (%(project_id)s, %(run_id)s, %(user_id)s)
on conflict (project_id, run_id) do nothing;

-- name: drop_star
-- A run that may go when its time comes.
delete from run_star where project_id = %(project_id)s and run_id = %(run_id)s;
