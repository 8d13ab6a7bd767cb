-- The schema of TestFlux: every table, column and index with the reason it exists.
-- The migrations under migrations/ lead to exactly this; tests/migration proves it. PostgreSQL 15 or later, no extension.
-- Sizes in brackets are expected rows after years on one machine. Tenant keys lead with project_id.

-- ---------------------------------------------------------------------------------------------------------------- people

-- A tenant. One exists from the start. [10]
create table org (
    org_id      bigint generated always as identity primary key,
    slug        text not null unique,                      -- in addresses; never reused
    name        text not null,
    created_at  timestamptz not null default now(),
    quota_bytes bigint,                                    -- most bytes of files in all its projects; null: no limit
    project_quota_bytes bigint,                            -- the same for each project without a quota of its own
    file_bytes  bigint not null default 0,                 -- what it holds: distinct files, counted with each upload
    is_password_allowed boolean not null default true,     -- false: people sign in at a provider; owners still may, to mend it
    is_second_factor_required boolean not null default false,
    required_provider_id bigint,                           -- only sign-ins from there may enter; null: any. No key: the provider names org
    audit_days  integer check (audit_days >= 90)           -- how long its audit log is kept; null: for ever
);

-- A person who signs in; which organisations they belong to: member. [10^4]
create table app_user (
    user_id         bigint generated always as identity primary key,
    email           text not null unique,                  -- lower case, the sign-in name everywhere
    name            text not null,
    password_hash   text,                                  -- bcrypt over a SHA-256 pre-hash: no 72-byte limit; null: signs in elsewhere
    created_at      timestamptz not null default now(),
    last_sign_in_at timestamptz,                           -- null: never signed in; admins look for dead accounts
    disabled_at     timestamptz,                           -- null: may sign in; rows are never deleted, history names people
    is_operator     boolean not null default false,        -- runs this installation: makes organisations, sees its health
    password_changed_at timestamptz,
    totp_secret     bytea,                                 -- second factor, sealed with the server's key
    totp_confirmed_at timestamptz,                         -- null: being set up, not asked for yet
    totp_last_step  bigint                                 -- a code is good once
);

-- Who belongs to an organisation; what they may do there: role_grant. [10^4]
create table member (
    org_id      bigint not null references org,
    user_id     bigint not null references app_user,
    joined_at   timestamptz not null default now(),
    disabled_at timestamptz,                               -- null: may enter; rows stay, the audit log names them
    primary key (org_id, user_id)
);
create index member_user on member (user_id);              -- the organisations of a person

-- A role of an organisation's own, beside the built-in ones of access/permissions.py. [100]
create table role (
    org_id      bigint not null references org,
    key         text not null,                             -- in grants; never a built-in role's
    name        text not null,
    description text not null default '',
    permissions text[] not null,
    created_at  timestamptz not null default now(),
    primary key (org_id, key)
);

-- Where the people of an organisation sign in besides here: OpenID Connect, OAuth, SAML, LDAP. [10]
create table identity_provider (
    provider_id  bigint generated always as identity primary key,
    org_id       bigint not null references org,
    kind         text not null check (kind in ('oidc', 'github', 'google', 'microsoft', 'saml', 'ldap')),
    name         text not null,                            -- on the sign-in button
    config       jsonb not null,                           -- addresses, names of attributes; nothing secret
    secret       bytea,                                    -- client secret or bind password, sealed with the server's key
    default_role text,                                     -- of whom no group gives a role; null: they do not enter
    group_roles  jsonb not null default '[]',              -- group, role, project_id: given and taken at each sign-in
    adds_people  boolean not null default true,            -- false: only who is a member already
    is_enabled   boolean not null default true,
    created_at   timestamptz not null default now(),
    tested_at    timestamptz,                              -- an owner came through as it is set up now
    unique (org_id, name)
);

-- A role given to a member, everywhere in the organisation or in one project. [10^5]
create table role_grant (
    grant_id    bigint generated always as identity primary key,
    org_id      bigint not null,
    user_id     bigint not null,
    project_id  bigint,                                    -- null: in all projects and in the organisation itself
    role        text not null,                             -- built-in, or a role's key
    provider_id bigint references identity_provider on delete cascade,  -- whose groups gave it; null: a person did
    granted_by  bigint references app_user,
    created_at  timestamptz not null default now(),
    unique nulls not distinct (org_id, user_id, project_id, role, provider_id),
    foreign key (org_id, user_id) references member
);
create index role_grant_project on role_grant (project_id) where project_id is not null;  -- who may do what in a project

-- Codes for when the second factor is lost, each good once. [10^5]
create table recovery_code (
    user_id     bigint not null references app_user,
    code_digest bytea not null,                            -- SHA-256 with the server's key
    used_at     timestamptz,
    primary key (user_id, code_digest)
);

