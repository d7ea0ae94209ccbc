-- What a merchant says about searches: a rule a row. `body` is what holds now, null where the rule has been taken away;
-- `before` is what the last edit replaced, null where there was none, so that it can be undone.
create table rule (
    uid      uuid primary key,
    business uuid not null default tenant() references business (uid) on delete cascade,
    body     jsonb,
    before   jsonb,
    by       text not null,
    at       timestamptz not null default now()
);
create index rule_by_business on rule (business, uid);

alter table rule enable row level security;
create policy tenant on rule using (business = (select tenant())) with check (business = (select tenant()));
grant select, insert, update, delete on rule to weft_app;
