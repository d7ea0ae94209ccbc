"""The values that a business has for each attribute: how often, and how a text writes them."""

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from weft.skills.organize.attributes.examples import Case, values_in
from weft.skills.organize.attributes.forms import FORMS, places, written
from weft.skills.organize.attributes.lexicon import Entry, Phrases, lexicon
from weft.skills.organize.attributes.places import once, passages
from weft.skills.organize.attributes.rules import Finding, Hit, taken_back
from weft.skills.organize.attributes.tokens import Token

AS_WRITTEN = "as written"


@dataclass(slots=True)
class Gazetteer:
    """Values by attribute: `often` counts (attribute, folded value); `written_as` counts what
    a folded text meant (the value, or "" for the text itself) and `forms` how an attribute's values come from texts of an outline, or "" for any."""

    often: Counter[tuple[str, str]] = field(default_factory=Counter)
    listed: dict[tuple[str, str], str] = field(default_factory=dict)
    written_as: dict[tuple[str, str], Counter[str]] = field(default_factory=dict)
    forms: dict[tuple[str, str], Counter[str]] = field(default_factory=dict)
    placed: Counter[str] = field(default_factory=Counter)
    given: Counter[str] = field(default_factory=Counter)
    phrases: Phrases = field(default_factory=Phrases)
    anywhere: Counter[str] = field(default_factory=Counter)

    def value_of(self, name: str, text: str) -> str:
        """The value that a text stands for in an attribute."""
        meant = self.written_as.get((name, text.lower()))
        if meant:
            value = meant.most_common(1)[0][0]
            return value or text
        counted = self.forms.get((name, _outline(text))) or self.forms.get((name, "")) or Counter()
        for form, _ in counted.most_common():
            able = FORMS[form](text)
            if able is not None:
                return able
        return text

    def finish(self) -> None:
        """Draw up from the counts the phrases, and how often a value is one of any attribute."""
        self.phrases, self.anywhere = Phrases(), Counter()
        for (_, value), count in self.often.items():
            self.anywhere[value] += count
        for name, value in sorted({*self.often, *self.listed}):
            self.phrases.add(value, Entry(name, value))


def gathered(
    found: Sequence[Case], words: Sequence[Sequence[Token]], lists: Mapping[str, Iterable[str]]
) -> tuple[Gazetteer, list[dict[str, list[tuple[int, int]]]]]:
    """The gazetteer of cases, and for each case where its values stand as (first token, further tokens); an attribute
    is missing there where its value stands nowhere."""
    known = Gazetteer()
    known.often.update((name, value.lower()) for name, value in values_in(found))
    for name, values in lists.items():
        for value in values:
            known.listed.setdefault((name, value.lower()), value)
    standing = []
    for case, texts in zip(found, words, strict=True):
        where: dict[str, list[tuple[int, int]]] = {}
        for name, values in case.answers.items():
            if not values:
                where[name] = []
            for value in values:
                known.given[name] += 1
                # Each fold learns from most of the cases that the others learn from.
                stands = once(case.product, f"stands {len(texts)} {value}", partial(places, texts, value))
                if stands:
                    known.placed[name] += 1
                    where.setdefault(name, []).extend((first, extra) for first, extra, _ in stands)
                    _note(known, name, value, {(written(texts, first, extra), form) for first, extra, form in stands})
        standing.append(where)
    known.finish()
    return known, standing


def _note(known: Gazetteer, name: str, value: str, seen: set[tuple[str, str]]) -> None:
    """Count how a value was written; of several forms that fit, each counts."""
    for text, form in sorted(seen):
        if form in (AS_WRITTEN, "spelled"):
            meant = known.written_as.setdefault((name, text.lower()), Counter())
            meant["" if text == value else value] += 1
            form = next((one for one in (AS_WRITTEN, "upper", "lower", "title") if FORMS[one](text) == value), "")
        if form:
            for outline in ("", _outline(text)):
                known.forms.setdefault((name, outline), Counter())[form] += 1


def _outline(text: str) -> str:
    """What a text is made of, as far as its form goes: digits, marks within, small letters."""
    marked = any(not (char.isalnum() or char.isspace()) for char in text)
    digits, small = any(char.isdigit() for char in text), any(char.islower() for char in text)
    return "t" + "d" * digits + "m" * marked + "s" * small


def listed(known: Gazetteer, product: Mapping[str, Any], learned: Container[str]) -> Iterator[Finding]:
    """Values of a business's lists that a text says in so many words, for the attributes that are not learned yet; one
    that is said of something else, or that is not the only one of its attribute, is left out."""
    words = lexicon()
    seen: dict[str, list[Hit]] = {}
    for passage in passages(product):
        trust = {"title": 0.8, "tags": 0.7, "description": 0.5}.get(passage.field, 0.0)
        if not trust or not known.listed:
            continue
        trapped = words.trapped(passage)
        for entry, first, after in known.phrases.within([word.folded for word in passage.words]):
            value = known.listed.get((entry.name, entry.value))
            if value is None or entry.name in learned or not trapped.isdisjoint(range(first, after)):
                continue
            if not taken_back(passage, "material", first, after, words):
                start, end = passage.words[first].start, passage.words[after - 1].end
                seen.setdefault(entry.name, []).append(
                    Hit(entry.name, value, trust, passage, start, end, "listed value")
                )
    for hits in seen.values():
        best = max(hit.trust for hit in hits)
        said = [hit for hit in hits if hit.trust == best]
        if len({hit.value for hit in said}) == 1:
            yield said[0].finding()
