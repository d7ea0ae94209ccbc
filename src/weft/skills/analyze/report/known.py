"""All that a report is made from: columns and totals, read from a business's numbers or made by a test."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from weft.skills.analyze import Members
from weft.skills.analyze.report.cells import Cells
from weft.skills.analyze.report.periods import Days, Periods

Values = Mapping[str, float | int | None]
NOTHING: Values = {}


@dataclass(frozen=True, slots=True)
class Lying:
    """A product in stock that did not sell for a number of days."""

    product: str
    stock: int
    value: int | None
    at_cost: bool
    days: int


@dataclass(frozen=True, slots=True)
class Bought:
    """Two products that were bought together, in how many orders, and how many times as often as by chance."""

    a: str
    b: str
    together: int
    lift: float


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a business's sales for one report.

    `now`, `before` and `year_before` are the totals of the periods by metric, empty where nothing is known of them. `sold` holds
    the cells of the present period and the one before with all dimensions, `ordered` those by what each order has one of,
    `variants` those by variant.
    `daily` has one row a day over the whole past, `tracks` the same by one dimension each, `products` by the best sellers.
    `stock` is what lay of a product at the end of each day of the products' past, `stock_of_variants` the same of each variant.
    `country` is the one whose holidays count,
    `notes` are keys of messages. `largest` answers of some members on some days how much of a measure (units, net) the largest order has.
    """

    periods: Periods
    today: date
    currency: str
    now: Values
    before: Values
    year_before: Values
    sold: tuple[Cells, Cells]
    ordered: tuple[Cells, Cells]
    variants: tuple[Cells, Cells]
    daily: Cells
    past: Days
    tracks: Mapping[str, Cells] = field(default_factory=dict)
    products: Cells | None = None
    unseen: int = 0
    stock: Mapping[str, Sequence[int | None]] = field(default_factory=dict)
    stock_of_variants: Mapping[str, Sequence[int | None]] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    variant_titles: Mapping[str, str] = field(default_factory=dict)
    categories: Mapping[str, str] = field(default_factory=dict)
    new: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()
    dead: Sequence[Lying] = ()
    pairs: Sequence[Bought] = ()
    segments: Sequence[tuple[str, int, int]] = ()
    cohorts: Mapping[date, Mapping[date, int]] = field(default_factory=dict)
    country: str | None = None
    largest: Callable[[Members, Days, str], float] | None = None
    notes: Sequence[str] = ()

    def title(self, product: str) -> str:
        """A product's title, else its id."""
        return self.titles.get(product) or product
