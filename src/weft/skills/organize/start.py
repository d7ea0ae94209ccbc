"""A start without any placed product: listings placed in a taxonomy by their words, and by meaning where that is at hand.

Says nothing rather than guess: what it places is shown to a person, and what the person accepts is learned from.
"""

import math
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from weft.skills.organize.categories import Placement
from weft.skills.organize.listing import Listing, seen, words
from weft.skills.organize.signs import Named, stem, stems, weighed
from weft.skills.organize.taxonomy import Taxonomy

if TYPE_CHECKING:
    # An embedder brings onnxruntime with it, which nobody needs who has none.
    from weft.index.meaning import Embedder

_TYPE: Final = 0.95
_TAG: Final = 0.3
_DESCRIPTION: Final = 0.15
# How many of a shop's listings are read for what is common to them, and how much a word of all of them hints.
_SHOP_READ: Final = 500
_FEWEST: Final = 5
_RARE: Final = 0.1
_COMMON: Final = 0.9
_SLOPE: Final = 4.0
_RUNNERS_UP: Final = 3
_CANDIDATES: Final = 12
# By how much a cosine of one counts beside a word score of one.
_MEANING: Final = 0.8
# The curve from score and distance to the next to confidence, with meaning and without.
_CURVE: Final = {True: (2.7, 4.4, -2.3), False: (2.5, 3.7, -1.1)}
LEAST: Final = 0.7


class Start:
    """Places listings in a taxonomy that nobody has placed a listing in yet."""

    def __init__(self, taxonomy: Taxonomy, embedder: "Embedder | None" = None, shop: Sequence[Listing] = ()) -> None:
        """With `shop`, listings of the same business, a word that many of them say is a hint for each: its locks are bikes'."""
        self._taxonomy = taxonomy
        self._embedder = embedder
        self._common = _common(shop[:: max(len(shop) // _SHOP_READ, 1)][:_SHOP_READ])

    def placed(self, listings: Sequence[Listing], *, least: float = LEAST) -> list[Placement]:
        """A placement for each listing, its category a node's path; None where it would be less sure than `least`."""
        named = [self._named(listing) for listing in listings]
        cosines = self._cosines(listings, named)
        return [self._placement(*one, least) for one in zip(listings, named, cosines, strict=True)]

    def candidates(self, listing: Listing) -> list[str]:
        """The paths of the nodes that a listing's words name, best first."""
        return [self._taxonomy.nodes[one.place].path for one in self._named(listing)]

    def _named(self, listing: Listing) -> list[Named]:
        """The nodes that the listing's words name, best first."""
        said = weighed(listing.title[:500])
        vendor = set(stems(listing.vendor))
        if not vendor.issuperset(said):
            said = {one: weight for one, weight in said.items() if one not in vendor}
        for one, weight in weighed(listing.type[:500]).items():
            said[one] = max(said.get(one, 0.0), weight * _TYPE)
        hints = dict(self._common)
        for texts, weight in (((seen(listing.description),), _DESCRIPTION), (listing.tags[:50], _TAG)):
            for one in (one for text in texts for one in stems(text)):
                hints[one] = max(hints.get(one, 0.0), weight)
        return self._taxonomy.signs.named(said, hints, _CANDIDATES)

    def _cosines(self, listings: Sequence[Listing], named: Sequence[list[Named]]) -> list[NDArray[np.float32]]:
        """How near each listing's candidates are to it in meaning, an array for each listing; empty without an embedder."""
        if self._embedder is None or not listings:
            return [np.zeros(0, np.float32)] * len(listings)
        vectors = self._embedder.embedded([f"{listing.title}, {listing.type}".strip(", ") for listing in listings])
        places = sorted({one.place for found in named for one in found})
        if places:
            self._taxonomy.signs.vectors(places, self._embedder)
        return [
            self._taxonomy.signs.vectors([one.place for one in found], self._embedder) @ vector
            if found
            else np.zeros(0, np.float32)
            for found, vector in zip(named, vectors, strict=True)
        ]

    def _placement(
        self, listing: Listing, named: Sequence[Named], cosines: NDArray[np.float32], least: float
    ) -> Placement:
        if not named:
            return Placement(None, 0.0)
        meant = self._embedder is not None
        scores = [one.score + (_MEANING * float(cosines[place]) if meant else 0.0) for place, one in enumerate(named)]
        order = sorted(range(len(named)), key=lambda place: (-scores[place], place))
        best = scores[order[0]]
        apart = best - scores[order[1]] if len(order) > 1 else best
        slope, distance, shift = _CURVE[meant]
        sure = 1 / (1 + math.exp(-(slope * best + distance * min(apart, 0.5) + shift)))
        if sure < least:
            return Placement(None, round(sure, 4))
        ends = [
            (self._taxonomy.nodes[named[place].place].path, round(sure * math.exp(-4 * (best - scores[place])), 4))
            for place in order[: 1 + _RUNNERS_UP]
        ]
        spoken = words(f"{listing.title[:500]} {listing.type[:500]}")
        reasons = dict.fromkeys(word for word in spoken if stem(word) in named[order[0]].stems)
        return Placement(ends[0][0], round(sure, 4), tuple(ends[1:]), tuple(reasons)[:3])


def _common(shop: Sequence[Listing]) -> dict[str, float]:
    """The stems that a good part of a shop's listings say, with how much they hint."""
    if len(shop) < _FEWEST:
        return {}
    # Descriptions are left out: what they all say is about the shop as often as about what it sells.
    met: Counter[str] = Counter()
    for listing in shop:
        met.update(
            {one for text in (listing.title[:500], listing.type[:500], *listing.tags[:50]) for one in stems(text)}
        )
    shares = {one: times / len(shop) for one, times in met.items()}
    return {one: min(_COMMON, _SLOPE * share) for one, share in shares.items() if share >= _RARE and not one.isdigit()}
