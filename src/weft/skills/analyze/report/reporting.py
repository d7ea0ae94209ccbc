"""A report from a business's numbers, in its language."""

import datetime as dt
from typing import Any, Final

from weft.business import Business
from weft.skills.analyze import Analysis, Analyze, Language, Span
from weft.skills.analyze.report import reading, rephrasing, shelf
from weft.skills.analyze.report.composing import composed

_SPOKEN: Final[dict[str, Language]] = {"en": "en", "de": "de", "zh": "zh"}


def reported(asked: Analyze, business: Business) -> Analysis:
    """The report of a period; raises InputError where nothing was sold."""
    span: Span = asked.report or "week"
    known = reading.known(business, span, asked.until)
    lying = shelf.dead(known)
    cuts = shelf.edits(lying, business)
    answer = composed(known, language_of(asked, business), lying, len(cuts), _again(asked, known.periods.now.last))
    return answer.model_copy(update={"changes": cuts})


def worded(asked: Analyze, business: Business) -> Analysis:
    """The same, said by a model where it says no other number than the grammar does."""
    return rephrasing.rephrased(reported(asked, business), business)


def language_of(asked: Analyze, business: Business) -> Language:
    """The language to answer in: the one asked for, else the business's own, else English."""
    if asked.language is not None:
        return asked.language
    return _SPOKEN.get(business.preferences.languages().main.partition("-")[0].lower(), "en")


def _again(asked: Analyze, last: dt.date) -> dict[str, Any]:
    """The request that answers the same report again, whatever day it is sent on."""
    return {**asked.model_dump(mode="json", exclude_none=True), "until": last.isoformat()}