-- One sign-in of one browser, until it ends or is revoked. [10^5]
create table sign_in (
    sign_in_id     uuid primary key,                       -- in its access tokens: a revoked one stops at once
    user_id        bigint not null references app_user,
    org_id         bigint not null references org,         -- the organisation being looked at
    method         text not null check (method in ('password', 'provider')),
    provider_id    bigint references identity_provider on delete cascade,
    has_second_factor boolean not null default false,
    address        text not null,
    user_agent     text not null,
    created_at     timestamptz not null default now(),
    seen_at        timestamptz not null default now(),     -- of its last refresh
    expires_at     timestamptz not null,
    revoked_at     timestamptz
);
create index sign_in_user on sign_in (user_id);            -- a person's sign-ins, to be looked at and ended
create index sign_in_expires on sign_in (expires_at);      -- sweep

-- The refresh tokens of a sign-in, each good once; a spent one that comes back ends the whole sign-in. [10^6]
create table session (
    session_id   bigint generated always as identity primary key,
    sign_in_id   uuid not null references sign_in on delete cascade,
    token_digest bytea not null unique,                    -- SHA-256 of the token: a stolen table signs nobody in
    created_at   timestamptz not null default now(),
    expires_at   timestamptz not null,
    spent_at     timestamptz                               -- set when exchanged for the next one
);
create index session_sign_in on session (sign_in_id);      -- removed with it

-- A sign-in that is under way: at a provider, or before its second factor. [10^3]
create table sign_in_flow (
    state_digest bytea primary key,                        -- SHA-256 of what the browser brings back
    purpose      text not null,                            -- which step may go on from here
    provider_id  bigint references identity_provider on delete cascade,
    user_id      bigint references app_user,
    content      bytea not null,                           -- what the step needs, sealed with the server's key
    created_at   timestamptz not null default now(),
    expires_at   timestamptz not null
);
create index sign_in_flow_expires on sign_in_flow (expires_at);  -- sweep

-- Sign-ins tried in vain, under an address that need not be anybody's, so that an answer tells nothing. [10^4]
create table sign_in_wait (
    email_digest bytea not null,                           -- SHA-256 of the address in lower case
    source       text not null,                            -- network they came from; '': all strange ones together
    failures     integer not null,                         -- in a row; each makes the next wait longer
    failed_at    timestamptz not null,
    waits_until  timestamptz not null,                     -- nothing is tried before
    primary key (email_digest, source)
);
create index sign_in_wait_failed on sign_in_wait (failed_at);  -- sweep

-- Who a person is at a provider: its own unchanging name for them, never the e-mail address. [10^4]
create table external_identity (
    provider_id     bigint not null references identity_provider on delete cascade,
    subject         text not null,
    user_id         bigint not null references app_user,
    created_at      timestamptz not null default now(),
    last_sign_in_at timestamptz,
    primary key (provider_id, subject),
    unique (provider_id, user_id)                          -- an address given to somebody else opens no old account
);
create index external_identity_user on external_identity (user_id);  -- a person's account page

-- Mail domains of an organisation; a provider may add people of verified ones. [100]
create table org_domain (
    org_id      bigint not null references org,
    domain      text not null,                             -- lower case
    token       text not null,                             -- to be found in the domain's DNS
    verified_at timestamptz,
    primary key (org_id, domain)
);
create unique index org_domain_verified on org_domain (domain) where verified_at is not null;  -- a domain has one owner

-- An invitation by mail. [10^4]
create table invitation (
    invitation_id bigint generated always as identity primary key,
    org_id        bigint not null references org,
    email         text not null,
    role          text not null,
    project_id    bigint,                                  -- null: the role is for the whole organisation
    token_digest  bytea not null unique,                   -- SHA-256 of the token in the mail
    invited_by    bigint references app_user,
    created_at    timestamptz not null default now(),
    expires_at    timestamptz not null,
    accepted_at   timestamptz,
    revoked_at    timestamptz
);
create index invitation_org on invitation (org_id, created_at desc);      -- the page of members

-- A forgotten password's way back. [10^3]
create table password_reset (
    token_digest bytea primary key,                        -- SHA-256 of the token in the mail
    user_id      bigint not null references app_user,
    created_at   timestamptz not null default now(),
    expires_at   timestamptz not null,
    used_at      timestamptz
);

-- A token for CI. [10^4]
create table api_token (
    token_id     bigint generated always as identity primary key,
    org_id       bigint not null references org,
    user_id      bigint not null references app_user,      -- who made it; a personal token dies with that person's access
    name         text not null,
    token_digest bytea not null unique,                    -- SHA-256; the token itself is shown once
    hint         text not null,                            -- its last four characters, to recognise it in a list
    scopes       text[] not null,                          -- read, upload, admin, or permissions
    created_at   timestamptz not null default now(),
    expires_at   timestamptz,
    last_used_at timestamptz,                              -- written at most once a minute
    revoked_at   timestamptz,
    kind         text not null default 'personal' check (kind in ('personal', 'service')),
    role         text,                                     -- a service token's own: it stands for nobody
    project_ids  bigint[],                                 -- the only projects it is for; null: all
    check ((kind = 'service') = (role is not null))
);

