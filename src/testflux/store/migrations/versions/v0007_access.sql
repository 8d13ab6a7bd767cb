-- Who may do what: people belong to organisations by grants of roles; sign-ins, second factors, providers, the audit log.

alter table org add column is_password_allowed boolean not null default true;
alter table org add column is_second_factor_required boolean not null default false;
alter table org add column audit_days integer check (audit_days >= 90);

create table member (
    org_id      bigint not null references org,
    user_id     bigint not null references app_user,
    joined_at   timestamptz not null default now(),
    disabled_at timestamptz,
    primary key (org_id, user_id)
);
create index member_user on member (user_id);

create table role (
    org_id      bigint not null references org,
    key         text not null,
    name        text not null,
    description text not null default '',
    permissions text[] not null,
    created_at  timestamptz not null default now(),
    primary key (org_id, key)
);

create table identity_provider (
    provider_id  bigint generated always as identity primary key,
    org_id       bigint not null references org,
    kind         text not null check (kind in ('oidc', 'github', 'google', 'microsoft', 'saml', 'ldap')),
    name         text not null,
    config       jsonb not null,
    secret       bytea,
    default_role text,
    group_roles  jsonb not null default '[]',
    adds_people  boolean not null default true,
    is_enabled   boolean not null default true,
    created_at   timestamptz not null default now(),
    tested_at    timestamptz,
    unique (org_id, name)
);
alter table org add column required_provider_id bigint;

create table role_grant (
    grant_id    bigint generated always as identity primary key,
    org_id      bigint not null,
    user_id     bigint not null,
    project_id  bigint,
    role        text not null,
    provider_id bigint references identity_provider on delete cascade,
    granted_by  bigint references app_user,
    created_at  timestamptz not null default now(),
    unique nulls not distinct (org_id, user_id, project_id, role, provider_id),
    foreign key (org_id, user_id) references member
);
create index role_grant_project on role_grant (project_id) where project_id is not null;

insert into member (org_id, user_id, joined_at, disabled_at) select org_id, user_id, created_at, null from app_user;
insert into role_grant (org_id, user_id, role)
select org_id, user_id, case when role = 'admin' then 'owner' else 'viewer' end from app_user;

alter table app_user add column is_operator boolean not null default false;
alter table app_user add column password_changed_at timestamptz;
alter table app_user add column totp_secret bytea;
alter table app_user add column totp_confirmed_at timestamptz;
alter table app_user add column totp_last_step bigint;
update app_user set is_operator = role = 'admin';
alter table app_user drop column role;
alter table app_user drop column org_id;
alter table app_user alter column password_hash drop not null;
alter table app_user add unique (email);

create table recovery_code (
    user_id     bigint not null references app_user,
    code_digest bytea not null,
    used_at     timestamptz,
    primary key (user_id, code_digest)
);

create table sign_in (
    sign_in_id     uuid primary key,
    user_id        bigint not null references app_user,
    org_id         bigint not null references org,
    method         text not null check (method in ('password', 'provider')),
    provider_id    bigint references identity_provider on delete cascade,
    has_second_factor boolean not null default false,
    address        text not null,
    user_agent     text not null,
    created_at     timestamptz not null default now(),
    seen_at        timestamptz not null default now(),
    expires_at     timestamptz not null,
    revoked_at     timestamptz
);
create index sign_in_user on sign_in (user_id);
create index sign_in_expires on sign_in (expires_at);
drop table session;
create table session (
    session_id   bigint generated always as identity primary key,
    sign_in_id   uuid not null references sign_in on delete cascade,
    token_digest bytea not null unique,
    created_at   timestamptz not null default now(),
    expires_at   timestamptz not null,
    spent_at     timestamptz
);
create index session_sign_in on session (sign_in_id);

create table sign_in_flow (
    state_digest bytea primary key,
    purpose      text not null,
    provider_id  bigint references identity_provider on delete cascade,
    user_id      bigint references app_user,
    content      bytea not null,
    created_at   timestamptz not null default now(),
    expires_at   timestamptz not null
);
create index sign_in_flow_expires on sign_in_flow (expires_at);

create table sign_in_wait (
    email_digest bytea not null,
    source       text not null,
    failures     integer not null,
    failed_at    timestamptz not null,
    waits_until  timestamptz not null,
    primary key (email_digest, source)
);
create index sign_in_wait_failed on sign_in_wait (failed_at);

create table external_identity (
    provider_id     bigint not null references identity_provider on delete cascade,
    subject         text not null,
    user_id         bigint not null references app_user,
    created_at      timestamptz not null default now(),
    last_sign_in_at timestamptz,
    primary key (provider_id, subject),
    unique (provider_id, user_id)
);
create index external_identity_user on external_identity (user_id);

create table org_domain (
    org_id      bigint not null references org,
    domain      text not null,
    token       text not null,
    verified_at timestamptz,
    primary key (org_id, domain)
);
create unique index org_domain_verified on org_domain (domain) where verified_at is not null;

create table invitation (
    invitation_id bigint generated always as identity primary key,
    org_id        bigint not null references org,
    email         text not null,
    role          text not null,
    project_id    bigint,
    token_digest  bytea not null unique,
    invited_by    bigint references app_user,
    created_at    timestamptz not null default now(),
    expires_at    timestamptz not null,
    accepted_at   timestamptz,
    revoked_at    timestamptz
);
create index invitation_org on invitation (org_id, created_at desc);

create table password_reset (
    token_digest bytea primary key,
    user_id      bigint not null references app_user,
    created_at   timestamptz not null default now(),
    expires_at   timestamptz not null,
    used_at      timestamptz
);

alter table api_token add column kind text not null default 'personal' check (kind in ('personal', 'service'));
alter table api_token add column role text;
alter table api_token add column project_ids bigint[];
alter table api_token add check ((kind = 'service') = (role is not null));

create table audit_event (
    org_id      bigint not null,
    day         date not null,
    number      bigint not null,
    happened_at timestamptz not null,
    act         text not null,
    actor_kind  text not null check (actor_kind in ('person', 'token', 'system', 'nobody')),
    actor_id    bigint,
    actor_name  text not null,
    target_kind text not null,
    target_id   text not null,
    target_name text not null,
    project_id  bigint,
    is_refused  boolean not null default false,
    address     text not null,
    request_id  text not null,
    before      json,
    after       json,
    digest      bytea not null,
    primary key (org_id, day, number)
) partition by range (day);
create index audit_event_removal on audit_event (org_id, day, number) where act = 'audit.remove';

create table audit_head (
    org_id bigint primary key,
    number bigint not null,
    digest bytea not null,
    happened_at timestamptz not null
);

create table audit_stream (
    stream_id   bigint generated always as identity primary key,
    org_id      bigint not null references org,
    kind        text not null check (kind in ('webhook', 'syslog')),
    name        text not null,
    config      jsonb not null,
    secret      bytea,
    is_enabled  boolean not null default true,
    sent_number bigint not null,
    sent_day    date,
    sent_at     timestamptz,
    attempts    integer not null default 0,
    next_try_at timestamptz not null default now(),
    last_error  text not null default '',
    failed_at   timestamptz,
    created_at  timestamptz not null default now()
);
