"""Whether the words that a model points at stand in a product's text, and say what it makes of them."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from weft.skills.organize import addressed
from weft.skills.organize.attributes import Finding, Knowledge
from weft.skills.organize.attributes.lexicon import Lexicon, folded, lexicon
from weft.skills.organize.attributes.measures import NUMBER, kept, measures, number, unit_of
from weft.skills.organize.attributes.places import Passage, passages
from weft.skills.organize.attributes.reader import rule_name
from weft.skills.organize.attributes.rules import taken_back

_LONGEST_QUOTE: Final = 300
_MOST_PLACES: Final = 20
_LONGEST_VALUE: Final = 8
_NEAR: Final = 0.005
_NUMBER: Final = re.compile(rf"(?<![\w.,]){NUMBER}(?!\w)")
_LABEL: Final = re.compile(r"(?:^|[\n\t.;|•])[ ]*([^\W\d_][\w ()/&-]{1,40}?)[ ]*(?:[:=]|\t)(?=\s*\S)")
# Of these every word that there is, is known; another word is none of theirs.
_CLOSED: Final = frozenset(["gender", "age_group"])
# What the rules name beside the words and labels that they know.
_FURTHER: Final = frozenset(["composition", "color_family", "dimensions"])


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of a product's text at their place, in the passage as it is read."""

    passage: Passage
    start: int
    end: int

    @property
    def text(self) -> str:
        """The words as they stand there."""
        return self.passage.text[self.start : self.end]

    def part(self, start: int, end: int) -> "Quote":
        """A part of the words, by its offsets in them."""
        return replace(self, start=self.start + start, end=self.start + end)


@dataclass(frozen=True, slots=True)
class Grounded:
    """A value that its words support, in the form in which it is kept, with the words that say it."""

    value: Any
    unit: str | None
    quote: Quote


def readable(product: Mapping[str, Any]) -> list[Passage]:
    """The texts of a product as a model may see them: without what is addressed to a machine."""
    # As long as before, so that places in it are places in the whole.
    seen = [
        replace(passage, text=addressed.before(passage.text).ljust(len(passage.text), "\n"))
        for passage in passages(product)
    ]
    return [passage for passage in seen if passage.text.strip()]


def quotes(texts: Sequence[Passage], words: str) -> Iterator[Quote]:
    """The places at which words stand in texts, but for case, blanks and the form of apostrophes."""
    spoken = words.strip().strip('“”"…').strip()
    if not spoken or len(spoken) > _LONGEST_QUOTE or not re.search(r"\w", spoken):
        return
    parts = [re.escape(part).replace("’", "'").replace("'", "['’]") for part in spoken.split()]
    bounds = (r"(?<!\w)" if spoken[0].isalnum() else "", r"(?!\w)" if spoken[-1].isalnum() else "")
    pattern = re.compile(bounds[0] + r"\s+".join(parts) + bounds[1], re.IGNORECASE)
    for text in texts:
        for place in list(pattern.finditer(text.text))[:_MOST_PLACES]:
            yield Quote(text, place.start(), place.end())


def names_for(product: Mapping[str, Any], texts: Sequence[Passage], knowledge: Knowledge) -> dict[str, str]:
    """The names that an attribute of this product may have, by their folded form: the business's own, Weft's, and the labels
    that stand in the text itself.
    """
    words = lexicon()
    names = {_folded(name): name for name in sorted({*words.trust, *words.labels.values(), *_FURTHER})}
    for text in texts:
        for label in _LABEL.finditer(text.text):
            name = words.label(label.group(1)) or re.sub(r"\W+", "_", label.group(1).strip().lower()).strip("_")
            names.setdefault(_folded(label.group(1)), name)
            names.setdefault(_folded(name), name)
    own = [*(str(name) for name in product.get("attributes") or ())]
    if knowledge.reader is not None:
        own += [*knowledge.reader.counts, *(name for name, _ in knowledge.reader.known.listed)]
    for name in own:
        # What the business calls an attribute itself comes before Weft's name for it.
        names[_folded(name)] = name
        if rule := rule_name(name):
            names[_folded(rule)] = name
    return names


def named(name: str, names: Mapping[str, str]) -> str | None:
    """The name that is meant by a model's word for an attribute; None for one that is not known."""
    found = names.get(_folded(name))
    if found is None and (rule := rule_name(name)):
        found = names.get(_folded(rule))
    return found


def grounded(
    name: str, value: Any, unit: str | None, words: str, texts: Sequence[Passage], knowledge: Knowledge
) -> Grounded | None:
    """The value as its words say it, at the first place that does; None where no place does."""
    if isinstance(value, bool) or value is None:
        return None
    for quote in quotes(texts, words):
        found = _supported(name, value, unit, quote, knowledge)
        if found is not None:
            return found
    return None


