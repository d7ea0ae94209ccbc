"""Synonyms of a business's rules, looked up in what is typed: whole words and phrases, and the beginnings of those being typed."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from weft.index.words import Analysis, Word
from weft.store.merchandising import Rule

_SAME: Final = 0.9
_BEGUN: Final = 0.65
_MOST_BEGUN: Final = 12


@dataclass(frozen=True, slots=True)
class Meant:
    """Words of a query, from the first to before the last, that mean something else as well: its forms and what they count."""

    first: int
    last: int
    typed: str
    read: str
    forms: tuple[str, ...]
    weight: float
    rule: Rule


@dataclass(frozen=True, slots=True)
class _Entry:
    source: tuple[str, ...]
    read: str
    forms: tuple[str, ...]
    rule: Rule


class Synonyms:
    """The synonyms of some rules, by how the words of a catalog are read."""

    def __init__(self, rules: Sequence[Rule], analysis: Analysis) -> None:
        self._analysis = analysis
        self._by_stems: dict[tuple[str, ...], list[_Entry]] = {}
        self._by_text: dict[str, list[_Entry]] = {}
        for rule in rules:
            if rule.kind == "synonyms":
                for entry in self._entries(rule):
                    self._by_stems.setdefault(self._key(entry.source), []).append(entry)
                    self._by_text.setdefault(" ".join(entry.source), []).append(entry)
        self._sorted = sorted(self._by_text)
        self._longest = max((len(key) for key in self._by_stems), default=0)

    def _entries(self, rule: Rule) -> Iterator[_Entry]:
        words = [(word, tuple(self._analysis.forms(word))) for word in rule.words]
        sources = [tuple(self._analysis.forms(word)) for word in rule.typed or rule.words]
        for source in filter(None, sources):
            for word, forms in words:
                if forms and forms != source:
                    yield _Entry(source, word, forms, rule)

    def _key(self, forms: Sequence[str]) -> tuple[str, ...]:
        return tuple(self._analysis.stems(form)[0] for form in forms)

    def within(self, words: Sequence[Word], now: datetime, *, unfinished: bool) -> list[Meant]:
        """What the words of a query mean as well; with `unfinished` the last of them is still being typed."""
        if not self._longest:
            return []
        forms = [word.form for word in words]
        keys = self._key(forms)
        found: list[Meant] = []
        for first in range(len(forms)):
            for last in range(first + 1, min(first + self._longest, len(forms)) + 1):
                typed = " ".join(forms[first:last])
                found += [
                    Meant(first, last, typed, entry.read, entry.forms, _SAME, entry.rule)
                    for entry in self._by_stems.get(keys[first:last], ())
                ]
            if unfinished and len(forms) - first <= self._longest:
                found += self._begun(forms, first)
        return [one for one in found if one.rule.holds(now)]

    def _begun(self, forms: Sequence[str], first: int) -> Iterator[Meant]:
        """What the last words of a query may become the beginning of."""
        typed = " ".join(forms[first:])
        for text in self._beginning(typed):
            if text != typed:
                for entry in self._by_text[text]:
                    yield Meant(first, len(forms), typed, entry.read, entry.forms, _BEGUN, entry.rule)

    def _beginning(self, typed: str) -> list[str]:
        if len(typed) < 2:
            return []
        start = bisect_left(self._sorted, typed)
        end = bisect_left(self._sorted, typed + "\U0010ffff", start)
        return self._sorted[start : min(end, start + _MOST_BEGUN)]

    def suggested(self, typed: str, now: datetime, most: int) -> list[str]:
        """The words and phrases with a synonym that what is typed may become."""
        found = self._beginning(typed)
        return [text for text in found if any(one.rule.holds(now) for one in self._by_text[text])][:most]
