"""From the parts of a question to the typed query: every part has its place in it, or the question is refused.

A question is some metrics, the dimensions by which they are divided, values that dimensions must or must not have, a period, another
one to compare with, and how many of the rows; a word that says nothing of these and is not known to say nothing is not passed over.
"""

import re
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, cast

from weft.numbers.query import TIMES, Condition, Dimension, Metric, Period, Query
from weft.skills.analyze.words import calendar
from weft.skills.analyze.words.known import Known, Value, first_of
from weft.skills.analyze.words.periods import Periods
from weft.skills.analyze.words.question import Question
from weft.skills.analyze.words.reading import Part, Reading, cleaned, read
from weft.skills.analyze.words.refusals import Reason, Refused, Unclear
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
    """A question as it was understood: the query, and what the values in it are called.

    `shares` says that rows are asked for as shares of the whole: of those values of the dimension, all where empty.
    """

    query: Query
    language: Language
    titles: dict[tuple[Dimension, str], str] = field(default_factory=dict)
    mended: list[tuple[str, str]] = field(default_factory=list)
    shares: tuple[str, ...] | None = None


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
    except Unclear as no:
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
        except Unclear:
            continue
    return None


def _readable(reading: Reading) -> None:
    """Raise where a question asks for what no figure tells, or has words that nothing accounts for."""
    parts = reading.parts
    for kind in ("why", "ahead", "lack"):
        for part in parts:
            if part.kind == kind:
                raise Unclear(cast("Reason", kind), reading.words(part), name=part.name)
    if any(part.kind == "passive" for part in parts) and not any(
        part.kind in ("weak", "adjective") and reading.words(part).endswith(("t", "te", "ten")) for part in parts
    ):
        raise Unclear("ahead")
    unknown = [reading.words(part) for part in parts if part.kind == "unknown"]
    if unknown:
        raise Unclear("words", *unknown)
    absent = [reading.words(part) for part in parts if part.kind == "absent"]
    if absent:
        raise Unclear("absent", *absent)