-- Every write and every sign-in, chained by digests: what was changed or taken out afterwards shows. [10^7]
create table audit_event (
    org_id      bigint not null,                           -- 0: the installation's own, e.g. a sign-in by nobody known
    day         date not null,                             -- UTC day of happened_at: the partition key
    number      bigint not null,                           -- dense per organisation
    happened_at timestamptz not null,
    act         text not null,                             -- noun and verb: channel.add, sign_in.fail
    actor_kind  text not null check (actor_kind in ('person', 'token', 'system', 'nobody')),
    actor_id    bigint,
    actor_name  text not null,                             -- as it was then: people leave
    target_kind text not null,
    target_id   text not null,
    target_name text not null,
    project_id  bigint,
    is_refused  boolean not null default false,            -- tried, not done
    address     text not null,
    request_id  text not null,
    before      json,                                      -- what the act changed, without secrets; the digest is over its letters, which jsonb would not keep
    after       json,
    digest      bytea not null,                            -- SHA-256 over the digest before and this row: see store/audit.py
    primary key (org_id, day, number)
) partition by range (day);
create index audit_event_removal on audit_event (org_id, day, number) where act = 'audit.remove';  -- where a chain begins that retention has cut

-- The end of an organisation's chain. [10]
create table audit_head (
    org_id bigint primary key,
    number bigint not null,
    digest bytea not null,
    happened_at timestamptz not null                       -- of the last event: the next is never before it
);

-- Where the audit log is sent as it grows. [10]
create table audit_stream (
    stream_id   bigint generated always as identity primary key,
    org_id      bigint not null references org,
    kind        text not null check (kind in ('webhook', 'syslog')),
    name        text not null,
    config      jsonb not null,
    secret      bytea,                                     -- signing key, sealed with the server's key
    is_enabled  boolean not null default true,
    sent_number bigint not null,                           -- everything up to here has arrived
    sent_day    date,                                      -- of that event: the next are not before it; null: none yet
    sent_at     timestamptz,                               -- when something last arrived
    attempts    integer not null default 0,                -- in vain, since something last arrived
    next_try_at timestamptz not null default now(),
    last_error  text not null default '',
    failed_at   timestamptz,
    created_at  timestamptz not null default now()
);

-- -------------------------------------------------------------------------------------------------------------- projects

-- What runs belong to. The counters hand out dense numbers under the row's lock. [10^3]
create table project (
    project_id      bigint generated always as identity primary key,
    org_id          bigint not null references org,
    slug            text not null,
    name            text not null,
    description     text not null default '',
    default_branch  text not null default 'main',          -- what "last green" and the overview look at
    is_sample       boolean not null default false,        -- sample history: labelled everywhere, removable as one
    next_run_number bigint not null default 1,
    next_test_no    integer not null default 0,            -- dense: 1,000 tests share a result chunk
    next_finding_no bigint not null default 1,
    change_count    bigint not null default 0,             -- grows with every stored or dropped run: cache key of trends
    created_at      timestamptz not null default now(),
    quota_bytes     bigint,                                -- most bytes of its files; null: the organisation's for each project
    results_kept_from date,                                -- retention removed runs before this day, their totals stay; null: none
    unique (org_id, slug)
);

-- How long an organisation keeps what, in days; what has no row is kept for ever. [40]
create table org_retention (
    org_id bigint not null references org,
    kind   text not null check (kind in ('results', 'evidence', 'rows', 'audit')),
    days   integer not null check (days > 0),
    primary key (org_id, kind)
);

-- Where a project differs from its organisation. [10^3]
create table project_retention (
    project_id bigint not null,
    kind       text not null check (kind in ('results', 'evidence', 'rows', 'audit')),
    days       integer check (days > 0),                   -- null: for ever
    primary key (project_id, kind)
);

-- How many bytes of files a project holds: not in its own row, which waits while a run is stored. [10^3]
create table project_usage (
    project_id bigint primary key,
    file_bytes bigint not null default 0                   -- distinct files, counted with each upload, recounted nightly
);

-- What a project took up on a day: growth and forecast. [10^6]
create table usage_day (
    project_id  bigint not null,
    day         date not null,
    result_bytes bigint not null,                          -- its share of the tables, by results, rows and runs
    row_bytes   bigint not null,
    file_bytes  bigint not null,
    total_bytes bigint not null,
    primary key (project_id, day)
);

-- ---------------------------------------------------------------------------------------------------------------- uploads

