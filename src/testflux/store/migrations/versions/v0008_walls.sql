-- The second wall: row-level security keeps every tenant's rows from all others.

alter table live_event add column project_id bigint;
