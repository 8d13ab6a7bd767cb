-- What a search looks through; filled by the migration itself, lower-cased as searches are.
create table test_text (
    project_id  bigint not null,
    test_no     integer not null,
    folded      text collate "C" not null,
    primary key (project_id, test_no)
);
alter table test_text enable row level security;
create policy tenant on test_text using (project_id in (select p.project_id from project p));

-- Nobody adds a test in the meantime.
lock table test in share mode;
