"""What was sold, as columns: a row for each day and each combination of members, measures in whole numbers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from weft.skills.analyze.report.periods import Days

Codes = NDArray[np.int64]
Amounts = NDArray[Any]
"""Money in minor units and orders, in whole numbers; pieces, of which there may be parts, in floating point."""
STEP = " > "
_IN_PARTS = frozenset(["units", "units_returned"])


@dataclass(frozen=True, slots=True)
class Keys:
    """The members of one dimension: a code for each row, and what the codes stand for."""

    codes: Codes
    members: tuple[str, ...]

    @classmethod
    def of(cls, values: Iterable[str | None]) -> "Keys":
        """Values as codes; nothing is the member ""."""
        places: dict[str, int] = {}
        codes = np.fromiter((places.setdefault(value or "", len(places)) for value in values), np.int64)
        return cls(codes, tuple(places) or ("",))

    def mapped(self, to: Mapping[str, str]) -> "Keys":
        """The keys of a dimension above: each member's, "" where it has none."""
        above = Keys.of(to.get(member, "") for member in self.members)
        return Keys(above.codes[self.codes] if len(self.codes) else self.codes, above.members)

    def nested(self) -> dict[str, NDArray[np.int64]]:
        """The codes of all that lies in each member and in each place above it, where members are paths: A > B > C.

        Places that hold nothing but one of those below them are left out.
        """
        inside: dict[str, list[int]] = {}
        for code, member in enumerate(self.members):
            steps = member.split(STEP)
            for depth in range(1, len(steps) + 1):
                inside.setdefault(STEP.join(steps[:depth]), []).append(code)
        own = set(self.members)
        seen: set[tuple[int, ...]] = set()
        found = {}
        for place, codes in sorted(inside.items(), key=lambda one: (one[0] not in own, -len(one[0]))):
            if tuple(codes) not in seen:
                seen.add(tuple(codes))
                found[place] = np.array(codes)
        return found


@dataclass(frozen=True)
class Cells:
    """Rows of sales; `day` holds proleptic ordinals, `measures` amounts in minor units and counts."""

    day: Codes
    keys: Mapping[str, Keys]
    measures: Mapping[str, Amounts]

    @classmethod
    def of(
        cls, days: Sequence[date], keys: Mapping[str, Sequence[str | None]], measures: Mapping[str, Sequence[Any]]
    ) -> "Cells":
        """Columns of plain values as cells; a measure that is not known counts nothing."""
        return cls(
            np.fromiter((day.toordinal() for day in days), np.int64, len(days)),
            {name: Keys.of(values) for name, values in keys.items()},
            {name: _amounts(name, values) for name, values in measures.items()},
        )

    def __len__(self) -> int:
        return len(self.day)

    @cached_property
    def sold_on(self) -> frozenset[int]:
        """The ordinals of the days with rows."""
        return frozenset(np.unique(self.day).tolist())

    def of_days(self, days: Days) -> "Cells":
        """The rows of some days."""
        return self.only((self.day >= days.first.toordinal()) & (self.day <= days.last.toordinal()))

    def only(self, rows: NDArray[Any]) -> "Cells":
        """Some rows, by a mask; members keep their codes."""
        return Cells(
            self.day[rows],
            {name: Keys(keys.codes[rows], keys.members) for name, keys in self.keys.items()},
            {name: values[rows] for name, values in self.measures.items()},
        )

    def total(self, measure: str) -> int:
        """The sum of a measure."""
        return int(self.measures[measure].sum())

    def sums(self, dimension: str, measure: str) -> Amounts:
        """A measure by the members of a dimension, in their order."""
        keys = self.keys[dimension]
        return summed(keys.codes, self.measures[measure], len(keys.members))

    def by_day(self, measure: str, days: Days, dimension: str | None = None) -> Amounts:
        """A measure by day, (days,), or by member and day, (members, days)."""
        rows = (self.day >= days.first.toordinal()) & (self.day <= days.last.toordinal())
        place = self.day[rows] - days.first.toordinal()
        if dimension is None:
            return summed(place, self.measures[measure][rows], len(days))
        keys = self.keys[dimension]
        flat = summed(keys.codes[rows] * len(days) + place, self.measures[measure][rows], len(keys.members) * len(days))
        return flat.reshape(len(keys.members), len(days))


def _amounts(name: str, values: Sequence[Any]) -> Amounts:
    if name in _IN_PARTS:
        return np.fromiter((float(one or 0) for one in values), np.float64, len(values))
    return np.fromiter((int(one or 0) for one in values), np.int64, len(values))


def summed(codes: Codes, amounts: Amounts, size: int) -> Amounts:
    """Amounts by code; of whole numbers exactly, below 2⁵³."""
    sums = np.bincount(codes, weights=amounts.astype(np.float64), minlength=size)
    return sums if amounts.dtype.kind == "f" else np.rint(sums).astype(np.int64)
