"""What came of what people were shown: of each query and of each strip of recommendations, up to what was bought.

A click belongs to the answer that its `query_id` names, else to the last search for the same words in its session. A product put in the
cart or bought belongs to the answer that it names itself, else to the last click on that product in the seven days before, in the
same session, by the same visitor or by the same customer: one purchase counts once. Bought is what behaviors say was, and what is in
orders of the same customer that no such behavior tells of.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from psycopg import Connection

By = Literal["query", "strip"]
CREDITED: Final = timedelta(days=7)
"""How long after a click a purchase still belongs to it."""
ROOM: Final = "set local work_mem = '128MB'"
"""What a report over a million behaviors needs so as not to sort on disk."""

# An `ask` is one answer: what its query_id names, else the same words in one session, in which `n` counts the searches. Rows are
# many, so what is sorted and kept of them is little: who it was and in which session are numbers here.
LINKED: Final = """
told as not materialized (
    select action, at, position, results, words, query_id, case when place not in ('search', 'suggest') then place end as strip,
           hashtextextended(coalesce(subject, key::text), 0) as person, hashtextextended(coalesce(session, subject), 0) as who,
           case when action in ('cart', 'purchase') then key end as key, case when action = 'click' then product end as product,
           case when action = 'click' then session end as session, case when action = 'click' then visitor end as visitor,
           case when action = 'click' then customer end as customer,
           hashtextextended(coalesce(query_id, coalesce(session, subject) || chr(31) || words, words,
                                     case when action in ('click', 'impression') then key::text end), 0) as ask
      from behavior
     where at > %(since)s and at <= %(until)s and not bot
       and (action in ('search', 'click', 'cart', 'purchase')
            or action = 'impression' and place not in ('search', 'suggest'))),
linked as materialized (
    select action, at, position, results, words, strip, person, who, key, product, session, visitor, customer, ask, 1 as n
      from told where query_id is not null
    union all
    select action, at, position, results, words, strip, person, who, key, product, session, visitor, customer, ask,
           greatest(count(*) filter (where action = 'search') over (partition by ask order by at, action <> 'search'), 1)
      from told where query_id is null and ask is not null)"""

_CREDIT: Final = """
sold as materialized (
    select key, action, at, product, coalesce(quantity, 1) as quantity, price, currency, order_id, session, visitor, customer
      from behavior
     where at > %(since)s and at <= %(until)s and not bot and action in ('cart', 'purchase')),
-- What an order says was paid for a product; where several behaviors tell of one, the first has it.
paid as (
    select o.id, l.product, sum(l.price * l.quantity - coalesce(l.discount, 0)) as amount, min(o.currency) as currency
      from orders o join order_line l on l.order_uid = o.uid and l.kind = 'product'
     where o.id in (select order_id from sold where action = 'purchase' and price is null) group by 1, 2),
-- What customers are told to have bought, on the days around which an order with it tells of the same.
told_of as materialized (
    select distinct t.product, t.customer, t.at::date + around as day
      from sold t cross join generate_series(-1, 1) around
     where t.action = 'purchase' and t.product is not null and t.customer is not null),
conversion as materialized (
    select t.key::text as id, t.action, t.at, t.product, t.session, t.visitor, t.customer,
           case when t.price is not null then t.price * t.quantity
                when row_number() over (partition by t.order_id, t.product order by t.key) = 1 then p.amount end as amount,
           case when t.price is not null then t.currency else p.currency end as currency
      from sold t left join paid p on p.id = t.order_id and p.product = t.product
    union all
    select o.uid::text || ' ' || l.position, 'purchase', o.placed_at, l.product, null, null, person.id,
           l.price * l.quantity - coalesce(l.discount, 0), o.currency
      from orders o join order_line l on l.order_uid = o.uid and l.kind = 'product' and l.product is not null
     cross join lateral (select distinct given.id from unnest(array[o.customer, o.email]) given (id)
                          where given.id is not null) person
     where o.placed_at > %(since)s and o.placed_at <= %(until)s and o.cancelled_at is null and o.kind = 'sale'
       and o.id not in (select order_id from sold where action = 'purchase' and order_id is not null)
       and (l.product, coalesce(o.customer, ''), o.placed_at::date) not in (select product, customer, day from told_of)
       and (l.product, coalesce(o.email, ''), o.placed_at::date) not in (select product, customer, day from told_of)),
clicked as materialized (
    select at, product, session, visitor, customer, ask, n from linked where action = 'click' and product is not null),
