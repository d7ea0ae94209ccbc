"""Why revenue changed: what each member did, the places that hold most of it, effects, shortages; and the sentences on it."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from weft.skills.analyze import Action, Contribution, Dimension, Effect, Explained, Finding, Sentence, Shortage, Why
from weft.skills.analyze.report import contributions, effects, shortages
from weft.skills.analyze.report.cells import Amounts, Cells
from weft.skills.analyze.report.contributions import Part, Place
from weft.skills.analyze.report.effects import Addend
from weft.skills.analyze.report.figures import Book, query
from weft.skills.analyze.report.headline import change
from weft.skills.analyze.report.known import Known
from weft.skills.analyze.report.periods import DAY, Days
from weft.skills.analyze.report.wording import Words

DIMENSIONS: Final = ("category", "brand", "country", "channel", "promotion", "product")
_SHOWN: Final = 8
_SHORTAGES: Final = 50
_TOLD_SHORTAGES: Final = 5
_OPEN_SHARE: Final = 0.02


class Reasons:
    """Why, told of what is known."""

    def __init__(self, known: Known, book: Book, words: Words) -> None:
        self.known = known
        self.book = book
        self.words = words
        now, before = known.sold
        self.change = now.total("net") - before.total("net")
        self.comparable = bool(len(before))
        self.short = short(known)
        self.places = self._places() if self.comparable else []

    def _places(self) -> list[Place]:
        """The places that hold most of the change: of what was sold, else of the orders."""
        for now, before in (self.known.sold, self.known.ordered):
            held = contributions.explained(now, before, [name for name in DIMENSIONS if name in now.keys])
            if held:
                return held
        return []

    def why(self) -> Why:
        """The tables."""
        if not self.comparable:
            return Why(shortages=self.short)
        held = sum(place.now - place.before for place in self.places)
        return Why(
            change=self.change,
            dimensions=[
                self._dimension(name, contributions.parts(*cells, name))
                for name in DIMENSIONS
                for cells in [self.known.ordered if name == "promotion" else self.known.sold]
                if len(cells[0].keys[name].members) > 1
            ],
            explained=Explained(
                where=[dict(place.where) for place in self.places],
                change=held,
                share=held / self.change if self.places and self.change else None,
            ),
            effects=[self._effect(one, f"effect.{one.key}") for one in self.by_price()],
            orders=[
                self._effect(one, "effect.order_mix" if one.key == "mix" else f"effect.{one.key}")
                for one in self.by_orders()
            ],
            shortages=self.short,
        )

    def by_price(self) -> list[Addend]:
        """The effects of prices and quantities."""
        now, before = self.known.variants
        of = _product_of(now, before)
        new, gone = (
            frozenset(one for one in now.keys["variant"].members if of.get(one) in those)
            for those in (self.known.new, self.known.gone)
        )
        return effects.by_price(now, before, "variant", new, gone)

    def by_orders(self) -> list[Addend]:
        """The effects of orders and their sizes; the mix is that of countries or else channels."""
        now, before = self.known.ordered
        dimension = next((name for name in ("country", "channel") if len(now.keys[name].members) > 1), None)
        counts = now.total("orders"), before.total("orders")
        return effects.by_orders(now, before, counts, dimension)

    def _effect(self, one: Addend, key: str) -> Effect:
        return Effect(key=one.key, title=self.words.word(key), amount=one.amount)

    def _dimension(self, name: str, parts: Sequence[Part]) -> Dimension:
        shown, rest = parts[:_SHOWN], parts[_SHOWN:]
        others = None
        if rest:
            others = self._contribution(
                name,
                Part(
                    "", sum(one.now for one in rest), sum(one.before for one in rest), sum(one.surprise for one in rest)
                ),
                self.words.word("others"),
            )
        return Dimension(
            dimension=name,
            title=self.words.dimension(name),
            parts=[self._contribution(name, one) for one in shown],
            others=others,
        )

    def _contribution(self, dimension: str, one: Part, title: str | None = None) -> Contribution:
        return Contribution(
            member=one.member,
            title=title or self.named(dimension, one.member),
            now=one.now,
            before=one.before,
            change=one.change,
            share=one.change / self.change if self.change else None,
            surprise=round(one.surprise, 6),
        )

    def named(self, dimension: str, member: str) -> str:
        """What a member is called."""
        if not member:
            return self.words.word("none")
        if dimension == "country":
            return self.words.country(member)
        return self.known.title(member) if dimension in ("product", "variant") else self.words.named(dimension, member)

    def where(self, where: Sequence[tuple[str, str]]) -> Sentence:
        """Members that hold together, as a sentence says it."""
        told = [
            self.words.where(name, self.known.title(member) if name == "product" else member, lies=True)
            for name, member in where
        ]
        return told[0] if len(told) == 1 else self.words.say("where.both", a=told[0], b=told[1])

    def findings(self) -> list[Finding]:
        """What the change is, and what it is made of."""
        if not self.comparable:
            return []
        found = [self._change(), *self._shortages()]
        return [one for one in found if one is not None]

    def _change(self) -> Finding | None:
        """Where the change lies, and its effects."""
        book, words, periods = self.book, self.words, self.known.periods
        if not self.change:
            return Finding(kind="change", says=[words.say("steady")], amount=0)
        amount = book.money("change", abs(self.change), reckoned="|revenue.now − revenue.before|")
        book.money("revenue.before", self.known.before.get("revenue"), query("revenue", periods.before))
        side = "rise" if self.change > 0 else "fall"
        says = [self._explained(amount, side)]
        there = self._short_in_places()
        if there is not None:
            says.append(there)
        moved = change(self.known.now.get("revenue"), self.known.before.get("revenue"))
        if moved is not None:
            says.append(self._addends("effects", self.by_price(), "effect"))
            says.append(self._addends("by_orders", self.by_orders(), "effect.by_orders"))
        return Finding(kind="change", says=says, amount=self.change, actions=self._deeper())

    def _explained(self, amount: Any, side: str) -> Sentence:
        words, book = self.words, self.book
        if not self.places:
            return words.say(f"alike.{side}", change=amount)
        held = sum(place.now - place.before for place in self.places)
        share = book.share("explained.share", held / self.change, reckoned="what these places changed by ÷ change")
        places = words.listed([self._place(at, place) for at, place in enumerate(self.places, 1)])
        if held / self.change > 1:
            return words.say(f"beyond.{side}", change=amount, places=places)
        return words.say(f"explained.{side}", share=share, change=amount, places=places)

    def _place(self, at: int, place: Place) -> Sentence:
        where = dict(place.where)
        was, now = (
            self.book.money(f"explained.{at}.{name}", value, query("revenue", days, where))
            for name, value, days in (
                ("before", place.before, self.known.periods.before),
                ("now", place.now, self.known.periods.now),
            )
        )
        return self.words.say("place", where=self.where(place.where), was=was, now=now)

    def _addends(self, key: str, addends: Sequence[Addend], prefix: str) -> Sentence:
        """A decomposition as a sentence: every addend that is not nothing, so that what is said adds up too."""
        told = []
        for one in addends:
            if one.amount:
                name = "effect.order_mix" if one.key == "mix" and key == "by_orders" else f"effect.{one.key}"
                figure = self.book.money(f"{prefix}.{one.key}", one.amount, reckoned=_RECKONED[key], signed=True)
                told.append(self.words.say("effect", title=self.words.word(name), amount=figure))
        total = self.book.money("change.signed", self.change, reckoned="revenue.now − revenue.before", signed=True)
        return self.words.say(key, change=total, list=self.words.listed(told))

    def _short_in_places(self) -> Sentence | None:
        """What could not be bought in the places that hold the change, if it fell."""
        if self.change > 0 or not self.places or not self.short:
            return None
        inside = [one for one in self.short if any(self._in_place(one.product, place) for place in self.places)]
        if not inside:
            return None
        return self.words.say(
            "short.there",
            count=self.book.count("shortages.there", len(inside), reckoned="shortages of products of these places"),
            lost=self.book.money("shortages.there.lost", sum(one.lost for one in inside), reckoned=_LOST),
        )

    def _in_place(self, product: str, place: Place) -> bool:
        """Whether a product's sales can lie in a place, as far as that tells of products."""
        for name, member in place.where:
            if name == "product" and member != product:
                return False
            if name == "category" and self.known.categories.get(product, "") != member:
                return False
        return any(name in ("product", "category") for name, _ in place.where)

    def _deeper(self) -> list[Action]:
        """To look at the orders behind the places."""
        if not self.places:
            return []
        place = self.places[0]
        used = {name for name, _ in place.where}
        by = next(name for name in ("product", "country", "channel", "day") if name not in used)
        asked = query("revenue", self.known.periods.now, dict(place.where), [by])
        before = self.known.periods.before
        asked["compare"] = {"first": before.first.isoformat(), "last": before.last.isoformat()}
        says = self.words.say("do.deeper", dimension=self.words.dimension(by)).text
        return [Action(says=says, skill="analyze", request={"query": asked})]

    def _shortages(self) -> list[Finding]:
        """The shortages that cost most, each with what to do."""
        return [self._shortage(at, one) for at, one in enumerate(self.short[:_TOLD_SHORTAGES], 1)]

    def _shortage(self, at: int, one: Shortage) -> Finding:
        book, words = self.book, self.words
        says = words.say(
            f"short.{'known' if one.known else 'unknown'}",
            product=words.quoted(one.title),
            days=book.days(f"shortage.{at}.days", one.run),
            span=book.span(f"shortage.{at}.span", Days(one.first, one.last)),
            units=book.count(
                f"shortage.{at}.units", one.units, reckoned="mean pieces a day before × days of the period"
            ),
            lost=book.money(f"shortage.{at}.lost", one.lost, reckoned=_LOST),
        )
        quoted = words.quoted(one.title)
        return Finding(
            kind="shortage",
            says=[says],
            amount=-one.lost,
            actions=[
                Action(
                    says=words.say("do.replenish", product=quoted).text,
                    skill="replenish",
                    request={"product": one.variant or one.product},
                ),
                Action(
                    says=words.say("do.forecast", product=quoted).text,
                    skill="forecast",
                    request={"product": one.product},
                ),
                Action(
                    says=words.say("do.rule.bury", product=quoted).text,
                    path="/api/v1/rules",
                    request={"rules": [{"kind": "bury", "products": [one.product]}]},
                ),
            ],
        )


