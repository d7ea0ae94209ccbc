"""From the parts of a question to the typed query: every part has its place in it, or the question is refused.

A question is some metrics, the dimensions by which they are divided, values that dimensions must or must not have, a period, another
one to compare with, and how many of the rows; a word that says nothing of these and is not known to say nothing is not passed over.
"""

import re
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final, Literal, cast, get_args

from weft.numbers.query import TIMES, Condition, Dimension, Metric, Period, Query
from weft.skills.analyze.words import calendar
from weft.skills.analyze.words.calendar import Stretch, Unit
from weft.skills.analyze.words.known import Known, Value, first_of
from weft.skills.analyze.words.reading import Part, Reading, cleaned, read
from weft.skills.analyze.words.refusals import Reason, Refused
from weft.skills.analyze.words.times import Language

LONGEST: Final = 500
_MANY: Final = 10
_STATEMENT: Final = re.compile(
    r"\b(?:select\b.+\bfrom|insert\s+into|delete\s+from|update\s+\w+\s+set|(?:drop|alter|create|truncate)\s+table|union\s+(?:all\s+)?select)\b|"
    r"(?:--|;)\s*(?:drop|delete|select)\b",
    re.IGNORECASE,
)
_SILENT: Final = frozenset(["noise", "place", "howmuch", "notend", "passive", "follow", "what"])
_BESIDE_VALUES: Final = frozenset(["and", "place", "noise", "vs", "notend", "not", "dim", "dims", "howmuch", "follow"])
_PASSED: Final = frozenset(
    [
        "metric",
        "dim",
        "dims",
        "time",
        "value",
        "most",
        "least",
        "by",
        "per",
        "which",
        "compare",
        "change",
        "weak",
        "number",
    ]
)
_NAMELESS: Final[frozenset[Dimension]] = frozenset(
    ["product", "variant", "category", "brand", "country", "channel", "customer", "promotion", "segment", "location"]
)


@dataclass(slots=True)
class Understood:
    """A question as it was understood: the query, and what the values in it are called."""

    query: Query
    language: Language
    titles: dict[tuple[Dimension, str], str] = field(default_factory=dict)
    mended: list[tuple[str, str]] = field(default_factory=list)


class _No(Exception):
    """A question cannot be read on."""

    def __init__(self, reason: Reason, *words: str, name: str = "") -> None:
        super().__init__(reason)
        self.reason, self.words, self.name = reason, words, name


def parse(text: str, known: Known, before: Query | None = None, fallback: Language = "en") -> Understood | Refused:
    """A question understood, or why not; `before` is the query to which it may be the next question."""
    said = cleaned(text[: LONGEST * 20])
    if not said:
        return Refused("empty", fallback)
    if _STATEMENT.search(said):
        return Refused("statement", fallback)
    if len(said) > LONGEST:
        return Refused("long", fallback)
    reading = read(said, known, fallback)
    try:
        _readable(reading)
        return _Assembly(reading, known, before).understood()
    except _No as no:
        refused = Refused(no.reason, reading.language, no.words, no.name)
        nearest = _nearest(reading, known, before)
        if nearest is not None:
            refused.nearest, refused.titles = nearest.query, nearest.titles
        return refused


def _nearest(reading: Reading, known: Known, before: Query | None) -> Understood | None:
    """What was understood as a question of its own, if it is one; revenue where nothing says what is to be counted."""
    kept = [
        part for part in reading.parts if part.kind in _PASSED | _SILENT | {"and", "vs", "not", "adjective", "howmany"}
    ]
    ways = [kept, [part for part in kept if part.kind not in ("not", "vs", "and", "number", "adjective", "howmany")]]
    for way in ways:
        if not any(part.kind not in _SILENT for part in way):
            continue
        if before is None and not any(part.kind in ("metric", "weak") for part in way):
            way = [*way, Part("and", "", 0, 0), Part("metric", "revenue", 0, 0)]
        try:
            return _Assembly(replace(reading, parts=way), known, before).understood()
        except _No:
            continue
    return None


