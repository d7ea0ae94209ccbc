-- What figures are computed from, kept up as orders change. What stands in these tables follows from orders, order lines and
-- known costs, and can be made again from them at any time.

-- When a business's week begins: 1 is Monday, 7 Sunday.
create table calendar (
    business   uuid primary key default tenant() references business (uid) on delete cascade,
    week_start smallint not null default 1 check (week_start between 1 and 7)
);

-- What one unit of a currency was worth in another on a day; the latest on or before a day holds.
create table rate (
    business uuid not null default tenant() references business (uid) on delete cascade,
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    base     text not null check (base ~ '^[A-Z]{3}$' and base <> currency),
    day      date not null,
    rate     numeric not null check (rate > 0 and rate < 'Infinity'),
    primary key (business, currency, base, day)
);

-- What a variant cost from a day on, in its currency; the earliest holds for the days before it too.
create table cost_known (
    business uuid not null default tenant(),
    product  text not null,
    sku      text not null default '',
    day      date not null default current_date,
    cost     bigint not null,
    currency text,
    primary key (business, product, sku, day)
);

-- What has to be computed again: an order; or all orders with a product since a day; or, with neither, everything.
create table sold_dirty (
    business  uuid not null default tenant(),
    n         bigint generated always as identity,
    order_uid uuid,
    product   text,
    since     date,
    primary key (business, n)
);

-- How what is kept was computed: another zone or currency makes all of it stale.
create table sold_state (
    business uuid primary key default tenant() references business (uid) on delete cascade,
    basis    text not null,
    segments bigint,
    folds    bigint not null default 0
);

-- What is counted. Pieces are thousandths, money is minor units of `currency` without tax. `orders` counts on an order's first line
-- alone, `product_orders` on the first of each product, `variant_orders` on the first of each variant, so that they add up; the
-- same for orders that were cancelled. `covered` is what was earned by lines whose cost is known.
create table counted (
    units             bigint not null,
    units_returned    bigint not null,
    gross             bigint not null,
    discounts         bigint not null,
    returns           bigint not null,
    taxes             bigint not null,
    shipping          bigint not null,
    cost              bigint not null,
    covered           bigint not null,
    orders            bigint not null,
    product_orders    bigint not null,
    variant_orders    bigint not null,
    cancelled         bigint not null,
    product_cancelled bigint not null,
    variant_cancelled bigint not null,
    left_out          bigint not null,
    undated_refunds   bigint not null,
    lines             bigint not null
);

-- One row for a line of a product, for each refund of it on the day of the refund (`part` 1, 2, …; the sale is 0), and one with
-- position 0 for what no line of a product carries.
create table sold_line (
    business  uuid not null default tenant(),
    order_uid uuid not null,
    position  integer not null,
    part      smallint not null,
    day       date not null,
    hour      smallint not null,
    product   text,
    sku       text,
    country   text,
    channel   text,
    promotion text,
    currency  text not null,
    location  text,
    customer  text,
    like counted
);
create index sold_line_by_order on sold_line (order_uid);
create index sold_line_by_day on sold_line (business, day);
create index sold_line_by_product on sold_line (business, product, day);

-- The same, by order and day.
create table sold_order (
    business  uuid not null default tenant(),
    order_uid uuid not null,
    day       date not null,
    hour      smallint not null,
    country   text,
    channel   text,
    promotion text,
    currency  text not null,
    location  text,
    customer  text,
    like counted
);
create index sold_order_by_order on sold_order (order_uid);
create index sold_order_by_day on sold_order (business, day);
create index sold_order_by_customer on sold_order (business, customer);

-- The same, by day without products.
create table sold_day (
    business  uuid not null default tenant(),
    day       date not null,
    country   text,
    channel   text,
    promotion text,
    currency  text not null,
    like counted,
    unique nulls not distinct (business, day, country, channel, promotion, currency)
);

-- The same, by month with products.
create table sold_month (
    business  uuid not null default tenant(),
    month     date not null,
    product   text,
    sku       text,
    country   text,
    channel   text,
    promotion text,
    currency  text not null,
    like counted,
    unique nulls not distinct (business, month, product, sku, country, channel, promotion, currency)
);
drop table counted;

-- What is known of each customer by their orders; `segment` as of the last day with sales.
create table sold_customer (
    business    uuid not null default tenant(),
    customer    text not null,
    first_order uuid not null,
    first_day   date not null,
    last_day    date not null,
    orders      integer not null,
    net         bigint not null,
    segment     text,
    primary key (business, customer)
);

