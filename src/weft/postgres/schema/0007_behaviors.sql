-- What people did in the shop: searches, what they were shown, looked at, put in the cart and bought. Made for many rows: nothing
-- in it is changed but the mark of a bot, and nothing in it refers to another table.

-- `key` is what is told apart: the id where it is a UUID, else a digest of the id or of all that was said. `words` is the query as
-- queries are compared. Who did it is the customer, else the visitor, else the session; without consent none of them is there.
create table behavior (
    business   uuid not null default tenant(),
    key        uuid not null,
    id         text,
    action     text not null,
    at         timestamptz not null,
    visitor    text,
    session    text,
    customer   text,
    subject    text generated always as (coalesce(customer, visitor, session)) stored,
    query_id   text,
    query      text,
    words      text,
    results    integer,
    hits       text[],
    product    text,
    position   integer,
    place      text,
    quantity   numeric,
    price      bigint,
    currency   text,
    order_id   text,
    consent    boolean not null default true,
    bot        boolean not null default false,
    attributes jsonb,
    primary key (business, key)
);
create index behavior_by_time on behavior (business, at);
create index behavior_by_query on behavior (business, query_id) where query_id is not null;
create index behavior_by_product on behavior (business, product, at) where product is not null;
create index behavior_by_subject on behavior (business, subject, at) where subject is not null;
alter table behavior alter hits set statistics 0, alter attributes set statistics 0;

alter table behavior enable row level security;
create policy tenant on behavior using (business = (select tenant())) with check (business = (select tenant()));
grant select, insert, update, delete on behavior to weft_app;

-- Behaviors were things till now: the kind of each stood in its body under `event`.
insert into behavior (business, key, id, action, at, session, customer, query, words, results, product, position, quantity,
                      order_id, attributes)
select t.business,
       case when t.id ~* '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' then t.id::uuid else md5(t.id)::uuid end,
       t.id, coalesce(nullif(t.body ->> 'event', ''), nullif(t.body ->> 'action', ''), 'other'), coalesce(t.at, t.created_at),
       nullif(left(t.body ->> 'session', 256), ''), nullif(left(t.body ->> 'customer', 256), ''), nullif(trim(t.body ->> 'query'), ''),
       nullif(lower(trim(regexp_replace(t.body ->> 'query', '\s+', ' ', 'g'))), ''),
       case when t.body ->> 'results' ~ '^[0-9]{1,9}$' then (t.body ->> 'results')::integer end,
       left(coalesce(nullif(t.body ->> 'product', ''), nullif(t.subject, '')), 1000),
       case when t.body ->> 'position' ~ '^[0-9]{1,9}$' then (t.body ->> 'position')::integer end,
       case when t.body ->> 'quantity' ~ '^[0-9]{1,9}$' then (t.body ->> 'quantity')::numeric end,
       nullif(t.body ->> 'order', ''),
       nullif((select jsonb_object_agg(said.name, said.value) from jsonb_each(t.body) said (name, value)
                where not (said.name in ('event', 'action', 'session', 'customer', 'query', 'product', 'order')
                           or said.name in ('results', 'position', 'quantity') and said.value #>> '{}' ~ '^[0-9]{1,9}$')), '{}')
  from thing t where t.kind = 'behavior'
    on conflict do nothing;
delete from thing where kind = 'behavior';

-- Behaviors too are many at once.
create or replace function statistics_refreshed(names text[]) returns void language plpgsql security definer
set search_path = weft, pg_temp as $$
begin
    for place in 1 .. cardinality(names) loop
        if names[place] in ('product', 'variant', 'stock_level', 'fact', 'customer', 'orders', 'order_line', 'thing',
                            'term', 'segment', 'behavior') then
            execute format('analyze %I', names[place]);
        end if;
    end loop;
end $$;