-- One file that arrived, whatever became of it. [10^6]
create table upload (
    project_id   bigint not null,
    upload_id    bigint generated always as identity,
    upload_key   bytea not null,                           -- idempotency: digest over content and metadata, or of the caller's key
    sent_digest  bytea,                                    -- SHA-256 as sent under a caller's key, which is for no other content
    file_name    text not null,                            -- as sent, for people only: formats are detected by content
    blob_digest  bytea,                                    -- SHA-256 of the stored bytes; null when over the limit and not kept
    size_bytes   bigint not null,
    status       text not null check (status in ('queued', 'processing', 'stored', 'rejected')),
    stage        text not null default 'received',         -- what the pipeline does now
    progress     smallint not null default 0,              -- 0..100
    error        jsonb,                                    -- why it was rejected: code, message, hint, line, column, byte
    metadata     jsonb not null,                           -- what the uploader said (model Metadata)
    warnings     jsonb not null default '[]',              -- what was left out at the door: code, message; the run repeats it
    run_id       bigint,                                   -- the run it became
    request_id   text not null default '',                 -- follows the upload through logs, jobs and notifications
    created_by   bigint,                                   -- app_user; null for the sample history
    created_at   timestamptz not null default now(),
    finished_at  timestamptz,
    files_dropped_at timestamptz,                          -- when retention removed its files; null: it did not
    primary key (project_id, upload_id)
);
-- The same upload twice gives the same run; a rejected one may be sent again (a newer version may read it).
create unique index upload_key on upload (project_id, upload_key) where status <> 'rejected';
create index upload_recent on upload (project_id, created_at desc);       -- the project's upload list
create index upload_waiting on upload (created_at) where status in ('queued', 'processing');  -- find those that were forgotten
create index upload_with_files on upload (project_id, upload_id) where files_dropped_at is null;  -- whose files retention looks at
create index upload_blob on upload (blob_digest);                         -- whether a file is still needed
create index upload_set_aside on upload (project_id)
    where status = 'rejected' and error ->> 'code' = 'internal';     -- what waits for an administrator

-- What came along with an upload: screenshots, videos, logs, and reports that are read together with it. [10^7]
create table upload_file (
    project_id  bigint not null,
    upload_id   bigint not null,
    position    integer not null,                          -- its name in addresses: its place in the archive
    role        text not null check (role in ('report', 'attachment')),  -- report: read with the upload's own file
    path        text not null,                             -- seen from the report's folder, as reports link to it
    blob_digest bytea not null,                            -- files of equal content are stored once
    size_bytes  bigint not null,
    media_type  text not null,                             -- by content: decides what a browser may show
    primary key (project_id, upload_id, position)
);
create index upload_file_blob on upload_file (blob_digest);               -- whether a file is still needed

-- A stored file, named by its content. [10^6]
create table blob (
    digest     bytea primary key,                          -- SHA-256 of the bytes as stored
    size_bytes bigint not null,
    created_at timestamptz not null default now(),
    dropped_at timestamptz                                 -- since when it is being removed; null: it stays
);

-- ------------------------------------------------------------------------------------------------------------------- runs

-- One run of tests, one scan or one load test: the hub. Once stored it changes only when another part of it arrives;
-- judgements are other rows. [10^6..10^7]
create table run (
    project_id    bigint not null,
    run_id        bigint generated always as identity,
    number        bigint not null,                         -- dense per project, for people: #1284
    upload_id     bigint not null,                         -- its earliest part; all of them: run_part
    kind          text not null check (kind in ('functional', 'security', 'load')),
    format        text not null,                           -- robot-xml, zap-json, k6-summary, …
    tool_name     text not null,
    tool_version  text not null,
    name          text not null,                           -- the lane: runs of one name, environment and kind are compared
    environment   text not null,
    test_type     text not null,                           -- regression, smoke, security, load, …
    branch        text not null,
    commit_sha    text not null,
    pull_request  text not null,
    ci_provider   text not null,
    build_url     text not null,
    build_key     text not null,                           -- names the CI run that several files belong to
    labels        jsonb not null,                          -- object of text to text
    started_at    timestamptz not null,
    run_day       date not null,                           -- UTC day of started_at: the partition key of everything below
    duration_ms   bigint not null,
    verdict       text not null check (verdict in ('passed', 'failed', 'flaky', 'empty', 'incomplete')),
    is_complete   boolean not null,                        -- false: the report broke off; never green, closes nothing
    local_times   boolean not null,                        -- true: the report's times had no zone and were taken as UTC
    warnings      jsonb not null,                          -- what was read around: code, message, line, byte
    totals        jsonb not null,                          -- the keys of `parse --json`, whatever the kind
    passed        integer not null default 0,              -- the five counters again as columns: trends add them up
    failed        integer not null default 0,
    broken        integer not null default 0,
    skipped       integer not null default 0,
    flaky         integer not null default 0,
    duration_sum_ms bigint not null default 0,             -- over tests that ran: average duration
    duration_histogram bytea not null default '',          -- 64 log buckets over tests that ran, packed (store/histograms.py): p50/p95 by merging, never averaging
    findings_high integer not null default 0,              -- findings by severity (critical counts as high)
    findings_medium integer not null default 0,
    findings_low  integer not null default 0,
    findings_info integer not null default 0,
    baseline_run_id bigint,                                -- the run it was compared with when it arrived
    new_failures  integer not null default 0,              -- tests, findings or thresholds that turned bad against the baseline
    fixed         integer not null default 0,
    created_at    timestamptz not null default now(),
    rows_dropped_at timestamptz,                           -- when retention removed its result rows and log; null: it did not
    revision      integer not null default 0,              -- grows with every change: what was cached of the run is old
    primary key (project_id, run_id)
);
create unique index run_number on run (project_id, number);
create index run_build on run (project_id, build_key) where build_key <> '';          -- the run that another upload of its build joins
create index run_recent on run (project_id, started_at desc, run_id desc);            -- run list and its cursor
create index run_lane on run (project_id, kind, name, environment, branch, started_at desc);  -- baseline, history of a lane
create index run_day on run (project_id, run_day);                        -- trends
create index run_with_rows on run (project_id, run_day) where rows_dropped_at is null;  -- whose rows retention looks at

