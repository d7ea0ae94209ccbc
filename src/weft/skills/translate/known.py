"""What is known already of texts to translate: from the memory, the glossary, and a taxonomy's aligned terms.

The memory answers a text as a whole, then each of its segments, then a segment's sentences; a segment that differs from a
remembered one in its numbers alone is answered with its own numbers in the other's places, where no plural form changes. What
comes near is kept beside the passage, for a model or a person to go by.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from weft.business import Business
from weft.gateway import errand
from weft.skills.translate import aligned, languages, units
from weft.skills.translate.drafts import Draft, Passage
from weft.skills.translate.numbers import localised, priced, written
from weft.skills.translate.products import wordless
from weft.skills.translate.structure import Segment, joined, plain, sentences
from weft.skills.translate.unit_words import SYMBOLS, symbol
from weft.store.glossary import Term
from weft.store.memory import Match
from weft.store.wording import Found

AT_LEAST: Final = 0.75
_SURE_OF_MEMORY: Final = 0.98
_SURE_OF_TERMS: Final = 0.96
_SURE_OF_NUMBERS: Final = 0.9
_BUT_FOR_NUMBERS: Final = 0.98
_NUMBER: Final = re.compile(r"\d+(?:[.,\u00a0\u202f]\d+)*")
_SINGLE: Final = re.compile(r"<(\d{1,6})/>")
_UNSPACED: Final = ("zh", "ja", "th", "lo", "km", "my")


def answer(drafts: Sequence[Draft], business: Business) -> None:
    """Fill in what is known of drafts, pair of languages by pair of languages."""
    pairs: dict[tuple[str, str], list[Draft]] = {}
    for draft in drafts:
        pairs.setdefault((draft.source, draft.target), []).append(draft)
    for (source, target), some in pairs.items():
        _answer_pair(some, source, target, business)


def _answer_pair(drafts: Sequence[Draft], source: str, target: str, business: Business) -> None:
    remembered = _remembered(drafts, source, target, business)
    terms = aligned.between(business, source, target)
    phrases = business.glossary.phrases(source, target)
    for draft in drafts:
        if (whole := remembered.get(draft.item.text)) is not None:
            draft.filled(whole.target, "memory", _SURE_OF_MEMORY, _bound(phrases.found(draft.item.text)))
            continue
        for passage in draft.passages:
            found = phrases.found(passage.segment.plain)
            passage.terms = _bound(found)
            _answer_one(passage, draft, remembered, found, terms)
    _answer_near([passage for draft in drafts for passage in draft.open], source, target, business)


def _remembered(drafts: Sequence[Draft], source: str, target: str, business: Business) -> dict[str, Match]:
    """What the memory holds of just these texts; while routes are measured, nothing that they are measured by."""
    found = business.memory.exact(_texts(drafts), source, target)
    if errand.current().bill is None:
        return found
    return {text: match for text, match in found.items() if not match.product}


def _texts(drafts: Iterable[Draft]) -> set[str]:
    """The texts to look for: wholes, segments with their marks and without, sentences."""
    wanted: set[str] = set()
    for draft in drafts:
        wanted.add(draft.item.text)
        for passage in draft.passages:
            segment = passage.segment
            wanted |= {segment.text, segment.plain, segment.text.strip()}
            parts = sentences(segment.text)
            if len(parts) > 1:
                wanted |= {text.strip() for text, _ in parts}
    return {text for text in wanted if text.strip()}


def _answer_one(
    passage: Passage,
    draft: Draft,
    remembered: Mapping[str, Match],
    found: Sequence[Found[Term]],
    terms: aligned.Terms,
) -> None:
    """Fill in a passage from what is remembered, from a term that is all of it, or from the taxonomy."""
    segment = passage.segment
    said = recalled(segment, remembered) or _by_sentences(segment, remembered, draft.target)
    if said is not None:
        passage.fill(said, "memory", _SURE_OF_MEMORY)
    elif (figures := figured(segment.text, draft.source, draft.target)) is not None:
        passage.fill(figures, "unchanged", _SURE_OF_TERMS)
    elif (meant := _whole_term(segment, found)) is not None:
        passage.fill(meant, "glossary", _SURE_OF_TERMS)
    elif not segment.marks and (called := terms.of(segment.text, passage.about)) is not None:
        passage.fill(called, "taxonomy", _SURE_OF_TERMS)


def recalled(segment: Segment, remembered: Mapping[str, Match]) -> str | None:
    """The remembered translation of a segment with its marks, or of its words with the marks put back where that is sure."""
    match = remembered.get(segment.text)
    if match is not None:
        return match.target
    if any(mark.pair for mark in segment.marks.values()):
        return None
    match = remembered.get(segment.plain)
    if match is None:
        return None
    said = match.target
    for mark in segment.marks.values():
        if mark.raw not in segment.plain or said.count(mark.raw) != 1:
            return None
        said = said.replace(mark.raw, mark.text)
    return said


def as_remembered(segment: Segment, text: str) -> tuple[str, str]:
    """A segment and its translation as the memory keeps them: placeholders as they are written, pairs of tags as marks."""
    if any(mark.pair for mark in segment.marks.values()):
        return segment.text, text
    return segment.plain, plain(text, segment.marks)


def _by_sentences(segment: Segment, remembered: Mapping[str, Match], target: str) -> str | None:
    parts = sentences(segment.text)
    if len(parts) < 2:
        return None
    said = [remembered.get(text.strip()) for text, _ in parts]
    if any(match is None for match in said):
        return None
    spaced = languages.plain_name(target) not in _unspaced()
    return joined([match.target for match in said if match is not None], parts, spaced)


def _unspaced() -> set[str]:
    return {languages.plain_name(one) for one in (*_UNSPACED, "zh-Hant")}


def _bound(found: Sequence[Found[Term]]) -> list[Term]:
    """The terms that stand in a text, each once."""
    return list({id(place.held): place.held for place in found}.values())


def figured(text: str, source: str, target: str) -> str | None:
    """A text of figures, measures and codes as another language writes it; None where it has words to translate."""
    if wordless(plain(text)):
        shown = priced(text, source, target)
        return shown if shown != text or _SINGLE.search(text) else localised(text, source, target)
    measures = units.found(text, source)
    parts, rest, at = [], [], 0
    for measure in measures:
        between = text[at : measure.start]
        shown = written(measure.value, target, measure.number.decimals or None)
        unit = text[measure.number.end : measure.end]
        if unit and measure.unit in SYMBOLS:
            unit = f" {symbol(measure.unit, target)}"
        parts += [between, shown + unit]
        rest.append(between)
        at = measure.end
    rest.append(text[at:])
    if not measures or not wordless(" ".join(re.sub(r"(?<!\w)[x×](?!\w)", " ", part) for part in rest)):
        return None
    return "".join([*parts, text[at:]])


def _whole_term(segment: Segment, found: Sequence[Found[Term]]) -> str | None:
    """What a segment becomes that is a term and nothing else."""
    text = segment.text
    for place in found:
        if segment.marks or text[: place.start].strip() or text[place.end :].strip():
            continue
        said = text[place.start : place.end]
        if place.held.kept:
            return text
        meant = place.held.target or said
        if said.casefold() != place.held.source.casefold():
            return None
        if said[:1].isupper() and not place.held.source[:1].isupper():
            meant = meant[:1].upper() + meant[1:]
        return text[: place.start] + meant + text[place.end :]
    return None


def _answer_near(passages: Sequence[Passage], source: str, target: str, business: Business) -> None:
    """Keep beside each passage what comes near, and fill in those that differ from it in numbers alone."""
    if not passages:
        return
    near = business.memory.fuzzy({passage.segment.text for passage in passages}, source, target, AT_LEAST)
    for passage in passages:
        passage.similar = near.get(passage.segment.text, [])
        for match in passage.similar:
            said = with_numbers(passage.segment.text, match.source, match.target, target)
            if match.score >= _BUT_FOR_NUMBERS and said is not None:
                passage.fill(said, "fuzzy", _SURE_OF_NUMBERS)
                break


def with_numbers(text: str, source: str, translation: str, target: str) -> str | None:
    """The translation of a text that differs from `source`, which is translated so, in its numbers alone.

    None where it differs in more, where it is not sure which number stands where, or where a number takes another plural form in
    the target language.
    """
    if _NUMBER.split(text) != _NUMBER.split(source):
        return None
    old, new = _NUMBER.findall(source), _NUMBER.findall(translation)
    said = _NUMBER.findall(text)
    if sorted(old) != sorted(new):
        return None
    becomes: dict[str, str] = {}
    for before, after in zip(old, said, strict=True):
        if becomes.setdefault(before, after) != after or _plural(before, target) != _plural(after, target):
            return None
    return _NUMBER.sub(lambda found: becomes[found.group()], translation)


def _plural(number: str, target: str) -> str | None:
    return languages.plural(target, float(number)) if number.isdigit() and len(number) < 15 else number[-1:]


def near_pairs(passages: Iterable[Passage], most: int = 8) -> Iterator[tuple[str, str]]:
    """What comes near to any of these passages, each once, the closest first."""
    matches = sorted((match for one in passages for match in one.similar), key=lambda match: -match.score)
    yield from list(dict.fromkeys((match.source, match.target) for match in matches))[:most]
