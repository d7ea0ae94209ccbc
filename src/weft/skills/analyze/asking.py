"""Questions answered: in words by a grammar, by a model where the grammar does not understand, or as a query; never by a guess."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from pydantic import ValidationError

from weft.business import Business
from weft.errors import InputError
from weft.numbers.query import Dimension, Query, Table
from weft.skills.analyze import Action, Analysis, Analyze, Asked, filling, telling
from weft.skills.analyze.words import grammar, refusals, saying
from weft.skills.analyze.words.grammar import Understood
from weft.skills.analyze.words.known import CLOSED, Known, Value
from weft.skills.analyze.words.refusals import Reason, Refused
from weft.skills.analyze.words.times import Language

_STALE: Final = timedelta(days=14)
_CANDIDATES: Final = 300
_VALUES: Final = 5_000
_FOR_A_MODEL: Final[frozenset[Reason]] = frozenset(
    [
        "words",
        "metric",
        "rank",
        "joined",
        "number",
        "times",
        "not",
        "compare",
        "same",
        "average",
        "share",
        "groups",
        "count",
        "recurring",
    ]
)


@dataclass(frozen=True, slots=True)
class Setting:
    """What a question is read with: what the business knows, and what is to be said of the day it is asked on."""

    known: Known
    counted_from: date | None
    fallback: Language

    def notes(self, language: Language) -> list[str]:
        """What is to be said of the day that the question counts from."""
        if self.counted_from is None:
            return []
        said = (
            "Days are counted from {}, the last day with sales.",
            "Tage zählen vom {} an, dem letzten Tag mit Verkäufen.",
            "日期从最后一个有销售的日子{}算起。",
        )
        return [saying.of(said, language).format(saying.day(self.counted_from, language))]


def answered(asked: Analyze, business: Business) -> Analysis:
    """The answer to a question in words or to a query; raises InputError for a query that is none."""
    if asked.query is not None:
        query = _query(asked.query)
        return _told(Understood(query, asked.language or "en"), business, [])
    setting = _setting(asked, business)
    return _answer(
        grammar.parse(asked.ask or "", setting.known, _before(asked), setting.fallback), asked, business, setting
    )


def understood(asked: Analyze, business: Business) -> Analysis:
    """The same; a model fills in the query where the grammar does not understand, and what it fills in is checked and shown."""
    if asked.query is not None:
        return answered(asked, business)
    setting = _setting(asked, business)
    read = grammar.parse(asked.ask or "", setting.known, _before(asked), setting.fallback)
    if isinstance(read, Understood) or read.reason not in _FOR_A_MODEL:
        return _answer(read, asked, business, setting)
    filled = filling.filled(asked.ask or "", read, setting.known, business)
    if isinstance(filled, str):
        answer = _answer(read, asked, business, setting)
        return answer.model_copy(update={"note": filled})
    answer = _answer(filled.understood, asked, business, setting)
    said = (
        "A model read this question: look at how it was understood.",
        "Ein Modell hat diese Frage gelesen: prüfe, wie sie verstanden wurde.",
        "此问题由模型解读：请核对理解是否正确。",
    )
    if answer.asked is not None:
        answer.asked.notes.insert(0, saying.of(said, answer.asked.language))
    return answer.model_copy(update={"engine": "model", "model": filled.model})


def _answer(read: Understood | Refused, asked: Analyze, business: Business, setting: Setting) -> Analysis:
    read.language = asked.language or read.language
    if isinstance(read, Refused):
        return refusal(read, setting.known)
    return _told(read, business, setting.notes(read.language), setting.known)


def _told(read: Understood, business: Business, notes: list[str], known: Known | None = None) -> Analysis:
    table = business.numbers.answer(read.query)
    saying.called(table.rows, read.language)
    if read.shares is not None and not all(one.adds_up for one in table.columns if one.unit is not None):
        words = saying.metric(read.query.metrics[0], read.language)
        return refusal(
            Refused("share", read.language, (words,), nearest=read.query), known or Known(business.numbers.today())
        )
    missing = _missing(table)
    if missing is not None:
        span = known.span if known else business.numbers.span()
        return refusal(
            Refused("nothing", read.language, name=missing), known or Known(business.numbers.today(), span=span)
        )
    return telling.told(read, table, notes)


def _missing(table: Table) -> str | None:
    """The metric that could not be computed at all, though something was sold."""
    for metric in table.query.metrics:
        cells = [row.values.get(metric) for row in (*table.rows, table.total)]
        if table.sources and all(cell is None for cell in cells):
            return metric
    return None


def refusal(refused: Refused, known: Known) -> Analysis:
    """Why a question is not answered, what it would need, and what can be asked or done instead."""
    language = refused.language
    said, needed = refusals.sentence(refused, known.span), refusals.needs(refused, known.span)
    actions = _instead(refused)
    asked = Asked(refused=said, needs=needed, language=language, actions=actions)
    text = "\n".join([said, *([needed] if needed else []), *(f"→ {one.says}" for one in actions)])
    return Analysis(asked=asked, text=text)


def _instead(refused: Refused) -> list[Action]:
    language, actions = refused.language, []
    if refused.reason == "why":
        said = ("The weekly report", "Der Wochenbericht", "周报")
        actions.append(Action(says=saying.of(said, language), skill="analyze", request={"report": "week"}))
    if refused.reason == "ahead":
        said = ("What will sell", "Was sich verkaufen wird", "销售预测")
        actions.append(Action(says=saying.of(said, language), skill="forecast", request={}))
    if refused.reason == "lack" and refused.name in ("reorder", "supplier"):
        said = ("What to order", "Was zu bestellen ist", "订货建议")
        actions.append(Action(says=saying.of(said, language), skill="replenish", request={}))
    if refused.nearest is not None:
        said = ("Can be asked: {}", "Kann gefragt werden: {}", "可以问：{}")
        words = saying.of(said, language).format(saying.query(refused.nearest, language, refused.titles))
        plain = refused.nearest.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        actions.append(Action(says=words, skill="analyze", request={"query": plain}))
    return actions


def _query(said: Mapping[str, Any], name: str = "query") -> Query:
    try:
        return Query.model_validate(said)
    except ValidationError as problem:
        first = problem.errors()[0]
        where = ".".join(str(part) for part in (name, *first["loc"]))
        raise InputError(f"{where}: {first['msg']}.") from None


def _before(asked: Analyze) -> Query | None:
    return None if asked.before is None else _query(asked.before, "before")


def _setting(asked: Analyze, business: Business) -> Setting:
    """What a question is read with. Days are counted from the last day with sales where that is long ago, as in a demonstration."""
    numbers = business.numbers
    span, today = numbers.span(), asked.today or numbers.today()
    stale = asked.today is None and span is not None and today - span[1] > _STALE
    fallback: Language = asked.language or "en"
    counted_from = span[1] if stale and span is not None else None
    return Setting(known(business, counted_from or today, span), counted_from, fallback)


def known(business: Business, today: date, span: tuple[date, date] | None) -> Known:
    """What a business knows that questions can name."""
    numbers = business.numbers

    def look_up(dimension: Dimension, word: str) -> list[Value]:
        found = numbers.values(dimension, like=word, limit=_CANDIDATES)
        return [Value(dimension, one.value, one.title or one.value) for one in found]

    def values(dimension: Dimension) -> list[Value]:
        return [Value(dimension, one.value, one.title or one.value) for one in numbers.values(dimension, limit=_VALUES)]

    if span is None:
        return Known(today)
    empty = frozenset() if numbers.values("promotion", limit=1) else frozenset(["promotion"])
    return Known(today, {name: values(name) for name in CLOSED}, span, look_up, currency=business.currency, empty=empty)