-- A run that retention leaves alone. [10^4]
create table run_star (
    project_id bigint not null,
    run_id     bigint not null,
    user_id    bigint not null,                            -- who set it
    created_at timestamptz not null default now(),
    primary key (project_id, run_id)
);

-- The uploads that make up a run: shards and reruns of one CI run, or simply one. [10^6..10^7]
create table run_part (
    project_id   bigint not null,
    run_id       bigint not null,
    part_no      smallint not null,                        -- in order of arrival: what chunks, rows and addresses name it by
    upload_id    bigint not null,
    format       text not null,                            -- how to read its file
    tool_name    text not null,
    tool_version text not null,
    started_at   timestamptz not null,                     -- with upload_id: the order of attempts, whichever arrived first
    duration_ms  bigint not null,
    is_complete  boolean not null,
    local_times  boolean not null,
    warnings     jsonb not null,                           -- of its own file
    primary key (project_id, run_id, part_no)
);
create unique index run_part_upload on run_part (project_id, upload_id);  -- one upload becomes one part of one run, whatever is killed

-- ------------------------------------------------------------------------------------------------------------------ tests

-- Identity of a test in its project. [10^6]
create table test (
    project_id  bigint not null,
    test_no     integer not null,                          -- dense: bucket = test_no / 1000, slot = test_no % 1000
    digest      bytea not null,                            -- 16 bytes over suite path, name, parameters, duplicate index
    suite       text[] not null,                           -- path of suite names from the root
    name        text not null,
    parameters  text not null default '',
    duplicate   integer not null default 0,                -- which of equal names in one run
    source      text not null default '',                  -- file, as last reported
    line        integer,
    tags        text[] not null default '{}',              -- as last reported
    first_seen_at timestamptz not null,
    last_seen_at  timestamptz not null,                    -- written at most once a day per test
    primary key (project_id, test_no)
) with (fillfactor = 50);                                   -- most are seen daily: with room in its page that touches no index
create unique index test_digest on test (project_id, digest);

-- What a search looks through, every row of a project: apart from `test`, whose rows are wide and change each day, and of
-- neighbouring tests in one row, a line each (store/texts.py). [10^5]
create table test_text (
    project_id  bigint not null,
    test_no     integer not null,
    folded      text collate "C" not null,                 -- suite path and name of each, as kit/query.py folds them
    primary key (project_id, test_no)
);

-- The duration (ms) of one of `count` results, place 0, 1, 2, …, out of their packed durations: the highest bytes of all
-- results come first, then the next lower ones; as many as the longest duration needs.
create function duration_at(durations bytea, count integer, place integer) returns integer
    language sql immutable parallel safe
    return get_byte(durations, length(durations) - count + place)
        + case when length(durations) > count then get_byte(durations, length(durations) - 2 * count + place) << 8 else 0 end
        + case when length(durations) > 2 * count then get_byte(durations, length(durations) - 3 * count + place) << 16 else 0 end
        + case when length(durations) > 3 * count then get_byte(durations, place) << 24 else 0 end;

-- The results of a chunk that did not pass, ascending: slot * 8 + status, two bytes each, the high one first; null: none.
create function pack_not_passed(status bytea, slots smallint[]) returns bytea
    language sql immutable parallel safe
    return (
        select string_agg(int2send((coalesce(slots[place + 1], place) * 8 + get_byte(status, place))::smallint), ''::bytea
                          order by place)
        from generate_series(0, length(status) - 1) as place
        where get_byte(status, place) <> 1
    );

-- The longest results of a chunk that ran, an eighth and 64 at most, longest first: slot, and duration (ms) in four bytes;
-- null: none ran.
create function pack_longest(status bytea, durations bytea, slots smallint[]) returns bytea
    language sql immutable parallel safe
    return (
        select string_agg(int2send(coalesce(slots[place + 1], place)::smallint) || int4send(duration_ms), ''::bytea
                          order by duration_ms desc, place)
        from (
            select place, duration_at(durations, length(status), place) as duration_ms
            from generate_series(0, length(status) - 1) as place
            where get_byte(status, place) <> 4
            order by duration_ms desc, place
            limit least(64, (length(status) + 7) / 8)
        ) as longest
    );

