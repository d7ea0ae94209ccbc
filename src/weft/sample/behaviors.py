"""What shoppers did in the web shop in its last weeks: searches, views, clicks, carts and purchases."""

from datetime import timedelta
from itertools import accumulate
from random import Random
from typing import Any, Final

from weft.sample.customers import Crowd
from weft.sample.demand import Demand
from weft.sample.flaws import Record
from weft.sample.orders import Order
from weft.sample.products import Product
from weft.sample.terms import DAYS, at

WINDOW: Final = 28
EVENTS: Final = 20_000
# What people look for and the shop does not have, and what they call otherwise than it does: how many each.
_UNSOLD: Final = (("yoga mat", 23), ("sunglasses", 14), ("electric kettle", 9), ("kids bike", 5))
_OTHERWISE: Final = (
    ("thermos", "vacuum flasks", 17),
    ("bobble hat", "beanies", 11),
    ("trekking sticks", "hiking poles", 6),
)
_TYPOS: Final = (("ee", "e"), ("ck", "k"), ("tt", "t"), ("mp", "pm"), ("ag", "ga"))


class Visits:
    """Writes one event after the other."""

    def __init__(self, random: Random, products: list[Product], demands: dict[str, Demand]) -> None:
        self.random = random
        self.events: list[tuple[float, Record]] = []
        self.active = [product for product in products if product.status == "active"]
        self._reach = list(accumulate(demands[product.handle].mean[-7] + 0.004 for product in self.active))
        self.by_kind: dict[str, list[Product]] = {}
        for product in self.active:
            self.by_kind.setdefault(product.kind.key, []).append(product)

    def popular(self) -> Product:
        """A product as often as people want it."""
        return self.random.choices(self.active, cum_weights=self._reach)[0]

    def query(self, product: Product) -> str:
        """What somebody types who is after a product."""
        random, kind = self.random, product.kind
        material = f"{product.material} {kind.type}".lower()
        color = f"{random.choice(product.colors)} {kind.type}".lower() if product.colors else material
        text = random.choice((kind.type.lower(), kind.tags[0], product.series.lower(), color, material, kind.tags[-1]))
        if random.random() < 0.08:
            for right, wrong in _TYPOS:
                text = text.replace(right, wrong, 1)
        return text

    def visit(
        self, on: int, second: int, session: str, customer: str | None, aim: Product, order: Order | None
    ) -> None:
        """One session: perhaps a search, some products looked at, and the purchase if there was one."""
        random, clock = self.random, float(second)
        if random.random() < 0.55:
            query = self.query(aim)
            shown = [one.handle for one in random.sample(self.by_kind[aim.kind.key], 5)]
            self._add(
                on, clock, "search", session, customer, {"query": query, "results": len(shown) * random.randint(1, 6)}
            )
            clock += random.uniform(2, 15)
            clicked = random.randint(1, 8)
            if aim.handle in shown or order or random.random() < 0.7:
                self._add(on, clock, "click", session, customer, _on(aim, {"query": query, "position": clicked}))
                clock += 1
        for _ in range(min(8, 1 + int(random.expovariate(0.55)))):
            seen = random.choice(self.by_kind[aim.kind.key]) if random.random() < 0.65 else self.popular()
            self._add(on, clock, "view", session, customer, _on(seen))
            clock += random.uniform(5, 120)
        if order is None:
            self._add(on, clock, "view", session, customer, _on(aim))
            if random.random() < 0.12:
                self._add(on, clock + random.uniform(5, 40), "cart", session, customer, _on(aim))
            return
        for line in order.lines:
            self._add(on, clock, "view", session, customer, _on(line.product))
            clock += random.uniform(4, 60)
            bought = {"order": order.name, "sku": line.variant.sku, "quantity": line.quantity}
            self._add(on, float(second) + 1800, "purchase", session, customer, _on(line.product, bought))

    def in_vain(self, session: str, query: str, meant: str | None) -> None:
        """One session that finds nothing; where the shop has it by another name, many try that and find it."""
        random = self.random
        on, clock = random.randrange(DAYS - WINDOW, DAYS), random.uniform(20_000, 83_000)
        self._add(on, clock, "search", session, None, {"query": query, "results": 0})
        if meant is None or random.random() < 0.3:
            return
        there = [one for one in self.active if one.kind.type.lower() == meant]
        clock += random.uniform(5, 40)
        self._add(on, clock, "search", session, None, {"query": meant, "results": len(there)})
        aim = random.choice(there)
        self._add(on, clock + 4, "click", session, None, _on(aim, {"query": meant, "position": 1 + there.index(aim)}))
        self._add(on, clock + 5, "view", session, None, _on(aim))

    def _add(
        self, on: int, second: float, event: str, session: str, customer: str | None, about: dict[str, Any]
    ) -> None:
        body: dict[str, Any] = {"event": event, "session": session}
        if customer:
            body["customer"] = customer
        body |= about
        when = on * 86_400 + second
        self.events.append(
            (when, {"kind": "behavior", "id": "", "at": "", "subject": about.get("product"), "body": body})
        )


def _on(product: Product, more: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"product": product.handle} | (more or {})


def behaviors(
    random: Random, products: list[Product], demands: dict[str, Demand], orders: list[Order], crowd: Crowd
) -> list[Record]:
    """The events of the last weeks in the order of time; every order of the web shop in them has its session."""
    visits = Visits(random, products, demands)
    first = DAYS - WINDOW
    bought = [order for order in orders if order.day >= first and order.source == "web"]
    for number, order in enumerate(bought):
        second = (order.placed - at(order.day, 0)) // timedelta(seconds=1) - 1800
        aim = order.lines[0].product
        if aim.status == "active":
            email = order.customer.email if order.customer else None
            visits.visit(order.day, second, f"s{number:05d}", email, aim, order)
    number = len(bought)
    while len(visits.events) < EVENTS:
        on = random.randrange(first, DAYS)
        known = random.random() < 0.22
        customer = crowd.draw(random, on, "").email if known else None
        visits.visit(on, random.randint(20_000, 83_000), f"s{number:05d}", customer, visits.popular(), None)
        number += 1
    # Of a chance of their own: what else there is stays as it is.
    visits.random = Random(DAYS)  # noqa: S311  a repeatable sample, no secret
    wishes = [(query, None, count) for query, count in _UNSOLD] + list(_OTHERWISE)
    for query, meant, count in wishes:
        for _ in range(count):
            visits.in_vain(f"s{number:05d}", query, meant)
            number += 1
    visits.events.sort(key=lambda pair: pair[0])
    return _stamped(visits.events)


def _stamped(events: list[tuple[float, Record]]) -> list[Record]:
    """Give the sorted events their numbers and their times; the shop's midnight is looked up once a day."""
    midnights = {on: at(on, 0) for on in range(DAYS - WINDOW - 1, DAYS + 1)}
    written = []
    for number, (when, event) in enumerate(events, start=1):
        on, second = divmod(int(when), 86_400)
        event["id"] = f"b-{number:06d}"
        event["at"] = (midnights[on] + timedelta(seconds=second)).isoformat()
        written.append(event)
    return written
