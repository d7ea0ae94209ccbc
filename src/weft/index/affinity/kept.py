"""Affinities as they lie in Weft's folder, opened: mapped into memory, shared by the processes of a machine, closed when unused.

<Weft's folder>/affinities/<business>/current     which generation, what was chosen and its figures
                                      /000001/    arrays, products.json: the products by place
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import numpy as np
import orjson
from numpy.typing import NDArray

from weft.index.affinity import arrays, ways
from weft.index.affinity.habits import Habits
from weft.index.affinity.related import Related
from weft.index.affinity.ways import Way
from weft.index.folder import Generations
from weft.index.opened import Opened
from weft.store.behaviors import Behaviors
from weft.store.sales import Sales

ARRAYS: Final = "arrays"
FORM: Final = 2
"""The number of the form in which affinities are written; those of another form are learned anew."""
_MOST_OPEN: Final = 64
_MOST_PRODUCTS: Final = 1_000_000


class Place(Generations):
    """The folder of one business's affinities."""

    def __init__(self, home: Path, business: UUID) -> None:
        super().__init__(Path(home) / "affinities" / str(business), "folder of affinities")

    def state(self) -> dict[str, Any] | None:
        """What is in force; None where there is nothing, or something of another form."""
        try:
            told = self.told()
        except (OSError, ValueError, TypeError):
            return None
        return told if told.get("form") == FORM else None


def extent(sales: Sales, behaviors: Behaviors) -> list[int]:
    """What differs whenever there is something new to learn from: how many orders there are, and how many behaviors."""
    return [sales.orders(), sum(count for action, count in behaviors.count().items() if action != "bots")]


@dataclass(frozen=True, slots=True)
class Affinities:
    """What goes with what in one business, as it was learned; arrays are by place."""

    state: Mapping[str, Any]
    products: tuple[str, ...]
    places: Mapping[str, int]
    way: Way
    together: Related
    also: Related
    habits: Habits
    popularity: NDArray[np.float32]
    multipliers: NDArray[np.float32]
    trend: NDArray[np.float32]
    lately: NDArray[np.int32]
    before: NDArray[np.int32]
    takers: NDArray[np.int32]
    orders: NDArray[np.int32]

    @classmethod
    def read(cls, where: Path, state: Mapping[str, Any]) -> "Affinities":
        """Those of a generation; raises OSError, ValueError, KeyError where it is not there whole."""
        products = tuple(orjson.loads((where / "products.json").read_bytes()))
        told = state["habits"]
        held = arrays.mapped(where / ARRAYS)
        names = ("popularity", "multipliers", "trend", "lately", "before", "takers", "orders")
        return cls(
            state,
            products,
            {product: place for place, product in enumerate(products)},
            ways.of(held, state["way"]),
            Related.of(held, "together"),
            Related.of(held, "also"),
            Habits(float(told["own"]), float(told["fading"])),
            *(held[name] for name in names),
        )

    def at(self, ids: Iterable[str]) -> NDArray[np.int32]:
        """The places of the products that are known, in their order."""
        return np.array([place for one in ids if (place := self.places.get(one)) is not None], np.int32)


def _read(place: Place, _: Affinities | None) -> Affinities | None:
    state = place.state()
    try:
        return None if state is None else Affinities.read(place.generation(int(state["generation"])), state)
    except TypeError as problem:
        raise ValueError(f"{place.path} holds no affinities") from problem


_OPEN: Final = Opened(
    Place, _read, size=lambda found: len(found.products), room=_MOST_PRODUCTS, least=1, most=_MOST_OPEN
)


def opened(home: Path, business: UUID) -> Affinities | None:
    """What is in force; None where nothing is. Those used last stay open, the others are closed."""
    return _OPEN.get(home, business)