-- Results of up to 1,000 tests of one run: boring results get a slot. Deliberately no foreign keys. [10^7]
create table result_chunk (
    project_id  bigint not null,
    bucket      integer not null,                          -- test_no / 1000
    run_day     date not null,
    run_id      bigint not null,
    slots       smallint[],                                -- test_no % 1000 ascending; null: exactly slots 0..n-1 are present
    status      bytea not null,                            -- one byte a result, model Status
    durations   bytea not null,                            -- same order, ms packed to bytes: duration_at, kit/planes.py
    evidence    bytea,                                     -- byte range of each test in the file: see store/evidence.py; null: none
    parts       smallint[],                                -- which part's file each result is from, same order; null: all from part 0
    not_passed  bytea generated always as (                -- said once more, for rankings of many runs
        pack_not_passed(status, slots)
    ) stored,
    longest     bytea generated always as (                -- as well; the shortest of them bounds the others [0.4 B a result]
        pack_longest(status, durations, slots)
    ) stored,
    primary key (project_id, bucket, run_day, run_id)
) partition by range (run_day);
create index result_chunk_run on result_chunk (project_id, run_id);       -- read one run whole

-- Interesting results get a row as well: failed, broken, flaky, skipped with a reason, each earlier attempt. [5 % of results]
create table result_row (
    project_id  bigint not null,
    run_day     date not null,
    run_id      bigint not null,
    test_no     integer not null,
    attempt     smallint not null,                         -- 1..n; is_final marks the last
    is_final    boolean not null,
    status      smallint not null,
    duration_ms integer not null,
    failure_id  bigint,                                    -- the cause, for failed and broken
    message_id  bigint,
    message_is_html boolean not null default false,
    change      smallint not null default 0,               -- against the baseline: 0 none, 1 new failure, 2 still failing
    part_no     smallint not null default 0,               -- which part of the run this attempt is from
    primary key (project_id, run_day, run_id, test_no, attempt)
) partition by range (run_day);
create index result_row_failure on result_row (project_id, failure_id, run_day) where failure_id is not null;  -- where a cause was seen

-- The cause of failures: a message with its volatile parts taken out. [10^5]
create table failure (
    project_id  bigint not null,
    failure_id  bigint generated always as identity,
    fingerprint bytea not null,
    algorithm   text not null,                             -- version of the fingerprint: old ones keep theirs
    cause       text not null,                             -- the parameterised message, one line
    first_run_id bigint not null,
    first_seen_at timestamptz not null,
    primary key (project_id, failure_id)
);
create unique index failure_fingerprint on failure (project_id, fingerprint, algorithm);

-- Message texts, each once. [10^6]
create table message (
    project_id bigint not null,
    message_id bigint generated always as identity,
    digest     bytea not null,                             -- 16 bytes over the text
    text       text not null,
    primary key (project_id, message_id)
);
create unique index message_digest on message (project_id, digest);

-- How often a run called each keyword, and how long that took: counted after the run is stored. [10^7]
create table keyword_count (
    project_id  bigint not null,
    run_id      bigint not null,
    owner       text not null,                             -- library or resource; '' for the suite's own
    name        text not null,
    calls       bigint not null,
    failed      bigint not null,
    duration_ms double precision not null,                 -- with all that it called
    part_no     smallint not null default 0,               -- counted file by file, added up when read
    primary key (project_id, run_id, part_no, owner, name)
);

-- Execution errors and warnings of a run. [10^6]
create table run_log (
    project_id bigint not null,
    run_id     bigint not null,
    position   integer not null,
    level      text not null,
    text       text not null,
    is_html    boolean not null,
    logged_at  timestamptz,
    test_no    integer,                                    -- the test that logged the same; null: none did, e.g. a failed import
    part_no    smallint not null default 0,                -- positions count within a part
    primary key (project_id, run_id, part_no, position)
);

-- --------------------------------------------------------------------------------------------------------------- security

-- What a rule says, as its newest scan words it: texts are long and equal for thousands of findings. [10^4]
create table finding_rule (
    project_id  bigint not null,
    rule        text not null,
    name        text not null,
    cwe         integer,
    wasc        integer,
    description text not null,
    solution    text not null,
    reference_urls text[] not null,
    tags        jsonb not null,
    primary key (project_id, rule)
);

-- A weakness at one place, tracked over scans. [10^5]
create table finding (
    project_id   bigint not null,
    finding_no   bigint not null,                          -- dense per project
    digest       bytea not null,                           -- identity: rule, origin, method, template, param; never evidence
    algorithm    text not null,                            -- version of the identity
    rule         text not null,
    name         text not null,
    origin       text not null,
    method       text not null,
    template     text not null,
    param        text not null,
    first_run_id bigint not null,
    first_seen_at timestamptz not null,
    last_seen_at timestamptz not null,
    primary key (project_id, finding_no)
);
create unique index finding_digest on finding (project_id, digest, algorithm);

-- A finding in one scan. [10^7]
create table finding_seen (
    project_id  bigint not null,
    run_day     date not null,
    run_id      bigint not null,
    finding_no  bigint not null,
    severity    smallint not null,
    confidence  smallint not null,
    state       text not null check (state in ('new', 'existing', 'reopened')),  -- against the lane's earlier scans, when it arrived
    count       integer not null,                          -- the tool's own total
    occurrences jsonb not null,                            -- distinct places seen: uri, method, param, attack, evidence, other, request, response
    primary key (project_id, run_day, run_id, finding_no)
) partition by range (run_day);
create index finding_seen_history on finding_seen (project_id, finding_no, run_day);   -- a finding over time

