-- The one schema. Every table with a `business` column is a tenant table: row-level security lets a
-- transaction see and write only the rows of the business that it was opened for.

create function tenant() returns uuid language sql stable parallel safe
    return nullif(current_setting('weft.business', true), '')::uuid;

create table business (
    uid        uuid primary key,
    id         text not null unique check (id ~ '^[a-z0-9][a-z0-9._-]{0,62}$'),
    currency   text not null default 'EUR' check (currency ~ '^[A-Z]{3}$'),
    zone       text not null default 'UTC',
    created_at timestamptz not null default now()
);

create table api_key (
    uid        uuid primary key,
    business   uuid not null default tenant() references business (uid) on delete cascade,
    id         text not null,
    hash       bytea not null unique,
    scope      text not null check (scope in ('read', 'propose', 'approve', 'admin')),
    note       text not null default '',
    created_at timestamptz not null default now(),
    expires_at timestamptz,
    revoked_at timestamptz,
    unique (business, id)
);

-- Which fields a source file spoke of, and under which header: what is not in here is unknown, not blank.
create table known (
    id       integer generated always as identity primary key,
    business uuid not null default tenant() references business (uid) on delete cascade,
    digest   bytea not null,
    fields   json not null,
    unique (business, digest)
);

create table product (
    uid             uuid primary key,
    business        uuid not null default tenant() references business (uid) on delete cascade,
    id              text not null,
    title           text,
    description     text,
    vendor          text,
    type            text,
    category        text,
    status          text,
    published       boolean,
    tags            text[],
    options         jsonb,
    seo_title       text,
    seo_description text,
    gift_card       boolean,
    images          jsonb,
    translations    jsonb,
    columns         jsonb,
    known           integer,
    digest          bytea,
    version         integer not null default 1,
    created_at      timestamptz not null default now(),
    updated_at      timestamptz not null default now(),
    unique (business, id)
);

create table variant (
    uid               uuid primary key,
    business          uuid not null default tenant(),
    product           uuid not null references product (uid) on delete cascade,
    position          integer not null,
    sku               text,
    barcode           text,
    choices           text[],
    currency          text,
    price             bigint,
    compare_at        bigint,
    cost              bigint,
    grams             double precision,
    weight_unit       text,
    tracker           text,
    policy            text,
    fulfillment       text,
    requires_shipping boolean,
    taxable           boolean,
    tax_code          text,
    image             text,
    stock             integer,
    columns           jsonb,
    unique (product, position) deferrable initially immediate
);
-- Not by business first: before there are statistics the planner would take it to find one product's variants.
create index variant_by_sku on variant (sku, business);

create table stock_level (
    variant  uuid not null references variant (uid) on delete cascade,
    business uuid not null default tenant(),
    location text not null,
    quantity integer not null,
    primary key (variant, location)
);

create table stock_movement (
    uid       uuid primary key,
    business  uuid not null default tenant(),
    product   text,
    sku       text,
    location  text not null default '',
    quantity  integer not null,
    reason    text not null,
    reference text,
    at        timestamptz not null
);
create index stock_movement_by_time on stock_movement (business, at);

create table fact (
    record     uuid not null references product (uid) on delete cascade,
    business   uuid not null default tenant(),
    name       text not null,
    value      jsonb not null,
    unit       text,
    source     text not null,
    confidence real not null default 1 check (confidence between 0 and 1),
    at         timestamptz not null default now(),
    primary key (record, name)
);

create table customer (
    uid               uuid primary key,
    business          uuid not null default tenant() references business (uid) on delete cascade,
    id                text not null,
    email             text,
    first_name        text,
    last_name         text,
    phone             text,
    company           text,
    addresses         jsonb,
    accepts_marketing boolean,
    tags              text[],
    note              text,
    currency          text,
    total_spent       bigint,
    total_orders      integer,
    tax_exempt        boolean,
    columns           jsonb,
    known             integer,
    digest            bytea,
    version           integer not null default 1,
    created_at        timestamptz not null default now(),
    updated_at        timestamptz not null default now(),
    unique (business, id)
);
create index customer_by_email on customer (business, email);

