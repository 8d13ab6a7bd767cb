-- Backups that were made, and what the health page reads.
alter table upload add column sent_digest bytea;
alter table blob add column dropped_at timestamptz;

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