-- ------------------------------------------------------------------------------------------------------------------- load

-- One metric (and tag set) of one load test. [10^6]
create table load_metric (
    project_id bigint not null,
    run_id     bigint not null,
    name       text not null,
    tags       text not null,                              -- '' for the whole, else the sub-metric's tags as written
    type       text not null,                              -- trend, rate, counter, gauge
    contains   text not null,                              -- time (ms), data (bytes) or default
    count      double precision,                           -- the statistics that trends read, as columns
    rate       double precision,
    min        double precision,
    avg        double precision,
    med        double precision,
    p90        double precision,
    p95        double precision,
    p99        double precision,
    max        double precision,
    value      double precision,
    passes     double precision,
    fails      double precision,
    others     jsonb not null default '{}',                -- percentiles nobody else has: "p(99.9)"
    histogram  integer[],                                  -- mergeable log buckets where samples were read
    primary key (project_id, run_id, name, tags)
);

-- One metric over time inside a load test. [10^7]
create table load_series (
    project_id  bigint not null,
    run_day     date not null,
    run_id      bigint not null,
    name        text not null,
    tags        text not null,
    bucket_ms   integer not null,                          -- width of a bucket
    start_at    timestamptz not null,                      -- of the first bucket
    counts      integer[] not null,
    sums        double precision[] not null,
    p95s        real[] not null,
    maxima      real[] not null,
    primary key (project_id, run_day, run_id, name, tags)
) partition by range (run_day);

-- A limit the load test set itself, and whether it held. [10^6]
create table threshold (
    project_id bigint not null,
    run_id     bigint not null,
    position   integer not null,
    metric     text not null,
    expression text not null,
    is_met     boolean not null,
    value      double precision,                           -- measured; null when the file does not hold it
    limit_value double precision,
    margin     double precision,                           -- share of the limit, negative when missed
    primary key (project_id, run_id, position)
);

-- A check inside a load test. [10^6]
create table load_check (
    project_id bigint not null,
    run_id     bigint not null,
    position   integer not null,
    group_path text[] not null,
    name       text not null,
    passes     bigint not null,
    fails      bigint not null,
    primary key (project_id, run_id, position)
);

-- A group inside a load test: kept for groups without checks. [10^6]
create table load_group (
    project_id bigint not null,
    run_id     bigint not null,
    position   integer not null,
    path       text[] not null,
    primary key (project_id, run_id, position)
);

-- ----------------------------------------------------------------------------------------------------------------- totals

-- What the runs of a day add up to, written in the run's own transaction: any range of years is a few hundred rows. [10^6]
create table day_total (
    project_id  bigint not null,
    run_day     date not null,
    kind        text not null,
    name        text not null,
    environment text not null,
    branch      text not null,
    test_type   text not null,
    runs        integer not null,
    passed      bigint not null,
    failed      bigint not null,
    broken      bigint not null,
    skipped     bigint not null,
    flaky       bigint not null,
    duration_sum_ms bigint not null,                       -- of tests that ran
    run_duration_sum_ms bigint not null,                   -- of runs, wall time
    duration_histogram bytea not null,                     -- sum of the runs' histograms, bucket by bucket
    sums        bytea not null generated always as (       -- all of this as bytes, for trends: to make them for a year takes
        date_send(run_day) || int4send(length(duration_histogram)) || int8send(runs) || int8send(passed)  -- longer than to read it
        || int8send(failed) || int8send(broken) || int8send(skipped) || int8send(flaky) || int8send(duration_sum_ms)
        || int8send(run_duration_sum_ms)
    ) stored,
    primary key (project_id, run_day, kind, name, environment, branch, test_type)
);

-- --------------------------------------------------------------------------------------------------------------- messages

-- Where a project's news go. [10^4]
create table channel (
    project_id bigint not null,
    channel_id bigint generated always as identity,
    kind       text not null check (kind in ('webhook', 'email')),
    name       text not null,
    rule       text not null check (rule in ('every_run', 'any_failure', 'new_failures')),
    config     jsonb not null,                             -- webhook: url; email: recipients
    secret     bytea,                                      -- webhook signing key, encrypted with the server's secret key
    is_enabled boolean not null default true,
    created_at timestamptz not null default now(),
    primary key (project_id, channel_id)
);

-- One message to one channel, and what became of it: the delivery log. [10^6]
create table delivery (
    project_id   bigint not null,
    run_day      date not null,                            -- partition key: the UTC day the message was made, not the run's: the log is read by recent days
    delivery_id  bigint generated by default as identity,
    channel_id   bigint not null,
    run_id       bigint,                                   -- null for a test message
    event        text not null check (event in ('run.finished', 'test')),
    message      jsonb not null,                           -- what is told (model RunMessage): a resend says the same
    status       text not null check (status in ('pending', 'sent', 'failed')),
    attempts     integer not null default 0,
    next_attempt_at timestamptz,
    last_error   text not null default '',
    response_code integer,
    created_at   timestamptz not null default now(),
    sent_at      timestamptz,
    upload_id    bigint,                                   -- the part of the run that brought the news; null for a test message
    primary key (project_id, run_day, delivery_id)
) partition by range (run_day);
create unique index delivery_once on delivery (project_id, run_day, channel_id, run_id, upload_id, event);  -- a part is told once per channel
create index delivery_recent on delivery (project_id, created_at desc);