create table orders (
    uid                uuid primary key,
    business           uuid not null default tenant() references business (uid) on delete cascade,
    id                 text not null,
    kind               text not null default 'sale' check (kind in ('sale', 'return', 'adjustment')),
    placed_at          timestamptz,
    customer           text,
    email              text,
    currency           text,
    country            text,
    financial_status   text,
    fulfillment_status text,
    subtotal           bigint,
    shipping           bigint,
    taxes              bigint,
    total              bigint,
    discount           bigint,
    discount_code      text,
    refunded           bigint,
    cancelled_at       timestamptz,
    note               text,
    tags               text[],
    refunds            jsonb,
    columns            jsonb,
    known              integer,
    digest             bytea,
    version            integer not null default 1,
    created_at         timestamptz not null default now(),
    updated_at         timestamptz not null default now(),
    unique (business, id)
);
create index orders_by_time on orders (business, placed_at);

-- No foreign key to orders: lines are only ever written with their order, in one transaction, in bulk.
create table order_line (
    order_uid   uuid not null,
    business    uuid not null default tenant(),
    position    integer not null,
    product     text,
    sku         text,
    title       text,
    quantity    numeric not null,
    price       bigint,
    price_exact numeric,
    discount    bigint,
    kind        text not null default 'product',
    at          timestamptz,
    columns     jsonb,
    primary key (order_uid, position)
);

-- Conversations, documents, behaviors: the pattern for every kind that comes later.
create table thing (
    uid        uuid primary key,
    business   uuid not null default tenant() references business (uid) on delete cascade,
    kind       text not null,
    id         text not null,
    at         timestamptz,
    subject    text,
    body       jsonb not null,
    digest     bytea,
    version    integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (business, kind, id)
);

create table import (
    uid          uuid primary key,
    business     uuid not null default tenant() references business (uid) on delete cascade,
    kind         text not null,
    format       text not null,
    file         text not null,
    digest       bytea not null,
    options      jsonb not null default '{}',
    state        text not null default 'running' check (state in ('running', 'finished', 'failed')),
    rows         bigint not null default 0,
    records      bigint not null default 0,
    created      bigint not null default 0,
    updated      bigint not null default 0,
    unchanged    bigint not null default 0,
    rejected     bigint not null default 0,
    rejects_file text,
    problem      text,
    started_at   timestamptz not null default now(),
    finished_at  timestamptz
);
create index import_by_digest on import (business, digest);

create table change (
    uid         uuid primary key,
    business    uuid not null default tenant() references business (uid) on delete cascade,
    run         uuid,
    skill       text not null,
    record      text not null,
    field       text not null,
    before      jsonb,
    after       jsonb,
    suggested   jsonb,
    confidence  real check (confidence between 0 and 1),
    facts       jsonb not null default '[]',
    checks      jsonb not null default '[]',
    engine      text not null default 'local',
    state       text not null default 'proposed'
                check (state in ('proposed', 'approved', 'applied', 'rejected', 'stale', 'undone')),
    reason      text,
    created_at  timestamptz not null default now(),
    decided_at  timestamptz,
    decided_by  text,
    applied_at  timestamptz,
    exported_at timestamptz
);
create index change_by_state on change (business, state, uid);
create index change_by_record on change (business, record, field);
create index change_by_run on change (business, run) where run is not null;

create table journal_head (
    business uuid primary key default tenant() references business (uid),
    seq      bigint not null,
    hash     bytea not null
);

create table journal_batch (
    business uuid not null default tenant() references business (uid),
    seq      bigint not null,
    at       timestamptz not null,
    actor    text not null,
    action   text not null,
    detail   text not null,
    entries  integer not null,
    root     bytea not null,
    previous bytea not null,
    hash     bytea not null,
    primary key (business, seq)
);

create table journal_entry (
    business uuid not null default tenant(),
    seq      bigint not null,
    n        integer not null,
    body     text not null,
    primary key (business, seq, n)
);

