"""A model says a report's sentences in its own words; each is taken only where it says the same numbers, names and directions."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final

from pydantic import BaseModel, Field

from weft import claims
from weft.business import Business
from weft.errors import ModelFailed
from weft.skill import route_of
from weft.skills.analyze import Analysis, Finding, Report, Sentence, skill
from weft.skills.analyze.report import page
from weft.skills.analyze.report.figures import Book
from weft.skills.analyze.report.wording import Words

_DIGITS: Final = re.compile(r"\d[\d.,'\u00a0\u202f]*\d|\d")
_QUOTED: Final = re.compile(r"[“„]([^“”„]+)[”“]")
_MOST: Final = 60
_MOST_LONGER: Final = 3
# What a sentence about figures says beside its figures: that there is more, that there is less.
_MORE: Final = re.compile(
    r"\b(more|rose|rise|risen|rising|up|increas\w*|gr[eo]w\w*|above|higher|gain\w*|improv\w*|mehr|stieg\w*|steig\w*|anstieg\w*|"
    r"höher\w*|zunahm\w*|wuchs\w*|zuwachs|gewachsen|über)\b|多|增|升|涨|高于",
    re.IGNORECASE,
)
_LESS: Final = re.compile(
    r"\b(less|fewer|fell|fall\w*|down|decreas\w*|drop\w*|declin\w*|below|lower|lost|lose|loss\w*|shr[iau]nk\w*|weniger|fiel\w*|"
    r"gefallen|sank\w*|sinkt|gesunken|rückgang\w*|niedriger\w*|verlor\w*|unter|abnahm\w*)\b|少|减|降|跌|低于|损失",
    re.IGNORECASE,
)
_SAYS: Final = {"en": "English", "de": "German", "zh": "Chinese"}


class Rephrased(BaseModel):
    """The sentences in other words, one for each that was given, in their order."""

    sentences: list[str] = Field(max_length=_MOST)


def rephrased(answer: Analysis, business: Business) -> Analysis:
    """The answer with the sentences that a model said as they must be; those of the grammar where it did not."""
    report = answer.report
    if report is None:
        return answer
    told = list(_sentences(report))[:_MOST]
    if not told:
        return answer
    try:
        said = business.models.ask(
            _messages(report),
            Rephrased,
            route=route_of(skill),
            checks=[lambda value: _wrong(value, told, report.language)],
            facts={"sentences": [one.text for one in told]},
        )
    except ModelFailed as problem:
        return answer.model_copy(update={"note": f"The sentences are the grammar's own: {problem.message}"})
    for one, text in zip(told, said.value.sentences, strict=True):
        one.text = " ".join(text.split())
    book = Book(report.language, report.currency)
    text = page.page(report, book, Words(book))
    return answer.model_copy(update={"engine": "model", "model": said.model, "text": text})


def _sentences(report: Report) -> Iterator[Sentence]:
    """All sentences of a report, in its order."""
    yield from report.summary
    findings: Sequence[Finding] = report.findings
    for finding in findings:
        yield from finding.says


def _messages(report: Report) -> list[dict[str, Any]]:
    return [
        {
            "role": "system",
            "content": "You put the sentences of a sales report into clear, natural words for a shopkeeper, in "
            f"{_SAYS[report.language]}. One sentence for each that is given, in the same order. Keep every number exactly as it is "
            "written, with its unit and currency, keep names between quotation marks as they are, keep what is more and what is "
            "less. Add no number, no cause and no advice that is not there.",
        },
        {"role": "user", "content": "Say these sentences in your own words."},
    ]


def _wrong(value: Rephrased, told: Sequence[Sentence], language: str) -> list[str]:
    """What is wrong with what a model said, a sentence each."""
    if len(value.sentences) != len(told):
        return [f"There are {len(value.sentences)} sentences; {len(told)} were given, and each needs its own."]
    found = []
    for at, (text, one) in enumerate(zip(value.sentences, told, strict=True), 1):
        problem = differs(text, one.text, language)
        if problem:
            found.append(f"Sentence {at}: {problem}")
    return found[:10]


def differs(text: str, given: str, language: str) -> str | None:
    """What a sentence says otherwise than the one given: another number, name or direction; None where it says the same."""
    if not text.strip():
        return "it is empty."
    if len(text) > _MOST_LONGER * len(given) + 80:
        return "it is much longer than what was given."
    missing, added = _compared(_written(given), _written(text))
    if missing:
        return f"it leaves out {', '.join(missing)}."
    if added:
        return f"it says {', '.join(added)}, which was not given."
    missing, added = _compared(_claimed(given, language), _claimed(text, language))
    if added:
        return f"it says {', '.join(added)}, which was not given."
    for name in _QUOTED.findall(given):
        if name not in text:
            return f"it leaves out the name {name}."
    before, after = _QUOTED.sub("", given), _QUOTED.sub("", text)
    for pattern, word in ((_MORE, "more"), (_LESS, "less")):
        if pattern.search(after) and not pattern.search(before):
            return f"it says that something is {word}, which was not given."
    return None


def _written(text: str) -> Counter[str]:
    """The numbers that stand in a text in digits, outside of names."""
    return Counter(one.strip(".,'") for one in _DIGITS.findall(_QUOTED.sub("", text)))


def _claimed(text: str, language: str) -> Counter[str]:
    """The numbers that a text claims, also in words."""
    found: Counter[str] = Counter()
    for claim in claims.claims(_QUOTED.sub("", text), language):
        values = claim.value if isinstance(claim.value, list) else [claim.value]
        found.update(f"{value:g}" for value in values if isinstance(value, int | float) and not isinstance(value, bool))
    return found


def _compared(given: Counter[str], said: Counter[str]) -> tuple[list[str], list[str]]:
    """What was given and not said, and what is said and was not given; to say a number twice is no harm."""
    return [one for one in given if one not in said], [one for one in said if one not in given]
