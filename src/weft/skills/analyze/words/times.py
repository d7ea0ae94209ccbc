"""Expressions of time in English, German and Chinese: where one stands in a text, and which days it means."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final, Literal

from weft.skills.analyze.words import calendar
from weft.skills.analyze.words.calendar import Named, Stretch, Unit

Language = Literal["en", "de", "zh"]
_DAY: Final = timedelta(days=1)
_Base = Stretch | Named


@dataclass(frozen=True, slots=True)
class Found:
    """An expression of time: where it ends, its days, whether they are still to come, whether it is a year-ago alone."""

    end: int
    stretch: Stretch | None
    ahead: bool = False


@dataclass(frozen=True, slots=True)
class _Rule:
    pattern: re.Pattern[str]
    makes: "_Makes"


class _Match:
    """The named groups of a match, numbers and words of a language read."""

    def __init__(self, match: re.Match[str], words: "_Words") -> None:
        self._groups, self.words = match.groupdict(), words

    def __contains__(self, name: str) -> bool:
        return self._groups.get(name) is not None

    def text(self, name: str) -> str:
        return " ".join((self._groups.get(name) or "").split())

    def number(self, name: str) -> int:
        text = self.text(name)
        return int(text) if text.isdigit() else self.words.numbers[text]

    def year(self) -> int | None:
        return int(self.text("year")) if "year" in self else None

    def unit(self) -> Unit:
        return self.words.units[self.text("unit")]

    def month(self) -> int:
        text = self.text("month").rstrip(".")
        return int(text) if text.isdigit() else self.words.months[text]


_Makes = Callable[[_Match, date], _Base | None]


@dataclass(frozen=True, slots=True)
class _Words:
    """What a language calls months, units and numbers."""

    months: Mapping[str, int]
    units: Mapping[str, Unit]
    numbers: Mapping[str, int]


def _listed(text: str) -> dict[str, int]:
    """Names by their place, those of one place parted by `/`."""
    return {name.replace("_", " "): place for place, names in enumerate(text.split(), 1) for name in names.split("/")}


def _called(*names: str) -> dict[str, Unit]:
    """What days, weeks, months, quarters and years are called."""
    units: tuple[Unit, ...] = ("day", "week", "month", "quarter", "year")
    return {name: unit for unit, listed in zip(units, names, strict=True) for name in listed.split("/")}


_ENGLISH: Final = _Words(
    _listed(
        "january/jan february/feb march/mar april/apr may june/jun july/jul august/aug september/sept/sep october/oct "
        "november/nov december/dec"
    ),
    _called("day/days", "week/weeks", "month/months", "quarter/quarters", "year/years"),
    {
        **_listed("one/first two/second three/third four/fourth five six seven eight nine ten eleven twelve"),
        **_listed("1st 2nd 3rd 4th"),
    },
)
_GERMAN: Final = _Words(
    _listed(
        "januar/jan/jänner/januars februar/feb/februars märz/mär/mrz april/apr mai juni/jun juli/jul august/aug "
        "september/sept/sep oktober/okt november/nov dezember/dez"
    ),
    _called(
        "tag/tage/tagen/tages",
        "woche/wochen/kalenderwoche",
        "monat/monate/monaten/monats",
        "quartal/quartale/quartalen/quartals",
        "jahr/jahre/jahren/jahres",
    ),
    {
        **_listed("eins/ein/eine/einen/einem zwei drei vier fünf sechs sieben acht neun zehn elf zwölf"),
        **{
            stem + ending: place
            for place, stem in enumerate(("erst", "zweit", "dritt", "viert"), 1)
            for ending in ("e", "en", "es", "er", "em")
        },
    },
)
_WEEKDAYS: Final = {
    name: place
    for place, names in enumerate(
        [
            "monday/montag",
            "tuesday/dienstag",
            "wednesday/mittwoch",
            "thursday/donnerstag",
            "friday/freitag",
            "saturday/samstag/sonnabend",
            "sunday/sonntag",
        ]
    )
    for name in names.split("/")
}
_HAN_NUMBERS: Final = _listed("一 二/两 三 四 五 六 七 八 九 十 十一 十二")
_CHINESE: Final = _Words(
    {name: number for name, number in _HAN_NUMBERS.items() if name != "两"} | {"元": 1},
    _called("天/日", "周/星期/个星期/礼拜/个礼拜", "个月/月/月份", "季度/个季度/季", "年"),
    {**_HAN_NUMBERS, "十五": 15, "二十": 20, "三十": 30, "六十": 60, "九十": 90, "上": 1, "下": 2},
)
_YEAR: Final = r"(?P<year>(?:19|20)\d\d)"


def _either(names: Sequence[str] | Mapping[str, object]) -> str:
    return "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in sorted(names, key=lambda name: -len(name)))


def _named(unit: Unit, group: str = "number") -> _Makes:
    def makes(match: _Match, today: date) -> _Base | None:
        del today
        number = match.month() if unit == "month" else match.number(group)
        return _checked(Named(unit, number, year=match.year()))

    return makes


def _checked(named: Named) -> Named | None:
    # In a leap year, as the year may not have been said.
    return named if named.within(named.year or 2024) is not None or named.unit == "week" else None


def _named_last(unit: Unit, years: int) -> _Makes:
    """A month, quarter or half with «this year» or «last year» said beside it."""

    def makes(match: _Match, today: date) -> _Base | None:
        number = match.month() if unit == "month" else match.number("number")
        return _checked(Named(unit, number, year=today.year + years))

    return makes


def _on_day(match: _Match, today: date) -> _Base | None:
    del today
    return _checked(Named("day", match.month(), match.number("day"), match.year()))


def _year(match: _Match, today: date) -> _Base | None:
    del today
    return Named("year", year=match.year())


def _steps(unit: Unit | None, steps: int) -> _Makes:
    return lambda match, today: calendar.relative(unit or match.unit(), steps, today)


def _recent(match: _Match, today: date) -> _Base | None:
    count = match.number("count")
    return calendar.recent(match.unit(), count, today) if 0 < count < 5_000 else None


def _first_units(match: _Match, today: date) -> _Base | None:
    """«the first three months of 2026»."""
    count, unit = match.number("count"), match.unit()
    year = match.year() or today.year + (-1 if "before" in match else 0)
    if unit not in ("day", "week", "month", "quarter") or not 0 < count < 366:
        return None
    first = calendar.begun(date(year, 1, 1), unit)
    return Stretch(date(year, 1, 1), calendar.stepped(first, unit, count) - _DAY) if unit != "week" else None


def _past_year(match: _Match, today: date) -> _Base | None:
    del match
    return calendar.recent("month", 12, today)


def _to_date(match: _Match, today: date) -> _Base | None:
    units: dict[str, Unit] = {"y": "year", "q": "quarter", "m": "month", "w": "week"}
    return calendar.relative(units[match.text("unit")[0]], 0, today)


def _last_named(match: _Match, today: date) -> _Base | None:
    """«last July»: the last one that is over."""
    found = Named("month", match.month()).latest(today)
    if found is not None and found.last is not None and found.last >= today and found.first is not None:
        return Named("month", match.month(), year=found.first.year - 1)
    return found


def _last_weekday(match: _Match, today: date) -> _Base | None:
    back = (today.weekday() - _WEEKDAYS[match.text("weekday")]) % 7 or 7
    return Stretch(today - back * _DAY, today - back * _DAY, "day")


def _everything(match: _Match, today: date) -> _Base | None:
    del match, today
    return Stretch(None, None)


def _numeric(match: _Match, today: date) -> _Base | None:
    """`15.04.2011`, `15/04/2011`; where day and month could each be the other nothing is guessed."""
    del today
    day, month = int(match.text("day")), int(match.text("month"))
    if match.text("mark") == "/" and day != month:
        if month > 12 >= day:
            day, month = month, day
        elif day <= 12:
            return None
    return _checked(Named("day", month, day, match.year()))


_DATES: Final = (
    (r"(?P<year>(?:19|20)\d\d)[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})", _on_day),
    (r"(?P<year>(?:19|20)\d\d)-(?P<month>0[1-9]|1[0-2])(?![-\d])", _named("month")),
    (r"(?P<month>0?[1-9]|1[0-2])/(?P<year>(?:19|20)\d\d)", _named("month")),
    (r"(?P<day>\d{1,2})(?P<mark>[./])(?P<month>\d{1,2})[./](?P<year>(?:19|20)\d\d)", _numeric),
    (r"q(?P<number>[1-4])(?:[\s/]+" + _YEAR + ")?", _named("quarter")),
    (_YEAR + r"[\s-]*q(?P<number>[1-4])", _named("quarter")),
    (r"h(?P<number>[12])(?:[\s/]+" + _YEAR + ")?", _named("half")),
    (_YEAR, _year),
)


def _english() -> Iterator[tuple[str, _Makes]]:
    month, unit = f"(?P<month>{_either(_ENGLISH.months)})\\.?", f"(?P<unit>{_either(_ENGLISH.units)})"
    ordinal, number = r"(?P<number>first|second|third|fourth|1st|2nd|3rd|4th)", f"\\d+|{_either(_ENGLISH.numbers)}"
    year, before = r"(?:,?\s+(?:of\s+)?" + _YEAR + ")?", r"\s+(?:of\s+)?(?:last|the\s+previous)\s+year"
    this = r"\s+(?:of\s+)?this\s+year"
    yield r"the\s+day\s+before\s+yesterday", _steps("day", -2)
    yield "yesterday", _steps("day", -1)
    yield "today", _steps("day", 0)
    yield r"(?:in\s+|over\s+|during\s+)?(?:the\s+)?(?:past|last)\s+(?:twelve\s+months|12\s+months)", _past_year
    yield r"(?:over\s+)?the\s+past\s+year", _past_year
    yield rf"(?:the\s+)?(?:past|last|previous|latest|recent)\s+(?P<count>{number})\s+{unit}", _recent
    yield r"(?P<unit>year|quarter|month|week)\s+to\s+date", _to_date
    yield r"(?P<unit>[yqmw])td", _to_date
    of_year = rf"(?:of\s+|in\s+)?(?:{_YEAR}|(?P<before>last\s+year)|(?:this|the)\s+year)"
    yield rf"(?:the\s+)?first\s+(?P<count>{number})\s+{unit}\s+{of_year}", _first_units
    yield rf"(?:the\s+)?(?:last|previous|prior|past)\s+{unit}", _steps(None, -1)
    yield rf"(?:so\s+far\s+)?(?:the\s+)?(?:this|current)\s+{unit}(?:\s+so\s+far)?", _steps(None, 0)
    yield rf"(?:the\s+)?{unit}\s+before\s+last", _steps(None, -2)
    halves: tuple[tuple[Unit, str], ...] = (("quarter", "quarter"), ("half", "half(?:\\s+year)?"))
    for kind, noun in halves:
        yield rf"(?:the\s+)?{ordinal}\s+{noun}{before}", _named_last(kind, -1)
        yield rf"(?:the\s+)?{ordinal}\s+{noun}{this}", _named_last(kind, 0)
        yield rf"(?:the\s+)?{ordinal}\s+{noun}{year}", _named(kind)
    yield rf"(?:the\s+)?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?{month}{year}", _on_day
    yield rf"{month}\s+(?:the\s+)?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?!\d){year}", _on_day
    yield rf"(?:last)\s+{month}", _last_named
    yield rf"(?:on\s+)?(?:last|this\s+past)\s+(?P<weekday>{_either(_WEEKDAYS)})", _last_weekday
    yield rf"{month}{before}", _named_last("month", -1)
    yield rf"{month}{this}", _named_last("month", 0)
    yield rf"(?:this\s+)?{month}{year}", _named("month")
    yield rf"(?:calendar\s+)?week\s+(?P<number>\d{{1,2}}){year}", _named("week")
    yield r"(?:of\s+)?all\s+time|in\s+total\s+ever|ever|since\s+the\s+(?:beginning|start)|so\s+far", _everything


def _german() -> Iterator[tuple[str, _Makes]]:
    month, unit = f"(?P<month>{_either(_GERMAN.months)})\\.?", f"(?P<unit>{_either(_GERMAN.units)})"
    ordinal = r"(?P<number>[1-4](?=\.)|" + "|".join(
        stem + "(?:e[snrm]?)" for stem in ("erst", "zweit", "dritt", "viert")
    )
    ordinal += r")\.?"
    number = f"\\d+|{_either(_GERMAN.numbers)}"
    year = r"(?:\s+(?:des\s+jahres\s+)?" + _YEAR + ")?"
    last = r"(?:letzt|vorig|vergangen|vorherig)e[snrm]?"
    article = r"(?:(?:in\s+|während\s+)?(?:de[rmns]|das|die)\s+)?"
    this = r"(?:dies|laufend|aktuell|jetzig)e[snrm]?"
    yield "vorgestern", _steps("day", -2)
    yield "gestern", _steps("day", -1)
    yield "heute", _steps("day", 0)
    yield rf"{article}{last}\s+(?P<count>{number})\s+{unit}", _recent
    of_year = rf"(?:(?:des\s+jahres\s+|in\s+)?{_YEAR}|(?P<before>{last}\s+jahres)|{this}\s+jahres|des\s+jahres)"
    yield rf"{article}erste[nr]?\s+(?P<count>{number})\s+{unit}\s+{of_year}", _first_units
    yield rf"{article}{last}\s+{unit}", _steps(None, -1)
    yield rf"{article}vorletzte[snrm]?\s+{unit}", _steps(None, -2)
    yield rf"{article}(?:bisher\s+)?{this}\s+{unit}(?:\s+bisher)?", _steps(None, 0)
    yield "heuer", _steps("year", 0)
    yield r"seit\s+(?P<unit>jahr|monat|quartal|woche)(?:e?s)?(?:n?)(?:beginn|anfang)", _steps(None, 0)
    halves: tuple[tuple[Unit, str], ...] = (
        ("quarter", "(?:quartal[es]*|vierteljahr(?:es)?)"),
        ("half", "(?:halbjahr(?:es)?|jahreshälfte)"),
    )
    for kind, noun in halves:
        yield rf"{article}{ordinal}\s+{noun}\s+{last}\s+jahres", _named_last(kind, -1)
        yield rf"{article}{ordinal}\s+{noun}\s+{this}\s+jahres", _named_last(kind, 0)
        yield rf"{article}{ordinal}\s+{noun}{year}", _named(kind)
    yield rf"(?P<day>\d{{1,2}})\.\s*{month}{year}", _on_day
    yield r"(?P<day>\d{1,2})\.\s?(?P<month>0?[1-9]|1[0-2])\.(?!\d)", _on_day
    yield rf"{last}\s+{month}", _last_named
    yield rf"{last}\s+(?P<weekday>{_either(_WEEKDAYS)})", _last_weekday
    yield rf"{month}\s+{last}\s+jahres", _named_last("month", -1)
    yield rf"{month}\s+{this}\s+jahres", _named_last("month", 0)
    yield rf"(?:{this}\s+)?{month}{year}", _named("month")
    yield rf"(?:kw|kalenderwoche|woche)\s*(?P<number>\d{{1,2}})(?:\s*/\s*|\s+)?(?:{_YEAR})?", _named("week")
    yield r"(?:im\s+jahr(?:e)?|jahr)\s+" + _YEAR, _year
    yield r"aller\s+zeiten|insgesamt\s+bisher|bisher|jemals|von\s+anfang\s+an|seit\s+beginn", _everything


def _chinese() -> Iterator[tuple[str, _Makes]]:
    months = {name: number for name, number in _CHINESE.months.items() if name != "元"}
    month = rf"(?P<month>1[0-2]|0?[1-9]|{_either(months)})月(?:份)?"
    day = rf"(?P<day>3[01]|[12]?\d|{_either(_CHINESE.numbers)})[日号]"
    unit, number = f"(?P<unit>{_either(_CHINESE.units)})", f"\\d+|{_either(_CHINESE.numbers)}"
    year, quarter = _YEAR + "年?", r"(?:第)?(?P<number>[1-4一二三四])季度?"
    yield "前天", _steps("day", -2)
    yield "昨天|昨日", _steps("day", -1)
    yield "今天|今日", _steps("day", 0)
    yield "前年", _steps("year", -2)
    yield r"(?:过去|最近|近)(?:的)?(?:一年|12个月|十二个月)", _past_year
    yield rf"(?:过去|最近|近)(?:的)?(?P<count>{number})(?:个)?{unit}", _recent
    kinds: tuple[tuple[str, Unit], ...] = ((quarter, "quarter"), ("(?P<number>[上下])半年", "half"), (month, "month"))
    for named, kind in kinds:
        yield rf"去年(?:的)?{named}", _named_last(kind, -1)
        yield rf"今年(?:的)?{named}", _named_last(kind, 0)
    yield rf"(?:今年|(?P<before>去年)|{_YEAR}年)(?:的)?(?:前|头)(?P<count>{number})(?:个)?{unit}", _first_units
    yield "去年", _steps("year", -1)
    yield "今年(?:以来)?|本年(?:度)?|年初至今", _steps("year", 0)
    yield r"(?:本|这)(?:一)?(?:个)?(?P<unit>周|星期|月|季度|季)(?:份)?", _steps(None, 0)
    yield r"上上(?:个)?(?P<unit>周|星期|月|季度)", _steps(None, -2)
    yield r"上(?:一)?(?:个)?(?P<unit>周|星期|月|季度|季)(?:份)?", _steps(None, -1)
    yield rf"{year}(?:的)?{month}{day}", _on_day
    yield rf"{month}{day}", _on_day
    yield rf"{year}(?:的)?{month}", _named("month")
    yield rf"{year}(?:的)?{quarter}", _named("quarter")
    yield rf"{year}(?:的)?(?P<number>[上下])半年", _named("half")
    yield month, _named("month")
    yield quarter, _named("quarter")
    yield r"(?P<number>[上下])半年", _named("half")
    yield r"(?:第)(?P<number>\d{1,2})周", _named("week")
    yield _YEAR + "年(?:度)?", _year
    yield "有史以来|迄今为止|至今|一直以来", _everything


_OWN: Final[dict[Language, Callable[[], Iterator[tuple[str, _Makes]]]]] = {
    "en": _english,
    "de": _german,
    "zh": _chinese,
}
_RULES: Final[dict[Language, tuple[_Rule, ...]]] = {
    language: tuple(_Rule(re.compile(pattern), makes) for pattern, makes in (*_DATES[:-1], *own(), _DATES[-1]))
    for language, own in _OWN.items()
}
_VOCABULARY: Final[dict[Language, _Words]] = {"en": _ENGLISH, "de": _GERMAN, "zh": _CHINESE}
# What is still to come, of which only a forecast tells.
_AHEAD: Final[dict[Language, re.Pattern[str]]] = {
    "en": re.compile(
        r"tomorrow|(?:the\s+)?(?:next|coming|upcoming|following)\s+(?:\w+\s+)?(?:days?|weeks?|months?|quarters?|years?|"
        + _either(_ENGLISH.months)
        + ")"
    ),
    "de": re.compile(
        r"übermorgen|morgen|(?:de[rmn]\s+|die\s+|das\s+)?(?:nächst|kommend|folgend)e[snrm]?\s+(?:\w+\s+)?(?:"
        + _either([*_GERMAN.units, *_GERMAN.months])
        + ")"
    ),
    "zh": re.compile(
        r"明天|后天|下(?:一)?(?:个)?(?:周|星期|月|季度)|明年|未来(?:的)?(?:[\d一二三两四五六七八九十]+(?:个)?(?:天|周|月|季度|年))?"
    ),
}
_BETWEEN: Final[dict[Language, re.Pattern[str]]] = {
    "en": re.compile(r"between\s+|from\s+(?:the\s+)?"),
    "de": re.compile(r"zwischen\s+(?:dem\s+)?|vom\s+|von\s+"),
    "zh": re.compile(r"从|自"),
}
_TO: Final[dict[Language, re.Pattern[str]]] = {
    "en": re.compile(r"\s*(?:\bto\b|\buntil\b|\btill?\b|\bthrough\b|\bthru\b|\band\b|[-–—])\s*(?:the\s+)?"),
    "de": re.compile(r"\s*(?:\bbis\b|\bund\b|[-–—])\s*(?:zum\s+|einschließlich\s+)?(?:dem\s+)?"),
    "zh": re.compile(r"\s*(?:到|至|[-–—~～]|和)\s*"),
}
_AND: Final = re.compile(r"\s*(?:and|und|和)\s*")
_SINCE: Final[dict[Language, re.Pattern[str]]] = {
    "en": re.compile(r"(?:ever\s+)?since\s+(?:the\s+(?:beginning|start)\s+of\s+)?"),
    "de": re.compile(r"(?:seit|ab)\s+(?:dem\s+)?(?:anfang\s+|beginn\s+)?(?:des\s+)?"),
    "zh": re.compile(r"自从?"),
}
_OPEN: Final[dict[Language, re.Pattern[str]]] = {
    "en": re.compile(r"\s+(?:on(?:wards?)?|onward)(?!\w)"),
    "de": re.compile(r"\s+an(?!\w)"),
    "zh": re.compile(r"(?:以来|起|开始|至今)"),
}
_AFTER: Final[dict[Language, re.Pattern[str]]] = {
    "en": re.compile(r"after\s+(?:the\s+)?"),
    "de": re.compile(r"nach\s+(?:dem\s+)?(?=\d|(?:" + _either(_GERMAN.months) + r")(?!\w))"),
    "zh": re.compile(r"(?!)"),
}
_UNTIL: Final[dict[Language, re.Pattern[str]]] = {
    "en": re.compile(r"(?:until|till?|up\s+to)\s+(?:the\s+)?(?:end\s+of\s+)?"),
    "de": re.compile(r"bis\s+(?:zum\s+|einschließlich\s+)?(?:ende\s+)?"),
    "zh": re.compile(r"截至|截止(?:到)?"),
}
_BEFORE: Final[dict[Language, re.Pattern[str]]] = {
    "en": re.compile(r"before\s+(?:the\s+)?"),
    "de": re.compile(r"vor\s+(?:dem\s+)?"),
    "zh": re.compile(r"(?!)"),
}
_TAIL: Final[dict[str, re.Pattern[str]]] = {
    "before": re.compile(r"(?:之前|以前)"),
    "after": re.compile(r"(?:之后|以后)"),
}
_BRIEF: Final[dict[Language, re.Pattern[str]]] = {
    "en": re.compile(r"(?:the\s+)?(?P<day>\d{1,2})(?:st|nd|rd|th)?(?=\s*(?:to|and|until|[-–—]))"),
    "de": re.compile(r"(?P<day>\d{1,2})\.(?=\s*(?:bis|und|[-–—]))"),
    "zh": re.compile(r"(?P<day>\d{1,2})(?:日|号)?(?=\s*(?:到|至|[-–—]))"),
}
_DAY_AFTER: Final = re.compile(r"(?P<day>3[01]|[12]?\d)[日号]")


class Times:
    """Finds expressions of time in a lower-case text of one language, as of a day."""

    def __init__(self, language: Language, today: date) -> None:
        self.language, self.today = language, today

    def at(self, text: str, place: int) -> Found | None:
        """The longest expression of time that begins at a place, if one does."""
        ahead = _AHEAD[self.language].match(text, place)
        if ahead and _ends(text, ahead.end()):
            return Found(ahead.end(), None, ahead=True)
        found = [one for way in (self._range, self._open, self._plain) if (one := way(text, place)) is not None]
        return max(found, key=lambda one: one.end) if found else None

    def _base(self, text: str, place: int) -> tuple[int, _Base] | None:
        best: tuple[int, _Base] | None = None
        for rule in _RULES[self.language]:
            match = rule.pattern.match(text, place)
            if match is None or not _ends(text, match.end()) or (best is not None and match.end() <= best[0]):
                continue
            made = rule.makes(_Match(match, _VOCABULARY[self.language]), self.today)
            if made is not None:
                best = match.end(), made
        return best

    def _settled(self, base: _Base, year: int | None = None) -> Stretch | None:
        if isinstance(base, Stretch):
            return base
        return replace(base, year=base.year or year).latest(self.today)

    def _found(self, end: int, stretch: Stretch | None) -> Found | None:
        if stretch is None:
            return None
        if stretch.first is not None and stretch.first > self.today:
            return Found(end, None, ahead=True)
        return Found(end, stretch)

    def _plain(self, text: str, place: int) -> Found | None:
        base = self._base(text, place)
        if base is None:
            return None
        end, what = base
        open_end = _OPEN[self.language].match(text, end)
        stretch = self._settled(what)
        if open_end and stretch is not None:
            return self._found(open_end.end(), replace(stretch, last=self.today, unit="span", relative=None))
        if self.language == "zh" and stretch is not None and stretch.first and stretch.last:
            if tail := _TAIL["before"].match(text, end):
                return self._found(tail.end(), Stretch(None, stretch.first - _DAY))
            if tail := _TAIL["after"].match(text, end):
                return self._found(tail.end(), Stretch(stretch.last + _DAY, self.today))
        return self._found(end, self._until_today(stretch))

    def _until_today(self, stretch: Stretch | None) -> Stretch | None:
        """A month or a year that is not over goes as far as today, and so does this or that of it."""
        if stretch is None or stretch.last is None or stretch.first is None or stretch.first > self.today:
            return stretch
        return replace(stretch, last=min(stretch.last, self.today))

    def _open(self, text: str, place: int) -> Found | None:
        """«since», «after», «until», «before» and what follows."""
        kinds = (("since", _SINCE), ("after", _AFTER), ("until", _UNTIL), ("before", _BEFORE))
        for kind, patterns in kinds:
            opening = patterns[self.language].match(text, place)
            base = self._base(text, opening.end()) if opening else None
            if base is None:
                continue
            stretch = self._settled(base[1])
            if stretch is None or stretch.first is None or stretch.last is None:
                continue
            made = {
                "since": Stretch(stretch.first, max(self.today, stretch.first)),
                "after": Stretch(stretch.last + _DAY, max(self.today, stretch.last + _DAY)),
                "until": Stretch(None, min(stretch.last, self.today)),
                "before": Stretch(None, stretch.first - _DAY),
            }[kind]
            end = base[0]
            if self.language == "zh" and kind == "since" and (tail := _OPEN["zh"].match(text, end)):
                end = tail.end()
            return self._found(end, made)
        return None

    def _range(self, text: str, place: int) -> Found | None:
        opening = _BETWEEN[self.language].match(text, place)
        start = opening.end() if opening else place
        brief = _BRIEF[self.language].match(text, start)
        first = self._base(text, start)
        if brief and (first is None or first[0] <= brief.end()):
            return self._brief(text, brief)
        if first is None:
            return None
        if opening and (onwards := _OPEN[self.language].match(text, first[0])):
            stretch = self._settled(first[1])
            return self._found(onwards.end(), stretch and replace(stretch, last=self.today, unit="span", relative=None))
        joint = _TO[self.language].match(text, first[0])
        last = self._base(text, joint.end()) if joint else None
        if joint is None or last is None:
            if last is None and joint is not None and self.language == "zh":
                return self._same_month(text, first, joint)
            return None
        if _AND.fullmatch(joint.group()) and not (opening and _between(opening)):
            # «March and April» is no range unless «between» stands before it.
            return None
        return self._spanned(last[0], first[1], last[1])

    def _spanned(self, end: int, first: _Base, last: _Base) -> Found | None:
        if isinstance(last, Named) and last.year is None and isinstance(first, Named) and first.year is not None:
            # «11 July 2025 to 20 August»: the year is said once, and the end is the next of its name.
            begin, end_of = first.within(first.year), last.within(first.year)
            if begin and end_of and begin.first and end_of.last:
                last = replace(last, year=first.year + (end_of.last < begin.first))
        late = self._settled(last)
        if late is None or late.last is None:
            return None
        early = self._settled(first)
        if isinstance(first, Named) and first.year is None and late.first is not None:
            early = replace(first, year=late.first.year).latest(self.today)
            if early is not None and early.first is not None and early.first > late.last:
                early = replace(first, year=late.first.year - 1).latest(self.today)
        if early is None or early.first is None or early.first > late.last:
            return None
        return self._found(end, Stretch(early.first, min(late.last, max(self.today, early.first))))

    def _brief(self, text: str, brief: re.Match[str]) -> Found | None:
        """«1 to 15 March»."""
        joint = _TO[self.language].match(text, brief.end())
        last = self._base(text, joint.end()) if joint else None
        if last is None or not isinstance(last[1], Named) or last[1].unit != "day":
            return None
        return self._spanned(last[0], replace(last[1], day=int(brief.group("day"))), last[1])

    def _same_month(self, text: str, first: tuple[int, _Base], joint: re.Match[str]) -> Found | None:
        """«3月1日到15日»."""
        day = _DAY_AFTER.match(text, joint.end())
        if day is None or not isinstance(first[1], Named) or first[1].unit != "day":
            return None
        return self._spanned(day.end(), first[1], replace(first[1], day=int(day.group("day"))))


def _between(opening: re.Match[str]) -> bool:
    return opening.group().startswith(("between", "zwischen"))


def _ends(text: str, place: int) -> bool:
    """Whether a word ends at a place; Chinese is written without blanks."""
    if place >= len(text) or place == 0:
        return True
    before, after = text[place - 1], text[place]
    return not (_letter(before) and _letter(after))


def _letter(sign: str) -> bool:
    return (sign.isalnum() or sign == "_") and not "\u3400" <= sign <= "\u9fff"