candidate as (
    select key::text as id, ask, n, timestamptz 'infinity' as at from linked where action in ('cart', 'purchase')
    union all
    select c.id, k.ask, k.n, k.at from conversion c join clicked k on k.product = c.product and k.session = c.session
       and k.at <= c.at and k.at > c.at - %(credited)s
    union all
    select c.id, k.ask, k.n, k.at from conversion c join clicked k on k.product = c.product and k.visitor = c.visitor
       and k.at <= c.at and k.at > c.at - %(credited)s
    union all
    select c.id, k.ask, k.n, k.at from conversion c join clicked k on k.product = c.product and k.customer = c.customer
       and k.at <= c.at and k.at > c.at - %(credited)s),
credited as materialized (
    select distinct on (c.id) c.action, c.amount, c.currency, d.ask, d.n
      from candidate d join conversion c on c.id = d.id order by c.id, d.at desc)"""

_ASKS: Final = """
asks as materialized (
    select ask, n, max({name}) as name, {times} as times,
           coalesce(bool_or(results = 0) filter (where action = '{shown}'), false) as nothing,
           count(*) filter (where action = 'click') as clicks, min(person) as person,
           sum(position) filter (where action = 'click') as positions,
           count(position) filter (where action = 'click') as placed, max(at) as last
      from linked group by ask, n having {which}),
came as (
    select a.name, a.ask, a.n, bool_or(c.action = 'cart') as carted, bool_or(c.action = 'purchase') as bought
      from credited c join asks a using (ask, n) group by 1, 2, 3),
money as (
    select name, jsonb_agg(jsonb_build_object('amount', amount, 'currency', currency) order by amount desc) as revenue
      from (select a.name, c.currency, least(sum(c.amount), 9223372036854775807)::bigint as amount from credited c join asks a using (ask, n)
             where c.action = 'purchase' and c.amount is not null
             group by grouping sets ((a.name, c.currency), (c.currency))) s
     group by name),
listed as (
    select a.name, sum(a.times)::bigint as times, count(distinct a.person) as people, count(*) filter (where a.nothing) as nothing,
           count(*) filter (where a.clicks > 0) as clicked, sum(a.positions)::float8 / nullif(sum(a.placed), 0) as position,
           count(*) filter (where c.carted) as carted, count(*) filter (where c.bought) as bought, max(a.last) as last
      from asks a left join came c using (ask, n) group by grouping sets ((a.name), ()))
select l.name, l.times, l.people, l.nothing, l.clicked, l.position, l.carted, l.bought, coalesce(m.revenue, '[]'), l.last
  from listed l left join money m on coalesce(m.name, '') = coalesce(l.name, '')
 order by l.name is not null, l.times desc, l.clicked desc, l.name limit %(limit)s"""

_WAYS: Final[Mapping[By, str]] = {
    "query": _ASKS.format(
        name="words",
        shown="search",
        times="count(*) filter (where action = 'search')",
        which="max(words) is not null and max(strip) is null",
    ),
    # Of a strip some tell what was shown at once, others product by product: under one query_id that is one time.
    "strip": _ASKS.format(
        name="strip",
        shown="impression",
        times="least(count(*) filter (where action = 'impression'), 1)",
        which="max(strip) is not null",
    ),
}


def span(connection: Connection[Any], days: int) -> tuple[datetime, datetime] | None:
    """The last `days` days with behaviors of people, or None where there are none."""
    row = connection.execute("select max(at) from behavior where not bot").fetchone()
    until = row[0] if row else None
    return None if until is None else (until - timedelta(days=days), until)


def listed(
    connection: Connection[Any], by: By, since: datetime, until: datetime, limit: int
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What came of all answers, and of those of each query or strip, the most frequent first."""
    connection.execute(ROOM)
    rows = connection.execute(
        f"with {LINKED}, {_CREDIT}, {_WAYS[by]}",
        {"since": since, "until": until, "credited": CREDITED, "limit": limit + 1},
    ).fetchall()
    told = [_row(by, row) for row in rows]
    return told[0], told[1:]


def _row(by: By, row: tuple[Any, ...]) -> dict[str, Any]:
    name, times, people, nothing, clicked, position, carted, bought, revenue, last = row
    return {
        **({} if name is None else {by: name}),
        "times": int(times or 0),
        "people": people,
        "found_nothing": nothing,
        "clicked": clicked,
        # Where a page tells of clicks and not of searches, there are no more searches than were clicked.
        "click_through": round(clicked / max(int(times or 0), clicked), 4) if clicked else 0.0,
        "position": None if position is None else round(position, 2),
        "carted": carted,
        "bought": bought,
        "revenue": revenue,
        "last": last,
    }
