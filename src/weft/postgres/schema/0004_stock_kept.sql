-- What a stock file says of a variant at a location beside the quantity, and where a variant is not stocked: so that the
-- file goes out as it came in. Every column of the file is a key; a blank cell is a blank text.
create table stock_kept (
    variant  uuid not null references variant (uid) on delete cascade,
    business uuid not null default tenant(),
    location text not null,
    columns  jsonb not null default '{}',
    primary key (variant, location)
);
alter table stock_kept enable row level security;
create policy tenant on stock_kept using (business = (select tenant())) with check (business = (select tenant()));
grant select, insert, update, delete on stock_kept to weft_app;
alter table stock_kept alter columns set statistics 0;
