"""Where phrases stand in a text: whole words, in any of a word's usual endings, the longest phrase first.

Scripts that put no spaces between words have phrases wherever their letters stand. Endings are those that a dictionary's
form takes on in running text (plurals, cases), language by language; a word of one or two letters takes on only `s`.
"""

import itertools
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from weft.store import languages

Held = TypeVar("Held")

_UNSPACED: Final = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]"
)
_WORD: Final = re.compile(r"[^\W_]+")
_LOOSE: Final = re.compile(r"\s+|\s?[-‐‑–]\s?")
_SHORT: Final = 2
# All forms of a word share all but its last two letters. A word of up to four is looked up by each of its forms.
_LOST: Final = 2
_FEW: Final = 4
_START: Final = 6
# What may be added to a word, and what may be put in place of an end of it.
_ADDED: Final = {
    "en": "s es 's ’s s' s’",
    "de": "e n en er ern es s em nen se sen",
    "nl": "s en e n 's ’s eren",
    "fr": "s x e es aux",
    "es": "s es",
    "pt": "s es",
    "it": "",
    "sv": "s a ar arna en er et n na or orna t",
    "da": "s e en ene er erne et ne r t",
    "nb": "s e en ene er et r t",
    "fi": "a ä n t ssa ssä sta stä in lla llä",
    "hu": "k ok ek ök t ot et öt a e",
    "tr": "lar ler ı i u ü in ın",
}
_CHANGED: Final = {
    "en": (("y", "ies"), ("f", "ves"), ("fe", "ves")),
    "de": (("e", "en"), ("um", "en"), ("us", "en")),
    "fr": (("al", "aux"), ("au", "aux"), ("eau", "eaux"), ("er", "ère"), ("x", "se"), ("f", "ve")),
    "es": (("z", "ces"), ("o", "a"), ("o", "as"), ("ón", "ones")),
    "pt": (("ão", "ões"), ("m", "ns"), ("o", "a"), ("o", "as"), ("l", "is")),
    "it": (("a", "e"), ("o", "i"), ("e", "i"), ("o", "a"), ("co", "chi"), ("ca", "che"), ("go", "ghi"), ("ga", "ghe")),
}
_BENT: Final = frozenset(["bg", "cs", "el", "et", "hr", "lt", "lv", "pl", "ro", "ru", "sk", "sl", "sr", "uk"])
_UMLAUTS: Final = str.maketrans("äöü", "aou")


