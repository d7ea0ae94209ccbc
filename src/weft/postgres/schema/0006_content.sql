-- How a business speaks, the words it insists on, and what it has translated before.

-- A section of the business's preferences (voice, languages, markets, claims) as a person left it; one that nobody touched
-- has no row.
create table preference (
    business uuid not null default tenant() references business (uid) on delete cascade,
    section  text not null,
    body     jsonb not null,
    by       text not null,
    at       timestamptz not null default now(),
    primary key (business, section)
);

-- A term of the glossary. A language of '' is any; no target: it is not translated. `key` is the source as it is compared.
create table term (
    uid             uuid primary key,
    business        uuid not null default tenant() references business (uid) on delete cascade,
    source_language text not null,
    target_language text not null,
    key             text not null,
    source          text not null,
    target          text,
    also            text[] not null default '{}',
    forbidden       text[] not null default '{}',
    case_sensitive  boolean not null default false,
    note            text not null default '',
    at              timestamptz not null default now(),
    unique (business, source_language, target_language, key)
);

-- A text and its translation. `hash` is of the source, `pair` of the languages, the source and the target; `signature` has
-- numbers that texts like this one share, `size` the letters of the source as they are compared.
create table segment (
    uid             uuid primary key,
    business        uuid not null default tenant() references business (uid) on delete cascade,
    source_language text not null,
    target_language text not null,
    source          text not null,
    target          text not null,
    hash            bigint not null,
    pair            bigint not null,
    signature       integer[] not null,
    size            integer not null,
    origin          text not null default '',
    field           text not null default '',
    product         text not null default '',
    at              timestamptz not null default now(),
    unique (business, pair)
);
create index segment_by_hash on segment (business, hash);
-- What is not yet merged into the index is read whole by every look-up: of that there is never much.
create index segment_by_signature on segment using gin (signature) with (gin_pending_list_limit = 128);
alter table segment alter source set statistics 0, alter target set statistics 0, alter signature set statistics 0;

-- The rows of a platform's file of translations, as they came, in their order: what each is the translation of (`product` and
-- the field `name` of `translations.LANGUAGE`, where that is known), and all that the file says beside it.
create table translation_row (
    uid            uuid primary key,
    business       uuid not null default tenant() references business (uid) on delete cascade,
    type           text not null,
    identification text not null,
    field          text not null,
    locale         text not null,
    market         text not null default '',
    status         text not null default '',
    content        text not null default '',
    translated     text not null default '',
    product        text,
    language       text not null,
    name           text,
    unique (business, type, identification, field, locale, market)
);
create index translation_row_by_product on translation_row (business, product);
alter table translation_row alter content set statistics 0, alter translated set statistics 0;

-- How many terms and segments there are, and a digest of all of them, so that an answer can say what it rests on at the
-- price of one row.
create table ground (
    business uuid not null default tenant() references business (uid) on delete cascade,
    name     text not null,
    entries  bigint not null default 0,
    digest   bigint not null default 0,
    primary key (business, name)
);

do $$
declare t text;
begin
    foreach t in array array['preference', 'term', 'segment', 'translation_row', 'ground'] loop
        execute format('alter table %I enable row level security', t);
        execute format('create policy tenant on %I using (business = (select tenant())) '
                       'with check (business = (select tenant()))', t);
        execute format('grant select, insert, update, delete on %I to weft_app', t);
    end loop;
end $$;

-- Segments whose signature shares most with the one asked for, of the transaction's own business alone. Row-level security
-- lets no index look into an array, for the operator might tell what it saw; so this looks, and says whose rows it may see.
create function segments_near(signs integer[], from_base text, into_base text, shortest integer, longest integer, most integer)
    returns table (source_language text, target_language text, source text, target text, origin text, field text,
        product text, at timestamptz)
    language sql stable security definer set search_path = weft, pg_temp
    begin atomic
        select n.source_language, n.target_language, n.source, n.target, n.origin, n.field, n.product, n.at
          from (select s.* from segment s
                 where s.signature && signs and s.business = (select tenant()) and s.size between shortest and longest
                   and split_part(s.source_language, '-', 1) = from_base
                   and split_part(s.target_language, '-', 1) = into_base
                 limit 2000) n
         order by (select count(*) from unnest(n.signature) as one (sign) where one.sign = any (signs)) desc, n.at desc, n.uid
         limit most;
    end;
revoke execute on function segments_near from public;
grant execute on function segments_near to weft_app;

-- Segments too are many at once.
create or replace function statistics_refreshed(names text[]) returns void language plpgsql security definer
set search_path = weft, pg_temp as $$
begin
    for place in 1 .. cardinality(names) loop
        if names[place] in ('product', 'variant', 'stock_level', 'fact', 'customer', 'orders', 'order_line', 'thing',
                            'term', 'segment') then
            execute format('analyze %I', names[place]);
        end if;
    end loop;
end $$;
