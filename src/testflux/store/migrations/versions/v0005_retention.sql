-- How long what is kept, stars, and how much a project may hold.
alter table org
    add column quota_bytes bigint,
    add column project_quota_bytes bigint,
    add column file_bytes bigint not null default 0;
alter table project
    add column quota_bytes bigint,
    add column results_kept_from date;
alter table upload add column files_dropped_at timestamptz;
create index upload_with_files on upload (project_id, upload_id) where files_dropped_at is null;
alter table run add column rows_dropped_at timestamptz;
create index run_with_rows on run (project_id, run_day) where rows_dropped_at is null;

create table run_star (
    project_id bigint not null,
    run_id     bigint not null,
    user_id    bigint not null,
    created_at timestamptz not null default now(),
    primary key (project_id, run_id)
);

create table org_retention (
    org_id bigint not null references org,
    kind   text not null check (kind in ('results', 'evidence', 'rows', 'audit')),
    days   integer not null check (days > 0),
    primary key (org_id, kind)
);

create table project_retention (
    project_id bigint not null,
    kind       text not null check (kind in ('results', 'evidence', 'rows', 'audit')),
    days       integer check (days > 0),
    primary key (project_id, kind)
);

create table project_usage (
    project_id bigint primary key,
    file_bytes bigint not null default 0
);

create table usage_day (
    project_id  bigint not null,
    day         date not null,
    result_bytes bigint not null,
    row_bytes   bigint not null,
    file_bytes  bigint not null,
    total_bytes bigint not null,
    primary key (project_id, day)
);

-- What is there already counts.
with named as (
    select project_id, blob_digest from upload where blob_digest is not null
    union
    select project_id, blob_digest from upload_file
)
insert into project_usage (project_id, file_bytes)
select n.project_id, sum(b.size_bytes) from named n join blob b on b.digest = n.blob_digest group by n.project_id;

with named as (
    select p.org_id, u.blob_digest from upload u join project p using (project_id) where u.blob_digest is not null
    union
    select p.org_id, f.blob_digest from upload_file f join project p using (project_id)
)
update org o set file_bytes = c.bytes
from (select n.org_id, sum(b.size_bytes) as bytes from named n join blob b on b.digest = n.blob_digest group by 1) c
where c.org_id = o.org_id;