_LOST: Final = "pieces that would have been sold × mean revenue of a piece before"
_RECKONED: Final = {
    "effects": "old price × new quantity against old price × old quantity, new price × new quantity against old price × new quantity",
    "by_orders": "orders × old mean order, shares of countries or channels, mean orders within these",
}


def _product_of(*cells: Cells) -> dict[str, str]:
    """The product of each variant."""
    found: dict[str, str] = {}
    for one in cells:
        variants, products = one.keys["variant"], one.keys["product"]
        for at in np.unique(variants.codes, return_index=True)[1]:
            found[variants.members[int(variants.codes[at])]] = products.members[int(products.codes[at])]
    return found


def short(known: Known) -> list[Shortage]:
    """What could not be bought in the period, among the products of which the past is known, the dearest first.

    Of a product that could be bought in one variant and not in another the variant is told.
    """
    cells = known.products
    if cells is None or not len(cells):
        return []
    past = known.past
    sold = cells.by_day("units", past, "product")
    net = cells.by_day("net", past, "product")
    members = cells.keys["product"].members
    shop = known.daily.by_day("units", past)
    # A day on which the shop sold next to nothing is a day on which it was closed.
    opened = shop > _OPEN_SHARE * np.median(shop[shop > 0]) if (shop > 0).any() else shop > 0
    days = len(known.periods.now)
    kept = [at for at, member in enumerate(members) if member and member not in known.gone]
    whole = shortages.shortages([members[at] for at in kept], sold[kept], days, known.stock, opened)
    out = {one.product for one in whole}
    variants = {
        name: product for name, product in _product_of(cells).items() if product and product not in {*out, *known.gone}
    }
    several = Counter(variants.values())
    variants = {name: product for name, product in variants.items() if name and several[product] > 1}
    sold_each, net_each = (cells.by_day(name, past, "variant") for name in ("units", "net"))
    places = {name: at for at, name in enumerate(cells.keys["variant"].members)}
    parts = shortages.shortages(
        list(variants), sold_each[[places[name] for name in variants]], days, known.stock_of_variants, opened
    )
    told = [_told(known, one, one.product, None, sold, net, members.index(one.product)) for one in whole]
    told += [
        _told(known, one, variants[one.product], one.product, sold_each, net_each, places[one.product]) for one in parts
    ]
    return sorted((one for one in told if one.lost), key=lambda one: (-one.lost, one.product))[:_SHORTAGES]


def _told(
    known: Known, one: shortages.Shortage, product: str, variant: str | None, sold: Amounts, net: Amounts, at: int
) -> Shortage:
    """A shortage of the series at a place, with what its pieces used to bring."""
    days = len(known.periods.now)
    pieces, money = sold[at, : -days or None].sum(), net[at, : -days or None].sum()
    title = (
        known.title(product)
        if variant is None
        else known.variant_titles.get(variant) or f"{known.title(product)} – {variant}"
    )
    return Shortage(
        product=product,
        variant=variant,
        title=title,
        first=known.past.first + one.first * DAY,
        last=known.past.first + one.last * DAY,
        days=one.days,
        run=one.run,
        known=one.known,
        units=round(one.units, 2),
        lost=max(round(one.units * (money / pieces if pieces > 0 else 0.0)), 0),
    )
