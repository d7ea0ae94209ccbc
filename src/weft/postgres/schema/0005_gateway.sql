-- The gateway: who answers, under which names, at whose cost. A row without a business is the platform's: every business
-- sees it, and only a transaction that belongs to no business writes it.

create table provider (
    uid           uuid primary key,
    business      uuid default tenant() references business (uid) on delete cascade,
    name          text not null check (name ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$'),
    body          jsonb not null,
    sealed        bytea,
    reach         text not null default 'public' check (reach in ('public', 'loopback', 'private')),
    created_at    timestamptz not null default now(),
    unique nulls not distinct (business, name)
);

-- A model that billed beyond a proven bound is asked no more until somebody lifts this. No key to `provider`: one of the
-- file has no row.
create table suspension (
    provider uuid not null,
    model    text not null,
    why      text not null,
    at       timestamptz not null default now(),
    primary key (provider, model)
);
grant select, insert, delete on suspension to weft_app;

create table route (
    uid        uuid primary key,
    business   uuid default tenant() references business (uid) on delete cascade,
    name       text not null check (name ~ '^[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}$'),
    body       jsonb not null,
    created_at timestamptz not null default now(),
    unique nulls not distinct (business, name)
);

-- Amounts of the gateway are nanodollars: 1,000,000,000 is one US dollar.
create table budget (
    uid        uuid primary key,
    business   uuid default tenant() references business (uid) on delete cascade,
    key        text,
    period     text not null check (period in ('day', 'month', 'total')),
    amount     bigint not null check (amount >= 0),
    created_at timestamptz not null default now(),
    unique nulls not distinct (business, key, period)
);

-- One period of a budget. `taken` is what processes were granted and have not given back; `spent` the part of it that is
-- settled. taken <= amount, but for what a provider billed beyond a proven bound.
create table budget_account (
    uid      uuid primary key,
    budget   uuid not null references budget (uid) on delete cascade,
    starts   timestamptz not null,
    taken    bigint not null default 0,
    spent    bigint not null default 0,
    overshot bigint not null default 0,
    unique (budget, starts)
);

-- What one process was granted of one account, and how much of that is settled.
create table lease (
    process uuid not null,
    account uuid not null references budget_account (uid) on delete cascade,
    granted bigint not null,
    settled bigint not null default 0,
    at      timestamptz not null default now(),
    primary key (process, account)
);

-- Requests and tokens of one key in one minute, taken in portions by every process that serves the key.
create unlogged table rate_window (
    business uuid not null,
    key      text not null,
    kind     text not null,
    starts   timestamptz not null,
    taken    bigint not null,
    primary key (business, key, kind, starts)
);

create table ledger (
    uid        uuid primary key,
    business   uuid not null default tenant() references business (uid) on delete cascade,
    at         timestamptz not null,
    kind       text not null,
    key        text,
    skill      text,
    route      text not null,
    provider   text,
    model      text,
    tokens_in  integer not null default 0,
    tokens_out integer not null default 0,
    cached     integer not null default 0,
    reasoning  integer not null default 0,
    cost       bigint not null default 0,
    reserved   bigint not null default 0,
    first_ms   double precision,
    total_ms   double precision,
    outcome    text not null,
    attempts   integer not null default 0,
    estimated  boolean not null default false,
    trace      text
);
create index ledger_by_time on ledger (business, at);

create table cached_answer (
    business   uuid not null default tenant() references business (uid) on delete cascade,
    digest     bytea not null,
    body       bytea not null,
    about      jsonb not null default '{}',
    expires_at timestamptz not null,
    primary key (business, digest)
);
create index cached_answer_by_end on cached_answer (expires_at);

-- What a key may do at the gateway: models, requests and tokens a minute, requests at once.
alter table api_key add column limits jsonb not null default '{}';

do $$
declare t text;
begin
    foreach t in array array['provider', 'route', 'budget'] loop
        execute format('alter table %I enable row level security', t);
        execute format('create policy seen on %I for select using (business is not distinct from (select tenant()) %s)', t,
                       case when t <> 'budget' then 'or business is null' else '' end);
        execute format('create policy written on %I for insert with check (business is not distinct from (select tenant()))', t);
        execute format('create policy changed on %I for update using (business is not distinct from (select tenant()))', t);
        execute format('create policy removed on %I for delete using (business is not distinct from (select tenant()))', t);
        execute format('grant select, insert, update, delete on %I to weft_app', t);
    end loop;
    foreach t in array array['ledger', 'cached_answer', 'rate_window'] loop
        execute format('alter table %I enable row level security', t);
        execute format('create policy tenant on %I using (business = (select tenant())) '
                       'with check (business = (select tenant()))', t);
    end loop;
end $$;
grant select on ledger, rate_window to weft_app;
-- Accounts and leases are moved by the functions below alone.
alter table budget_account enable row level security;
create policy nobody on budget_account using (false);
alter table lease enable row level security;
create policy nobody on lease using (false);
grant select, insert, update, delete on cached_answer to weft_app;
alter table cached_answer alter body set statistics 0;

-- Every change of what the gateway rests on counts this on; a process that sees another number reads anew.
create sequence gateway_revision;
grant usage, select on sequence gateway_revision to weft_app;
create function gateway_changed() returns trigger language plpgsql security definer set search_path = weft, pg_temp as $$
begin
    perform nextval('gateway_revision');
    return null;
end $$;
do $$
declare t text;
begin
    foreach t in array array['provider', 'route', 'budget', 'api_key', 'suspension'] loop
        execute format('create trigger gateway after insert or update or delete on %I '
                       'for each statement execute function gateway_changed()', t);
    end loop;
end $$;

-- Grant a process a portion of an account: as much as it wishes, at least what it needs, or nothing. Answers the account,
-- what was granted, and what is taken of it now.
create function budget_grant(of_process uuid, of_budget uuid, period_starts timestamptz, needs bigint, wishes bigint)
    returns table (account uuid, granted bigint, taken bigint, amount bigint)
    language plpgsql security definer set search_path = weft, pg_temp as $$
#variable_conflict use_column
declare
    cap     bigint;
    held    budget_account;
    portion bigint;
begin
    select b.amount into cap from budget b where b.uid = of_budget;
    if not found then
        return;
    end if;
    insert into budget_account (uid, budget, starts) values (gen_random_uuid(), of_budget, period_starts)
        on conflict (budget, starts) do nothing;
    select * into held from budget_account a where a.budget = of_budget and a.starts = period_starts for update;
    portion := case when cap - held.taken >= wishes then wishes
                    when cap - held.taken >= needs then needs else 0 end;
    if portion > 0 then
        update budget_account a set taken = a.taken + portion where a.uid = held.uid;
        insert into lease as l (process, account, granted) values (of_process, held.uid, portion)
            on conflict (process, account) do update set granted = l.granted + excluded.granted, at = now();
    end if;
    return query select held.uid, portion, held.taken + portion, cap;
end $$;

-- What a process keeps of what it was granted of an account, in all and with what it has settled; the rest goes back. To say it
-- a second time changes nothing, so that a process which did not hear the answer says it again.
create function budget_keep(of_process uuid, of_budget uuid, period_starts timestamptz, keeps bigint) returns void
    language plpgsql security definer set search_path = weft, pg_temp as $$
declare
    of_account uuid;
    spare      bigint;
begin
    select a.uid into of_account from budget_account a where a.budget = of_budget and a.starts = period_starts for update;
    select l.granted - greatest(l.settled, keeps) into spare from lease l
     where l.process = of_process and l.account = of_account;
    if spare > 0 then
        update lease l set granted = l.granted - spare, at = now()
         where l.process = of_process and l.account = of_account;
        update budget_account a set taken = a.taken - spare where a.uid = of_account;
    end if;
end $$;

-- Write rows of the ledger, each once however often they are sent, and settle what they cost. What a row cost beyond its
-- reservation was granted to nobody: it is overshot. Answers how many were new.
create function ledger_settle(of_process uuid, sent jsonb) returns integer
    language plpgsql security definer set search_path = weft, pg_temp as $$
declare
    fresh uuid[];
    due   record;
    more  bigint;
begin
    with put as (
        insert into ledger (uid, business, at, kind, key, skill, route, provider, model, tokens_in, tokens_out, cached,
                            reasoning, cost, reserved, first_ms, total_ms, outcome, attempts, estimated, trace)
        select r.uid, r.business, to_timestamp(r.at), r.kind, r.key, r.skill, r.route, r.provider, r.model, coalesce(r.tokens_in, 0),
               coalesce(r.tokens_out, 0), coalesce(r.cached, 0), coalesce(r.reasoning, 0), coalesce(r.cost, 0),
               coalesce(r.reserved, 0), r.first_ms, r.total_ms, r.outcome, coalesce(r.attempts, 0),
               coalesce(r.estimated, false), r.trace
          from jsonb_to_recordset(sent) as r (uid uuid, business uuid, at double precision, kind text, key text, skill text,
               route text, provider text, model text, tokens_in integer, tokens_out integer, cached integer,
               reasoning integer, cost bigint, reserved bigint, first_ms double precision, total_ms double precision,
               outcome text, attempts integer, estimated boolean, trace text)
         where exists (select from business b where b.uid = r.business)
            on conflict (uid) do nothing
        returning ledger.uid)
    select coalesce(array_agg(put.uid), '{}') into fresh from put;
    for due in
        select c.account, sum(coalesce(r.cost, 0))::bigint as cost,
               sum(greatest(coalesce(r.cost, 0) - coalesce(r.reserved, 0), 0))::bigint as beyond
          from jsonb_to_recordset(sent) as r (uid uuid, cost bigint, reserved bigint, accounts uuid[])
         cross join lateral unnest(r.accounts) as c (account)
         where r.uid = any (fresh) and exists (select from budget_account a where a.uid = c.account)
         group by c.account order by c.account
    loop
        perform from budget_account a where a.uid = due.account for update;
        insert into lease as l (process, account, granted, settled)
            values (of_process, due.account, 0, due.cost - due.beyond)
            on conflict (process, account) do update set settled = l.settled + excluded.settled, at = now();
        -- A process reserves nothing that it was not granted; were it otherwise, it would be counted, not hidden.
        select greatest(l.settled - l.granted, 0) into more from lease l
         where l.process = of_process and l.account = due.account;
        if more > 0 then
            update lease l set granted = l.settled where l.process = of_process and l.account = due.account;
        end if;
        update budget_account a
           set spent = a.spent + due.cost, taken = a.taken + due.beyond + more, overshot = a.overshot + due.beyond + more
         where a.uid = due.account;
    end loop;
    return coalesce(array_length(fresh, 1), 0);
end $$;

-- A process is gone and its file is read: what it held and had not settled goes back.
create function lease_close(of_process uuid) returns void
    language plpgsql security definer set search_path = weft, pg_temp as $$
declare
    held uuid;
    open bigint;
begin
    for held in select l.account from lease l where l.process = of_process order by l.account loop
        perform from budget_account a where a.uid = held for update;
        delete from lease l where l.process = of_process and l.account = held
            returning l.granted - l.settled into open;
        update budget_account a set taken = a.taken - coalesce(open, 0) where a.uid = held;
    end loop;
end $$;

-- Take a portion of a key's minute: as much as is wished, else what is needed, else nothing.
create function rate_take(of_business uuid, of_key text, of_kind text, minute timestamptz, cap bigint, needs bigint,
        wishes bigint) returns table (portion bigint, taken bigint)
    language plpgsql security definer set search_path = weft, pg_temp as $$
#variable_conflict use_column
declare
    held  bigint;
    given bigint;
begin
    insert into rate_window as w values (of_business, of_key, of_kind, minute, 0) on conflict do nothing;
    select w.taken into held from rate_window w
     where w.business = of_business and w.key = of_key and w.kind = of_kind and w.starts = minute for update;
    given := case when cap - held >= wishes then wishes when cap - held >= needs then needs else 0 end;
    update rate_window w set taken = w.taken + given
     where w.business = of_business and w.key = of_key and w.kind = of_kind and w.starts = minute;
    return query select given, held + given;
end $$;

create function gateway_swept() returns void language sql security definer set search_path = weft, pg_temp
    begin atomic
        delete from rate_window where starts < now() - interval '5 minutes';
        delete from cached_answer where expires_at < now();
    end;

-- What budgets hold now, for those whose budgets they are.
create function budget_state(of_budgets uuid[]) returns table (budget uuid, starts timestamptz, taken bigint, spent bigint,
        overshot bigint) language sql stable security definer set search_path = weft, pg_temp
    begin atomic
        select a.budget, a.starts, a.taken, a.spent, a.overshot from budget_account a join budget b on b.uid = a.budget
         where b.uid = any (of_budgets) and b.business is not distinct from tenant();
    end;

drop function key_owner(bytea);
create function key_owner(key_hash bytea) returns table (business uuid, business_id text, currency text,
        key_id text, scope text, expires_at timestamptz, revoked_at timestamptz, limits jsonb)
    language sql stable security definer set search_path = weft, pg_temp
    begin atomic
        select b.uid, b.id, b.currency, k.id, k.scope, k.expires_at, k.revoked_at, k.limits
          from api_key k join business b on b.uid = k.business where k.hash = key_hash;
    end;

revoke execute on function budget_grant, budget_keep, ledger_settle, lease_close, rate_take, gateway_swept, budget_state,
    gateway_changed, key_owner from public;
grant execute on function budget_grant, budget_keep, ledger_settle, lease_close, rate_take, gateway_swept, budget_state,
    key_owner to weft_app;

-- Names this database to the files that processes write ahead, so that they are not brought into another one.
create table gateway_identity (uid uuid primary key default gen_random_uuid());
insert into gateway_identity default values;
grant select on gateway_identity to weft_app;
