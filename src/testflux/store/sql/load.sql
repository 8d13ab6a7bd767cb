-- name: list_missed
-- The thresholds that a load test missed.
select metric, expression from threshold where project_id = %(project_id)s and run_id = %(run_id)s and not is_met;
