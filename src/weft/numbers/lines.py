"""What a line of an order comes to: the one place where gross, discounts, returns, tax, shipping and cost are computed.

The statement reads nothing but orders, their lines, known costs and rates. Amounts that an order has as a whole (its discount,
tax, shipping, refunds) are spread over its lines of products by what these are worth, by cumulative rounding, so that the lines
sum to the order to the last minor unit; what no line can carry stands in a row with position 0.
"""

from typing import Final

from weft.store.sold import DATED

MEASURES: Final = (
    *("units", "units_returned", "gross", "discounts", "returns", "taxes", "shipping", "cost", "covered"),
    *("orders", "product_orders", "variant_orders", "cancelled", "product_cancelled", "variant_cancelled"),
    *("left_out", "undated_refunds", "lines"),
)
ORDER_KEYS: Final = ("order_uid", "day", "hour", "country", "channel", "promotion", "currency", "location", "customer")
LINE_KEYS: Final = ("order_uid", "position", "part", *ORDER_KEYS[1:3], "product", "sku", *ORDER_KEYS[3:])
DAY_KEYS: Final = ("day", "country", "channel", "promotion", "currency")
MONTH_KEYS: Final = ("month", "product", "sku", *DAY_KEYS[1:])

# Whether a row `s` tells of a sale or a return, and not alone of lines that are left out.
TELLS: Final = "(" + " or ".join(f"s.{name} <> 0" for name in (
    "variant_orders", "variant_cancelled", "units", "units_returned", "gross", "discounts", "returns", "taxes", "shipping")) + ")"  # fmt: skip

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
      from {{orders}} o cross join business b
     where {DATED.format("o.placed_at")}
), l as (
    select o.uid, l.position, nullif(l.product, '') as product, nullif(l.sku, '') as sku, l.quantity,
           case when o.kind = 'adjustment' or l.kind not in ('product', 'shipping', 'discount') then 'left' else l.kind end as kind,
           round(case when l.price_exact is null then coalesce(l.price, 0)
                      else l.price_exact * minor_units(o.currency) end * l.quantity)::bigint as amount,
           coalesce(l.discount, 0) as off
      from o join {{lines}} l on l.order_uid = o.uid
), whole as (
    select uid, coalesce(sum(amount) filter (where kind = 'product'), 0)::bigint as amount,
           coalesce(sum(off) filter (where kind = 'product'), 0)::bigint as off,
           coalesce(sum(greatest(amount - off, 0)) filter (where kind = 'product'), 0)::bigint as worth,
           coalesce(sum(abs(amount - off)) filter (where kind = 'product'), 0)::bigint as size,
           coalesce(sum(amount) filter (where kind = 'shipping'), 0)::bigint as shipping,
           coalesce(-sum(amount) filter (where kind = 'discount'), 0)::bigint as discount,
           count(*) filter (where kind = 'left') as left_out
      from l group by uid
), said as (
    select o.uid, o.kind, o.cancelled, o.local, o.country, o.channel, o.promotion, o.currency, o.location, o.customer, o.taxes,
           o.total, w.worth > 0 as sells, case when w.worth > 0 then w.worth else w.size end as weight, w.amount, w.left_out,
           w.off + d.discount as off_all, o.shipping + w.shipping as sent, d.discount as off_order,
           w.amount - w.off - d.discount as goods
      from o join whole w using (uid) cross join lateral (
           select w.discount + case when o.subtotal = w.amount - w.off then 0
                                    else least(o.discount, greatest(w.amount - w.off, 0)) end as discount) d
), priced as (
    select s.*, c.contained, c.base,
           case when c.contained then round(s.amount::numeric * (c.base - s.taxes) / c.base)
                                    - round(s.off_all::numeric * (c.base - s.taxes) / c.base)
                else s.goods end as net,
           case when c.base = 0 then s.taxes when c.contained then null
                else round(s.taxes::numeric * s.goods / c.base) end as tax_on_goods
      from said s cross join lateral (
           select s.goods + s.sent as base, s.taxes <> 0 and s.goods + s.sent > s.taxes and s.total is not null
                  and abs(s.total - s.goods - s.sent) <= abs(s.total - s.goods - s.sent - s.taxes) as contained) c
), p as materialized (
    select *, greatest(weight, 1) as all_weight, off_order <> 0 or taxes <> 0 or sent <> 0 as shares,
           case when contained then base - taxes - net else sent end as sent_net,
           goods + case when contained then 0 else tax_on_goods end as goods_paid,
           sent + case when contained then 0 else taxes - tax_on_goods end as sent_paid
      from priced
), walked as (
    select l.*, l.amount_to - l.amount as amount_from, l.off_to - l.off as off_from, l.weight_to - l.weight_of as weight_from
      from (select l.uid, l.position, l.product, l.sku, l.quantity, l.amount, l.off, w.weight_of,
                   sum(l.amount) over step as amount_to, sum(l.off) over step as off_to, sum(w.weight_of) over step as weight_to,
                   row_number() over step = 1 as first,
                   l.position = min(l.position) over (partition by l.uid, l.product) as first_of_product,
                   l.position = min(l.position) over (partition by l.uid, l.product, l.sku) as first_of_variant
              from l join p using (uid) cross join lateral (
                   select case when p.sells then greatest(l.amount - l.off, 0) else abs(l.amount - l.off) end as weight_of) w
             where l.kind = 'product' window step as (partition by l.uid order by l.position)) l
), line as (
    select w.uid, w.position, w.product, w.sku, w.quantity, w.first, w.first_of_product, w.first_of_variant,
           w.amount as line_amount, w.weight_to, w.weight_from, p.weight > 0 as carries,
           case when p.contained then round(w.amount_to * (p.base - p.taxes) / p.base) else w.amount_to end as gross_to,
           case when p.contained then round(w.amount_from * (p.base - p.taxes) / p.base) else w.amount_from end as gross_from,
           case when p.contained then round((w.off_to + o.share_to) * (p.base - p.taxes) / p.base)
                else w.off_to + o.share_to end as discount_to,
           case when p.contained then round((w.off_from + o.share_from) * (p.base - p.taxes) / p.base)
                else w.off_from + o.share_from end as discount_from
      from walked w join p using (uid) cross join lateral (
           select case when p.off_order = 0 or p.weight = 0 then 0
                       else round(p.off_order * w.weight_to / p.weight) end as share_to,
                  case when p.off_order = 0 or p.weight = 0 then 0
                       else round(p.off_order * w.weight_from / p.weight) end as share_from) o
    union all
    select p.uid, 0, null, null, 0, true, true, true, 0, 1, 0, true, 0, 0, p.off_order, 0
      from p where p.weight = 0 and (p.off_order <> 0 or p.taxes <> 0 or p.sent <> 0 or p.left_out > 0)
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
), said_back as (
    select o.uid, e.n, round((e.one ->> 'amount')::numeric) as amount,
           case when pg_input_is_valid(coalesce(e.one ->> 'at', e.one ->> 'created_at', 'none'), 'timestamptz')
                then coalesce(e.one ->> 'at', e.one ->> 'created_at')::timestamptz at time zone o.zone end as moment
      from o cross join jsonb_array_elements(case when jsonb_typeof(o.refunds) = 'array' then o.refunds else '[]' end)
           with ordinality e (one, n)
     where o.refunds is not null and o.kind = 'sale' and not o.cancelled
       and pg_input_is_valid(coalesce(e.one ->> 'amount', 'none'), 'numeric')
), given_back as (
    select uid, n, amount, case when {DATED.format("moment")} then moment end as moment from said_back where amount > 0
    union all
    select o.uid, 0, o.refunded - coalesce(s.amount, 0), null
      from o left join (select uid, sum(amount) as amount from said_back group by uid) s using (uid)
     where o.refunded > 0 and o.kind = 'sale' and not o.cancelled and o.refunded > coalesce(s.amount, 0)
), refund as (
    select g.uid, row_number() over one as part, coalesce(g.moment, o.local) as moment, g.moment is not null as dated,
           sum(g.amount) over one as upto, sum(g.amount) over one - g.amount as since
      from given_back g join o using (uid) window one as (partition by g.uid order by g.moment nulls first, g.n)
), part as materialized (
    select uid, 0 as part, local as moment, true as dated, 0::numeric as goods_share_to, 0::numeric as goods_share_from,
           0::numeric as tax_to, 0::numeric as tax_from, 0::numeric as ship_to, 0::numeric as ship_from
      from p
    union all
    select uid, part, moment, dated, share_to, share_from,
           goods_to - round(net * share_to) + sent_to - ship_to, goods_from - round(net * share_from) + sent_from - ship_from,
           ship_to, ship_from
      from p join refund r using (uid) cross join lateral (
           select least(r.upto, greatest(p.goods_paid, 0)) as goods_to, least(r.since, greatest(p.goods_paid, 0)) as goods_from,
                  least(greatest(r.upto - greatest(p.goods_paid, 0), 0), greatest(p.sent_paid, 0)) as sent_to,
                  least(greatest(r.since - greatest(p.goods_paid, 0), 0), greatest(p.sent_paid, 0)) as sent_from) g
           cross join lateral (
           select goods_to / greatest(p.goods_paid, 1) as share_to, goods_from / greatest(p.goods_paid, 1) as share_from,
                  round(p.sent_net * sent_to / greatest(p.sent_paid, 1)) as ship_to,
                  round(p.sent_net * sent_from / greatest(p.sent_paid, 1)) as ship_from) s
), each as (
    select p.kind, p.cancelled, p.country, p.channel, p.promotion, p.currency, p.location, p.customer, p.taxes, p.sent_net,
           p.all_weight, p.left_out, p.shares, t.part, t.moment, t.dated, t.goods_share_to, t.goods_share_from, t.tax_to, t.tax_from,
           t.ship_to, t.ship_from, l.*, l.gross_to - l.gross_from as gross_net,
           l.discount_to - l.discount_from as off_net, l.gross_to - l.discount_to as net_to,
           l.gross_from - l.discount_from as net_from, k.piece, p.kind = 'sale' and l.position > 0 and t.part = 0 as placed
      from line l join p on p.uid = l.uid join part t on t.uid = l.uid left join costs c
        on c.product = l.product and c.sku = coalesce(l.sku, '') and p.local::date >= c.since and p.local::date < c.until
      cross join lateral (
           select case when c.currency = p.currency or c.currency is null then c.cost::numeric
                       else round(c.cost * rate_on(c.currency, p.currency, p.local::date), 4) end as piece) k
), reckoned as (
    select e.*, case when cancelled then 0 when part = 0 then coalesce(round(piece * quantity), 0)
                     else coalesce(round(piece * quantity * goods_share_from) - round(piece * quantity * goods_share_to), 0)
                end as costing,
           case when cancelled then 0 when part = 0 then case when line_amount < 0 then -gross_net else 0 end
                when line_amount < 0 then 0
                else round(net_to * goods_share_to) - round(net_from * goods_share_to)
                   - round(net_to * goods_share_from) + round(net_from * goods_share_from) end as came_back
      from each e
), sold_line as (
    select uid as order_uid, position, part::smallint as part, moment::date as day, extract(hour from moment)::smallint as hour,
           product, sku, country, channel, promotion, currency, location, customer,
           case when part = 0 and quantity > 0 and line_amount >= 0 and not cancelled then round(quantity * 1000)
                else 0 end::bigint as units,
           case when cancelled then 0 when part = 0 and quantity < 0 then round(-quantity * 1000)
                when part > 0 and goods_share_to >= 1 and goods_share_from < 1 and quantity > 0 then round(quantity * 1000)
                else 0 end::bigint as units_returned,
           case when part = 0 and line_amount >= 0 and not cancelled then gross_net else 0 end::bigint as gross,
           case when part > 0 or cancelled then 0 else off_net end::bigint as discounts, came_back::bigint as returns,
           case when cancelled or not carries or not shares then 0
                when part = 0 then round(taxes * weight_to / all_weight) - round(taxes * weight_from / all_weight)
                else round(tax_from * weight_to / all_weight) - round(tax_from * weight_from / all_weight)
                   - round(tax_to * weight_to / all_weight) + round(tax_to * weight_from / all_weight) end::bigint as taxes,
           case when cancelled or not carries or not shares then 0
                when part = 0 then round(sent_net * weight_to / all_weight) - round(sent_net * weight_from / all_weight)
                else round(ship_from * weight_to / all_weight) - round(ship_from * weight_from / all_weight)
                   - round(ship_to * weight_to / all_weight) + round(ship_to * weight_from / all_weight) end::bigint as shipping,
           costing::bigint as cost,
           case when cancelled or piece is null then 0 when part = 0 then gross_net - off_net
                else -came_back end::bigint as covered,
           (placed and not cancelled and first)::int::bigint as orders,
           (placed and not cancelled and first_of_product)::int::bigint as product_orders,
           (placed and not cancelled and first_of_variant)::int::bigint as variant_orders,
           (placed and cancelled and first)::int::bigint as cancelled,
           (placed and cancelled and first_of_product)::int::bigint as product_cancelled,
           (placed and cancelled and first_of_variant)::int::bigint as variant_cancelled,
           case when part = 0 and first then left_out else 0 end::bigint as left_out,
           (part > 0 and first and not dated)::int::bigint as undated_refunds, 1::bigint as lines
      from reckoned
)"""


def lines(orders: str = "orders", order_lines: str = "order_line") -> str:
    """The common table expressions of which `sold_line` is the last, over these tables of orders and their lines."""
    return _STATEMENT.replace("{orders}", orders).replace("{lines}", order_lines)
