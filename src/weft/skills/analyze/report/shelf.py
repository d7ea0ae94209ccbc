"""What lies in stock and does not sell, with the price that might move it; what is bought together; who comes back."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from weft.business import Business
from weft.money import exponent
from weft.skill import Edit
from weft.skills.analyze import Action, Cohort, Dead, Finding, Pair, Segment
from weft.skills.analyze.report.figures import Book, query
from weft.skills.analyze.report.known import Known
from weft.skills.analyze.report.periods import DAY, Days
from weft.skills.analyze.report.wording import Words

_OFF: Final = ((365, 0.5), (180, 0.3), (90, 0.15))
"""From how many days without a sale the price is proposed to fall, and by which share."""
_MOST_EDITS: Final = 200
_TOLD_PAIRS: Final = 2
_MONTHS: Final = 11
_LAPSED: Final = "at_risk"
_SEGMENTS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "champions": "Best customers",
        "loyal": "Loyal customers",
        "new": "New customers",
        "promising": "Promising customers",
        "at_risk": "Good customers who stay away",
        "fading": "Fading customers",
        "lost": "Lost customers",
    },
    "de": {
        "champions": "Beste Kunden",
        "loyal": "Treue Kunden",
        "new": "Neue Kunden",
        "promising": "Aussichtsreiche Kunden",
        "at_risk": "Gute Kunden, die ausbleiben",
        "fading": "Nachlassende Kunden",
        "lost": "Verlorene Kunden",
    },
    "zh": {
        "champions": "最佳顾客",
        "loyal": "忠实顾客",
        "new": "新顾客",
        "promising": "有潜力的顾客",
        "at_risk": "不再光顾的好顾客",
        "fading": "渐少光顾的顾客",
        "lost": "流失的顾客",
    },
}


def off(days: int) -> float:
    """By which share the price of what has not sold for some days is proposed to fall."""
    return next((share for least, share in _OFF if days >= least), 0.0)


def dead(known: Known) -> list[Dead]:
    """What lies and does not sell, the dearest first."""
    return [
        Dead(
            product=one.product,
            title=known.title(one.product),
            stock=one.stock,
            value=one.value,
            at_cost=one.at_cost,
            days=one.days,
            off=off(one.days),
        )
        for one in known.dead
    ]


def edits(lying: Sequence[Dead], business: Business) -> list[Edit]:
    """Price cuts for what lies, variant by variant: a new price, and the old one to compare it with; never under what it cost."""
    by_product = {one.product: one for one in lying[:_MOST_EDITS]}
    found: list[Edit] = []
    for product in business.catalog.records(ids=sorted(by_product)):
        one = by_product[product["id"]]
        for variant in product.get("variants") or ():
            found += _cut(one, variant, variant.get("currency") or business.currency)
    return found


def _cut(one: Dead, variant: Mapping[str, Any], currency: str) -> Iterable[Edit]:
    amount, cost, sku = variant.get("price"), variant.get("cost"), variant.get("sku")
    if not sku or not amount or (variant.get("stock") or 0) <= 0:
        return
    # What is reduced already, and by how much, is for a person to take further.
    if (variant.get("compare_at") or 0) > amount:
        return
    after = max(lowered(amount, currency, one.off), cost or 0)
    if not 0 < after < amount:
        return
    why = f"It has not sold for {one.days} days, with {one.stock} in stock."
    fact = {"field": f"variants.{sku}.stock", "value": variant.get("stock"), "why": why}
    price = {"amount": amount, "currency": currency}
    yield Edit(
        record=one.product,
        field=f"variants.{sku}.price",
        before=price,
        after={"amount": after, "currency": currency},
        facts=[fact],
    )
    yield Edit(record=one.product, field=f"variants.{sku}.compare_at", after=price, facts=[fact])


def lowered(amount: int, currency: str, share: float) -> int:
    """A price lower by a share, ending as the old one does: with the same minor units where there are any."""
    unit = 10 ** exponent(currency)
    target = amount * (1 - share)
    ending = amount % unit
    rounded = round((target - ending) / unit) * unit + ending
    return rounded if 0 < rounded < amount else round(target)


def dead_finding(
    lying: Sequence[Dead], cuts: int, known: Known, book: Book, words: Words, asked: dict[str, Any]
) -> list[Finding]:
    """What lies, in words."""
    if not lying:
        return []
    value = sum(one.value or 0 for one in lying)
    if len(lying) == 1:
        (one,) = lying
        says = words.say(
            "dead.one",
            product=words.quoted(one.title),
            days=book.days("dead.days", one.days),
            stock=book.count("dead.stock", one.stock, query("stock", known.periods.now, {"product": one.product})),
        )
    else:
        says = words.say(
            "dead" if cuts else "dead.plain",
            count=book.count("dead.count", len(lying), reckoned="products in stock without a sale"),
            value=book.money("dead.value", value, reckoned="pieces × cost, × price where no cost is known"),
            days=book.days("dead.days", min(one.days for one in lying)),
            least=book.share("dead.least", min(one.off for one in lying)),
            most=book.share("dead.most", max(one.off for one in lying)),
        )
    actions = [
        Action(
            says=words.word("do.propose"), skill="analyze", request=asked, path="/api/v1/skills/analyze?propose=true"
        )
    ]
    return [Finding(kind="dead_stock", says=[says], amount=value, actions=actions if cuts else [])]


def pairs(known: Known) -> list[Pair]:
    """What is bought together."""
    return [
        Pair(
            a=one.a,
            b=one.b,
            titles=(known.title(one.a), known.title(one.b)),
            together=one.together,
            lift=round(one.lift, 2),
        )
        for one in known.pairs
    ]


def pair_findings(told: Sequence[Pair], book: Book, words: Words) -> list[Finding]:
    """The pairs that stand out most, in words."""
    return [
        Finding(
            kind="together",
            says=[
                words.say(
                    "together",
                    a=words.quoted(one.titles[0]),
                    b=words.quoted(one.titles[1]),
                    count=book.count(f"together.{at}.orders", one.together, reckoned="orders with both products"),
                    lift=book.count(
                        f"together.{at}.lift",
                        one.lift,
                        reckoned="orders with both × all orders ÷ (orders with a × orders with b)",
                    ),
                )
            ],
            actions=[
                Action(
                    says=words.say("do.together", product=words.quoted(one.titles[0])).text,
                    skill="recommend",
                    request={"kind": "bought-together", "product": one.a},
                )
            ],
        )
        for at, one in enumerate(told[:_TOLD_PAIRS], 1)
    ]


def segments(known: Known, words: Words) -> list[Segment]:
    """Customers by how they buy."""
    titles = _SEGMENTS[words.book.language]
    return [
        Segment(segment=name, title=titles.get(name, name), customers=customers, revenue=revenue)
        for name, customers, revenue in sorted(known.segments, key=lambda one: -one[2])
    ]


def lapsed(told: Sequence[Segment], known: Known, book: Book, words: Words) -> list[Finding]:
    """Good customers who stay away."""
    one = next(
        (segment for segment in told if segment.segment == _LAPSED and segment.customers and segment.revenue > 0), None
    )
    if one is None:
        return []
    last = known.periods.now.last
    year = Days(max(known.past.first, last - 363 * DAY), last)
    where = {"segment": one.segment}
    says = words.say(
        "lapsed",
        count=book.count("lapsed.customers", one.customers, query("customers", year, where)),
        revenue=book.money("lapsed.revenue", one.revenue, query("revenue", year, where)),
    )
    asked = query("revenue", year, where, ["customer"])
    action = Action(says=words.word("do.rows"), skill="analyze", request={"query": {**asked, "top": 100}})
    return [Finding(kind="customers", says=[says], amount=one.revenue, actions=[action])]


def cohorts(known: Known) -> list[Cohort]:
    """Who came back, by the month in which they first bought: shares for each month after it, as far as time has gone."""
    last = known.periods.now.last.replace(day=1)
    found = []
    for month, counts in known.cohorts.items():
        customers = counts.get(month, 0)
        if not customers:
            continue
        later = [at for at in _months_after(month) if at <= last]
        found.append(Cohort(month=month, customers=customers, returned=[counts.get(at, 0) / customers for at in later]))
    return found


def _months_after(month: dt.date) -> list[dt.date]:
    found = []
    for step in range(1, _MONTHS + 1):
        place = month.year * 12 + month.month - 1 + step
        found.append(dt.date(place // 12, place % 12 + 1, 1))
    return found