create table idempotency (
    business uuid not null default tenant() references business (uid) on delete cascade,
    key      text not null,
    request  bytea not null,
    status   integer,
    headers  jsonb,
    body     bytea,
    at       timestamptz not null default now(),
    primary key (business, key)
);

do $$
declare t text;
begin
    foreach t in array array['api_key', 'known', 'product', 'variant', 'stock_level', 'stock_movement', 'fact',
        'customer', 'orders', 'order_line', 'thing', 'import', 'change', 'journal_head', 'journal_batch',
        'journal_entry', 'idempotency'] loop
        execute format('alter table %I enable row level security', t);
        execute format('create policy tenant on %I using (business = (select tenant())) '
                       'with check (business = (select tenant()))', t);
        execute format('grant select, insert, update, delete on %I to weft_app', t);
    end loop;
end $$;

alter table business enable row level security;
create policy tenant on business using (uid = (select tenant()));
grant select, update (currency, zone) on business to weft_app;

-- The journal is append-only: Weft's own login may add to it and read it, nothing else.
revoke update, delete on journal_batch, journal_entry from weft_app;
revoke delete on journal_head from weft_app;

-- What must be known before a business is chosen goes through these, and through nothing else.
create function business_named(name text) returns setof business
    language sql stable security definer set search_path = weft, pg_temp
    begin atomic select * from business where id = name; end;

create function business_list() returns setof business
    language sql stable security definer set search_path = weft, pg_temp
    begin atomic select * from business order by id; end;

create function business_create(new_uid uuid, name text, new_currency text) returns setof business
    language sql security definer set search_path = weft, pg_temp
    begin atomic
        insert into business (uid, id, currency) values (new_uid, name, new_currency) on conflict (id) do nothing;
        select * from business where id = name;
    end;

create function key_owner(key_hash bytea) returns table (business uuid, business_id text, currency text,
        key_id text, scope text, expires_at timestamptz, revoked_at timestamptz)
    language sql stable security definer set search_path = weft, pg_temp
    begin atomic
        select b.uid, b.id, b.currency, k.id, k.scope, k.expires_at, k.revoked_at
          from api_key k join business b on b.uid = k.business where k.hash = key_hash;
    end;

revoke execute on function business_named, business_list, business_create, key_owner from public;
grant execute on function tenant, business_named, business_list, business_create, key_owner to weft_app;

-- One variant of a product by SKU, or by place as '#2' where SKUs are missing or repeated; null if not exactly one.
create function variant_named(of_product uuid, name text) returns uuid language sql stable
    return (select case when count(*) = 1 then min(v.uid::text)::uuid end
              from variant v
             where v.product = of_product
               and (v.sku = name or v.position = case when name ~ '^#[0-9]{1,9}$' then substr(name, 2)::integer end));

-- The value that a field of a product holds now, in the form in which changes speak of it; null when blank or unknown.
create function field_value(of_product uuid, field text) returns jsonb language plpgsql stable as $$
declare
    family text := split_part(field, '.', 1);
    result jsonb;
    rest   text := substr(field, length(family) + 2);
    last   text;
begin
    if rest = '' then
        select to_jsonb(p) -> field into result from product p where p.uid = of_product;
    elsif family = 'attributes' then
        select case when f.unit is null then f.value else jsonb_build_object('value', f.value, 'unit', f.unit) end
          into result from fact f where f.record = of_product and f.name = rest;
    elsif family = 'variants' then
        last := substring(rest from '[^.]+$');
        rest := left(rest, length(rest) - length(last) - 1);
        select case when last in ('price', 'compare_at', 'cost') and to_jsonb(v) ->> last is not null
                    then jsonb_build_object('amount', to_jsonb(v) -> last, 'currency', v.currency)
                    else to_jsonb(v) -> last end
          into result from variant v where v.uid = variant_named(of_product, rest);
    elsif family = 'translations' then
        select p.translations #> array[split_part(rest, '.', 1), substr(rest, length(split_part(rest, '.', 1)) + 2)]
          into result from product p where p.uid = of_product;
    elsif family = 'images' then
        select p.images -> (split_part(rest, '.', 1)::integer - 1) -> split_part(rest, '.', 2)
          into result from product p where p.uid = of_product;
    end if;
    return nullif(nullif(nullif(nullif(result, 'null'), '""'), '[]'), '{}');
