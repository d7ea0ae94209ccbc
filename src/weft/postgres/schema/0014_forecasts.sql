-- What is expected to be sold, as it was last told.

-- A forecast of one product, of a category, or of the business (an id of ''). `start` is the first day that it is for, `seen` the
-- last day with sales that it was made from, `made_of` a digest of these; `body` has the courses, compressed, `told` all else.
create table forecast (
    business uuid not null default tenant() references business (uid) on delete cascade,
    level    text not null check (level in ('product', 'category', 'business')),
    id       text not null,
    start    date not null,
    days     integer not null check (days > 0),
    seen     date not null,
    made_of  bytea not null,
    told     jsonb not null,
    body     bytea not null,
    at       timestamptz not null default now(),
    primary key (business, level, id)
);

-- How the forecasts of a business were last built: through which day, and what that took.
create table forecast_build (
    business uuid primary key default tenant() references business (uid) on delete cascade,
    through  date not null,
    days     integer not null,
    told     jsonb not null,
    at       timestamptz not null default now()
);

do $$
declare t text;
begin
    foreach t in array array['forecast', 'forecast_build'] loop
        execute format('alter table %I enable row level security', t);
        execute format('create policy tenant on %I using (business = (select tenant())) '
                       'with check (business = (select tenant()))', t);
        execute format('grant select, insert, update, delete on %I to weft_app', t);
    end loop;
end $$;
