"""Vectors by place: the graph that was built with the index, and those of products that were written since."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from usearch.index import Index

from weft.index import folder

_CONNECTIVITY = 16


@dataclass(slots=True)
class Fresh:
    """The vectors of products that were written since the graph was made."""

    places: NDArray[np.uint64]
    vectors: NDArray[np.float16]

    @classmethod
    def none(cls, width: int) -> "Fresh":
        """None of them."""
        return cls(np.zeros(0, np.uint64), np.zeros((0, width), np.float16))

    @classmethod
    def read(cls, path: Path) -> "Fresh":
        """Those in a file."""
        with np.load(path) as held:
            return cls(held["places"], held["vectors"])

    def write(self, path: Path) -> None:
        """Write them into a file."""
        folder.written(path, lambda file: np.savez(file, places=self.places, vectors=self.vectors))


class Meanings:
    """The vectors of an index, opened: found by nearness, and read by place."""

    def __init__(self, graph: Path, fresh: Path | None) -> None:
        """Open a graph where it lies, and what stands beside it."""
        opened = Index.restore(str(graph), view=True)
        if opened is None:
            raise OSError(f"{graph} is no graph of vectors")
        self._graph = opened
        self.width = int(opened.ndim)
        self._fresh = Fresh.read(fresh) if fresh is not None else Fresh.none(self.width)
        self._beside = {int(place): row for row, place in enumerate(self._fresh.places)}

    def near(self, vector: NDArray[np.float32], count: int) -> tuple[NDArray[np.uint64], NDArray[np.float32]]:
        """The places nearest to a vector of unit length, and their cosines."""
        found = self._graph.search(vector.astype(np.float16), count)
        places, cosines = np.asarray(found.keys), 1.0 - np.asarray(found.distances, np.float32)
        if len(self._fresh.places):
            beside = self._fresh.vectors.astype(np.float32) @ vector
            places = np.concatenate([places, self._fresh.places])
            cosines = np.concatenate([cosines, beside])
            order = np.argsort(-cosines, kind="stable")[:count]
            places, cosines = places[order], cosines[order]
        return places, cosines

    def cosines(self, vector: NDArray[np.float32], places: NDArray[np.uint64]) -> NDArray[np.float32]:
        """The cosine of each place's vector; 0 where there is none."""
        return self.vectors(places) @ vector

    def vectors(self, places: NDArray[np.uint64]) -> NDArray[np.float32]:
        """The vectors of some places, zeros where there is none, float32 (places, width)."""
        found = np.zeros((len(places), self.width), np.float32)
        own = {row: beside for row, place in enumerate(places) if (beside := self._beside.get(int(place))) is not None}
        if own:
            found[list(own)] = self._fresh.vectors[list(own.values())]
        held = self._graph.contains(places) if len(places) else np.zeros(0, np.bool_)
        left = np.array([row for row in np.flatnonzero(held) if int(row) not in own], np.intp)
        if len(left):
            found[left] = self._graph.get(places[left])
        return found


def drawn(vectors: NDArray[np.float16], path: Path) -> None:
    """Build a graph of vectors, whose places are their rows, and write it into a file."""
    graph = Index(ndim=vectors.shape[1], metric="ip", dtype="f16", connectivity=_CONNECTIVITY)
    graph.add(np.arange(len(vectors), dtype=np.uint64), vectors, threads=2)
    beside = path.with_name(f".{path.name}")
    graph.save(str(beside))
    folder.settled(beside, path)
