"""Whether a translation says the same numbers, measures and sizes, or the same ones converted."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import islice
from typing import Final

from weft.skills.translate import number_words, numbers, sizes, units
from weft.skills.translate.checks.problem import Market, Problem, short
from weft.skills.translate.checks.readable import OBJECT, Pair
from weft.skills.translate.language import base
from weft.skills.translate.structure.placeholders import codes
from weft.skills.translate.unit_words import mentioned, symbol
from weft.skills.translate.units import Measure

_VOCABULARY: Final = frozenset(["en", "de", "fr", "es", "it", "pt", "nl", "pl", "uk", "ru", "zh", "ja", "ko", "ar"])
_AFTERNOON: Final = re.compile(r"\b([0-9]{1,2})(?:[:.][0-9]{2})?\s?p\.?m\.?\b", re.IGNORECASE)
_OFF: Final = re.compile(r"([0-9](?:\.?[0-9])?)\s?折")
# Fixed expressions whose digits are said otherwise, or not at all, in another language.
_IDIOMS: Final = re.compile(
    r"(?<![0-9A-Za-z])(?:24/7|1-?on-?1|[23]-?D|[248]-?K|[2-9]-?G|50/50)(?![0-9A-Za-z])|(?<![0-9])24/7(?![0-9])",
    re.IGNORECASE,
)
_MOST: Final = 12


def wrong(pair: Pair, keep: Sequence[str], market: Market | None) -> Iterator[Problem]:
    """Numbers, measures and sizes that were lost, added, changed or wrongly converted."""
    source, target = _masked(pair, keep)
    named = [list(sizes.found(text)) for text in (source, target)]
    sized = _without_sizes(source, named[0]), _without_sizes(target, named[1])
    # Sizes that both texts name are held against each other by the charts.
    figures = _Figures(
        *(sized if all(named) else (source, target)), pair.source.language, pair.target.language, pair.format == "icu"
    )
    yield from islice(figures.problems(market), _MOST)
    yield from _sizes(source, target)


def _masked(pair: Pair, keep: Sequence[str]) -> tuple[str, str]:
    """The two texts without codes and names, whose digits say no number."""
    source, target = pair.source.words, pair.target.words
    there = {source[start:end] for start, end in codes(source)}
    there |= {name for name in keep if any(sign.isdigit() for sign in name) and name in source and name in target}
    for word in sorted(there, key=len, reverse=True):
        source, target = source.replace(word, OBJECT), target.replace(word, OBJECT)
    return _IDIOMS.sub(OBJECT, source), _IDIOMS.sub(OBJECT, target)


class _Figures:
    """The figures of both texts, struck off as they are found in the other one."""

    def __init__(self, source: str, target: str, source_language: str, target_language: str, forms: bool) -> None:
        self.source, self.target = source, target
        self.languages = source_language, target_language
        # The branches of a message say a number as often as the language has forms.
        self.forms = forms
        self.measures = units.found(source, source_language), units.found(target, target_language)
        # Which quantities there are: a long text says each of a few of them often.
        self.distinct = [
            list({(one.unit, one.value, one.number.decimals): one for one in side}.values()) for side in self.measures
        ]
        self.named: dict[str, bool] = {}
        self.numbers = [
            Counter(number.value for number in numbers.found(text, language))
            for text, language in ((source, source_language), (target, target_language))
        ]

    def problems(self, market: Market | None) -> Iterator[Problem]:
        """What is wrong, measures first."""
        yield from self._measured(market)
        yield from self._counted()

    def _strike(self, before: Measure, after: Measure) -> None:
        self.numbers[0][before.number.value] -= 1
        self.numbers[1][after.number.value] -= 1

    def _measured(self, market: Market | None) -> Iterator[Problem]:
        left = list(self.measures[1])
        open_ones: list[Measure] = []
        for measure in self.measures[0]:
            match = next((one for one in left if one.unit == measure.unit and one.value == measure.value), None)
            if match is None:
                open_ones.append(measure)
                continue
            left.remove(match)
            self._strike(measure, match)
            yield from self._unconverted(measure, market)
        for measure in open_ones:
            match = next((one for one in left if units.same(measure, one)), None)
            if match is not None:
                left.remove(match)
                self._strike(measure, match)
            else:
                yield from self._misread(measure, left)
        for extra in left:
            # The same quantity a second time, in another unit.
            if any(units.same(measure, extra) for measure in self.distinct[0]):
                self.numbers[1][extra.number.value] -= 1

    def _unconverted(self, measure: Measure, market: Market | None) -> Iterator[Problem]:
        if market is None or market.units not in ("metric", "imperial", "both"):
            return
        wanted = units.wanted(measure, market.units)
        if wanted is None or any(one.unit != measure.unit and units.same(measure, one) for one in self.distinct[1]):
            return
        if any(one.unit != measure.unit and units.same(measure, one) for one in self.distinct[0]):
            return
        shown = numbers.written(wanted[0], self.languages[1])
        text = self.source[measure.start : measure.end]
        sign = symbol(wanted[1], self.languages[1])
        yield Problem("units", f"{short(text)} is to be {shown} {sign} in this market.", text)

    def _misread(self, measure: Measure, left: list[Measure]) -> Iterator[Problem]:
        """A measure that the translation does not have: with another unit, without one, or with another number."""
        text = self.source[measure.start : measure.end]
        other = next((one for one in left if one.number.value == measure.number.value), None)
        if other is not None and other.unit != measure.unit:
            left.remove(other)
            self._strike(measure, other)
            if {other.unit, measure.unit} not in _ALIKE:
                said = self.target[other.start : other.end]
                yield Problem("units", f"{short(text)} has become {short(said)}.", text)
            return
        if self.numbers[1][measure.number.value] <= 0:
            return
        if not self._names(measure.unit, self.source[measure.unit_start : measure.unit_end]):
            yield Problem("units", f"{short(text)} has lost its unit in the translation.", text)

    def _names(self, unit: str, written: str) -> bool:
        """Whether the translation names a unit anywhere, in its language's words or in the source's."""
        if base(self.languages[1]) not in _VOCABULARY or (unit == "percent" and _OFF.search(self.target)):
            return True
        if unit not in self.named:
            self.named[unit] = mentioned(unit, self.target, self.languages[1])
        if written and written not in self.named:
            self.named[written] = re.search(rf"[0-9]\s?-?{re.escape(written)}", self.target) is not None
        return self.named[unit] or self.named.get(written, False)

    def _counted(self) -> Iterator[Problem]:
        before, after = self.numbers
        if self.forms:
            before, after = (Counter({value: 1 for value, often in side.items() if often > 0}) for side in self.numbers)
        missing, extra = +before - +after, +after - +before
        if missing or extra:
            self._told_otherwise(missing, extra)
        for value in missing:
            where = _plain(value)
            yield Problem("numbers", f"The number {where} of the source is not in the translation.", where)
        for value in extra:
            where = _plain(value)
            yield Problem("numbers", f"The translation has the number {where}, which the source does not have.", where)

    def _told_otherwise(self, missing: Counter[Decimal], extra: Counter[Decimal]) -> None:
        """Strike off what the other text says in words, as a month, as another time of the day, as what is left to pay."""
        spoken = [
            number_words.said(text, language) | {Decimal(month) for month in numbers.months(text, language)}
            for text, language in zip((self.source, self.target), self.languages, strict=True)
        ]
        hours = {Decimal(found.group(1)) for found in _AFTERNOON.finditer(self.source)}
        paid = {
            100 - Decimal(found.group(1).replace(".", "")) * (1 if len(found.group(1)) > 1 else 10)
            for found in _OFF.finditer(self.target)
        }
        for value in list(missing):
            later = next((one for one in extra if one == value + 12 and value in hours), None)
            year = next((one for one in extra if value < 100 and one > 1900 and one % 100 == value), None)
            if value in spoken[1] or value in paid:
                del missing[value]
            elif (match := later or year) is not None:
                del missing[value], extra[match]
        for found in _OFF.finditer(self.target):
            if paid & set(self.numbers[0]):
                extra.pop(Decimal(found.group(1)), None)
        for value in [one for one in extra if one in spoken[0]]:
            del extra[value]


# Units that people say for one another: a short ton for a ton, a pint by the name of a point.
_ALIKE: Final = ({"ton", "metric_ton"}, {"ounce", "fluid_ounce"})


def _plain(value: Decimal) -> str:
    return format(value.normalize(), "f")


def _without_sizes(text: str, named: Sequence[sizes.Named]) -> str:
    parts, at = [], 0
    for one in named:
        parts += [text[at : one.start], OBJECT]
        at = one.end
    return "".join([*parts, text[at:]])


def _sizes(source: str, target: str) -> Iterator[Problem]:
    """Sizes whose system is named: the same in the same system, or the one that the chart has in another."""
    there = list({(one.system, one.size.upper()): one for one in sizes.found(target)}.values())
    for one in {(one.system, one.size.upper()): one for one in sizes.found(source)}.values():
        whole = source[one.start : one.end]
        same = [other for other in there if other.system == one.system]
        if same:
            if all(other.size.upper() != one.size.upper() for other in same):
                yield Problem("sizes", f"The size {short(whole)} has become {one.system} {same[0].size}.", whole)
            continue
        if not there:
            continue
        allowed = {
            sizes.equivalent(one.size, one.system, other.system, kind, who)
            for other in there
            for kind, who in sizes.charts(source)
        }
        if not allowed & {other.size.upper() for other in there}:
            said = target[there[0].start : there[0].end]
            yield Problem("sizes", f"The size {short(whole)} is not {short(said)}.", whole)
