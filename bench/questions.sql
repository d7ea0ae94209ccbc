-- What was sold, worked out anew from orders and order lines, for the questions of bench/questions.toml: nothing here knows of
-- Weft's own numbers. Prices hold the tax where an order's total is its goods and its shipping; a discount and a refund of a whole
-- order fall on its lines by what these are worth; refunds pay for goods first.
create temporary table each_order on commit drop as
select o.uid, o.kind, (o.placed_at at time zone b.zone)::date as day, extract(hour from o.placed_at at time zone b.zone)::int as hour,
       o.cancelled_at is not null as cancelled, nullif(o.discount_code, '') as promotion,
       coalesce(nullif(o.country, ''), nullif(o.columns ->> 'Billing Country', '')) as country, o.columns ->> 'Source' as channel,
       coalesce(nullif(o.customer, ''), nullif(o.email, '')) as customer,
       coalesce(o.discount, 0) as discount, coalesce(o.refunded, 0) as refunded,
       case when coalesce(o.taxes, 0) > 0 and o.total > 0 then 1 - o.taxes::numeric / o.total else 1 end as untaxed
  from orders o cross join business b
 where o.placed_at is not null and o.kind <> 'adjustment';

create temporary table each_line on commit drop as
select l.order_uid as uid, l.kind, l.position, l.product, l.sku, l.quantity,
       round(coalesce(l.price_exact * 100, l.price, 0) * l.quantity) as worth
  from order_line l;

-- What an order is reduced by as a whole: its own discount, and lines that are discounts.
create temporary table each_whole on commit drop as
select o.uid, o.discount - coalesce(sum(l.worth) filter (where l.kind = 'discount'), 0) as off,
       coalesce(sum(greatest(l.worth, 0)) filter (where l.kind = 'product'), 0) as bought,
       coalesce(sum(abs(l.worth)) filter (where l.kind = 'product'), 0) as size,
       coalesce(sum(l.worth) filter (where l.kind = 'product'), 0) as worth
  from each_order o left join each_line l using (uid)
 group by o.uid, o.discount;

create temporary table sold on commit drop as
select o.uid as order_id, o.day, o.hour, extract(isodow from o.day)::int::text as weekday, o.country, o.channel, o.customer, o.promotion,
       l.product, p.title, coalesce(nullif(p.category, ''), nullif(p.type, '')) as category, nullif(p.vendor, '') as brand,
       greatest(l.quantity, 0) as units, greatest(l.worth, 0) * o.untaxed as gross, c.off * o.untaxed as discounts,
       greatest(-l.worth, 0) * o.untaxed + (greatest(l.worth, 0) - c.off) * o.untaxed * c.back as returns,
       (l.worth - c.off) * o.untaxed - (greatest(l.worth, 0) - c.off) * o.untaxed * c.back as net,
       (l.worth - c.off) * o.untaxed * (1 - c.back) - v.cost * l.quantity * (1 - c.back) as margin
  from each_order o
  join each_whole w using (uid)
  join each_line l on l.uid = o.uid and l.kind = 'product'
  left join product p on p.id = l.product
  left join lateral (select v.cost from variant v where v.product = p.uid and v.sku = l.sku limit 1) v on true
  cross join lateral (
       select case when w.bought > 0 then w.off * greatest(l.worth, 0) / w.bought when w.size > 0 then w.off * abs(l.worth) / w.size else 0 end as off,
              case when w.worth - w.off > 0 then least(o.refunded / (w.worth - w.off), 1) else 0 end as back) c
 where not o.cancelled
union all
select o.uid, o.day, o.hour, extract(isodow from o.day)::int::text, o.country, o.channel, o.customer, o.promotion,
       null, null, null, null, 0, 0, w.off, 0, -w.off, null
  from each_order o join each_whole w using (uid)
 where not o.cancelled and w.size = 0 and w.off <> 0;

create temporary table booked on commit drop as
select o.uid as order_id, o.day, o.hour, extract(isodow from o.day)::int::text as weekday, o.country, o.channel, o.customer, o.promotion,
       o.cancelled
  from each_order o
 where o.kind = 'sale' and exists (select from each_line l where l.uid = o.uid and l.kind = 'product');

create temporary table placed on commit drop as select * from booked where not cancelled;