def _readable(reading: Reading) -> None:
    """Raise where a question asks for what no figure tells, or has words that nothing accounts for."""
    parts = reading.parts
    for kind in ("why", "ahead", "lack"):
        for part in parts:
            if part.kind == kind:
                raise _No(cast("Reason", kind), reading.words(part), name=part.name)
    if any(part.kind == "passive" for part in parts) and not any(
        part.kind in ("weak", "adjective") and reading.words(part).endswith(("t", "te", "ten")) for part in parts
    ):
        raise _No("ahead")
    unknown = [reading.words(part) for part in parts if part.kind == "unknown"]
    if unknown:
        raise _No("words", *unknown)
    absent = [reading.words(part) for part in parts if part.kind == "absent"]
    if absent:
        raise _No("absent", *absent)


class _Assembly:
    def __init__(self, reading: Reading, known: Known, before: Query | None) -> None:
        self.reading, self.known = reading, known
        self.parts = [part for part in reading.parts if part.kind not in ("noise", "passive")]
        self.metrics: list[Metric] = []
        self.weak: list[str] = []
        self.by: list[Dimension] = []
        self.bare: list[Part] = []
        self.order: Metric | None = None
        self.rank: Literal["most", "least"] | None = None
        self.number: int | None = None
        self.single = reading.language == "zh"
        self.values: list[tuple[bool, Dimension, list[Value], int]] = []
        self.titles: dict[tuple[Dimension, str], str] = {}
        begins = bool(self.parts) and (
            self.parts[0].kind == "follow" or (self.parts[0].kind == "and" and before is not None)
        )
        counted = any(part.kind in ("metric", "weak") for part in self.parts)
        self.before = before if before is not None and (begins or not counted) else None
        if self.parts and begins and self.parts[0].kind == "and":
            self.parts.pop(0)

    # Which part stands before and after one, those passed over that say nothing.
    def _near(self, place: int, step: int, passed: frozenset[str] = frozenset(["follow"])) -> Part | None:
        place += step
        while 0 <= place < len(self.parts):
            if self.parts[place].kind not in passed:
                return self.parts[place]
            place += step
        return None

    def has(self, *kinds: str) -> bool:
        return any(part.kind in kinds for part in self.parts)

    def words(self, part: Part) -> str:
        return self.reading.words(part)

    def understood(self) -> Understood:
        self._ranks()
        for place, part in enumerate(self.parts):
            taker = getattr(self, f"_take_{part.kind}", None)
            if taker is not None:
                taker(part, place)
        self._counted()
        self._shared()
        self._divided()
        period, compare = self._period()
        where = self._where()
        self._possible()
        top = self._top()
        query = Query.model_validate(
            {
                "metrics": self.metrics,
                "by": self.by,
                "where": where,
                "period": period,
                "compare": compare,
                "top": top,
                "order": self._ordered(),
                "ascending": self.rank == "least"
                or any(part.kind == "sort" and part.name == "least" for part in self.parts),
            }
        )
        query = self._continued(query) if self.before is not None else query
        return Understood(query, self.reading.language, self.titles, self.reading.mended)

    # Ranks and numbers are looked at first: what a dimension does depends on them.

    def _ranks(self) -> None:
        for part in self.parts:
            if part.kind in ("most", "least"):
                rank = cast("Literal['most', 'least']", part.kind)
                if self.rank is not None and self.rank != rank:
                    raise _No("rank", self.words(part))
                self.rank = rank
        for place, part in enumerate(self.parts):
            if part.kind == "rank":
                self._rank_word(part, place)
            elif part.kind == "number":
                self._number(part, place)

    def _rank_word(self, part: Part, place: int) -> None:
        after = self._near(place, 1)
        if after is not None and after.kind == "number":
            self.rank = self.rank or "most"
        elif self.reading.language != "zh" and not (after is not None and after.kind in ("dim", "dims", "place", "by")):
            raise _No("words", self.words(part))

    def _number(self, part: Part, place: int) -> None:
        before, after = self._near(place, -1), self._near(place, 1)
        ranked = self.rank is not None
        beside = (before is not None and before.kind in ("most", "least", "rank")) or (
            after is not None and after.kind in ("most", "least")
        )
        counts = ranked and after is not None and after.kind in ("dim", "dims", "metric", "weak")
        # «the first three months» are no ranking, and whose they are has not been said.
        earliest = (
            before is not None
            and (before.kind == "rank" or self.words(before) == "前")
            and after is not None
            and after.name in TIMES
            and sum(one.kind in ("most", "least") for one in self.parts) <= (before.kind == "most")
        )
        if not (beside or counts) or earliest or self.number is not None or not part.number:
            raise _No("number", self.words(part))
        self.number = part.number

    # What each part does.

    def _take_metric(self, part: Part, place: int) -> None:
        metric = cast("Metric", part.name)
        before = self._near(place, -1)
        if before is not None and before.kind == "per":
            raise _No("average", self.words(before), self.words(part))
        if before is not None and before.kind == "by":
            self.order = metric
        elif self.metrics and metric not in self.metrics and not self._joined(place):
            raise _No("joined", self.words(part))
        if before is not None and before.kind == "not":
            raise _No("not", self.words(part))
        if metric not in self.metrics:
            self.metrics.append(metric)

    def _joined(self, place: int) -> bool:
        """Whether «and» stands between a metric and the one before it."""
        while place > 0:
            place -= 1
            kind = self.parts[place].kind
            if kind in ("and", "vs", "follow"):
                return True
            if kind == "metric":
                return False
        return False

    def _take_weak(self, part: Part, place: int) -> None:
        del place
        self.weak.append(part.name)

    def _take_dim(self, part: Part, place: int) -> None:
        dimension = cast("Dimension", part.name)
        before, after = self._near(place, -1, frozenset(["number"])), self._near(place, 1)
        hints = [one for one in (after, before) if one is not None and one.kind == "value" and _is_of(one, dimension)]
        marked = self._marked(place)
        if marked is None and dimension in TIMES and self._of_time(part, place):
            return
        if hints and (marked is None or hints[0] is after):
            return
        if marked is not None and marked.kind == "howmany":
            self._how_many(part, dimension)
        elif marked is not None:
            if marked.kind == "per" and dimension == "customer":
                raise _No("average", self.words(marked), self.words(part))
            if marked.kind in ("which", "most", "least"):
                self.single = part.kind == "dim"
            if marked.kind == "whichmany":
                self.single = False
            self._divide(dimension)
        else:
            self.bare.append(part)

    _take_dims = _take_dim

    def _of_time(self, part: Part, place: int) -> bool:
        """«the month of May», «the week of 15 March»: the unit of a time that is named behind it."""
        after = self._near(place, 1, frozenset(["place"]))
        if after is None or after.kind != "time" or after.stretch is None or after.stretch.first is None:
            return False
        if part.name == "week" and after.stretch.unit == "day":
            after.stretch = calendar.within(after.stretch.first, "week", self.known.today)
        elif part.name != after.stretch.unit:
            raise _No("times", self.words(part), self.words(after))
        return True

    def _marked(self, place: int) -> Part | None:
        """What stands before a dimension that makes rows of it: by, per, which, a rank, or «and» behind another such dimension."""
        at = place - 1
        while at >= 0:
            part = self.parts[at]
            if part.kind in ("by", "per", "which", "whichmany", "howmany", "most", "least"):
                return part
            if part.kind == "and" and at > 0 and self.parts[at - 1].kind in ("dim", "dims"):
                return self._marked(at - 1)
            if part.kind not in ("number", "rank", "metric") or (
                part.kind == "metric" and not self._same_phrase(at, place)
            ):
                return None
            at -= 1
        return None

    def _same_phrase(self, at: int, place: int) -> bool:
        """Whether a word was a metric and more at once, as «umsatzstärkste» is."""
        return any(one.start == self.parts[at].start and one.kind in ("most", "least") for one in self.parts[at:place])

    def _how_many(self, part: Part, dimension: Dimension) -> None:
        if dimension == "customer":
            self.metrics.append("customers")
        elif dimension in ("product", "variant") and self._later("returns"):
            self.metrics.append("units_returned")
        elif dimension in ("product", "variant") and self._later("sell"):
            self.weak.append("units")
        else:
            raise _No("count", self.words(part))

    def _later(self, weak: str) -> bool:
        return any(part.kind == "weak" and part.name == weak for part in self.parts)

    def _divide(self, dimension: Dimension) -> None:
        if dimension not in self.by:
            self.by.append(dimension)

    def _take_value(self, part: Part, place: int) -> None:
        hinted = [
            cast("Dimension", one.name)
            for one in (self._near(place, -1), self._near(place, 1))
            if one is not None and one.kind in ("dim", "dims") and _is_of(part, cast("Dimension", one.name))
        ]
        values = first_of(part.values, hinted[0] if hinted else None)
        if not values:
            raise _No("words", self.words(part))
        self._condition(values, place)

    def _take_weekend(self, part: Part, place: int) -> None:
        days = ("6", "7") if part.kind == "weekend" else ("1", "2", "3", "4", "5")
        names = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
        if self.has("weekend") and self.has("workweek"):
            raise _No("weekend", self.words(part))
        if self._marked(place) is not None:
            raise _No("weekend", self.words(part))
        self._condition([Value("weekday", day, names[int(day) - 1]) for day in days], place)

    _take_workweek = _take_weekend

    def _condition(self, values: list[Value], place: int) -> None:
        dimension = values[0].dimension
        for value in values:
            self.titles[dimension, value.id] = value.title
        self.values.append((self._negated(place), dimension, values, place))

    def _negated(self, place: int) -> bool:
        start = place
        while place > 0:
            place -= 1
            part = self.parts[place]
            if part.kind == "not":
                return True
            if part.kind == "notend" or part.kind not in _BESIDE_VALUES | {"value"}:
                break
        return self._negated_behind(start)

    def _negated_behind(self, place: int) -> bool:
        """«Germany and France excluded»."""
        while place + 1 < len(self.parts):
            place += 1
            if self.parts[place].kind in ("notafter", "notend"):
                return True
            if self.parts[place].kind not in ("and", "value", "dim", "dims"):
                return False
        return False

    def _take_not(self, part: Part, place: int) -> None:
        after = self._near(place, 1, _BESIDE_VALUES - {"and", "vs", "follow"})
        if after is None or after.kind not in ("value", "weekend", "workweek"):
            raise _No("not", self.words(part))

    def _take_notafter(self, part: Part, place: int) -> None:
        before = self._near(place, -1, frozenset(["place"]))
        if before is None or before.kind not in ("value", "weekend", "workweek"):
            raise _No("not", self.words(part))

    def _take_by(self, part: Part, place: int) -> None:
        after = self._near(place, 1, frozenset(["place", "most", "least", "number", "and"]))
        if after is None or after.kind not in ("dim", "dims", "metric", "value", "weak", "by", "per"):
            raise _No("words", self.words(part))

    _take_per = _take_by

    def _take_notend(self, part: Part, place: int) -> None:
        before = self._near(place, -1, frozenset(["place", "dim", "dims"]))
        if before is None or before.kind not in ("value", "weekend", "workweek"):
            raise _No("not", self.words(part))

    # What is counted.

    def _counted(self) -> None:
        if any(part.kind == "adjective" and part.name == "stock" for part in self.parts):
            self._stocked()
        if any(part.kind == "adjective" and part.name == "cancelled" for part in self.parts):
            self._cancelled()
        if "returns" in self.weak and self.metrics:
            self._returned()
        customers = [part for part in self.bare if part.name == "customer"]
        if not self.metrics:
            self._from_weak()
        if not self.metrics and customers and self.rank is None and self.before is None:
            self.metrics.append("customers")
            self.bare = [part for part in self.bare if part not in customers]
        if not self.metrics and (self.rank is not None and (self.by or self.bare)):
            self.metrics.append("revenue")
        if not self.metrics and self.before is not None:
            self.metrics = list(self.before.metrics)
        if not self.metrics:
            raise _No("metric")

    def _from_weak(self) -> None:
        if {"sell", "returns"} <= {*self.weak} and self.has("and"):
            raise _No("joined", *(self.words(part) for part in self.parts if part.kind == "weak"))
        named: list[str] = [name for name in ("returns", "discounts", "units", "revenue") if name in self.weak]
        if self._list_of_products():
            self._divide("product")
            named = ["units"]
        if "sold" in self.weak:
            goods = {"product", "variant", "category", "brand"}
            named.append("units" if any(dimension in goods for _, dimension, _, _ in self.values) else "revenue")
        if "sell" in self.weak and "units" not in named:
            named = [*named, "units" if self.has("howmany") and "revenue" not in self.weak else "revenue"]
        if not named and "orders" in self.weak:
            named = ["orders"]
        if named:
            self.metrics.append(cast("Metric", named[0]))

    def _list_of_products(self) -> bool:
        """«What did German customers buy»: which products, and how many of each."""
        return (
            self.has("what")
            and {*self.weak} == {"sell"}
            and not (self.by or self.rank or self.has("howmany", "howmuch", "metric", "compare", "change"))
        )

    def _stocked(self) -> None:
        if self.metrics in ([], ["units"], ["stock"]) and (self.metrics or self.has("howmany", "howmuch")):
            self.metrics = ["stock"]
        else:
            raise _No("words", *(self.words(part) for part in self.parts if part.kind == "adjective"))

    def _cancelled(self) -> None:
        if not self.metrics and "orders" in self.weak:
            self.metrics.append("orders")
        if self.metrics == ["orders"]:
            self.metrics = ["cancelled_orders"]
        elif self.metrics not in (["cancelled_orders"], ["cancellation_rate"]):
            raise _No("words", *(self.words(part) for part in self.parts if part.kind == "adjective"))

    def _returned(self) -> None:
        swaps: dict[Metric, Metric] = {"units": "units_returned"}
        if "sell" in self.weak and self.has("and"):
            raise _No("joined", *(self.words(part) for part in self.parts if part.kind == "weak"))
        if self.has("share") and self.metrics in (["revenue"], ["net_sales"], ["gross_sales"]):
            self.metrics = ["refund_rate"]
        elif self.metrics[0] in swaps:
            self.metrics[0] = swaps[self.metrics[0]]
        elif self.metrics[0] not in ("returns", "refund_rate", "units_returned"):
            raise _No(
                "words", *(self.words(part) for part in self.parts if part.kind == "weak" and part.name == "returns")
            )

    def _shared(self) -> None:
        if not self.has("share"):
            return
        shares: dict[Metric, Metric] = {
            "cancelled_orders": "cancellation_rate",
            "returning_customers": "returning_rate",
            "returns": "refund_rate",
            "discounts": "discount_rate",
            "margin": "margin_rate",
        }
        if len(self.metrics) == 1 and self.metrics[0] in shares:
            self.metrics = [shares[self.metrics[0]]]
        elif self.metrics not in ([one] for one in shares.values()):
            raise _No("share", *(self.words(part) for part in self.parts if part.kind == "share"))

    # By what it is divided.

    def _divided(self) -> None:
        for part in self.bare:
            dimension = cast("Dimension", part.name)
            if self.rank is not None and not self.by:
                self.single = part.kind == "dim"
                if self.has("whichmany"):
                    self.single = False
                self._divide(dimension)
            elif dimension not in ("customer", "product") or not (
                part.kind == "dims" or self.reading.language == "zh" or self.rank is not None
            ):
                self._divide(dimension)
        if self.has("vs", "compareverb"):
            self._beside()
        if (
            self.rank is not None
            and not self.by
            and {"sell", "units"} & {*self.weak}
            and not self.has("metric", "howmuch")
        ):
            self.single = False
            self._divide("product")
        if self.has("trend") and not any(dimension in TIMES for dimension in self.by):
            self._divide("month")
        if self.rank is not None and not self.by and self.before is None:
            raise _No("rank", *(self.words(part) for part in self.parts if part.kind == self.rank))
        if self.rank is not None and len(self.by) > 1:
            raise _No("groups")
        grown = [part for part in self.parts if part.kind == "change"]
        if self.rank is not None and grown:
            raise _No("growth", self.words(grown[0]))
        if self.has("sort") and (self.rank is not None or not self.by):
            raise _No("rank", *(self.words(part) for part in self.parts if part.kind == "sort"))

    def _beside(self) -> None:
        """«Germany versus France»: a row for each."""
        named: dict[Dimension, int] = {}
        for negated, dimension, _, _ in self.values:
            if not negated:
                named[dimension] = named.get(dimension, 0) + 1
        for dimension, count in named.items():
            if count > 1:
                self._divide(dimension)

    def _possible(self) -> None:
        for dimension in self.by:
            if not self.known.has(dimension):
                raise _No("dimension", name=dimension)
        for metric in self.metrics:
            if metric in self.known.lacking:
                raise _No("nothing", name=metric)

    def _top(self) -> int | None:
        if self.rank is None:
            return None
        return self.number or (1 if self.single else _MANY)

    def _ordered(self) -> Metric | None:
        if self.order is not None:
            return self.order
        return self.metrics[0] if (self.rank is not None or self.has("sort")) and self.metrics else None

    # Conditions.

    def _where(self) -> list[Condition]:
        groups: dict[tuple[Dimension, bool], list[str | None]] = {}
        places: dict[tuple[Dimension, bool], int] = {}
        for negated, dimension, values, place in self.values:
            group = (dimension, negated)
            ids = [value.id for value in values]
            if group in groups and {*ids} != {*groups[group]} and not self._connected(places[group], place):
                raise _No("same", *(self.words(self.parts[at]) for at in (places[group], place)))
            listed = groups.setdefault(group, [])
            listed.extend(one for one in ids if one not in listed)
            places[group] = place
        if self.rank is not None:
            # What is not known is no customer and no brand, so that it has no place in a ranking of these.
            for dimension in self.by:
                if dimension in _NAMELESS and (dimension, False) not in groups:
                    groups.setdefault((dimension, True), []).append(None)
        self._recurring(places)
        for (dimension, negated), listed in groups.items():
            if negated and (dimension, False) in groups and any(listed):
                raise _No("same", self.words(self.parts[places[dimension, False]]))
        return [
            Condition.model_validate({"dimension": dimension, "is": listed, "isnt": negated})
            for (dimension, negated), listed in groups.items()
        ]

    def _recurring(self, places: dict[tuple[Dimension, bool], int]) -> None:
        """Raise where it is open whether one such day is meant or all of them: «on Friday», and no period is named."""
        for (dimension, _), place in places.items():
            said = self.words(self.parts[place])
            several = said.endswith("s") or " " in said or said[0] in "每逢"
            marked = self._near(place, -1, frozenset(["place"]))
            every = marked is not None and marked.kind in ("by", "per")
            if dimension == "weekday" and not (several or every or self.has("time")):
                raise _No("recurring", said)

    def _connected(self, one: int, other: int) -> bool:
        between = {part.kind for part in self.parts[one + 1 : other]}
        return between <= _BESIDE_VALUES | {"value"} and bool(between & {"and", "vs", "value", "follow"})

    # Times.

    def _period(self) -> tuple[Period, Any]:
        main, beside = self._times()
        compared = self._compared()
        if main is None and compared is not None and beside is None and compared != "previous":
            main = calendar.relative("year", 0, self.known.today)
        elif main is None and beside is not None and beside.relative == -1:
            main = calendar.relative(beside.unit, 0, self.known.today)
        elif main is None and (beside is not None or compared == "previous") and self.before is None:
            raise _No("compare")
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
        times = [(place, part.stretch) for place, part in enumerate(self.parts) if part.kind == "time"]
        for place, part in enumerate(self.parts):
            if part.kind == "prior" and not self.has("vs", "compareverb", "change", "time"):
                times.append((place, calendar.relative(cast("Unit", part.name), -1, self.known.today)))
        stretches = [(place, stretch or Stretch(None, None)) for place, stretch in times]
        if len(stretches) > 2:
            raise _No("times", *(self.words(self.parts[place]) for place, _ in stretches))
        beside = [one for one in stretches if self._versus(one[0])]
        behind = self.reading.language == "zh" and self.has("vs")  # «六月与五月相比»
        if len(stretches) == 2 and not beside and (behind or self.has("compareverb")):
            beside = stretches[1:]
        main = [one for one in stretches if one not in beside]
        if len(main) == 2:
            return self._one_of(main), None
        return main[0][1] if main else None, beside[0][1] if beside else None

    def _one_of(self, both: list[tuple[int, Stretch]]) -> Stretch:
        """Two times that are no comparison: joined by «and» they are one stretch, or the one lies in the other."""
        (one_at, one), (other_at, other) = both
        joined = calendar.joined(one, other)
        between = {part.kind for part in self.parts[one_at + 1 : other_at]}
        linked = "and" in between and between <= {"and", "place", "dim", "dims", "follow"}
        if "and" in between and not linked:
            raise _No("times", self.words(self.parts[one_at]), self.words(self.parts[other_at]))
        if linked and joined is not None:
            return joined
        if not linked and one.first and one.last and other.first and other.last:
            for inner, outer in ((one, other), (other, one)):
                if cast("date", outer.first) <= cast("date", inner.first) and cast("date", inner.last) <= cast(
                    "date", outer.last
                ):
                    return inner
        raise _No("times", self.words(self.parts[one_at]), self.words(self.parts[other_at]))

    def _versus(self, place: int) -> bool:
        before = self._near(place, -1, frozenset(["place", "howmuch"]))
        return before is not None and before.kind == "vs"

    def _compared(self) -> Literal["year", "previous"] | None:
        kinds = [part.name for part in self.parts if part.kind == "compare"]
        prior = [part.name for part in self.parts if part.kind == "prior"]
        if prior and self.has("vs", "compareverb", "change", "time"):
            kinds.append("year" if prior[0] == "year" else "previous")
        if len(set(kinds)) > 1:
            raise _No("compare")
        if kinds:
            return cast("Literal['year', 'previous']", kinds[0])
        grows = self.has("change") and not any(dimension in TIMES for dimension in self.by)
        return (
            "previous"
            if grows and not any(self._versus(at) for at, part in enumerate(self.parts) if part.kind == "time")
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
        span = self.known.span
        if span is None:
            raise _No("period")
        first = stretch.first or min(span[0], stretch.last or span[0])
        last = stretch.last or max(span[1], first)
        if not other and (last < span[0] or (first > span[1] and first > self.known.today)):
            raise _No("period")
        return Period(first=first, last=last)

    # The next question after one.

    def _continued(self, query: Query) -> Query:
        """What this question leaves open as the one before had it."""
        before = cast("Query", self.before)
        said: dict[str, Any] = query.model_dump(by_alias=True)
        dimensions = {condition.dimension for condition in query.where}
        kept = [one.model_dump(by_alias=True) for one in before.where if one.dimension not in dimensions]
        said["where"] = [*kept, *said["where"]]
        if not query.by:
            said.update(by=before.by, top=before.top, order=before.order, ascending=before.ascending)
        if said["order"] is not None and said["order"] not in said["metrics"]:
            said["order"] = said["metrics"][0]
        timed = self.has("time", "prior")
        if not timed:
            said["period"] = before.period.model_dump()
        if query.compare is None:
            whole = isinstance(before.compare, Period)
            said["compare"] = None if whole and timed else before.model_dump(by_alias=True)["compare"]
        return Query.model_validate(said)


def _is_of(part: Part, dimension: Dimension) -> bool:
    return any(value.dimension == dimension for value in part.values)


LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)