-- What just changed, for open browsers: kept an hour, read after a reconnect. [10^4]
create table live_event (
    event_id   bigint generated always as identity primary key,
    org_id     bigint not null,
    topic      text not null,                              -- projects, project:webshop, run:3-17, upload:3-9
    type       text not null,
    data       jsonb not null,
    created_at timestamptz not null default now(),
    project_id bigint                                      -- heard by who may see the project; null: by all of the organisation
);
create index live_event_created on live_event (created_at);               -- sweep

-- ------------------------------------------------------------------------------------------------------------- operations

-- Backups that were made, and those that could not be. [10^3]
create table backup (
    backup_id     bigint generated always as identity primary key,
    started_at    timestamptz not null,
    finished_at   timestamptz not null,
    place         text not null,                           -- the folder it lies in
    is_scheduled  boolean not null,                        -- made by the worker, not by hand
    is_encrypted  boolean not null,
    files         integer not null,
    content_bytes bigint not null,                         -- of the files, unpacked
    error         text not null                            -- why there is none; empty for a backup that is there
);

-- How many uploads became what, since there is this database: counters for every worker together. [10^2]
create table intake_outcome (
    format  text not null,                                 -- unknown: it was not understood
    outcome text not null check (outcome in ('stored', 'rejected', 'set_aside')),
    uploads bigint not null,
    primary key (format, outcome)
);

-- How long the stages of stored uploads took. [10]
create table intake_stage (
    stage   text primary key,
    uploads bigint not null,
    seconds double precision not null,
    buckets bigint[] not null                              -- by duration; bounds in store/intake.py
);

-- Processes that work on the queue. [10^2]
create table worker (
    worker_id  bigint generated always as identity primary key,
    host       text not null,
    pid        integer not null,
    version    text not null,                              -- of TestFlux: while it is being updated they differ
    started_at timestamptz not null default now(),
    seen_at    timestamptz not null default now()          -- it says so every few seconds
);

-- Regular tasks, each with its last time. [10]
create table chore (
    name        text primary key,
    started_at  timestamptz not null,
    finished_at timestamptz,                               -- of the last time that came to its end; null: none did
    found       bigint not null default 0                  -- what was amiss then: differences, missing tables
);

-- ------------------------------------------------------------------------------------------------------------------- views

-- One row a result, for people with SQL tools. Name a run_day range, or every month is read.
-- `||` opens what is packed once; a look into it would open it again for every row.
-- It shows whoever asks what they may see of the tables behind it: its owner would see everything.
create view result with (security_invoker = true) as
select c.project_id, c.run_id, c.run_day,
       c.bucket * 1000 + coalesce(e.slot, e.place) as test_no,
       (array['passed', 'failed', 'broken', 'skipped', 'flaky'])[get_byte(opened.status, e.place)] as status,
       duration_at(opened.durations, length(opened.status), e.place) as duration_ms
from result_chunk c
cross join lateral (select c.status || ''::bytea as status, c.durations || ''::bytea as durations offset 0) opened
cross join lateral rows from (generate_series(0, length(c.status) - 1), unnest(c.slots)) as e (place, slot);

-- ------------------------------------------------------------------------------------------------------------------- walls

-- The second wall: an API transaction of a tenant runs as a role that owns nothing (store/walls.py), and sees the rows of
-- the organisation it names, and of the projects it names if it names any; none when it names nothing. Owners pass.
-- Outside of it: tables of people (app_user, sign_in and the like belong to no single organisation) and of the house.
do $$
declare
    here record;
    mine constant text := '(select nullif(current_setting(''testflux.org'', true), '''')::bigint)';
    few constant text := '(select nullif(current_setting(''testflux.projects'', true), '''')::bigint[])::bigint[]';
begin
    for here in
        select c.oid::regclass as name,
               bool_or(a.attname = 'org_id') as has_org,
               bool_or(a.attname = 'project_id') as has_project
        from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname in ('org_id', 'project_id')
        where c.relnamespace = 'public'::regnamespace
          and c.relkind in ('r', 'p')
          and not c.relispartition
          and c.relname <> 'sign_in'
        group by c.oid
    loop
        execute format('alter table %s enable row level security', here.name);
        execute format('create policy tenant on %s using (%s)', here.name, case
            when here.name = 'project'::regclass
                then format('org_id = %s and coalesce(project_id = any (%s), true)', mine, few)
            when here.name = 'live_event'::regclass
                then format('org_id = %s and coalesce(project_id = any (%s), true)', mine, few)
            when here.has_org then format('org_id = %s', mine)
            else 'project_id in (select p.project_id from project p)'
        end);
    end loop;
end
$$;
