"""Values that a text implies without saying them (`Storage Solutions`): a linear model of its words for each attribute."""

import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

from weft.skills.organize.attributes.tokens import Token

_MOST_VALUES: Final = 200


@dataclass(slots=True)
class Classes:
    """One attribute: its values ("" for none), the hashed words known, and a weight for each word and value."""

    values: list[str]
    rows: dict[int, int]
    weights: NDArray[np.float32]
    base: NDArray[np.float32]

    def chances(self, words: Sequence[Token]) -> tuple[list[tuple[str, float]], NDArray[np.float32], list[int]]:
        """The values with their probabilities, and the share that each token had in them by value."""
        told = [[self.rows[key] for key in keys if key in self.rows] for keys in _keys(words)]
        # A word counts once for a text, as it did in learning.
        seen, share = set[int](), np.zeros((len(words), len(self.values)), np.float32)
        for n, rows in enumerate(told):
            for row in rows:
                if row not in seen:
                    seen.add(row)
                    share[n] += self.weights[row]
        scores = share.sum(axis=0) + self.base
        powers = np.exp(scores - scores.max())
        powers /= powers.sum()
        order = list(np.argsort(-powers, kind="stable"))
        return [(self.values[n], float(powers[n])) for n in order], share, [int(n) for n in order]


def _keys(words: Sequence[Token]) -> list[tuple[int, ...]]:
    keys = []
    for n, word in enumerate(words):
        told = [f"w={word.folded}"]
        if word.passage.field == "title":
            told.append(f"t={word.folded}")
        if n + 1 < len(words):
            told.append(f"b={word.folded} {words[n + 1].folded}")
        keys.append(tuple(zlib.crc32(one.encode()) for one in told))
    return keys


def learned(texts: Sequence[Sequence[Token]], answers: Sequence[str]) -> Classes | None:
    """Learn an attribute's values from texts and their answers ("" for none); None where there is nothing to choose."""
    counted = Counter(answers)
    often = [value for value, count in counted.most_common(_MOST_VALUES) if count > 1 or value == ""]
    if len(often) < 2:
        return None
    chosen = [n for n, answer in enumerate(answers) if answer in often]
    keyed = [sorted({key for keys in _keys(texts[n]) for key in keys}) for n in chosen]
    seen = Counter(key for keys in keyed for key in keys)
    rows = {key: n for n, key in enumerate(sorted(key for key, count in seen.items() if count > 1))}
    places = [[rows[key] for key in keys if key in rows] for keys in keyed]
    starts = np.cumsum([0, *map(len, places)])
    flat = np.array([row for one in places for row in one], np.int32)
    matrix = sparse.csr_matrix((np.ones(len(flat)), flat, starts), (len(places), len(rows)))
    if not rows:
        return None
    model = LogisticRegression(C=1.0, max_iter=300, tol=1e-3)
    model.fit(matrix, [answers[n] for n in chosen])
    weights, base = model.coef_.T, model.intercept_
    if weights.shape[1] == 1:
        weights, base = np.hstack([-weights / 2, weights / 2]), np.array([-base[0] / 2, base[0] / 2])
    rounded = weights.astype(np.float16).astype(np.float32)
    return Classes([str(value) for value in model.classes_], rows, rounded, base.astype(np.float32))