def folded(text: str) -> str:
    """The text as it is compared where case and width do not matter."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _lowered(text: str) -> str:
    """The text in lower case, letter for letter, so that places in it are places in the text."""
    return "".join(low if len(low := letter.lower()) == 1 else letter for letter in text)


def _flat(word: str) -> str:
    return word.translate(_UMLAUTS)


def _forms(word: str, language: str) -> set[str]:
    """All forms of a word that `bends` knows of, for one of a few letters."""
    code = languages.base(language)
    added = ("s", "'s", "’s") if len(word) <= _SHORT else _ADDED.get(code, "s").split()
    changed = _CHANGED.get(code, ()) if len(word) > _SHORT else ()
    return {
        *(_flat(word), *(_flat(word + end) for end in added)),
        *(_flat(word[: -len(end)] + other) for end, other in changed if word.endswith(end)),
    }


def bends(word: str, found: str, language: str) -> bool:
    """Whether a word found in a text is this word, maybe in another of its forms; both in lower case."""
    if word == found:
        return True
    code = languages.base(language)
    if len(word) <= _SHORT:
        return found in (f"{word}s", f"{word}'s", f"{word}’s")
    added = _ADDED.get(code, "s").split()
    if found.startswith(word) and found[len(word) :] in added:
        return True
    for end, other in _CHANGED.get(code, ()):
        if word.endswith(end) and found == word[: -len(end)] + other:
            return True
    if code == "de" and len(found) - len(word) <= 3:
        flat, plain = _flat(found), _flat(word)
        return flat.startswith(plain) and flat[len(plain) :] in ("", "e", "er", "ern", "en", "n") and flat != found
    if code in _BENT:
        stem = word[: max(4, len(word) - 2)]
        return found.startswith(stem) and len(found) - len(stem) <= 4 and len(word) > 4
    return False


@dataclass(frozen=True, slots=True)
class Phrase(Generic[Held]):
    """A phrase to look for: its text, what it stands for, and whether it is only itself in just these letters."""

    text: str
    held: Held
    exactly: bool = False


@dataclass(frozen=True, slots=True)
class Found(Generic[Held]):
    """A phrase that stands in a text from `start` to `end`."""

    start: int
    end: int
    held: Held


@dataclass(frozen=True, slots=True)
class _Words(Generic[Held]):
    words: tuple[str, ...]
    between: tuple[str, ...]
    before: str
    after: str
    phrase: Phrase[Held]


class Phrases(Generic[Held]):
    """Phrases of one language, ready to be looked for in many texts."""

    def __init__(self, language: str, phrases: Iterable[Phrase[Held]]) -> None:
        self._language = language
        self._letters: list[tuple[str, Phrase[Held]]] = []
        self._by_form: dict[str, list[_Words[Held]]] = {}
        self._by_start: dict[str, list[_Words[Held]]] = {}
        for phrase in phrases:
            text = phrase.text.strip()
            taken = None if _UNSPACED.search(text) else _taken_apart(text, phrase)
            if taken is None:
                self._letters.append((text if phrase.exactly else _lowered(text), phrase))
            else:
                self._index(taken)

    def _index(self, phrase: _Words[Held]) -> None:
        first = phrase.words[0].lower()
        if len(first) <= _FEW:
            for form in _forms(first, self._language):
                self._by_form.setdefault(form, []).append(phrase)
        else:
            start = _flat(first)[: min(len(first) - _LOST, _START)]
            self._by_start.setdefault(start, []).append(phrase)

    def _candidates(self, word: str) -> Iterator[_Words[Held]]:
        """The phrases that may begin with a word of a text."""
        yield from self._by_form.get(word, ())
        for size in range(_FEW + 1 - _LOST, min(_START, len(word)) + 1):
            yield from self._by_start.get(word[:size], ())

    def found(self, text: str) -> list[Found[Held]]:
        """Every place at which a phrase stands, in order; where several overlap, the longest."""
        if not (self._letters or self._by_form or self._by_start):
            return []
        low = _lowered(text)
        places = [*self._as_letters(text, low), *self._as_words(text, low)]
        # Of two at the same place the one that is only itself knows better.
        places.sort(key=lambda place: (place[0].start - place[0].end, not place[1], place[0].start))
        kept: list[Found[Held]] = []
        taken = bytearray(len(text))
        for place, _ in places:
            if not any(taken[place.start : place.end]):
                taken[place.start : place.end] = b"\1" * (place.end - place.start)
                kept.append(place)
        return sorted(kept, key=lambda place: place.start)

    def _as_letters(self, text: str, low: str) -> Iterator[tuple[Found[Held], bool]]:
        for letters, phrase in self._letters:
            within = text if phrase.exactly else low
            start = within.find(letters) if letters else -1
            while start >= 0:
                yield Found(start, start + len(letters), phrase.held), phrase.exactly
                start = within.find(letters, start + 1)

    def _as_words(self, text: str, low: str) -> Iterator[tuple[Found[Held], bool]]:
        words = [(match.start(), match.end()) for match in _WORD.finditer(text)]
        for place, (start, end) in enumerate(words):
            for candidate in self._candidates(_flat(low[start:end])):
                if found := self._at(candidate, text, low, words, place):
                    yield found, candidate.phrase.exactly

    def _at(
        self, wanted: _Words[Held], text: str, low: str, words: list[tuple[int, int]], place: int
    ) -> Found[Held] | None:
        """The phrase if its words stand there one behind the other, with between them what stands between its own."""
        size = len(wanted.words)
        if place + size > len(words):
            return None
        exactly, last = wanted.phrase.exactly, size - 1
        for n, word in enumerate(wanted.words):
            start, end = words[place + n]
            if exactly:
                if text[start:end] != word:
                    return None
            elif low[start:end] != word.lower() and not bends(word.lower(), low[start:end], self._language):
                return None
            if n < last and not _joined(wanted.between[n], text[end : words[place + n + 1][0]], exactly):
                return None
        start, end = words[place][0], words[place + last][1]
        if not text.startswith(wanted.after, end) or not text[:start].endswith(wanted.before):
            return None
        return Found(start - len(wanted.before), end + len(wanted.after), wanted.phrase.held)


def _joined(wanted: str, there: str, exactly: bool) -> bool:
    """Whether what stands between two words of a text may stand between those of the phrase."""
    if wanted == there or (wanted.isspace() and there.isspace()):
        return True
    return not exactly and bool(_LOOSE.fullmatch(wanted) and _LOOSE.fullmatch(there))


def occurs(phrase: str, text: str, language: str, *, exactly: bool = False) -> bool:
    """Whether a phrase stands in a text, in any form of its words unless it is to be exactly itself."""
    return bool(Phrases(language, [Phrase(phrase, None, exactly)]).found(text))


def _taken_apart(text: str, phrase: Phrase[Held]) -> _Words[Held] | None:
    matches = list(_WORD.finditer(text))
    if not matches:
        return None
    between = tuple(text[a.end() : b.start()] for a, b in itertools.pairwise(matches))
    return _Words(
        tuple(match.group() for match in matches),
        between,
        text[: matches[0].start()],
        text[matches[-1].end() :],
        phrase,
    )