end $$;
grant execute on function variant_named, field_value to weft_app;

create function amount(minor bigint, currency text) returns json language sql immutable parallel safe
    return case when minor is not null then json_build_object('amount', minor, 'currency', currency) end;

-- Minor units as the decimal that people write: 1999 EUR is 19.99, 1999 JPY is 1999.
create function major(minor bigint, currency text) returns numeric language sql immutable parallel safe
    return minor / case when currency in ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX',
            'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF') then 1
        when currency in ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') then 1000 else 100 end::numeric;

-- One whole product as the world sees it, built where the rows are and in one round trip, business and all.
create function product_text(of_business uuid, named text) returns table (version integer, body text)
language plpgsql as $$
begin
    perform set_config('weft.business', of_business::text, true);
    return query select p.version, json_build_object(
        'id', p.id, 'uid', p.uid, 'title', p.title, 'description', p.description, 'vendor', p.vendor, 'type', p.type,
        'category', p.category, 'status', p.status, 'published', p.published, 'tags', coalesce(p.tags, '{}'),
        'options', coalesce(p.options, '[]'), 'seo_title', p.seo_title, 'seo_description', p.seo_description,
        'gift_card', p.gift_card, 'images', coalesce(p.images, '[]'), 'translations', coalesce(p.translations, '{}'),
        'columns', coalesce(p.columns, '{}'),
        'attributes', coalesce((select json_object_agg(f.name, json_build_object('value', f.value, 'unit', f.unit,
            'source', f.source, 'confidence', f.confidence, 'at', f.at) order by f.name)
            from fact f where f.record = p.uid), '{}'),
        'variants', coalesce((select json_agg(json_build_object('uid', v.uid, 'sku', v.sku, 'barcode', v.barcode,
            'options', (select json_object_agg(coalesce(p.options -> i - 1 ->> 'name', 'Option' || i), v.choices[i]
                order by i) from generate_subscripts(v.choices, 1) i),
            'price', amount(v.price, v.currency), 'compare_at', amount(v.compare_at, v.currency),
            'cost', amount(v.cost, v.currency), 'grams', v.grams, 'weight_unit', v.weight_unit, 'tracker', v.tracker,
            'policy', v.policy, 'fulfillment', v.fulfillment, 'requires_shipping', v.requires_shipping,
            'taxable', v.taxable, 'tax_code', v.tax_code, 'image', v.image, 'stock', v.stock,
            'stock_levels', (select json_object_agg(s.location, s.quantity order by s.location)
                from stock_level s where s.variant = v.uid),
            'columns', v.columns) order by v.position) from variant v where v.product = p.uid), '[]'),
        'version', p.version, 'created_at', p.created_at, 'updated_at', p.updated_at)::text
    from product p where p.id = named;
end $$;
grant execute on function amount, major, product_text to weft_app;

-- Nobody looks for a whole description or a bag of columns: what is in them is no use to the planner.
alter table product alter description set statistics 0, alter images set statistics 0, alter columns set statistics 0,
    alter translations set statistics 0, alter options set statistics 0, alter digest set statistics 0;
alter table variant alter columns set statistics 0, alter image set statistics 0;
alter table order_line alter columns set statistics 0;
alter table orders alter columns set statistics 0, alter digest set statistics 0, alter refunds set statistics 0;

-- Statistics for the planner, at once where much was written: autovacuum comes too late for who reads next.
create function statistics_refreshed(names text[]) returns void language plpgsql security definer
set search_path = weft, pg_temp as $$
begin
    for place in 1 .. cardinality(names) loop
        if names[place] in ('product', 'variant', 'stock_level', 'fact', 'customer', 'orders', 'order_line', 'thing') then
            execute format('analyze %I', names[place]);
        end if;
    end loop;
end $$;
revoke execute on function statistics_refreshed from public;
grant execute on function statistics_refreshed to weft_app;
