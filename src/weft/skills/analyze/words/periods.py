"""The period of a question and the one beside it, from its times and its words of comparison."""

from datetime import date
from typing import Any, Literal, cast

from weft.numbers.query import TIMES, Dimension, Period
from weft.skills.analyze.words import calendar
from weft.skills.analyze.words.calendar import Stretch, Unit
from weft.skills.analyze.words.question import Question
from weft.skills.analyze.words.refusals import Unclear


class Periods:
    """The times of a question that is divided by some dimensions."""

    def __init__(self, asked: Question, by: list[Dimension]) -> None:
        self.asked, self.by = asked, by

    def period(self) -> tuple[Period, Any]:
        """The period and what it is compared with, as queries say it; raises Unclear."""
        main, beside = self._times()
        compared = self._compared()
        if main is None and compared is not None and beside is None and compared != "previous":
            main = calendar.relative("year", 0, self.asked.known.today)
        elif main is None and beside is not None and beside.relative == -1:
            main = calendar.relative(beside.unit, 0, self.asked.known.today)
        elif main is None and (beside is not None or compared == "previous") and self.asked.before is None:
            raise Unclear("compare")
        period = self._bounded(main or Stretch(None, None))
        if beside is not None:
            return period, self._beside_period(main, period, beside)
        if compared == "year":
            return period, "year"
        if compared == "previous":
            earlier = calendar.before(period.first, period.last)
            return period, "previous" if earlier is None else Period(first=earlier[0], last=earlier[1])
        return period, None

    def _times(self) -> tuple[Stretch | None, Stretch | None]:
        """The period, and the one that it is compared with, if both are named."""
        times = [(place, part.stretch) for place, part in enumerate(self.asked.parts) if part.kind == "time"]
        for place, part in enumerate(self.asked.parts):
            if part.kind == "prior" and not self.asked.has("vs", "compareverb", "change", "time"):
                times.append((place, calendar.relative(cast("Unit", part.name), -1, self.asked.known.today)))
        stretches = [(place, stretch or Stretch(None, None)) for place, stretch in times]
        if len(stretches) > 2:
            raise Unclear("times", *(self.asked.words(self.asked.parts[place]) for place, _ in stretches))
        beside = [one for one in stretches if self._versus(one[0])]
        behind = self.asked.language == "zh" and self.asked.has("vs")  # «六月与五月相比»
        if len(stretches) == 2 and not beside and (behind or self.asked.has("compareverb")):
            beside = stretches[1:]
        if len(stretches) == 2 and not beside and self._this_and_last(stretches):
            beside = [min(stretches, key=lambda one: one[1].relative or 0)]
        main = [one for one in stretches if one not in beside]
        if len(main) == 2:
            return self._one_of(main), None
        return main[0][1] if main else None, beside[0][1] if beside else None

    def _this_and_last(self, both: list[tuple[int, Stretch]]) -> bool:
        """«this year and last year»: both are asked for, and not their sum."""
        (one_at, one), (other_at, other) = both
        linked = {part.kind for part in self.asked.parts[one_at + 1 : other_at]} == {"and"}
        return linked and one.unit == other.unit and {one.relative, other.relative} == {0, -1}

    def _one_of(self, both: list[tuple[int, Stretch]]) -> Stretch:
        """Two times that are no comparison: joined by «and» they are one stretch, or the one lies in the other."""
        (one_at, one), (other_at, other) = both
        joined = calendar.joined(one, other)
        between = {part.kind for part in self.asked.parts[one_at + 1 : other_at]}
        linked = "and" in between and between <= {"and", "place", "dim", "dims", "follow"}
        if "and" in between and not linked:
            raise Unclear(
                "times", self.asked.words(self.asked.parts[one_at]), self.asked.words(self.asked.parts[other_at])
            )
        if linked and joined is not None:
            return joined
        if not linked and one.first and one.last and other.first and other.last:
            for inner, outer in ((one, other), (other, one)):
                if cast("date", outer.first) <= cast("date", inner.first) and cast("date", inner.last) <= cast(
                    "date", outer.last
                ):
                    return inner
        raise Unclear("times", self.asked.words(self.asked.parts[one_at]), self.asked.words(self.asked.parts[other_at]))

    def _versus(self, place: int) -> bool:
        before = self.asked.near(place, -1, frozenset(["place", "howmuch"]))
        return before is not None and before.kind == "vs"

    def _compared(self) -> Literal["year", "previous"] | None:
        kinds = [part.name for part in self.asked.parts if part.kind == "compare"]
        prior = [part.name for part in self.asked.parts if part.kind == "prior"]
        if prior and self.asked.has("vs", "compareverb", "change", "time"):
            kinds.append("year" if prior[0] == "year" else "previous")
        if len(set(kinds)) > 1:
            raise Unclear("compare")
        if kinds:
            return cast("Literal['year', 'previous']", kinds[0])
        grows = self.asked.has("change") and not any(dimension in TIMES for dimension in self.by)
        return (
            "previous"
            if grows and not any(self._versus(at) for at, part in enumerate(self.asked.parts) if part.kind == "time")
            else None
        )

    def _beside_period(self, main: Stretch | None, period: Period, beside: Stretch) -> Any:
        if main is not None and beside.relative == -1:
            if beside.unit == "year" and main.unit != "year":
                return "year"
            if beside.unit == main.unit and main.relative == 0:
                earlier = calendar.before(period.first, period.last)
                if beside.unit == "year":
                    return "year"
                if earlier is not None:
                    return Period(first=earlier[0], last=earlier[1])
        return self._bounded(beside, other=True)

    def _bounded(self, stretch: Stretch, other: bool = False) -> Period:
        span = self.asked.known.span
        if span is None:
            raise Unclear("period")
        first = stretch.first or min(span[0], stretch.last or span[0])
        last = stretch.last or max(min(span[1], self.asked.known.today), first)
        if not other and (last < span[0] or (first > span[1] and first > self.asked.known.today)):
            raise Unclear("period")
        return Period(first=first, last=last)