def _supported(name: str, value: Any, unit: str | None, quote: Quote, knowledge: Knowledge) -> Grounded | None:
    if isinstance(value, list):
        parts = [
            _supported(name, one, unit, quote, knowledge) for one in value[:20] if not isinstance(one, list | bool)
        ]
        held = [part for part in parts if part is not None]
        values = list(dict.fromkeys(part.value for part in held))
        if not held or any(part.unit for part in held):
            return None
        start, end = min(part.quote.start for part in held), max(part.quote.end for part in held)
        return Grounded(values if len(values) > 1 else values[0], None, replace(quote, start=start, end=end))
    if isinstance(value, int | float):
        return _measured(name, float(value), unit, quote)
    text = str(value).strip()
    if not text or len(text) > _LONGEST_QUOTE:
        return None
    quantity = list(measures(text))
    if len(quantity) == 1 and quantity[0].end - quantity[0].start == len(text):
        return _same_measure(quantity[0].value, quantity[0].unit, name, quote)
    if _NUMBER.fullmatch(text) and (plain := number(text)) is not None:
        return _measured(name, plain, unit, quote) or _said(name, text, quote, knowledge)
    return _said(name, text, quote, knowledge)


def _measured(name: str, value: float, unit: str | None, quote: Quote) -> Grounded | None:
    """A number that the words hold, in the unit that they give it."""
    if unit and unit.strip():
        known = unit_of(unit.strip())
        if known is None:
            return None
        _, held, target = kept(value, known)
        return _same_measure(held, target, name, quote)
    for one in measures(quote.text):
        if _near(one.number, value) or _near(one.value, value):
            return _taken(name, one.value, one.unit, quote.part(one.start, one.end))
    for found in _NUMBER.finditer(quote.text):
        plain = number(found.group())
        if plain is not None and _near(plain, value):
            return _taken(name, int(value) if value == int(value) else value, None, quote.part(*found.span()))
    return None


def _same_measure(value: float, unit: str, name: str, quote: Quote) -> Grounded | None:
    for one in measures(quote.text):
        if one.unit == unit and _near(one.value, value):
            return _taken(name, one.value, one.unit, quote.part(one.start, one.end))
    return None


def _near(a: float, b: float) -> bool:
    return abs(a - b) <= _NEAR * max(abs(a), abs(b))


def _said(name: str, value: str, quote: Quote, knowledge: Knowledge) -> Grounded | None:
    """A text that the words hold, or that a word of them is known to mean."""
    words = lexicon()
    rule = rule_name(name) or name
    spans = [word for word in quote.passage.words if quote.start <= word.start and word.end <= quote.end]
    spoken = [word.folded for word in spans]
    wanted = folded(value)
    for size in range(min(_LONGEST_VALUE, len(spans)), 0, -1):
        for first in range(len(spans) - size + 1):
            part = replace(quote, start=spans[first].start, end=spans[first + size - 1].end)
            meant = _meant(name, rule, part.text, words, knowledge)
            if tuple(spoken[first : first + size]) == wanted or value.casefold() in {one.casefold() for one in meant}:
                if _of_another(rule, wanted, meant, words):
                    continue
                found = _taken(name, meant[0] if meant else part.text, None, part)
                if found is not None:
                    return found
    return None


def _meant(name: str, rule: str, text: str, words: Lexicon, knowledge: Knowledge) -> list[str]:
    """What words are known to mean as a value of an attribute: the business's own form before Weft's."""
    found: list[str] = []
    if knowledge.reader is not None:
        known = knowledge.reader.known
        key = (name, text.lower())
        if key in known.written_as or key in known.often or key in known.listed:
            found.append(known.listed.get(key) or known.value_of(name, text))
    split = folded(text)
    found += [
        entry.value
        for entry, first, after in words.phrases.within(split)
        if entry.name == rule and first == 0 and after == len(split)
    ]
    return list(dict.fromkeys(found))


def _of_another(rule: str, wanted: Sequence[str], meant: Collection[str], words: Lexicon) -> bool:
    """Tell whether a word is known as a value of other attributes alone: `blue` is no material."""
    if meant or rule not in words.trust:
        return False
    return rule in _CLOSED or any(
        first == 0 and after == len(wanted) for _, first, after in words.phrases.within(list(wanted))
    )


def _taken(name: str, value: Any, unit: str | None, quote: Quote) -> Grounded | None:
    """A value whose words hold: what is denied, compared or a part of a name does not."""
    passage, words = quote.passage, lexicon()
    inside = [place for place, word in enumerate(passage.words) if quote.start <= word.start and word.end <= quote.end]
    if not inside:
        # A sign, such as the inches of 12", is part of its word.
        inside = [
            place for place, word in enumerate(passage.words) if word.start < quote.end and quote.start < word.end
        ]
    if not inside or not words.trapped(passage).isdisjoint(inside):
        return None
    if taken_back(passage, rule_name(name) or name, inside[0], inside[-1] + 1, words):
        return None
    return Grounded(value, unit, quote)


def as_finding(name: str, found: Grounded, confidence: float) -> Finding:
    """A grounded value as a finding, its place in raw offsets."""
    quote = found.quote
    start, end = quote.passage.raw_span(quote.start, quote.end)
    return Finding(name, found.value, found.unit, confidence, quote.passage.field, start, end, quote.text, "model")


def _folded(name: str) -> str:
    return re.sub(r"\W+|_", "", name.casefold())
