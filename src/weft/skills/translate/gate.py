"""The gate: what is said of a passage goes through only where the checks find nothing wrong with it.

A model's words, a person's from the memory and Apertium's pass the same gate; what people wrote or published (the memory, the
glossary, a taxonomy) is not asked which language it is in, for they knew.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, cast

from weft.skills.translate import How, checks, sizes, units
from weft.skills.translate.checks import Problem
from weft.skills.translate.drafts import Draft, Passage
from weft.skills.translate.structure import wrong_marks
from weft.store.glossary import Term
from weft.store.languages import base
from weft.store.preferences import Market

_FROM_PEOPLE: Final = ("memory", "fuzzy", "glossary", "taxonomy")
_FOR_MACHINES: Final = ("language", "untranslated", "length", "repetition", "added")
_MACHINES: Final = ("model", "apertium")
_WORD: Final = re.compile(r"[^\W\d_]{4,}")
_FEWEST_LEFT: Final = 3
_MOST_LEFT: Final = 0.3
# Languages that write many words alike: there a word that stayed tells nothing.
_ALIKE: Final = tuple(
    frozenset(some.split())
    for some in (
        "es pt gl ca it oc ro fr",
        "da nb nn no sv",
        "ru uk be bg sr mk",
        "cs sk",
        "hr sr bs sl",
        "nl af",
        "zh ja",
        "id ms",
    )
)
_MARKS: Final = re.compile(r"(</?\d{1,6}/?>)")


@dataclass(frozen=True, slots=True)
class Rules:
    """What translations are judged by beside their source: the market whose units and sizes hold, and words to avoid."""

    market: Market | None = None
    avoid: tuple[str, ...] = ()


def adapted(text: str, target: str, rules: Rules, about: str = "") -> str:
    """A translation with measures and sizes as the market has them; `about` says what the text is of, for its sizes."""
    if rules.market is None:
        return text
    system = rules.market.units
    parts = [part if _MARKS.fullmatch(part) else units.for_market(part, target, system) for part in _MARKS.split(text)]
    text = "".join(parts)
    if rules.market.sizes:
        text = sizes.for_market(text, rules.market.sizes, sizes.kind_of(about), sizes.who_of(about)).text
    return text


def wrong(draft: Draft, passage: Passage, text: str, how: How, rules: Rules) -> list[str]:
    """What is wrong with a passage's translation, a sentence each."""
    source = passage.segment.text
    if how == "taxonomy" and not passage.terms:
        return []
    problems = wrong_marks(passage.segment, text)
    if problems:
        return problems
    found = _said(_found(source, text, draft, passage.terms, rules, "segment"), how)
    if not found and how in _MACHINES:
        found = _half_left(draft, source, text)
    return [*found, *_avoided(text, source, rules)]


def wrong_whole(draft: Draft, text: str, how: How, terms: Sequence[Term], rules: Rules) -> list[str]:
    """What is wrong with the translation of a text as a whole, a sentence each."""
    found = _found(draft.item.text, text, draft, terms, rules, draft.parsed.format)
    return [*_said(found, how), *_avoided(text, draft.item.text, rules)]


def settle(draft: Draft, rules: Rules) -> None:
    """Adapt to the market what is filled in, and take out of it what does not hold, so that it is open again."""
    about = draft.item.text[:2_000]
    whole = draft.whole
    if whole is not None and whole.text is not None and whole.how is not None:
        whole.text = adapted(whole.text, draft.target, rules, about)
        problems = wrong_whole(draft, whole.text, whole.how, whole.terms, rules)
        draft.whole = whole if not problems else None
        for passage in draft.passages:
            passage.problems = problems
    for passage in draft.passages:
        if passage.text is None or passage.how is None:
            continue
        passage.text = adapted(passage.text, draft.target, rules, about)
        problems = wrong(draft, passage, passage.text, passage.how, rules) if passage.how != "unchanged" else []
        if problems:
            passage.text, passage.how, passage.problems = None, None, problems


def _found(source: str, text: str, draft: Draft, terms: Sequence[Term], rules: Rules, form: str) -> Iterable[Problem]:
    # What may stand for a term as well is as good as the term.
    bound = [term for term in terms if not any(also.casefold() in text.casefold() for also in term.also)]
    return checks.wrong(
        source, text, draft.source, draft.target, terms=bound, market=rules.market, format=cast("checks.Checked", form)
    )


def _half_left(draft: Draft, source: str, text: str) -> list[str]:
    """Words of the source that stand among those of the translation, where they are too many to be names."""
    pair = {base(draft.source), base(draft.target)}
    if any(pair <= some for some in _ALIKE):
        return []
    there = {word for word in _WORD.findall(_MARKS.sub(" ", source)) if word.islower()}
    said = [word for word in _WORD.findall(_MARKS.sub(" ", text)) if word.islower()]
    left = [word for word in said if word in there]
    if len(left) < _FEWEST_LEFT or len(left) < _MOST_LEFT * len(said):
        return []
    return [f"Words of the source stand in it untranslated: {', '.join(dict.fromkeys(left))[:120]}."]


def _said(found: Iterable[Problem], how: How) -> list[str]:
    skipped = _FOR_MACHINES if how in _FROM_PEOPLE else ()
    return [problem.words for problem in found if problem.code not in skipped]


def _avoided(text: str, source: str, rules: Rules) -> list[str]:
    return [
        f"“{word}” is a word that the shop avoids."
        for word in rules.avoid
        if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE)
        and word.casefold() not in source.casefold()
    ]
