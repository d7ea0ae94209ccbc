"""The first hits put in order by a model that reads them with the query, where a business has a route `rerank`.

What a score is multiplied by for its stock, its rules and the dials is what the model's is multiplied by as well. A model that does not
answer in time, or says what is no order, leaves the order as it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from weft.index import routed
from weft.index.keeping import Kept
from weft.index.sought import Found, Weights
from weft.skills.search import Hit


@dataclass(slots=True)
class Reranking:
    """The order of one search; once it was asked, which model gave it, and the scores by place, from 0 to 1."""

    kept: Kept
    query: str
    weights: Weights
    model: str | None = None
    scores: dict[int, float] = field(default_factory=dict)

    @property
    def most(self) -> int:
        """How many hits it reads at least."""
        return routed.FEW if self.kept.reranks and self.query else 0

    def ordered(self, found: list[Found]) -> list[Found]:
        """The same hits, the first of them in the model's order."""
        first = found[: self.most]
        told = self.kept.reranked(self.query, [self._text(one) for one in first]) if first else None
        if told is None:
            return found
        scores, self.model = told
        self.scores = {one.place: float(score) for one, score in zip(first, scores, strict=True)}
        first.sort(key=lambda one: -self.scores[one.place] * self._times(one))
        return [*first, *found[self.most :]]

    def _text(self, found: Found) -> str:
        tale = self.kept.shelf.told(found)
        return "\n".join(
            part for part in (tale["title"], tale.get("vendor"), tale.get("category"), tale["body"]) if part
        )

    def _times(self, found: Found) -> float:
        """What all that is no fit to the query multiplies the score by."""
        sum_ = found.words + self.weights.meaning * found.cosine + (self.weights.whole if found.whole else 0.0)
        return found.score / sum_ if sum_ > 0 else 1.0

    def told(self, found: Sequence[Found], hits: Sequence[Hit]) -> None:
        """Say of each hit that is explained where the model moved it to."""
        for one, hit in zip(found, hits, strict=True):
            score = self.scores.get(one.place)
            if hit.why is not None and score is not None:
                hit.why.reranked = round(score, 4)
                hit.why.says += f" {self.model} put it here: it fits {score:.2f} of 1."
