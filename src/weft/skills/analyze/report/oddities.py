"""What is unusual in a period: which series are looked at, which of what is found are one and the same, why, and what to do."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from weft.skills.analyze import Action, Finding, Members, Sentence, Shortage, Unit, Unusual
from weft.skills.analyze.report import rates, unusual
from weft.skills.analyze.report.cells import Cells
from weft.skills.analyze.report.figures import Book, query
from weft.skills.analyze.report.headline import UNITS
from weft.skills.analyze.report.known import Known
from weft.skills.analyze.report.periods import DAY, Days
from weft.skills.analyze.report.rates import Counted
from weft.skills.analyze.report.unusual import Floats, Stretch, Track
from weft.skills.analyze.report.wording import Words

SALES: Final = frozenset(["revenue", "orders", "units", "average_order"])
"""Metrics that move together when more or less is sold."""
_AGAINST_REVENUE: Final = frozenset(["discounts", "returns"])
_MEMBERS: Final = 20
_PLACES: Final = 60
_LEAST_MEMBERS: Final = 2
_OF_ORDERS: Final = frozenset(["country", "channel"])
_RETURNED_WITHIN: Final = 56
_LEAST_SHARE: Final = 0.01
_DAYS_WITH_RETURNS: Final = 5
_ORDERS_A_DAY: Final = 5.0
_EXPLAINS: Final = 0.6
_ALIKE: Final = 0.6
_FURTHER: Final = 1.5
_NEARLY_ALL: Final = 0.8
_DEEP: Final = 0.5
_PRICE_MOVED: Final = 0.15
_ONE_ORDER: Final = 0.5
_ONE_PROMOTION: Final = 0.5
_LATELY: Final = 56
_TOLD: Final = 10
_WIDE: Final = 3


@dataclass(slots=True)
class Odd:
    """A stretch that is told, with why it may be and what a sentence on that needs."""

    stretch: Stretch
    days: Days
    causes: list[str] = field(default_factory=list)
    says: list[Sentence] = field(default_factory=list)

    @property
    def track(self) -> Track:
        """The series it lies in."""
        return self.stretch.track

    @property
    def excess(self) -> float:
        """What it meant in revenue."""
        if self.track.metric in _AGAINST_REVENUE:
            return self.stretch.expected - self.stretch.actual
        return self.stretch.excess or 0.0


class Oddities:
    """What is unusual in what is known."""

    def __init__(self, known: Known, book: Book, words: Words, short: Sequence[Shortage]) -> None:
        self.known = known
        self.book = book
        self.words = words
        self.short = {one.product: one for one in short}
        self.days = len(known.periods.now)
        self.tracks = tracks(known)
        self.looked = unusual.looked(self.tracks, self.days, unseen=known.unseen)
        self.enough = self.looked.tests > 0
        first = known.periods.now.first
        odd = [Odd(one, Days(first + one.first * DAY, first + one.last * DAY)) for one in self.looked.stretches]
        kept = _without_parts(_one_each(odd), known)
        self.odd = sorted(kept, key=lambda one: -abs(one.excess))[:_TOLD]
        for one in self.odd:
            self._explain(one)

    def rows(self) -> list[Unusual]:
        """What was found, as a table."""
        return [
            Unusual(
                metric=one.track.metric,
                where=one.track.where,
                title=self._title(one),
                first=one.days.first,
                last=one.days.last,
                actual=round(one.stretch.actual, 2),
                expected=round(one.stretch.expected, 2),
                unit=UNITS.get(one.track.metric, "count"),
                amount=round(one.excess),
                chance=one.stretch.chance,
                causes=one.causes,
            )
            for one in self.odd
        ]

    def findings(self) -> list[Finding]:
        """What was found, in words."""
        return [self._finding(at, one) for at, one in enumerate(self.odd, 1)]

    def nothing(self) -> Sentence | None:
        """That nothing was found, where it is so."""
        if not self.enough:
            return self.words.say("unusual.unknown")
        if self.odd:
            return None
        tests = self.book.count(
            "unusual.tests", self.looked.tests, reckoned="days and weeks of series that were tested"
        )
        return self.words.say("unusual.none", tests=tests)

    def expected(self) -> Floats | None:
        """The revenue that each day of the period led to expect; None where the past is too short."""
        if not len(self.looked.expected):
            return None
        return np.asarray(self.looked.expected[0])

    def _title(self, one: Odd) -> str:
        where = self._where(one.track.where).text
        said = self.words.say("chart.unusual", metric=self.words.word(f"metric.{one.track.metric}"), where=where).text
        return said.strip()

    def _where(self, where: Members) -> Sentence:
        if not where:
            return self.words.say("where.all")
        name, member = next(iter(where.items()))
        return self.words.where(name, self.known.title(member) if name == "product" else member)

    def _finding(self, at: int, one: Odd) -> Finding:
        words, book, stretch = self.words, self.book, one.stretch
        metric = one.track.metric
        side = "more" if stretch.actual > stretch.expected else "less"
        name = "net_sales" if metric == "revenue" else metric
        actual = self._figure(
            f"unusual.{at}.actual", stretch.actual, UNITS.get(metric, "count"), query(name, one.days, one.track.where)
        )
        expected = self._figure(f"unusual.{at}.expected", stretch.expected, UNITS.get(metric, "count"), None)
        says = [
            words.say(
                f"unusual.{side}",
                metric=words.word(f"metric.{metric}"),
                where=self._where(one.track.where),
                span=book.span(f"unusual.{at}.span", one.days),
                actual=actual,
                expected=expected,
            )
        ]
        if metric != "revenue" and metric not in _AGAINST_REVENUE and round(one.excess):
            amount = book.money(f"unusual.{at}.amount", abs(one.excess), reckoned=_EXPECTED)
            says.append(words.say(f"unusual.amount.{'more' if one.excess > 0 else 'less'}", amount=amount))
        says += [self._cause(at, one, cause) for cause in one.causes]
        return Finding(kind="unusual", says=says, amount=round(one.excess), actions=self._actions(one))

    def _figure(self, id_: str, value: float, unit: Unit, asked: dict[str, Any] | None) -> Any:
        reckoned = None if asked else _EXPECTED
        if unit == "money":
            return self.book.money(id_, value, asked, reckoned)
        return self.book.count(id_, value, asked, reckoned)

    def _explain(self, one: Odd) -> None:
        """Find out what stands beside it: one order, another price, an empty shelf, a code, all of the shop at once."""
        where, stretch = one.track.where, one.stretch
        product = where.get("product")
        rise = stretch.actual > stretch.expected
        if one.track.metric in SALES:
            if rise and self._one_order(one) >= _ONE_ORDER:
                one.causes.append("one_order")
            if product and abs(self._price(one)[0]) >= _PRICE_MOVED:
                one.causes.append("price")
            if product in self.short and not rise:
                one.causes.append("stock")
            if not where and not rise and self._everywhere(stretch):
                one.causes.append("everywhere")
            if "category" in where and self._moved(one) >= _WIDE:
                one.causes.append("wide")
        if one.track.metric == "discounts" and rise and self._promotion(one)[1] >= _ONE_PROMOTION:
            one.causes.append("discount")
        if one.track.metric == "returns" and product and rise:
            one.causes.append("returned")

    def _cause(self, at: int, one: Odd, cause: str) -> Sentence:
        words, book = self.words, self.book
        id_ = f"unusual.{at}.{cause}"
        where, days = one.track.where, one.days
        if cause == "one_order":
            share = book.share(
                id_, min(self._one_order(one), 1.0), reckoned="largest order ÷ what is more than expected"
            )
            return words.say("cause.one_order", share=share)
        if cause == "price":
            _, paid, usual = self._price(one)
            return words.say(
                f"cause.price.{'less' if paid < usual else 'more'}",
                paid=book.money(f"{id_}.paid", paid, query("price", days, where)),
                usual=book.money(f"{id_}.usual", usual, query("price", self._lately(one), where)),
            )
        if cause == "discount":
            name, part = self._promotion(one)
            return words.say(
                "cause.discount",
                name=words.quoted(name),
                share=book.share(id_, part, query("discounts", days, {"promotion": name})),
            )
        if cause == "wide":
            count = book.count(id_, self._moved(one), reckoned="products whose pieces moved as much the same way")
            return words.say("cause.wide", count=count)
        if cause == "returned":
            return words.say(
                "cause.returned",
                share=book.share(id_, self._returned(one), query("refund_rate", self._lately(one, days.last), where)),
            )
        return words.say(f"cause.{cause}")

    def _one_order(self, one: Odd) -> float:
        """The share that the largest order has of what is more than expected."""
        more = one.stretch.actual - one.stretch.expected
        if self.known.largest is None or more <= 0 or one.track.metric == "average_order":
            return 0.0
        measure = "orders" if one.track.metric == "orders" else "units" if one.track.metric == "units" else "net"
        return 0.0 if measure == "orders" else self.known.largest(one.track.where, one.days, measure) / more

    def _lately(self, one: Odd, last: Any = None) -> Days:
        """The weeks before it, or those that end on a day."""
        end = last or one.days.first - DAY
        return Days(max(self.known.past.first, end - (_LATELY - 1) * DAY), end)

    def _price(self, one: Odd) -> tuple[float, float, float]:
        """How far the price paid moved, as a share; what it was and what it had been."""
        paid, usual = (self._per_piece(one.track.where["product"], days) for days in (one.days, self._lately(one)))
        return (paid / usual - 1 if usual > 0 and paid > 0 else 0.0), paid, usual

    def _per_piece(self, product: str, days: Days) -> float:
        cells = self.known.products
        assert cells is not None
        rows = cells.of_days(days)
        mine = rows.keys["product"].codes == cells.keys["product"].members.index(product)
        units = float(rows.measures["units"][mine].sum())
        return float((rows.measures["gross"] - rows.measures["discounts"])[mine].sum()) / units if units > 0 else 0.0

    def _returned(self, one: Odd) -> float:
        """The share of what was sold of a product lately that came back."""
        cells = self.known.products
        assert cells is not None
        rows = cells.of_days(self._lately(one, one.days.last))
        mine = rows.keys["product"].codes == cells.keys["product"].members.index(one.track.where["product"])
        sold = float((rows.measures["gross"] - rows.measures["discounts"])[mine].sum())
        return float(rows.measures["returns"][mine].sum()) / sold if sold > 0 else 0.0

    def _promotion(self, one: Odd) -> tuple[str, float]:
        """The promotion by which most discounts came, and its share of them."""
        rows = self.known.tracks["promotion"].of_days(one.days)
        sums = rows.sums("promotion", "discounts")
        members = rows.keys["promotion"].members
        named = [(int(sums[at]), member) for at, member in enumerate(members) if member]
        if not named or sums.sum() <= 0:
            return "", 0.0
        most, member = max(named)
        return member, most / float(sums.sum())

    def _everywhere(self, stretch: Stretch) -> bool:
        """Whether all that sells well fell alike, and deep."""
        if stretch.expected <= 0 or stretch.actual > _DEEP * stretch.expected:
            return False
        part = slice(stretch.first, stretch.last + 1)
        fell: dict[str, float] = {}
        whole: dict[str, float] = {}
        for at, track in enumerate(self.tracks):
            if track.where and track.metric == "revenue":
                name = next(iter(track.where))
                hoped = max(float(self.looked.expected[at, part].sum()), 0.0)
                there = float(track.values[-self.days :][part].sum())
                whole[name] = whole.get(name, 0.0) + hoped
                fell[name] = fell.get(name, 0.0) + (hoped if there <= _ALIKE * hoped else 0.0)
        shares = [fell[name] / whole[name] for name in ("category", "country", "channel") if whole.get(name)]
        return bool(shares) and min(shares) >= _NEARLY_ALL

    def _moved(self, one: Odd) -> int:
        """How many products of a category moved the same way, half as far or more."""
        stretch = one.stretch
        if stretch.expected <= 0:
            return 0
        moved = stretch.actual / stretch.expected - 1
        part = slice(stretch.first, stretch.last + 1)
        count = 0
        for at, track in enumerate(self.tracks):
            product = track.where.get("product")
            if (
                product
                and track.metric == "units"
                and self.known.categories.get(product) == one.track.where["category"]
            ):
                hoped = float(self.looked.expected[at, part].sum())
                there = float(track.values[-self.days :][part].sum())
                count += hoped >= 1 and (there / hoped - 1) / moved >= _DEEP
        return count

    def _actions(self, one: Odd) -> list[Action]:
        """What can be done about it."""
        words, where = self.words, one.track.where
        product = where.get("product")
        rise = one.stretch.actual > one.stretch.expected
        found: list[Action] = []
        if product and one.track.metric == "returns":
            quoted = words.quoted(self.known.title(product))
            found.append(
                Action(says=words.say("do.write", product=quoted).text, skill="write", request={"product": product})
            )
        elif product:
            quoted = words.quoted(self.known.title(product))
            found.append(
                Action(
                    says=words.say("do.forecast", product=quoted).text, skill="forecast", request={"product": product}
                )
            )
            if rise and "one_order" not in one.causes and "price" not in one.causes:
                found.append(
                    Action(
                        says=words.say("do.rule.boost", product=quoted).text,
                        path="/api/v1/rules",
                        request={"rules": [{"kind": "boost", "products": [product]}]},
                    )
                )
            if "stock" in one.causes:
                found.append(
                    Action(
                        says=words.say("do.replenish", product=quoted).text,
                        skill="replenish",
                        request={"product": product},
                    )
                )
        elif "category" in where and not rise:
            found.append(
                Action(says=words.say("do.quality", where=self._where(where)).text, skill="quality", request={})
            )
        by = _NEXT.get(one.track.metric) or ("hour" if not where else "product" if not product else "day")
        asked = query(one.track.metric, one.days, where, [by])
        found.append(
            Action(
                says=words.word("do.price" if "price" in one.causes else "do.rows"),
                skill="analyze",
                request={
                    "query": {**asked, "metrics": ["price", "units"] if "price" in one.causes else asked["metrics"]}
                },
            )
        )
        return found


_EXPECTED: Final = (
    "level of the weeks before, the weekday's usual difference, and the year's where it has told the past better"
)
_NEXT: Final = {"discounts": "promotion", "returns": "product", "cancelled_orders": "country"}


def tracks(known: Known) -> list[Track]:
    """The series that are looked at; the first is revenue as a whole."""
    past = known.past
    day = {
        name: known.daily.by_day(name, past).astype(np.float64)
        for name in (*_DAILY, "cancelled_orders")
        if name in known.daily.measures
    }
    net = day["net"]
    found = [
        Track("revenue", {}, net, net),
        Track("orders", {}, day["orders"], net),
        Track("units", {}, day["units"], net),
    ]
    if day["orders"].mean() >= _ORDERS_A_DAY:
        size = (day["gross"] - day["discounts"]) / np.maximum(day["orders"], 1)
        found.append(Track("average_order", {}, size, net))
    found += [
        Track(name, {}, day[name]) for name in ("discounts", "returns") if (day[name] > 0).sum() >= _DAYS_WITH_RETURNS
    ]
    if "cancelled_orders" in day and day["cancelled_orders"].any():
        cancelled = day["cancelled_orders"]
        found.append(Track("cancelled_orders", {}, cancelled, counted=Counted(cancelled, day["orders"] + cancelled)))
    for name, cells in known.tracks.items():
        if name != "promotion":
            found += _of_members(name, cells, past, day["orders"])
    return [*found, *_of_products(known, day["orders"])]


_DAILY: Final = ("net", "orders", "units", "gross", "discounts", "returns")


def _of_members(name: str, cells: Cells, past: Days, orders: Floats) -> Iterable[Track]:
    """The members of a dimension that sell most, where there is more than one: their revenue, or what is counted of a few sales."""
    keys = cells.keys[name]
    nested = keys.nested() if name == "category" else {member: np.array([at]) for at, member in enumerate(keys.members)}
    net, bought, units = (
        cells.by_day(measure, past, name).astype(np.float64) for measure in ("net", "orders", "units")
    )
    sums = {member: float(net[rows].sum()) for member, rows in nested.items()}
    if len(keys.members) < _LEAST_MEMBERS:
        return
    for member in sorted(nested, key=lambda one: (-sums[one], one))[: _PLACES if name == "category" else _MEMBERS]:
        if not member or sums[member] < _LEAST_SHARE * net.sum():
            continue
        money, counts, pieces = (one[nested[member]].sum(axis=0) for one in (net, bought, units))
        if rates.few(counts):
            shown = ("orders", counts) if name in _OF_ORDERS else ("units", pieces)
            yield Track(shown[0], {name: member}, shown[1], money, counted=Counted(counts, orders))
        elif member in keys.members:
            yield Track("revenue", {name: member}, money, money)


def _of_products(known: Known, orders: Floats) -> Iterable[Track]:
    """The pieces and the returns of the products that sell best; of those that sell a few also their orders."""
    cells = known.products
    if cells is None:
        return
    units, net, returns, bought, back = (
        cells.by_day(name, known.past, "product").astype(np.float64)
        for name in ("units", "net", "returns", "orders", "units_returned")
    )
    for at, member in enumerate(cells.keys["product"].members):
        where = {"product": member}
        if rates.few(units[at]):
            # One large order says nothing of how many people want it: both are looked at.
            yield Track("units", where, units[at], net[at], counted=Counted(bought[at], orders))
            yield Track("units", where, units[at], net[at], largest=True)
        else:
            yield Track("units", where, units[at], net[at])
        if (returns[at] > 0).sum() >= _DAYS_WITH_RETURNS:
            sold = np.convolve(units[at], np.ones(_RETURNED_WITHIN))[: len(units[at])] + units[at].mean()
            counted = Counted(back[at], sold, "returns") if rates.few(back[at]) else None
            yield Track("returns", where, returns[at], counted=counted)


def _family(metric: str) -> str:
    return "sales" if metric in SALES else metric


def _one_each(odd: Sequence[Odd]) -> list[Odd]:
    """Of what is unusual at one place at one time in metrics that move together, the one that chance does least."""
    kept: list[Odd] = []
    for one in sorted(odd, key=lambda each: (each.stretch.chance, _ORDER.get(each.track.metric, 9))):
        same = [
            other
            for other in kept
            if other.track.where == one.track.where
            and _family(other.track.metric) == _family(one.track.metric)
            and _overlap(one, other)
        ]
        if not same:
            kept.append(one)
    return kept


_ORDER: Final = {"revenue": 0, "orders": 1, "units": 2}


def _overlap(a: Odd, b: Odd) -> bool:
    return a.days.first <= b.days.last and b.days.first <= a.days.last


def _without_parts(odd: Sequence[Odd], known: Known) -> list[Odd]:
    """Without what is only the shadow of another: a whole that one small part explains, and parts that share what befell the whole."""

    def hoped(one: Odd) -> float:
        return (
            one.stretch.expected_money
            if one.track.metric in SALES and one.stretch.expected_money
            else one.stretch.expected
        )

    def related(a: Odd, b: Odd) -> bool:
        return (
            a is not b
            and a.track.where != b.track.where
            and _family(a.track.metric) == _family(b.track.metric)
            and _overlap(a, b)
            and a.excess * b.excess > 0
        )

    def explained_by(whole: Odd, part: Odd) -> bool:
        return (
            related(whole, part)
            and abs(part.excess) >= _EXPLAINS * abs(whole.excess)
            and hoped(part) <= _EXPLAINS * hoped(whole)
        )

    def shares(part: Odd, whole: Odd) -> bool:
        if not related(whole, part) or not _inside(part.track.where, whole.track.where, known):
            return False
        further = abs(part.excess) * hoped(whole) > _FURTHER * abs(whole.excess) * hoped(part)
        return abs(part.excess) < _EXPLAINS * abs(whole.excess) or not further

    specific = [one for one in odd if not any(explained_by(one, other) for other in odd)]
    return [one for one in specific if not any(shares(one, other) for other in specific)]


def _inside(part: Members, whole: Members, known: Known) -> bool:
    """Whether a place lies in another."""
    if not whole:
        return True
    product = part.get("product")
    return product is not None and known.categories.get(product, "") == whole.get("category", None)


def chart_days(known: Known) -> NDArray[Any]:
    """Revenue by day of the period."""
    return known.daily.by_day("net", known.periods.now)
