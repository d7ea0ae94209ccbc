"""A question's parts in their order, and which stands beside which."""

from weft.numbers.query import Query
from weft.skills.analyze.words.known import Known
from weft.skills.analyze.words.reading import Part, Reading


class Question:
    """The parts of a question that say something, what the business knows, and the query before, where it goes on from one."""

    def __init__(self, reading: Reading, known: Known, before: Query | None) -> None:
        self.reading, self.known, self.language = reading, known, reading.language
        self.parts = [part for part in reading.parts if part.kind not in ("noise", "passive")]
        first = self.parts[0].kind if self.parts else ""
        begins = first == "follow" or (first == "and" and before is not None)
        counted = any(part.kind in ("metric", "weak") for part in self.parts)
        self.before = before if before is not None and (begins or not counted) else None
        if begins and first == "and":
            self.parts.pop(0)

    def near(self, place: int, step: int, passed: frozenset[str] = frozenset(["follow"])) -> Part | None:
        """The part before (-1) or behind (1) a place, those of the kinds that are `passed` left out."""
        place += step
        while 0 <= place < len(self.parts):
            if self.parts[place].kind not in passed:
                return self.parts[place]
            place += step
        return None

    def has(self, *kinds: str) -> bool:
        """Whether a part is of one of these kinds."""
        return any(part.kind in kinds for part in self.parts)

    def words(self, part: Part) -> str:
        """What a part was in the question."""
        return self.reading.words(part)