class _Assembly(Question):
    def __init__(self, reading: Reading, known: Known, before: Query | None) -> None:
        super().__init__(reading, known, before)
        self.metrics: list[Metric] = []
        self.weak: list[str] = []
        self.by: list[Dimension] = []
        self.bare: list[Part] = []
        self.order: Metric | None = None
        self.rank: Literal["most", "least"] | None = None
        self.number: int | None = None
        self.single = self.language == "zh"
        self.shares: tuple[str, ...] | None = None
        self.values: list[tuple[bool, Dimension, list[Value], int]] = []
        self.titles: dict[tuple[Dimension, str], str] = {}

    def understood(self) -> Understood:
        self._ranks()
        for place, part in enumerate(self.parts):
            taker = getattr(self, f"_take_{part.kind}", None)
            if taker is not None:
                taker(part, place)
        self._counted()
        self._shared()
        self._divided()
        self._of_the_whole()
        period, compare = Periods(self, self.by).period()
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
        return Understood(query, self.language, self.titles, self.reading.mended, self.shares)

    # Ranks and numbers are looked at first: what a dimension does depends on them.

    def _ranks(self) -> None:
        for part in self.parts:
            if part.kind in ("most", "least"):
                rank = cast("Literal['most', 'least']", part.kind)
                if self.rank is not None and self.rank != rank:
                    raise Unclear("rank", self.words(part))
                self.rank = rank
        for place, part in enumerate(self.parts):
            if part.kind == "rank":
                self._rank_word(part, place)
            elif part.kind == "number":
                self._number(part, place)

    def _rank_word(self, part: Part, place: int) -> None:
        after = self.near(place, 1)
        if after is not None and after.kind == "number":
            self.rank = self.rank or "most"
        elif self.language != "zh" and not (after is not None and after.kind in ("dim", "dims", "place", "by")):
            raise Unclear("words", self.words(part))

    def _number(self, part: Part, place: int) -> None:
        before, after = self.near(place, -1), self.near(place, 1)
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
            raise Unclear("number", self.words(part))
        self.number = part.number

    # What each part does.

    def _take_metric(self, part: Part, place: int) -> None:
        metric = cast("Metric", part.name)
        before = self.near(place, -1)
        if before is not None and before.kind == "per":
            raise Unclear("average", self.words(before), self.words(part))
        if before is not None and before.kind == "by":
            self.order = metric
        elif self.metrics and metric not in self.metrics and not self._joined(place):
            raise Unclear("joined", self.words(part))
        if before is not None and before.kind == "not":
            raise Unclear("not", self.words(part))
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
        before, after = self.near(place, -1, frozenset(["number"])), self.near(place, 1)
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
                raise Unclear("average", self.words(marked), self.words(part))
            if marked.kind in ("which", "most", "least"):
                self.single = part.kind == "dim"
            if marked.kind == "whichmany":
                self.single = False
            self._divide(dimension)
        elif dimension == "customer" and self._listed(place):
            self.metrics.append("customers")
        else:
            self.bare.append(part)

    def _listed(self, place: int) -> bool:
        """Whether a dimension is one of the figures of a list: «orders and customers»."""
        for step in (-1, 1):
            joint, other = self.near(place, step), self.near(place + step, step)
            if joint is not None and joint.kind == "and" and other is not None and other.kind == "metric":
                return "customers" not in self.metrics
        return False

    _take_dims = _take_dim

    def _of_time(self, part: Part, place: int) -> bool:
        """«the month of May», «the week of 15 March»: the unit of a time that is named behind it."""
        after = self.near(place, 1, frozenset(["place"]))
        if after is None or after.kind != "time" or after.stretch is None or after.stretch.first is None:
            return False
        if part.name == "week" and after.stretch.unit == "day":
            after.stretch = calendar.within(after.stretch.first, "week", self.known.today)
        elif part.name != after.stretch.unit:
            raise Unclear("times", self.words(part), self.words(after))
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
            raise Unclear("count", self.words(part))

    def _later(self, weak: str) -> bool:
        return any(part.kind == "weak" and part.name == weak for part in self.parts)

    def _divide(self, dimension: Dimension) -> None:
        if dimension not in self.by:
            self.by.append(dimension)

    def _take_value(self, part: Part, place: int) -> None:
        hinted = [
            cast("Dimension", one.name)
            for one in (self.near(place, -1), self.near(place, 1))
            if one is not None and one.kind in ("dim", "dims") and _is_of(part, cast("Dimension", one.name))
        ]
        values = first_of(part.values, hinted[0] if hinted else None)
        if not values:
            raise Unclear("words", self.words(part))
        self._condition(values, place)

    def _take_weekend(self, part: Part, place: int) -> None:
        days = ("6", "7") if part.kind == "weekend" else ("1", "2", "3", "4", "5")
        names = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
        if self.has("weekend") and self.has("workweek"):
            raise Unclear("weekend", self.words(part))
        if self._marked(place) is not None:
            raise Unclear("weekend", self.words(part))
        self._condition([Value("weekday", day, names[int(day) - 1]) for day in days], place)

    _take_workweek = _take_weekend

    def _condition(self, values: list[Value], place: int) -> None:
        dimension = values[0].dimension
        for value in values:
            self.titles[dimension, value.id] = value.title
        self.values.append((self._negated(place, dimension), dimension, values, place))

    def _negated(self, place: int, dimension: Dimension) -> bool:
        """Whether «not» stands before a value, or before one of the same dimension that «and» joins it to."""
        at, joined = place - 1, False
        while at >= 0:
            part = self.parts[at]
            if part.kind == "not":
                return True
            earlier = next((one for one in self.values if one[3] == at), None)
            if part.kind == "value" and earlier is not None:
                if earlier[1] != dimension and earlier[0] and joined:
                    raise Unclear("not", self.words(part), self.words(self.parts[place]))
                if earlier[1] != dimension:
                    break
            elif part.kind == "place":
                before = self.near(at, -1, frozenset(["place", "dim", "dims"]))
                if before is None or before.kind != "not":
                    break
            elif part.kind not in ("and", "vs", "follow", "dim", "dims"):
                break
            joined = joined or part.kind == "and"
            at -= 1
        return self._negated_behind(place)

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
        after = self.near(place, 1, _BESIDE_VALUES - {"and", "vs", "follow"})
        if after is None or after.kind not in ("value", "weekend", "workweek"):
            raise Unclear("not", self.words(part))

    def _take_notafter(self, part: Part, place: int) -> None:
        before = self.near(place, -1, frozenset(["place"]))
        if before is None or before.kind not in ("value", "weekend", "workweek"):
            raise Unclear("not", self.words(part))

    def _take_by(self, part: Part, place: int) -> None:
        after = self.near(place, 1, frozenset(["place", "most", "least", "number", "and"]))
        if after is None or after.kind not in ("dim", "dims", "metric", "value", "weak", "by", "per"):
            raise Unclear("words", self.words(part))

    _take_per = _take_by

    def _take_notend(self, part: Part, place: int) -> None:
        before = self.near(place, -1, frozenset(["place", "dim", "dims"]))
        if before is None or before.kind not in ("value", "weekend", "workweek"):
            raise Unclear("not", self.words(part))

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
            raise Unclear("metric")

    def _from_weak(self) -> None:
        if {"sell", "returns"} <= {*self.weak} and self.has("and"):
            raise Unclear("joined", *(self.words(part) for part in self.parts if part.kind == "weak"))
        named: list[str] = [name for name in ("returns", "discounts", "units", "revenue") if name in self.weak]
        if self._list_of_products():
            self._divide("product")
            named = ["units"]
        if self.has("what") and "sell" in self.weak and self.rank is not None and not self.by:
            named = named or ["units"]
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
            raise Unclear("words", *(self.words(part) for part in self.parts if part.kind == "adjective"))

    def _cancelled(self) -> None:
        if not self.metrics and "orders" in self.weak:
            self.metrics.append("orders")
        if self.metrics == ["orders"]:
            self.metrics = ["cancelled_orders"]
        elif self.metrics not in (["cancelled_orders"], ["cancellation_rate"]):
            raise Unclear("words", *(self.words(part) for part in self.parts if part.kind == "adjective"))

    def _returned(self) -> None:
        swaps: dict[Metric, Metric] = {"units": "units_returned"}
        if "sell" in self.weak and self.has("and"):
            raise Unclear("joined", *(self.words(part) for part in self.parts if part.kind == "weak"))
        if self.has("share") and self.metrics in (["revenue"], ["net_sales"], ["gross_sales"]):
            self.metrics = ["refund_rate"]
        elif self.metrics[0] in swaps:
            self.metrics[0] = swaps[self.metrics[0]]
        elif self.metrics[0] not in ("returns", "refund_rate", "units_returned"):
            raise Unclear(
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
            self.shares = ()

    def _of_the_whole(self) -> None:
        """«what share of revenue comes from Germany»: the rows of all countries, of which one is asked for."""
        if self.shares is None:
            return
        named = [one for one in self.values if not one[0]]
        other = len(self.metrics) != 1 or self.rank is not None or self.has("compare", "prior", "vs", "change", "sort")
        if other or self.before is not None or len({one[1] for one in named} | {*self.by}) != 1:
            raise Unclear("share", *(self.words(part) for part in self.parts if part.kind == "share"))
        if named:
            self.shares = tuple(dict.fromkeys(value.id for _, _, values, _ in named for value in values))
            self.values = [one for one in self.values if one[0]]
            self.by = [named[0][1]]

    # By what it is divided.

    def _divided(self) -> None:
        for part in self.bare:
            dimension = cast("Dimension", part.name)
            if dimension == "customer" and self.has("what") and {"sell", "units"} & {*self.weak}:
                continue  # «What do German customers buy most» asks for products.
            if self.rank is not None and not self.by:
                self.single = part.kind == "dim"
                if self.has("whichmany"):
                    self.single = False
                self._divide(dimension)
            elif dimension not in ("customer", "product") or not (
                part.kind == "dims" or self.language == "zh" or self.rank is not None
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
            raise Unclear("rank", *(self.words(part) for part in self.parts if part.kind == self.rank))
        if self.rank is not None and len(self.by) > 1:
            raise Unclear("groups")
        grown = [part for part in self.parts if part.kind == "change"]
        if self.rank is not None and grown:
            raise Unclear("growth", self.words(grown[0]))
        if self.has("sort") and (self.rank is not None or not self.by):
            raise Unclear("rank", *(self.words(part) for part in self.parts if part.kind == "sort"))

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
                raise Unclear("dimension", name=dimension)
        for metric in self.metrics:
            if metric in self.known.lacking:
                raise Unclear("nothing", name=metric)

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
            if (
                group in groups
                and {*ids} != {*groups[group]}
                and not (self._connected(places[group], place) or self.has("compareverb"))
            ):
                raise Unclear("same", *(self.words(self.parts[at]) for at in (places[group], place)))
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
                raise Unclear("same", self.words(self.parts[places[dimension, False]]))
        return [
            Condition.model_validate({"dimension": dimension, "is": listed, "isnt": negated})
            for (dimension, negated), listed in groups.items()
        ]

    def _recurring(self, places: dict[tuple[Dimension, bool], int]) -> None:
        """Raise where it is open whether one such day is meant or all of them: «on Friday», and no period is named."""
        for (dimension, _), place in places.items():
            said = self.words(self.parts[place])
            several = said.endswith("s") or " " in said or said[0] in "每逢"
            marked = self.near(place, -1, frozenset(["place"]))
            every = marked is not None and marked.kind in ("by", "per")
            if dimension == "weekday" and not (several or every or self.has("time")):
                raise Unclear("recurring", said)

    def _connected(self, one: int, other: int) -> bool:
        between = {part.kind for part in self.parts[one + 1 : other]}
        return between <= _BESIDE_VALUES | {"value"} and bool(between & {"and", "vs", "value", "follow"})

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
