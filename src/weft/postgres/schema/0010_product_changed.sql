-- What of the catalog changed lately: by this an index is kept up without a look at all products.

create index product_by_change on product (business, updated_at);

-- The products that are there no more, for as long as an index may not have seen it.
create table product_gone (
    business uuid not null default tenant(),
    uid      uuid not null,
    at       timestamptz not null default now()
);
create index product_gone_by_time on product_gone (business, at);

alter table product_gone enable row level security;
create policy tenant on product_gone using (business = (select tenant())) with check (business = (select tenant()));
grant select, insert, delete on product_gone to weft_app;

create function product_left() returns trigger language plpgsql as $$
begin
    insert into product_gone (business, uid) select business, uid from gone;
    delete from product_gone where at < now() - interval '7 days' and business in (select business from gone);
    return null;
end $$;

create trigger product_left after delete on product
    referencing old table as gone for each statement execute function product_left();
