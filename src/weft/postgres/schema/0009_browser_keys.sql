-- Browser keys stand in the source of pages: they speak from the origins that they were made for, and are kept as they are,
-- because whoever opens such a page can read them.
alter table api_key drop constraint api_key_scope_check;
alter table api_key add constraint api_key_scope_check check (scope in ('browser', 'read', 'propose', 'approve', 'admin'));
alter table api_key add column origins text[] not null default '{}';
alter table api_key add column shown text;
alter table api_key add constraint api_key_browser
    check ((scope = 'browser') = (cardinality(origins) > 0) and (scope = 'browser') = (shown is not null));

-- A browser asks whether it may ask before it shows its key, so that is answered for all businesses at once.
create index api_key_origins on api_key using gin (origins) where scope = 'browser';
create function origin_known(asked text) returns boolean
    language sql stable security definer set search_path = weft, pg_temp
    begin atomic
        select exists (select from api_key k
                        where k.scope = 'browser' and k.origins @> array[asked] and k.revoked_at is null
                          and (k.expires_at is null or k.expires_at > now()));
    end;

drop function key_owner(bytea);
create function key_owner(key_hash bytea) returns table (business uuid, business_id text, currency text,
        key_id text, scope text, expires_at timestamptz, revoked_at timestamptz, limits jsonb, origins text[])
    language sql stable security definer set search_path = weft, pg_temp
    begin atomic
        select b.uid, b.id, b.currency, k.id, k.scope, k.expires_at, k.revoked_at, k.limits, k.origins
          from api_key k join business b on b.uid = k.business where k.hash = key_hash;
    end;

revoke execute on function key_owner, origin_known from public;
grant execute on function key_owner, origin_known to weft_app;
