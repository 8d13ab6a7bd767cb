create table run_part (
    project_id   bigint not null,
    run_id       bigint not null,
    part_no      smallint not null,
    upload_id    bigint not null,
    format       text not null,
    tool_name    text not null,
    tool_version text not null,
    started_at   timestamptz not null,
    duration_ms  bigint not null,
    is_complete  boolean not null,
    local_times  boolean not null,
    warnings     jsonb not null,
    primary key (project_id, run_id, part_no)
);
create unique index run_part_upload on run_part (project_id, upload_id);

insert into run_part
select project_id, run_id, 0, upload_id, format, tool_name, tool_version, started_at, duration_ms, is_complete,
       local_times, warnings
from run;

drop index run_upload;
create index run_build on run (project_id, build_key) where build_key <> '';
alter table run add column revision integer not null default 0;

alter table result_chunk add column parts smallint[];
alter table result_row add column part_no smallint not null default 0;

alter table run_log add column part_no smallint not null default 0;
alter table run_log drop constraint run_log_pkey;
alter table run_log add primary key (project_id, run_id, part_no, position);

alter table keyword_count add column part_no smallint not null default 0;
alter table keyword_count drop constraint keyword_count_pkey;
alter table keyword_count add primary key (project_id, run_id, part_no, owner, name);

alter table delivery add column upload_id bigint;
drop index delivery_once;
create unique index delivery_once on delivery (project_id, run_day, channel_id, run_id, upload_id, event);
