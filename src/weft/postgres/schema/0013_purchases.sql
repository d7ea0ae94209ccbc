-- From whom goods come, on which terms, and what was ordered of them. Amounts are minor units of the supplier's currency.
create table supplier (
    uid              uuid primary key,
    business         uuid not null default tenant() references business (uid) on delete cascade,
    id               text not null,
    name             text,
    email            text,
    currency         text,
    lead_days        integer check (lead_days >= 0),
    lead_spread_days real check (lead_spread_days >= 0),
    review_days      integer check (review_days > 0),
    minimum_order    bigint check (minimum_order >= 0),
    note             text,
    columns          jsonb,
    known            integer,
    digest           bytea,
    version          integer not null default 1,
    created_at       timestamptz not null default now(),
    updated_at       timestamptz not null default now(),
    unique (business, id)
);

-- On which terms a supplier delivers an item. `sku` is the item's name, as `item_named` finds it.
create table supply (
    supplier     uuid not null references supplier (uid) on delete cascade,
    business     uuid not null default tenant(),
    sku          text not null,
    supplier_sku text,
    cost         bigint check (cost >= 0),
    pack         integer check (pack > 0),
    minimum      integer check (minimum >= 0),
    lead_days    integer check (lead_days >= 0),
    preferred    boolean,
    columns      jsonb,
    primary key (supplier, sku)
);
create index supply_by_sku on supply (business, sku);

create table purchase (
    uid        uuid primary key,
    business   uuid not null default tenant() references business (uid) on delete cascade,
    id         text not null,
    supplier   text,
    currency   text,
    state      text not null default 'draft' check (state in ('draft', 'ordered', 'received', 'cancelled')),
    ordered_at timestamptz,
    expected   date,
    note       text,
    columns    jsonb,
    known      integer,
    digest     bytea,
    version    integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (business, id)
);
create index purchase_open on purchase (business) where state in ('draft', 'ordered');

create table purchase_line (
    purchase     uuid not null references purchase (uid) on delete cascade,
    business     uuid not null default tenant(),
    sku          text not null,
    position     integer not null,
    supplier_sku text,
    quantity     integer not null check (quantity > 0),
    received     integer not null default 0 check (received >= 0),
    cost         bigint check (cost >= 0),
    columns      jsonb,
    primary key (purchase, sku)
);

do $$
declare t text;
begin
    foreach t in array array['supplier', 'supply', 'purchase', 'purchase_line'] loop
        execute format('alter table %I enable row level security', t);
        execute format('create policy tenant on %I using (business = (select tenant())) '
                       'with check (business = (select tenant()))', t);
        execute format('grant select, insert, update, delete on %I to weft_app', t);
    end loop;
end $$;

-- One variant by its SKU, or where that is missing or repeated by its product: `mug`, or `mug#2` for the second of several;
-- null if not exactly one.
create function item_named(name text) returns uuid language sql stable
    return coalesce(
        (select case when count(*) = 1 then min(v.uid::text)::uuid end from variant v where v.sku = name),
        (select case when count(*) = 1 then min(v.uid::text)::uuid end
           from product p join variant v on v.product = p.uid
          where p.id = name
             or p.id = regexp_replace(name, '#[0-9]{1,9}$', '') and name <> p.id
                and v.position = substring(name from '#([0-9]{1,9})$')::integer));

-- How many of an item a purchase order has, by a field such as `lines.SKU.quantity`; null where it has no such line.
create function line_value(of_purchase text, field text) returns jsonb language sql stable
    return (select to_jsonb(l.quantity) from purchase p join purchase_line l on l.purchase = p.uid
             where p.id = of_purchase and l.sku = substring(field from '^lines\.(.+)\.quantity$'));

-- What a change's facts say of something, such as its supplier; null where they say nothing.
create function fact_said(facts jsonb, name text) returns jsonb language sql immutable
    return (select nullif(f -> 'value', 'null') from jsonb_array_elements(facts) f where f ->> 'field' = name limit 1);

-- The value that a field of a record holds now. The field tells of which kind the record is: `lines.…` is of a purchase
-- order, all else of a product.
create function held_value(record text, of_product uuid, field text) returns jsonb language sql stable
    return case when starts_with(field, 'lines.') then line_value(record, field) else field_value(of_product, field) end;

grant execute on function item_named, line_value, fact_said, held_value to weft_app;