do $$
declare t text;
begin
    foreach t in array array['calendar', 'rate', 'cost_known', 'sold_dirty', 'sold_state', 'sold_line', 'sold_order', 'sold_day',
        'sold_month', 'sold_customer'] loop
        execute format('alter table %I enable row level security', t);
        execute format('create policy tenant on %I using (business = (select tenant())) '
                       'with check (business = (select tenant()))', t);
        execute format('grant select, insert, update, delete on %I to weft_app', t);
    end loop;
end $$;

-- What changes marks what has to be computed again; nothing is computed while somebody writes.
create function sold_marked() returns trigger language plpgsql as $$
begin
    if tg_table_name = 'orders' then
        insert into sold_dirty (business, order_uid) select business, uid from changed;
    else
        insert into sold_dirty (business, order_uid) select distinct business, order_uid from changed;
    end if;
    return null;
end $$;

create trigger sold_added after insert on orders
    referencing new table as changed for each statement execute function sold_marked();
create trigger sold_edited after update on orders
    referencing new table as changed for each statement execute function sold_marked();
create trigger sold_removed after delete on orders
    referencing old table as changed for each statement execute function sold_marked();
create trigger sold_added after insert on order_line
    referencing new table as changed for each statement execute function sold_marked();
create trigger sold_edited after update on order_line
    referencing new table as changed for each statement execute function sold_marked();
create trigger sold_removed after delete on order_line
    referencing old table as changed for each statement execute function sold_marked();

-- A cost that is new or differs from the one known last is kept with its day, and sales from that day on are computed again:
-- all of them where it is the first.
create function cost_noted() returns trigger language plpgsql as $$
begin
    with said as (
        select v.business, p.id as product, coalesce(v.sku, '') as sku, min(v.cost) as cost, min(v.currency) as currency
          from changed v join product p on p.uid = v.product
         where v.cost is not null group by 1, 2, 3
    ), differing as (
        select s.*, k.cost is null as new
          from said s left join lateral (select k.cost, k.currency from cost_known k where k.business = s.business
            and k.product = s.product and k.sku = s.sku order by k.day desc limit 1) k on true
         where (k.cost, k.currency) is distinct from (s.cost, s.currency)
    ), noted as (
        insert into cost_known (business, product, sku, cost, currency)
        select business, product, sku, cost, currency from differing
            on conflict (business, product, sku, day) do update set cost = excluded.cost, currency = excluded.currency
        returning business, product, sku
    )
    insert into sold_dirty (business, product, since)
    select d.business, d.product, min(case when d.new then '-infinity' else current_date end::date)
      from differing d join noted using (business, product, sku) group by 1, 2;
    return null;
end $$;

create trigger cost_noted after insert on variant
    referencing new table as changed for each statement execute function cost_noted();
create trigger cost_changed after update on variant
    referencing new table as changed for each statement execute function cost_noted();

insert into cost_known (business, product, sku, cost, currency)
select v.business, p.id, coalesce(v.sku, ''), min(v.cost), min(v.currency)
  from variant v join product p on p.uid = v.product where v.cost is not null group by 1, 2, 3;
insert into sold_dirty (business, order_uid) select business, uid from orders;

-- Orders without a date are in no figure, and are told.
create index orders_undated on orders (business) where placed_at is null;

-- How many minor units a unit of a currency has.
create function minor_units(currency text) returns integer language sql immutable parallel safe
    return case when currency in ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND',
            'VUV', 'XAF', 'XOF', 'XPF') then 1
        when currency in ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') then 1000 else 100 end;

-- What a minor unit of a currency was in minor units of another on a day, by the latest rate; null where none is known.
create function rate_on(source text, target text, of_day date) returns numeric language sql stable as $$
    select case when source = target then 1 else coalesce(
        (select r.rate from rate r where r.currency = source and r.base = target and r.day <= of_day order by r.day desc limit 1),
        (select 1 / r.rate from rate r where r.currency = target and r.base = source and r.day <= of_day
          order by r.day desc limit 1),
        (select (select r.rate from rate r where r.currency = source and r.base = b.currency and r.day <= of_day
                  order by r.day desc limit 1)
              / (select r.rate from rate r where r.currency = target and r.base = b.currency and r.day <= of_day
                  order by r.day desc limit 1)
           from business b where b.uid = (select tenant()))
    ) * minor_units(target) / minor_units(source) end $$;
grant execute on function minor_units, rate_on to weft_app;

-- These too are many at once.
create or replace function statistics_refreshed(names text[]) returns void language plpgsql security definer
set search_path = weft, pg_temp as $$
begin
    for place in 1 .. cardinality(names) loop
        if names[place] in ('product', 'variant', 'stock_level', 'fact', 'customer', 'orders', 'order_line', 'thing',
                            'term', 'segment', 'behavior', 'sold_line', 'sold_order', 'sold_day', 'sold_month',
                            'sold_customer') then
            execute format('analyze %I', names[place]);
        end if;
    end loop;
end $$;
