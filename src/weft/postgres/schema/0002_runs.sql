-- Runs, their shards, what failed in them, and the answers that are remembered so that nothing is made twice.

create table run (
    uid         uuid primary key,
    business    uuid not null default tenant() references business (uid) on delete cascade,
    skill       text not null,
    version     text not null,
    engine      text not null,
    asked       jsonb not null default '{}',
    selection   jsonb not null default '{}',
    again       boolean not null default false,
    queued      boolean not null,
    state       text not null default 'queued'
                check (state in ('queued', 'running', 'paused', 'cancelled', 'finished', 'failed')),
    records     bigint,
    remembered  bigint not null default 0,
    foundation  bytea,
    who         text not null,
    problem     text,
    created_at  timestamptz not null default now(),
    started_at  timestamptz,
    finished_at timestamptz,
    beat_at     timestamptz not null default now()
);
create index run_by_time on run (business, uid);

create table shard (
    run       uuid not null references run (uid) on delete cascade,
    n         integer not null,
    business  uuid not null default tenant(),
    state     text not null default 'waiting' check (state in ('waiting', 'working', 'done')),
    records   uuid[] not null,
    place     integer not null default 0,
    made      integer not null default 0,
    changes   integer not null default 0,
    failed    integer not null default 0,
    seconds   double precision not null default 0,
    attempts  integer not null default 0,
    claim     uuid,
    careful   integer,
    primary key (run, n)
);

create table run_failure (
    run      uuid not null references run (uid) on delete cascade,
    business uuid not null default tenant(),
    record   text not null,
    reason   text not null,
    at       timestamptz not null default now(),
    primary key (run, record)
);

-- One answer a skill, request and record. It holds while the record is at `version`; where it is not, while what is read of
-- it has the digest `made_from`; and only on the same `foundation`.
create table remembered (
    business   uuid not null default tenant() references business (uid) on delete cascade,
    skill      text not null,
    asked      bytea not null,
    record     uuid not null,
    version    integer not null,
    made_from  bytea not null,
    foundation bytea not null,
    answer     jsonb not null,
    run        uuid,
    at         timestamptz not null default now(),
    primary key (business, skill, asked, record)
);

-- What a skill has learned from a business's own records, in a form of the skill's own.
create table learned (
    business  uuid not null default tenant() references business (uid) on delete cascade,
    name      text not null,
    body      bytea not null,
    digest    bytea not null,
    about     jsonb not null default '{}',
    at        timestamptz not null default now(),
    primary key (business, name)
);

do $$
declare t text;
begin
    foreach t in array array['run', 'shard', 'run_failure', 'remembered', 'learned'] loop
        execute format('alter table %I enable row level security', t);
        execute format('create policy tenant on %I using (business = (select tenant())) '
                       'with check (business = (select tenant()))', t);
        execute format('grant select, insert, update, delete on %I to weft_app', t);
    end loop;
end $$;
alter table remembered alter answer set statistics 0, alter made_from set statistics 0;
alter table shard alter records set statistics 0;

-- Which release of the queue's tables the database has.
create table job_schema (version text primary key, step text not null);
grant select on job_schema to weft_app;
