"""The variants of products that have several, in rows beside the products' places, and conditions that one variant has to meet.

A product without variants, or with one, stands for it: a shop of such products has no rows, and pays nothing for those of others.
"""

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import orjson
from numpy.typing import NDArray

from weft.index import columns, entry
from weft.index.card import NO_LIMIT, NO_PRICE
from weft.index.columns import Lists, Texts
from weft.index.entry import Entry
from weft.index.words import Analysis

Mask = NDArray[np.bool_]
MOST_TOLD: Final = 60
"""How many of a product's variants are told, those first that fit."""


class Ledger:
    """Writes the variants of products one after another, and their columns when all are there."""

    def __init__(self) -> None:
        self._places, self._prices, self._stocks = array("q"), array("q"), array("q")
        self._told: list[bytes] = []
        self._entries, self._by = array("I"), array("I")

    def add(self, place: int, told: Entry, first: int) -> None:
        """Write those of the product in a place, whose values of facets are numbered from `first` on."""
        if not told.variants:
            return
        numbers = {pair: first + n for n, pair in enumerate(told.values)}
        for one in told.variants:
            row = len(self._places)
            self._places.append(place)
            self._prices.append(one.get("price", NO_PRICE))
            self._stocks.append(one.get("stock", NO_LIMIT))
            self._told.append(orjson.dumps(one) + b",")
            said = [numbers[pair] for pair in entry.options(one) if pair in numbers]
            self._entries.extend(said)
            self._by.extend([row] * len(said))

    def columns(
        self, values: NDArray[np.uint32], pairs: Sequence[tuple[str, str]], analysis: Analysis
    ) -> dict[str, NDArray[Any]]:
        """The columns: `values` are those of all products, one after another, as rows of `pairs`."""
        if not self._places:
            return {}
        entries, by = np.frombuffer(self._entries, np.uint32), np.frombuffer(self._by, np.uint32)
        chosen = values[entries] if len(entries) else np.zeros(0, np.uint32)
        starts, rows = columns.grouped(chosen, by, len(pairs))
        terms: list[str] = []
        of: list[int] = []
        for pair in np.unique(chosen).tolist():
            said = {term for run in analysis.runs(pairs[pair][1]) for term in run.said}
            terms += said
            of += [pair] * len(said)
        hashed = columns.hashes(terms)
        order = np.argsort(hashed, kind="stable")
        return {
            "variant.places": np.frombuffer(self._places, np.int64),
            "variant.price": np.frombuffer(self._prices, np.int64),
            "variant.stock": np.frombuffer(self._stocks, np.int64),
            **columns.texts("variant.told", self._told),
            "variant.entries": entries,
            "variant.by": by,
            "variant.starts": starts,
            "variant.rows": rows,
            "said.hashes": hashed[order],
            "said.rows": np.array(of, np.uint32)[order],
        }


@dataclass(frozen=True, slots=True)
class Condition:
    """Of which products a condition holds, and, where it tells variants apart, of which rows.

    A row of a product of which it does not hold says nothing.
    """

    places: Mask
    rows: Mask | None = None


@dataclass(frozen=True, slots=True)
class Stocked:
    """The condition that there are so many of what fits all other conditions, of all such variants of a product together."""

    least: int | None = None
    most: int | None = None
    negated: bool = False

    def holds(self, stock: NDArray[np.int64]) -> Mask:
        """Of which of some counts it holds."""
        inside = np.ones(len(stock), np.bool_) if self.least is None else stock >= self.least
        if self.most is not None:
            inside &= stock <= self.most
        return ~inside if self.negated else inside

    @property
    def any_in_stock(self) -> bool:
        """Whether it says no more than that something can be bought now."""
        return self == Stocked(least=1)


Demand = Condition | Stocked


class _Part:
    """The rows of one segment: from which place and row on they are counted."""

    def __init__(self, held: Mapping[str, NDArray[Any]], place: int, row: int) -> None:
        self.held, self.place, self.row = held, place, row
        self.count = len(held["variant.places"])
        self.having = Lists(held["variant.starts"], held["variant.rows"])
        self.ends = np.concatenate(
            [np.zeros(1, np.int64), np.cumsum(np.bincount(held["variant.by"], minlength=self.count))]
        )
        self.told = Texts(held, "variant.told")

    @cached_property
    def shared(self) -> Mask:
        """Which of the values of the segment's products are of a product as a whole."""
        made = np.ones(len(self.held["facet.values"]), np.bool_)
        made[self.held["variant.entries"]] = False
        return made


