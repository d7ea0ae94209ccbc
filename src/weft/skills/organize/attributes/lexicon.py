"""The words that name a value (`navy`, `Baumwolle`), read from the data files beside the code or a business's own lists."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

from weft.skills.organize.attributes.places import WORD, Passage

_FOLDER: Final = Path(__file__).with_name("words")
_OTHER: Final = frozenset(["traps", "negations", "labels"])


@dataclass(frozen=True, slots=True)
class Entry:
    """What a phrase means: attribute, value, the family it belongs to, and whether it does so only beside a label."""

    name: str
    value: str
    family: str = ""
    ambiguous: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """An entry found in a passage: first word and the one after the last."""

    entry: Entry
    first: int
    after: int


def folded(phrase: str) -> tuple[str, ...]:
    """A phrase as the words that are compared."""
    return tuple(match.group().lower().replace("’", "'") for match in WORD.finditer(phrase))


@dataclass(slots=True)
class Phrases:
    """Phrases by their first word, the longest first, each with what it means."""

    by_word: dict[str, list[tuple[tuple[str, ...], list[Entry]]]] = field(default_factory=dict)

    def add(self, phrase: str, entry: Entry) -> None:
        """Take in a phrase; one that has no word is left out."""
        words = folded(phrase)
        if not words:
            return
        known = self.by_word.setdefault(words[0], [])
        for have, entries in known:
            if have == words:
                if entry not in entries:
                    entries.append(entry)
                return
        known.append((words, [entry]))
        known.sort(key=lambda one: -len(one[0]))

    def within(self, words: Sequence[str]) -> Iterable[tuple[Entry, int, int]]:
        """Each entry in the words with its place; of two of one attribute that overlap, the first and longest."""
        taken: dict[str, int] = {}
        by_word = self.by_word
        for place, word in enumerate(words):
            known = by_word.get(word)
            if known is None:
                continue
            for phrase, entries in known:
                size = len(phrase)
                if size > 1 and tuple(words[place : place + size]) != phrase:
                    continue
                for entry in entries:
                    if taken.get(entry.name, 0) <= place:
                        taken[entry.name] = place + size
                        yield entry, place, place + size


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The phrases of all attributes, how far each is trusted in which field, and which may have several values."""

    phrases: Phrases
    trust: Mapping[str, Mapping[str, float]]
    many: frozenset[str]
    labels: Mapping[str, str]
    label_starts: frozenset[str]
    never: frozenset[tuple[str, ...]]
    about: frozenset[tuple[str, ...]]
    after: frozenset[tuple[str, ...]]
    traps: Phrases

    def label(self, words: str) -> str | None:
        """The attribute that a label or an option's name speaks of; None for one not known."""
        return self.labels.get(" ".join(folded(words)))

    def trapped(self, passage: Passage) -> set[int]:
        """The words of a passage that stand in a phrase which says nothing of the product."""
        words = [word.folded for word in passage.words]
        return {place for _, first, after in self.traps.within(words) for place in range(first, after)}


def _lines(name: str) -> list[str]:
    text = (_FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    return [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]


@cache
def lexicon() -> Lexicon:
    """Weft's own lexicon: colors, materials and the like in English, German, French and Spanish."""
    phrases, trust, many = Phrases(), dict[str, dict[str, float]](), set[str]()
    for path in sorted(_FOLDER.glob("*.txt")):
        name = path.stem
        if name in _OTHER:
            continue
        trust[name] = {}
        for line in _lines(name):
            if line.startswith("@"):
                mark, value = line[1:].split()
                if mark == "many":
                    many.add(name)
                else:
                    trust[name][mark] = float(value)
                continue
            value, family, aliases = (part.strip() for part in (line + " | |").split("|")[:3])
            for alias in [value, *filter(None, (alias.strip() for alias in aliases.split(",")))]:
                phrases.add(alias.lstrip("?"), Entry(name, value.lstrip("?"), family, alias.startswith("?")))
    labels = {}
    for line in _lines("labels"):
        name, _, words = line.partition("|")
        labels.update({" ".join(folded(word)): name.strip() for word in words.split(",")})
    sections: dict[str, set[tuple[str, ...]]] = {}
    for line in _lines("negations"):
        if line.startswith("@"):
            section = sections.setdefault(line[1:], set())
        else:
            section.add(folded(line))
    traps = Phrases()
    for line in _lines("traps"):
        traps.add(line, Entry("trap", line))
    return Lexicon(
        phrases,
        trust,
        frozenset(many),
        labels,
        frozenset(label.partition(" ")[0] for label in labels),
        frozenset(sections["never"]),
        frozenset(sections["about"]),
        frozenset(sections["after"]),
        traps,
    )
