"""Vectors by place: the graph that was built with the index, and those of products that were written since."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from usearch.index import Index

from weft.index import folder

_CONNECTIVITY: Final = 16
# A half's exponent counts from 15, a single's from 127; between the sign and the exponent a single has three bits more.
_EXPONENT: Final = np.float32(2.0 ** (127 - 15))
_SIGN_AND_REST: Final = np.int32(-0x70000001)


class Meanings:
    """The vectors of an index, opened: found by nearness, and read by place."""

    def __init__(self, graph: Path, beside: Sequence[tuple[int, NDArray[np.float16]]]) -> None:
        """Open a graph where it lies; `beside` are vectors that came later, each with the place of the first of them."""
        opened = Index.restore(str(graph), view=True)
        if opened is None:
            raise OSError(f"{graph} is no graph of vectors")
        self._graph = opened
        self.width = int(opened.ndim)
        # The graph was drawn of all places below their count.
        self._drawn = np.uint64(len(opened))
        if any(vectors.shape[1] != self.width for _, vectors in beside):
            raise ValueError(f"{graph} has vectors of another width than what was written after it")
        self._places = np.concatenate(
            [np.zeros(0, np.uint64), *(np.arange(first, first + len(some), dtype=np.uint64) for first, some in beside)]
        )
        self._vectors = np.concatenate(
            [np.zeros((0, self.width), np.float32), *(some.astype(np.float32) for _, some in beside)]
        )

    def near(self, vector: NDArray[np.float32], count: int) -> tuple[NDArray[np.uint64], NDArray[np.float32]]:
        """The places nearest to a vector of unit length, and their cosines."""
        found = self._graph.search(vector.astype(np.float16), count)
        places, cosines = np.asarray(found.keys), 1.0 - np.asarray(found.distances, np.float32)
        if len(self._places):
            places = np.concatenate([places, self._places])
            cosines = np.concatenate([cosines, self._vectors @ vector])
            order = np.argsort(-cosines, kind="stable")[:count]
            places, cosines = places[order], cosines[order]
        return places, cosines

    def cosines(self, vector: NDArray[np.float32], places: NDArray[np.uint64]) -> NDArray[np.float32]:
        """The cosine of each place's vector; 0 where there is none."""
        return self.vectors(places) @ vector

    def vectors(self, places: NDArray[np.uint64]) -> NDArray[np.float32]:
        """The vectors of some places, zeros where there is none, float32 (places, width)."""
        found = np.zeros((len(places), self.width), np.float32)
        if not len(places):
            return found
        left = np.arange(len(places))
        if len(self._places):
            spots = np.minimum(np.searchsorted(self._places, places), len(self._places) - 1)
            later = self._places[spots] == places
            found[later] = self._vectors[spots[later]]
            left = np.flatnonzero(~later)
        left = left[places[left] < self._drawn]
        if len(left):
            found[left] = _single(np.asarray(self._graph.get(places[left]), np.float16))
        return found


def _single(half: NDArray[np.float16]) -> NDArray[np.float32]:
    """Numbers of half precision in single precision, exactly, by moving their bits: a quarter of the time that numpy takes for it.

    They have to be finite, as what is of unit length is.
    """
    bits = half.view(np.int16).astype(np.int32)
    bits <<= 13
    bits &= _SIGN_AND_REST
    single: NDArray[np.float32] = bits.view(np.float32)
    single *= _EXPONENT
    return single


def drawn(vectors: NDArray[np.float16], path: Path) -> None:
    """Build a graph of vectors, whose places are their rows, and write it into a file."""
    graph = Index(ndim=vectors.shape[1], metric="ip", dtype="f16", connectivity=_CONNECTIVITY)
    graph.add(np.arange(len(vectors), dtype=np.uint64), vectors, threads=2)
    beside = path.with_name(f".{path.name}")
    graph.save(str(beside))
    folder.settled(beside, path)