class Variants:
    """The rows of all segments of an index, one after another; `place_of` is the place of each row's product, in order."""

    def __init__(self, segments: Sequence[Mapping[str, NDArray[Any]]], firsts: Sequence[int], places: int) -> None:
        self._parts: list[_Part | None] = []
        self._places = places
        self.count = 0
        for held, first in zip(segments, firsts, strict=True):
            part = _Part(held, first, self.count) if "variant.places" in held else None
            self.count += part.count if part else 0
            self._parts.append(part)
        self._there = [one for one in self._parts if one is not None]

    def _joined(self, name: str) -> NDArray[Any]:
        held = [one.held[name] for one in self._there]
        return held[0] if len(held) == 1 else np.concatenate(held)

    @cached_property
    def place_of(self) -> NDArray[np.int64]:
        held = [
            one.held["variant.places"] + one.place if one.place else one.held["variant.places"] for one in self._there
        ]
        return held[0] if len(held) == 1 else np.concatenate(held)

    @cached_property
    def price(self) -> NDArray[np.int64]:
        """The price of each row, NO_PRICE where it has none."""
        return self._joined("variant.price")

    @cached_property
    def stock(self) -> NDArray[np.int64]:
        """How many there are of each row."""
        return self._joined("variant.stock")

    @cached_property
    def single(self) -> Mask:
        """The products that have no rows."""
        return ~self._having(np.ones(self.count, np.bool_))

    def _having(self, rows: Mask) -> Mask:
        made = np.zeros(self._places, np.bool_)
        made[self.place_of[rows]] = True
        return made

    def narrowed(self, places: Mask, rows: Mask) -> Mask:
        """Of some products those that have one of some rows, or no rows at all."""
        return places & (self._having(rows) | self.single)

    def holding(self, one: Condition) -> Mask:
        """The rows of which a condition holds."""
        whole = one.places[self.place_of]
        return whole if one.rows is None else one.rows & whole

    def unless(self, one: Condition) -> Condition:
        """The condition that another does not hold."""
        if one.rows is None:
            return Condition(~one.places)
        rows = ~self.holding(one)
        return Condition(self._having(rows) | (self.single & ~one.places), rows)

    def either(self, conditions: Sequence[Condition]) -> Condition:
        """The condition that one of several holds."""
        places = np.logical_or.reduce([one.places for one in conditions])
        if all(one.rows is None for one in conditions):
            return Condition(places)
        return Condition(places, np.logical_or.reduce([self.holding(one) for one in conditions]))

    def chosen(self, places: Mask, rows: Mask | None) -> Condition:
        """The condition of what some products say: of a product of which some rows say it themselves, it holds of those alone."""
        if rows is None:
            return Condition(places)
        rest = places & ~self._having(rows) & ~self.single
        return Condition(places, rows | rest[self.place_of] if rest.any() else rows)

    def with_pairs(self, rows: Sequence[Sequence[int]]) -> Mask | None:
        """The rows that have one of some pairs of a facet and a value, by their rows in each segment; None where there are none."""
        made: Mask | None = None
        for part, pairs in zip(self._parts, rows, strict=True):
            for pair in pairs if part is not None else ():
                assert part is not None
                found = part.having[pair]
                if len(found):
                    made = np.zeros(self.count, np.bool_) if made is None else made
                    made[found + np.int64(part.row)] = True
        return made

    def saying(self, hashed: Sequence[int]) -> Mask | None:
        """The rows of which an option's value says one of some terms; None where there are none."""
        return self.with_pairs([list(_said(part, hashed)) for part in self._parts])

    def priced(self, least: int | None, most: int | None) -> Mask:
        """The rows whose price lies between two, both included."""
        inside = np.asarray(self.price >= (NO_PRICE + 1 if least is None else least), np.bool_)
        return inside if most is None else inside & (self.price <= most)

    def rows_at(self, place: int) -> tuple[int, int]:
        """From where to where the rows of the product in a place stand."""
        first, last = self.place_of.searchsorted([place, place + 1]).tolist()
        return first, last

    def told(self, place: int, rows: Mask | None) -> tuple[list[dict[str, Any]], int]:
        """The variants of the product in a place, the first of many: those that fit first, and of those what can be bought; and how
        many of them fit."""
        first, last = self.rows_at(place)
        if first == last:
            return [], 0
        misfit = np.zeros(last - first, np.bool_) if rows is None else ~rows[first:last]
        order = np.lexsort((self.stock[first:last] <= 0, misfit))[:MOST_TOLD].tolist()
        part = next(one for one in reversed(self._there) if one.row <= first)
        whole = last - first <= MOST_TOLD
        texts = (
            part.told.between(first - part.row, last - part.row)
            if whole
            else b"".join(part.told.raw(first - part.row + row) for row in order)
        )
        found: list[dict[str, Any]] = orjson.loads(b"[" + texts[:-1] + b"]")
        told = [found[row] for row in order] if whole else found
        return told, min(len(told), len(misfit) - int(np.count_nonzero(misfit)))

    def fitted(self, tale: Mapping[str, Any], place: int, fitting: "Fitting | None") -> Mapping[str, Any]:
        """What is told of the product in a place with its variants, and with the numbers of those that fit."""
        told, fits = self.told(place, fitting.rows if fitting is not None else None)
        if not told:
            return tale
        if fitting is None:
            return {**tale, "variants": told, "fits": None}
        return {**tale, **fitting.told(place), "variants": told, "fits": fits}

    def counting(self, segment: int, rows: Mask, places: Mask) -> Mask | None:
        """Which values of a segment's products, of those in some places, count: those that only rows have, where one of some rows has them."""
        part = self._parts[segment]
        if part is None:
            return None
        at = np.flatnonzero(rows[part.row : part.row + part.count] & places[part.held["variant.places"]])
        made = part.shared.copy()
        starts, lengths = part.ends[at], part.ends[at + 1] - part.ends[at]
        shifted = np.cumsum(lengths) - lengths
        made[part.held["variant.entries"][np.repeat(starts - shifted, lengths) + np.arange(int(lengths.sum()))]] = True
        return made


