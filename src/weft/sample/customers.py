"""The customers of the sample shop: plainly made-up people at example.com who come back more or less often."""

from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate
from random import Random
from typing import Final

from weft.sample.products import folded
from weft.sample.terms import DAYS, ZONES, euros

COUNT: Final = 2_500

HEADER: Final = (
    *("Customer ID", "First Name", "Last Name", "Email", "Accepts Email Marketing", "Default Address Company"),
    *("Default Address Address1", "Default Address Address2", "Default Address City", "Default Address Province Code"),
    *("Default Address Country Code", "Default Address Zip", "Default Address Phone", "Phone"),
    *("Accepts SMS Marketing", "Total Spent", "Total Orders", "Note", "Tax Exempt", "Tags"),
)

_FIRST: Final = (
    *("Alder", "Birch", "Clover", "Dune", "Ember", "Fern", "Gale", "Harbour", "Ivy", "Juniper", "Kelp", "Larch"),
    *("Maple", "Nettle", "Oak", "Pebble", "Quill", "Reed", "Sage", "Thistle", "Umber", "Vetch", "Willow", "Yarrow"),
    *("Bramble", "Cedar", "Heather", "Linden", "Moss", "Rowan", "Sorrel", "Tansy"),
)
_LAST: Final = (
    *("Exampleby", "Sampleton", "Testwood", "Demofield", "Mockridge", "Trialsen", "Placeholm", "Fixturedal"),
    *("Dummysson", "Stubberg", "Specimens", "Draftmann", "Madeup-Vik", "Fictholm", "Nobodsen", "Someoneby"),
)
_CITIES: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "DE": (("Hamburg", "20095"), ("Berlin", "10115"), ("Kiel", "24103"), ("Köln", "50667"), ("München", "80331")),
    "AT": (("Wien", "1010"), ("Graz", "8010"), ("Innsbruck", "6020")),
    "NL": (("Utrecht", "3511 AA"), ("Groningen", "9711 AA")),
    "DK": (("Aarhus", "8000"), ("Odense", "5000"), ("København", "1050")),
    "FR": (("Nantes", "44000"), ("Lyon", "69001"), ("Strasbourg", "67000")),
    "SE": (("Göteborg", "411 01"), ("Malmö", "211 11")),
    "IE": (("Galway", "H91 A0A0"), ("Cork", "T12 A0A0")),
}
_SHARES: Final = (62, 9, 8, 7, 6, 5, 3)
_STREETS: Final = ("Sample Street", "Example Lane", "Testweg", "Demo Quay", "Mock Square", "Trial Road")
_NOTES: Final = ("Prefers parcel shop", "Call before delivery", "Collects in store", "Wholesale enquiry 2025", "VIP")


@dataclass(slots=True)
class Customer:
    """One customer; `weight` is how often they buy next to others, `taste` the part of the shop they like."""

    number: int
    first: str
    last: str
    email: str
    country: str
    city: str
    zip: str
    street: str
    phone: str
    company: str
    joined: int
    weight: float
    taste: str
    marketing: bool
    note: str
    tags: str
    spent: int = 0
    orders: int = 0

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first} {self.last}"


class Crowd:
    """All customers, from whom one can be drawn for a day."""

    def __init__(self, customers: list[Customer]) -> None:
        self.customers = sorted(customers, key=lambda customer: customer.joined)
        self._joined = [customer.joined for customer in self.customers]
        self._reach = list(accumulate(customer.weight for customer in self.customers))

    def draw(self, random: Random, on: int, taste: str) -> Customer:
        """A customer who has joined by that day, rather one with that taste."""
        there = bisect_right(self._joined, on)
        drawn = self.customers[0]
        for _ in range(3):
            drawn = self.customers[bisect_right(self._reach, random.random() * self._reach[there - 1], 0, there - 1)]
            if drawn.taste == taste:
                break
        return drawn


def _customer(random: Random, number: int) -> Customer:
    first, last = random.choice(_FIRST), random.choice(_LAST)
    country = random.choices(list(ZONES), _SHARES)[0]
    city, code = random.choice(_CITIES[country])
    company = f"{last} Demo Ltd" if random.random() < 0.04 else ""
    return Customer(
        number=7_100_000_000_000 + number * 32_768,
        first=first,
        last=last,
        email=f"{folded(first)}.{folded(last)}.{number}@example.com",
        country=country,
        city=city,
        zip=code,
        street=f"{random.randint(1, 180)} {random.choice(_STREETS)}",
        phone=f"+493023125{random.randrange(1000):03d}" if random.random() < 0.4 else "",
        company=company,
        joined=0 if random.random() < 0.35 else random.randrange(DAYS - 3),
        weight=0.0 if random.random() < 0.06 else min(14.0, random.paretovariate(1.5)),
        taste=random.choices(("camp", "wear", "kitchen", "home"), (38, 26, 14, 22))[0],
        marketing=random.random() < 0.55,
        note=random.choice(_NOTES) if random.random() < 0.03 else "",
        tags="newsletter" if random.random() < 0.3 else "",
    )


def crowd(random: Random) -> Crowd:
    """The shop's customers."""
    return Crowd([_customer(random, number) for number in range(1, COUNT + 1)])


def rows(crowd: Crowd) -> list[tuple[str, ...]]:
    """The customers export, one row a customer, in the order of their numbers."""
    return [
        (
            f"'{one.number}",
            one.first,
            one.last,
            one.email,
            "yes" if one.marketing else "no",
            one.company,
            one.street,
            "",
            one.city,
            "",
            one.country,
            f"'{one.zip}",
            one.phone,
            one.phone,
            "no",
            euros(one.spent),
            str(one.orders),
            one.note,
            "no",
            one.tags,
        )
        for one in sorted(crowd.customers, key=lambda customer: customer.number)
    ]
