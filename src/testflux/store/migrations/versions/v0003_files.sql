alter table upload add column warnings jsonb not null default '[]';

create table upload_file (
    project_id  bigint not null,
    upload_id   bigint not null,
    position    integer not null,
    role        text not null check (role in ('report', 'attachment')),
    path        text not null,
    blob_digest bytea not null,
    size_bytes  bigint not null,
    media_type  text not null,
    primary key (project_id, upload_id, position)
);
create index upload_file_blob on upload_file (blob_digest);

create table keyword_count (
    project_id  bigint not null,
    run_id      bigint not null,
    owner       text not null,
    name        text not null,
    calls       bigint not null,
    failed      bigint not null,
    duration_ms double precision not null,
    primary key (project_id, run_id, owner, name)
);

alter table run_log add column test_no integer;
