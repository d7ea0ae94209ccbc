"""The orders of two years: what was wanted each day, put into baskets, paid, sent, called off and sent back."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import accumulate
from random import Random
from typing import Final

from weft.sample.anomalies import LEAKED_CODE, Anomaly
from weft.sample.customers import Crowd, Customer
from weft.sample.demand import Demand, promotion
from weft.sample.products import Product, Variant
from weft.sample.terms import CURRENCY, DAYS, EXPRESS_CENTS, LAST_DAY, STORE, ZONES, at, euros, stamp

HEADER: Final = (
    *("Name", "Email", "Financial Status", "Paid at", "Fulfillment Status", "Fulfilled at", "Accepts Marketing"),
    *("Currency", "Subtotal", "Shipping", "Taxes", "Total", "Discount Code", "Discount Amount", "Shipping Method"),
    *("Created at", "Lineitem quantity", "Lineitem name", "Lineitem price", "Lineitem compare at price"),
    *("Lineitem sku", "Lineitem requires shipping", "Lineitem taxable", "Lineitem fulfillment status"),
    *("Billing Name", "Billing Street", "Billing Address1", "Billing Address2", "Billing Company", "Billing City"),
    *("Billing Zip", "Billing Province", "Billing Country", "Billing Phone"),
    *("Shipping Name", "Shipping Street", "Shipping Address1", "Shipping Address2", "Shipping Company"),
    *("Shipping City", "Shipping Zip", "Shipping Province", "Shipping Country", "Shipping Phone"),
    *("Notes", "Note Attributes", "Cancelled at", "Payment Method", "Payment Reference", "Refunded Amount", "Vendor"),
    *("Outstanding Balance", "Employee", "Location", "Device ID", "Id", "Tags", "Risk Level", "Source"),
    *("Lineitem discount", "Tax 1 Name", "Tax 1 Value", "Tax 2 Name", "Tax 2 Value", "Tax 3 Name", "Tax 3 Value"),
    *("Tax 4 Name", "Tax 4 Value", "Tax 5 Name", "Tax 5 Value", "Phone", "Receipt Number", "Duties"),
    *("Billing Province Name", "Shipping Province Name", "Payment ID", "Payment Terms Name", "Next Payment Due At"),
    "Payment References",
)
_HOURS: Final = tuple(accumulate((1, 1, 1, 1, 1, 2, 4, 7, 9, 10, 11, 12, 12, 11, 10, 10, 11, 12, 14, 17, 18, 14, 8, 3)))
_NOTES: Final = ("Please leave with the neighbour.", "It is a gift, no invoice please.", "Ring twice.", "Thank you!")


@dataclass(slots=True)
class Line:
    """One line of an order; `price` and `compare_at` are cents a piece, `returned` how many came back."""

    product: Product
    variant: Variant
    quantity: int
    price: int
    compare_at: int | None
    returned: int = 0

    @property
    def name(self) -> str:
        """The line's name as the platform writes it: the title and the chosen options."""
        title = self.product.title.strip()
        return f"{title} - {' / '.join(self.variant.values)}" if self.variant.values else title


@dataclass(slots=True)
class Order:
    """One order, amounts in cents; taxes are contained in the prices."""

    number: int
    day: int
    placed: datetime
    customer: Customer | None
    lines: list[Line]
    code: str = ""
    discount: int = 0
    shipping: int = 0
    method: str = "Standard"
    cancelled: datetime | None = None
    fulfilled: datetime | None = None
    refunded: int = 0
    financial: str = "paid"
    note: str = ""
    source: str = "web"
    tags: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The order's name, as customers know it."""
        return f"#{self.number}"

    @property
    def goods(self) -> int:
        """The lines' worth before the discount."""
        return sum(line.price * line.quantity for line in self.lines)

    @property
    def subtotal(self) -> int:
        """The lines' worth after the discount."""
        return self.goods - self.discount

    @property
    def total(self) -> int:
        """What is to be paid."""
        return self.subtotal + self.shipping

    @property
    def country(self) -> str:
        """Where it goes."""
        return self.customer.country if self.customer else "DE"

    @property
    def taxes(self) -> int:
        """The tax contained in the total."""
        vat = ZONES[self.country].vat
        return self.total * vat // (100 + vat)