def _said(part: _Part | None, hashed: Sequence[int]) -> Iterator[int]:
    if part is None:
        return
    keys, rows = part.held["said.hashes"], part.held["said.rows"]
    for one in hashed:
        first, last = keys.searchsorted(np.uint64(one)), keys.searchsorted(np.uint64(one), "right")
        yield from rows[first:last].tolist()


class Fitting:
    """The variants that fit what is asked for, and what products come to by those alone."""

    def __init__(self, variants: Variants, rows: Mask) -> None:
        self.variants, self.rows = variants, rows

    def within(self, places: Mask) -> "Fitting":
        """Those of some products alone."""
        return Fitting(self.variants, self.rows & places[self.variants.place_of])

    @cached_property
    def _groups(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """The rows that fit, where those of each product begin among them, and the places of these products."""
        at = np.flatnonzero(self.rows)
        places = self.variants.place_of[at]
        starts = np.flatnonzero(np.diff(places, prepend=-1))
        return at, starts, places[starts]

    def counting(self, segment: int, places: Mask) -> Mask | None:
        """Which values of a segment's products, of those in some places, count: what only variants have that do not fit does not."""
        return self.variants.counting(segment, self.rows, places)

    def number(self, name: str, whole: NDArray[np.int64]) -> NDArray[np.int64]:
        """A column (`low`, `high`, `stock`) of products with what those come to that have fitting variants."""
        at, starts, places = self._groups
        if not len(at):
            return whole
        found = np.array(whole)
        found[places] = _COMES_TO[name](self.variants, at, starts)
        return found

    def told(self, place: int) -> dict[str, int]:
        """The numbers of the product in a place; none where it has no fitting variants."""
        first, last = self.variants.rows_at(place)
        at = first + np.flatnonzero(self.rows[first:last])
        prices = [price for price in self.variants.price[at].tolist() if price != NO_PRICE]
        stock = sum(max(count, 0) for count in self.variants.stock[at].tolist())
        low, high = min(prices, default=NO_PRICE), max(prices, default=NO_PRICE)
        return {"low": low, "high": high, "stock": min(stock, NO_LIMIT)} if len(at) else {}


_Rows = NDArray[np.int64]


def _low(variants: Variants, at: _Rows, starts: _Rows) -> _Rows:
    prices = variants.price[at]
    low = np.minimum.reduceat(np.where(prices == NO_PRICE, -NO_PRICE, prices), starts)
    return np.where(low == -NO_PRICE, NO_PRICE, low)


def _high(variants: Variants, at: _Rows, starts: _Rows) -> _Rows:
    return np.maximum.reduceat(variants.price[at], starts)


def _stock(variants: Variants, at: _Rows, starts: _Rows) -> _Rows:
    counts = np.add.reduceat(np.maximum(variants.stock[at], 0), starts)
    return np.minimum(counts, NO_LIMIT)


_COMES_TO: Final = {"low": _low, "high": _high, "stock": _stock}
