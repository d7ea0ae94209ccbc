"""What a line of an order comes to: the one place where gross, discounts, returns, tax, shipping and cost are computed.

The statement reads nothing but orders, their lines, known costs and rates. Amounts that an order has as a whole (its discount,
tax, shipping, refunds) are spread over its lines of products by what these are worth, by cumulative rounding, so that the lines
sum to the order to the last minor unit; what no line can carry stands in a row with position 0.
"""

from typing import Final

MEASURES: Final = (
    *("units", "units_returned", "gross", "discounts", "returns", "taxes", "shipping", "cost", "covered"),
    *("orders", "product_orders", "variant_orders", "cancelled", "product_cancelled", "variant_cancelled"),
    *("left_out", "undated_refunds", "lines"),
)
ORDER_KEYS: Final = ("order_uid", "day", "hour", "country", "channel", "promotion", "currency", "location", "customer")
LINE_KEYS: Final = ("order_uid", "position", "part", *ORDER_KEYS[1:3], "product", "sku", *ORDER_KEYS[3:])
DAY_KEYS: Final = ("day", "country", "channel", "promotion", "currency")
MONTH_KEYS: Final = ("month", "product", "sku", *DAY_KEYS[1:])

# Where an order says what no field of its own holds: columns of the file in which it came.
_CHANNEL: Final = "coalesce(" + ", ".join(
    f"nullif(o.columns ->> '{name}', '')" for name in ("Source", "Source Name", "source", "source_name", "channel", "Channel")
) + ")"  # fmt: skip
_LOCATION: Final = "coalesce(nullif(o.columns ->> 'Location', ''), nullif(o.columns ->> 'location', ''))"
_COUNTRY: Final = "coalesce(nullif(o.country, ''), nullif(o.columns ->> 'Billing Country', ''))"