class Desk:
    """Takes the orders day by day."""

    def __init__(self, random: Random, crowd: Crowd, anomalies: list[Anomaly]) -> None:
        self.random = random
        self.crowd = crowd
        self.anomalies = anomalies
        self.orders: list[Order] = []
        self._shares: dict[str, list[float]] = {}

    def take(self, on: int, wanted: list[tuple[Product, int]]) -> None:
        """Turn one day's wants into orders, in the order of the hour."""
        active = [anomaly for anomaly in self.anomalies if anomaly.covers(on)]
        for anomaly in active:
            if anomaly.served < 1:
                wanted = [want for want in wanted if self.random.random() < anomaly.served]
        baskets = self._baskets(wanted)
        seconds = sorted(self._second() for _ in baskets)
        for second, basket in zip(seconds, baskets, strict=True):
            self._place(on, second, basket, active)
        for anomaly in active:
            if anomaly.key == "bulk-order":
                self._bulk(on, anomaly, wanted)

    def _second(self) -> int:
        hour = self.random.choices(range(24), cum_weights=_HOURS)[0]
        return hour * 3600 + self.random.randrange(3600)

    def _baskets(self, wanted: list[tuple[Product, int]]) -> list[list[tuple[Product, int]]]:
        """Group wants into baskets, of which most things come from one part of the shop."""
        random, pool, baskets = self.random, list(wanted), []
        random.shuffle(pool)
        while pool:
            basket = [pool.pop()]
            group = basket[0][0].kind.group
            size = random.choices((1, 2, 3, 4, 6), (48, 27, 14, 8, 3))[0]
            while len(basket) < size and pool:
                near = [
                    place for place in range(max(0, len(pool) - 14), len(pool)) if pool[place][0].kind.group == group
                ]
                basket.append(pool.pop(random.choice(near)) if near and random.random() < 0.75 else pool.pop())
            baskets.append(basket)
        return baskets

    def _place(self, on: int, second: int, basket: list[tuple[Product, int]], active: list[Anomaly]) -> None:
        random = self.random
        in_store = random.random() < 0.06
        customer = None if in_store and random.random() < 0.6 else self._who(on, basket)
        lines: dict[str, Line] = {}
        for product, quantity in basket:
            line = self._line(on, product, quantity, active)
            if line.variant.sku in lines:
                lines[line.variant.sku].quantity += quantity
            else:
                lines[line.variant.sku] = line
        order = Order(1001 + len(self.orders), on, at(on, second), customer, list(lines.values()))
        if in_store:
            order.source, order.method, order.fulfilled = "pos", "", order.placed
        else:
            self._discount(order, active)
            self._ship(order)
        self._after(order, active)
        self._book(order)

    def _who(self, on: int, basket: list[tuple[Product, int]]) -> Customer:
        return self.crowd.draw(self.random, on, basket[0][0].kind.group)

    def _line(self, on: int, product: Product, quantity: int, active: list[Anomaly]) -> Line:
        if product.handle not in self._shares:
            self._shares[product.handle] = list(accumulate(variant.share for variant in product.variants))
        variant = self.random.choices(product.variants, cum_weights=self._shares[product.handle])[0]
        regular = variant.sold_at
        if on < 420 and len(product.handle) % 2:
            regular = regular * 19 // 200 * 10
        price, compare_at = regular, variant.compare_at
        sale = promotion(on, product.kind.group)
        if sale is not None:
            price, compare_at = regular * (100 - sale.percent) // 1000 * 10, regular
        for anomaly in active:
            if anomaly.price != 1.0 and anomaly.concerns(product):
                price, compare_at = int(price * anomaly.price), None
        return Line(product, variant, quantity, price, compare_at)

    def _discount(self, order: Order, active: list[Anomaly]) -> None:
        random, customer = self.random, order.customer
        if any(anomaly.key == "leaked-code" for anomaly in active) and random.random() < 0.55:
            order.code, percent = LEAKED_CODE, 40
        elif customer and customer.orders == 0 and customer.marketing and random.random() < 0.5:
            order.code, percent = "WELCOME10", 10
        elif random.random() < 0.04:
            order.code, percent = random.choice(("AUTUMN5", "THANKYOU5", "CLUB15")), 5
            percent = 15 if order.code == "CLUB15" else percent
        else:
            return
        order.discount = order.goods * percent // 100

    def _ship(self, order: Order) -> None:
        zone = ZONES[order.country]
        chance = self.random.random()
        if chance < 0.05 and order.country == "DE":
            order.method = "Click & Collect"
            return
        order.shipping = 0 if order.subtotal >= zone.free_from else zone.postage
        if chance > 0.93:
            order.method, order.shipping = "Express", order.shipping + EXPRESS_CENTS
        if self.random.random() < 0.03:
            order.note = self.random.choice(_NOTES)

    def _after(self, order: Order, active: list[Anomaly]) -> None:
        """Call the order off, or send it and take things back."""
        random = self.random
        chance = 0.014
        for anomaly in active:
            chance += anomaly.cancelled
        if order.source == "web" and random.random() < chance:
            order.cancelled = order.placed + timedelta(minutes=random.randint(20, 4000))
            order.refunded = order.total if random.random() < 0.8 else 0
            order.financial = "refunded" if order.refunded else "voided"
            return
        if order.fulfilled is None:
            slow = 8 if any(anomaly.key == "carrier-strike" for anomaly in active) else 0
            sent = order.placed + timedelta(hours=random.randint(5, 44), days=slow)
            order.fulfilled = sent if sent.date() < LAST_DAY else None
            order.financial = "pending" if order.fulfilled is None and random.random() < 0.25 else "paid"
        if order.fulfilled is not None and order.day < DAYS - 8:
            self._returns(order, active)

    def _returns(self, order: Order, active: list[Anomaly]) -> None:
        for line in order.lines:
            chance = line.product.kind.returned
            for anomaly in active:
                if anomaly.returned and anomaly.concerns(line.product):
                    chance += anomaly.returned
            if self.random.random() < chance:
                line.returned = self.random.randint(1, line.quantity)
        worth = sum(line.price * line.returned for line in order.lines)
        if worth and all(line.returned == line.quantity for line in order.lines):
            order.refunded, order.financial = order.total, "refunded"
        elif worth:
            order.refunded = worth - (order.discount * worth // order.goods if order.goods else 0)
            order.financial = "partially_refunded"

    def _bulk(self, on: int, anomaly: Anomaly, wanted: list[tuple[Product, int]]) -> None:
        company = next(one for one in self.crowd.customers if one.company and one.joined < on)
        product = next((one for one, _ in wanted if anomaly.concerns(one)), None)
        if product is None:
            return
        lines = [self._line(on, product, 96, [])]
        order = Order(1001 + len(self.orders), on, at(on, 86_000), company, lines)
        order.note, order.tags = "Gifts for our staff, invoice please.", ["B2B"]
        order.fulfilled = order.placed + timedelta(days=2)
        self._book(order)

    def _book(self, order: Order) -> None:
        self.orders.append(order)
        if order.customer:
            order.customer.orders += 1
            order.customer.spent += 0 if order.cancelled else order.total - order.refunded


def place(
    random: Random, products: list[Product], demands: dict[str, Demand], crowd: Crowd, anomalies: list[Anomaly]
) -> list[Order]:
    """The orders that come of what people wanted and the shop had, oldest first."""
    days: list[list[tuple[Product, int]]] = [[] for _ in range(DAYS)]
    for product in products:
        demand = demands[product.handle]
        for on, quantity in demand.events:
            if not demand.sold_out(on):
                days[on].append((product, quantity))
    bulk = {handle for anomaly in anomalies if anomaly.key == "bulk-order" for handle in anomaly.products}
    desk = Desk(random, crowd, anomalies)
    for on, wanted in enumerate(days):
        if any(anomaly.key == "bulk-order" and anomaly.covers(on) for anomaly in anomalies):
            wanted += [(product, 1) for product in products if product.handle in bulk]
            for product in products:
                if product.handle in bulk:
                    demands[product.handle].events += [(on, 1), (on, 96)]
        desk.take(on, wanted)
    return desk.orders


def sold(orders: list[Order]) -> dict[str, list[tuple[int, int]]]:
    """How many of each product were ordered on which days."""
    taken: dict[str, list[tuple[int, int]]] = {}
    for order in orders:
        for line in order.lines:
            taken.setdefault(line.product.handle, []).append((order.day, line.quantity))
    return taken


def _address(order: Order) -> list[str]:
    one = order.customer
    if one is None:
        return [""] * 10
    return [one.name, one.street, one.street, "", one.company, one.city, f"'{one.zip}", "", one.country, one.phone]


def _line_cells(order: Order, line: Line) -> list[str]:
    return [
        str(line.quantity),
        line.name,
        euros(line.price),
        "" if line.compare_at is None else euros(line.compare_at),
        line.variant.sku,
        "true",
        "true",
        "fulfilled" if order.fulfilled else "pending",
    ]


def _first_row(order: Order) -> list[str]:
    customer, zone = order.customer, ZONES[order.country]
    email = customer.email if customer else ""
    address = _address(order)
    paid = "" if order.financial in ("pending", "voided") else stamp(order.placed)
    method = "Cash" if order.source == "pos" and customer is None else "Card" if order.number % 3 else "PayPal"
    return [
        order.name,
        email,
        order.financial,
        paid,
        "fulfilled" if order.fulfilled else "unfulfilled",
        stamp(order.fulfilled) if order.fulfilled else "",
        "yes" if customer and customer.marketing else "no",
        CURRENCY,
        euros(order.subtotal),
        euros(order.shipping),
        euros(order.taxes),
        euros(order.total),
        order.code,
        euros(order.discount),
        order.method,
        stamp(order.placed),
        *_line_cells(order, order.lines[0]),
        *address,
        *(address if order.source == "web" else [""] * 10),
        order.note,
        "",
        stamp(order.cancelled) if order.cancelled else "",
        method,
        f"pay_{order.number:06d}",
        euros(order.refunded),
        order.lines[0].product.vendor,
        euros(order.total if order.financial == "pending" else 0),
        "",
        STORE if order.source == "pos" else "",
        "",
        str(5_600_000_000_000 + order.number * 4096),
        ", ".join(order.tags),
        "Low",
        order.source,
        "0.00",
        f"{zone.tax} {zone.vat}%",
        euros(order.taxes),
        *[""] * 8,
        customer.phone if customer else "",
        *[""] * 4,
        f"p{order.number}",
        "",
        "",
        f"pay_{order.number:06d}",
    ]


_BEFORE_LINE: Final = HEADER.index("Lineitem quantity")
_VENDOR: Final = HEADER.index("Vendor")
_LINE_DISCOUNT: Final = HEADER.index("Lineitem discount")


def rows(orders: list[Order]) -> list[list[str]]:
    """The orders export, the newest order first, one row a line; later lines repeat the name and the email alone."""
    written = []
    for order in reversed(orders):
        first = _first_row(order)
        written.append(first)
        for line in order.lines[1:]:
            row = [""] * len(HEADER)
            row[0], row[1] = first[0], first[1]
            row[_BEFORE_LINE : _BEFORE_LINE + 8] = _line_cells(order, line)
            row[_VENDOR], row[_LINE_DISCOUNT] = line.product.vendor, "0.00"
            written.append(row)
    return written
