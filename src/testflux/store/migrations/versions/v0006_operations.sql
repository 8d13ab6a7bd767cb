-- Backups that were made, and what the health page reads.
alter table upload add column sent_digest bytea;
alter table blob add column dropped_at timestamptz;
create index upload_set_aside on upload (project_id) where status = 'rejected' and error ->> 'code' = 'internal';

create table backup (
    backup_id     bigint generated always as identity primary key,
    started_at    timestamptz not null,
    finished_at   timestamptz not null,
    place         text not null,
    is_scheduled  boolean not null,
    is_encrypted  boolean not null,
    files         integer not null,
    content_bytes bigint not null,
    error         text not null
);

create table intake_outcome (
    format  text not null,
    outcome text not null check (outcome in ('stored', 'rejected', 'set_aside')),
    uploads bigint not null,
    primary key (format, outcome)
);

create table intake_stage (
    stage   text primary key,
    uploads bigint not null,
    seconds double precision not null,
    buckets bigint[] not null
);

create table worker (
    worker_id  bigint generated always as identity primary key,
    host       text not null,
    pid        integer not null,
    version    text not null,
    started_at timestamptz not null default now(),
    seen_at    timestamptz not null default now()
);

create table chore (
    name        text primary key,
    started_at  timestamptz not null,
    finished_at timestamptz,
    found       bigint not null default 0
);