_STATEMENT: Final = f"""with o as materialized (
    select o.uid, o.kind, o.cancelled_at is not null as cancelled, o.placed_at at time zone b.zone as local, b.zone,
           {_COUNTRY} as country, {_CHANNEL} as channel, nullif(o.discount_code, '') as promotion,
           coalesce(nullif(o.currency, ''), b.currency) as currency, {_LOCATION} as location,
           coalesce(nullif(o.customer, ''), nullif(o.email, '')) as customer, coalesce(o.shipping, 0) as shipping,
           coalesce(o.taxes, 0) as taxes, coalesce(o.discount, 0) as discount, o.subtotal, o.total,
           coalesce(o.refunded, 0) as refunded, o.refunds
      from orders o cross join business b
     where o.placed_at is not null and {{which}}
), l as (
    select o.uid, l.position, nullif(l.product, '') as product, nullif(l.sku, '') as sku, l.quantity,
           case when o.kind = 'adjustment' or l.kind not in ('product', 'shipping', 'discount') then 'left' else l.kind end as kind,
           round(coalesce(l.price_exact * minor_units(o.currency), l.price, 0) * l.quantity) as amount,
           coalesce(l.discount, 0) as off
      from o join order_line l on l.order_uid = o.uid
), whole as (
    select uid, coalesce(sum(amount) filter (where kind = 'product'), 0) as amount,
           coalesce(sum(off) filter (where kind = 'product'), 0) as off,
           coalesce(sum(greatest(amount - off, 0)) filter (where kind = 'product'), 0) as worth,
           coalesce(sum(abs(amount - off)) filter (where kind = 'product'), 0) as size,
           coalesce(sum(amount) filter (where kind = 'shipping'), 0) as shipping,
           coalesce(-sum(amount) filter (where kind = 'discount'), 0) as discount, count(*) filter (where kind = 'left') as left_out
      from l group by uid
), said as (
    select o.*, w.worth > 0 as sells, case when w.worth > 0 then w.worth else w.size end as weight, w.amount, w.left_out,
           w.off + d.discount as off_all, o.shipping + w.shipping as sent, d.discount as off_order,
           w.amount - w.off - d.discount as goods
      from o join whole w using (uid) cross join lateral (
           select w.discount + case when o.subtotal = w.amount - w.off then 0
                                    else least(o.discount, greatest(w.amount - w.off, 0)) end as discount) d
), priced as (
    select s.*, c.contained, c.base,
           case when c.contained then round(s.amount * (c.base - s.taxes) / c.base) - round(s.off_all * (c.base - s.taxes) / c.base)
                else s.goods end as net,
           case when c.base = 0 then s.taxes when c.contained then null else round(s.taxes * s.goods / c.base) end as tax_on_goods
      from said s cross join lateral (
           select s.goods + s.sent as base, s.taxes <> 0 and s.goods + s.sent > s.taxes and s.total is not null
                  and abs(s.total - s.goods - s.sent) <= abs(s.total - s.goods - s.sent - s.taxes) as contained) c
), p as (
    select *, case when contained then goods - net else tax_on_goods end as goods_tax,
           case when contained then base - taxes - net else sent end as sent_net,
           goods + case when contained then 0 else tax_on_goods end as goods_paid,
           sent + case when contained then 0 else taxes - tax_on_goods end as sent_paid
      from priced
), walked as (
    select l.uid, l.position, l.product, l.sku, l.quantity, l.amount, l.off,
           sum(l.amount) over step as amount_to, sum(l.off) over step as off_to,
           sum(case when p.sells then greatest(l.amount - l.off, 0) else abs(l.amount - l.off) end) over step as weight_to,
           case when p.sells then greatest(l.amount - l.off, 0) else abs(l.amount - l.off) end as weight_of,
           row_number() over step as nth,
           row_number() over (partition by l.uid, l.product order by l.position) as nth_of_product,
           row_number() over (partition by l.uid, l.product, l.sku order by l.position) as nth_of_variant
      from l join p using (uid) where l.kind = 'product'
    window step as (partition by l.uid order by l.position)
), line as (
    select p.*, w.position, w.product, w.sku, w.quantity, w.nth, w.nth_of_product, w.nth_of_variant,
           w.amount as line_amount, w.weight_to, w.weight_to - w.weight_of as weight_from,
           case when p.contained then round(w.amount_to * (p.base - p.taxes) / p.base)
                                    - round((w.amount_to - w.amount) * (p.base - p.taxes) / p.base)
                else w.amount end as gross_net,
           case when p.contained then round((w.off_to + o.share_to) * (p.base - p.taxes) / p.base)
                                    - round((w.off_to - w.off + o.share_from) * (p.base - p.taxes) / p.base)
                else w.off + o.share_to - o.share_from end as off_net
      from walked w join p using (uid) cross join lateral (
           select case when p.weight > 0 then round(p.off_order * w.weight_to / p.weight) else 0 end as share_to,
                  case when p.weight > 0 then round(p.off_order * (w.weight_to - w.weight_of) / p.weight) else 0 end as share_from) o
    union all
    select p.*, 0, null, null, 0, 1, 1, 1, 0, 1, 0, 0, p.off_order
      from p where p.weight = 0 and (p.off_order <> 0 or p.taxes <> 0 or p.sent <> 0 or p.left_out > 0)
), netted as (
    select *, sum(gross_net - off_net) over (partition by uid order by position) as net_to, greatest(weight, 1) as all_weight,
           weight > 0 or position = 0 as carries
      from line
), cost as (
    select product, sku, cost, currency,
           case when lag(day) over one is null then '-infinity' else day end as since,
           coalesce(lead(day) over one, 'infinity') as until
      from cost_known window one as (partition by product, sku order by day)
), costs as (
    select * from cost
    union all
    select product, '', cost, currency, since, until from cost
     where sku <> '' and product in (select product from cost_known group by product having count(distinct sku) = 1)
), known as (
    select n.*, round(k.cost * case when k.currency = n.currency or k.currency is null then 1
                                    else rate_on(k.currency, n.currency, n.local::date) end, 4) as piece
      from netted n left join costs k
        on k.product = n.product and k.sku = coalesce(n.sku, '') and n.local::date >= k.since and n.local::date < k.until
), refund as (
    select uid, part, moment, dated, sum(amount) over one as upto, sum(amount) over one - amount as since
      from (select o.uid, row_number() over (partition by o.uid order by r.moment nulls first, r.n) as part, r.n, r.amount,
                   coalesce(r.moment, o.local) as moment, r.moment is not null as dated
              from o cross join lateral (
                   select e.n, round((e.one ->> 'amount')::numeric) as amount,
                          case when pg_input_is_valid(coalesce(e.one ->> 'at', e.one ->> 'created_at', 'none'), 'timestamptz')
                               then coalesce(e.one ->> 'at', e.one ->> 'created_at')::timestamptz at time zone o.zone end as moment
                     from jsonb_array_elements(case when jsonb_typeof(o.refunds) = 'array' then o.refunds else '[]' end)
                          with ordinality e (one, n)
                    where pg_input_is_valid(coalesce(e.one ->> 'amount', 'none'), 'numeric')
                   union all
                   select 0, o.refunded - coalesce((
                          select sum(round((e ->> 'amount')::numeric))
                            from jsonb_array_elements(case when jsonb_typeof(o.refunds) = 'array' then o.refunds else '[]' end) e
                           where pg_input_is_valid(coalesce(e ->> 'amount', 'none'), 'numeric')), 0), null) r
             where o.kind = 'sale' and not o.cancelled and r.amount > 0) each
    window one as (partition by uid order by part)
), back as (
    select k.*, r.part, r.moment, r.dated, paid.*, goods_to / greatest(k.goods_paid, 1) as share_to,
           goods_from / greatest(k.goods_paid, 1) as share_from,
           round(k.sent_net * sent_to / greatest(k.sent_paid, 1)) as ship_to,
           round(k.sent_net * sent_from / greatest(k.sent_paid, 1)) as ship_from
      from known k join refund r using (uid) cross join lateral (
           select least(r.upto, greatest(k.goods_paid, 0)) as goods_to, least(r.since, greatest(k.goods_paid, 0)) as goods_from,
                  least(greatest(r.upto - greatest(k.goods_paid, 0), 0), greatest(k.sent_paid, 0)) as sent_to,
                  least(greatest(r.since - greatest(k.goods_paid, 0), 0), greatest(k.sent_paid, 0)) as sent_from) paid
), sold_line as (
    select uid as order_uid, position, 0 as part, local::date as day, extract(hour from local)::smallint as hour,
           product, sku, country, channel, promotion, currency, location, customer,
           case when quantity > 0 and line_amount >= 0 and not cancelled then round(quantity * 1000) else 0 end::bigint as units,
           case when quantity < 0 and not cancelled then round(-quantity * 1000) else 0 end::bigint as units_returned,
           case when line_amount >= 0 and not cancelled then gross_net else 0 end::bigint as gross,
           case when cancelled then 0 else off_net end::bigint as discounts,
           case when line_amount < 0 and not cancelled then -gross_net else 0 end::bigint as returns,
           case when cancelled or not carries then 0
                else round(taxes * weight_to / all_weight) - round(taxes * weight_from / all_weight) end::bigint as taxes,
           case when cancelled or not carries then 0
                else round(sent_net * weight_to / all_weight) - round(sent_net * weight_from / all_weight) end::bigint as shipping,
           case when cancelled then 0 else coalesce(round(piece * quantity), 0) end::bigint as cost,
           case when cancelled or piece is null then 0 else gross_net - off_net end::bigint as covered,
           (position > 0 and kind = 'sale' and not cancelled and nth = 1)::int::bigint as orders,
           (position > 0 and kind = 'sale' and not cancelled and nth_of_product = 1)::int::bigint as product_orders,
           (position > 0 and kind = 'sale' and not cancelled and nth_of_variant = 1)::int::bigint as variant_orders,
           (position > 0 and kind = 'sale' and cancelled and nth = 1)::int::bigint as cancelled,
           (position > 0 and kind = 'sale' and cancelled and nth_of_product = 1)::int::bigint as product_cancelled,
           (position > 0 and kind = 'sale' and cancelled and nth_of_variant = 1)::int::bigint as variant_cancelled,
           case when nth = 1 then left_out else 0 end::bigint as left_out, 0::bigint as undated_refunds, 1::bigint as lines
      from known
    union all
    select uid, position, part, moment::date, extract(hour from moment)::smallint,
           product, sku, country, channel, promotion, currency, location, customer,
           0, case when share_to >= 1 and share_from < 1 and quantity > 0 then round(quantity * 1000) else 0 end, 0, 0,
           case when line_amount < 0 then 0
                else round(net_to * share_to) - round((net_to - gross_net + off_net) * share_to)
                   - round(net_to * share_from) + round((net_to - gross_net + off_net) * share_from) end,
           case when carries then round(tax_from * weight_to / all_weight) - round(tax_from * weight_from / all_weight)
                - round(tax_to * weight_to / all_weight) + round(tax_to * weight_from / all_weight) else 0 end,
           case when carries then round(ship_from * weight_to / all_weight) - round(ship_from * weight_from / all_weight)
                - round(ship_to * weight_to / all_weight) + round(ship_to * weight_from / all_weight) else 0 end,
           coalesce(round(piece * quantity * share_from) - round(piece * quantity * share_to), 0),
           case when piece is null or line_amount < 0 then 0
                else round((net_to - gross_net + off_net) * share_to) - round(net_to * share_to)
                   - round((net_to - gross_net + off_net) * share_from) + round(net_to * share_from) end,
           0, 0, 0, 0, 0, 0, 0, (nth = 1 and not dated)::int, 1
      from back cross join lateral (
           select goods_to - round(net * share_to) + sent_to - ship_to as tax_to,
                  goods_from - round(net * share_from) + sent_from - ship_from as tax_from) tax
)"""


def lines(which: str = "true") -> str:
    """The common table expressions of which `sold_line` is the last, for orders `o` of which a condition holds."""
    return _STATEMENT.replace("{which}", which)
