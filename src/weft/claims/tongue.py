"""Text that stands in another language than the one asked for."""

from collections.abc import Collection
from typing import Final

from weft.claims.assertions import Assertions, Claim
from weft.claims.judging import Judged
from weft.claims.languages import another, tally, told

_NAMES: Final = {
    "en": "English", "de": "German", "fr": "French", "es": "Spanish", "zh": "Chinese", "it": "Italian", "pt": "Portuguese",
    "nl": "Dutch", "sv": "Swedish", "da": "Danish", "pl": "Polish", "tr": "Turkish", "ja": "Japanese", "ko": "Korean",
    "ru": "Russian", "ar": "Arabic", "he": "Hebrew", "el": "Greek", "th": "Thai", "hi": "Hindi",
}  # fmt: skip
_ENDS: Final = frozenset([".", "!", "?", "\n", "。"])
_WORDS: Final = 5
_FEW: Final = 8
_LEAD: Final = 1.5
_SYSTEM: Final = 2


def misplaced(text: Assertions, language: str | None, names: Collection[str] = frozenset()) -> list[Judged]:
    """The text as a whole, or its sentences, where they are clearly in another language than `language`; `names` are folded words
    that a product is called by, which say little of the language, however often they come."""
    if language is None:
        return []
    words = _spoken(text)
    whole = _whole(words, language, names)
    if whole is not None and whole != language:
        return [_judged(text, 0, len(words), whole, language)]
    found, start = list[Judged](), 0
    for n in range(len(words) + 1):
        if n == len(words) or words[n] in _ENDS:
            other = _other(words[start:n], language, names)
            if other:
                found.append(_judged(text, start, n, other, language))
            start = n + 1
    return found


def _spoken(text: Assertions) -> list[str]:
    """The words of a text without those that stand for sizes: IT 48 says nothing in English."""
    words, raws = text.scan.words, text.reading.raws
    return [
        "-" if len(raw) == _SYSTEM and raw.isupper() and after[:1].isdigit() else word
        for word, raw, after in zip(words, raws, [*words[1:], "-"][: len(words)], strict=True)
    ]


def _whole(words: list[str], language: str, names: Collection[str]) -> str | None:
    """The language of the whole: what small words say, or lingua's models where these do not speak for the one asked for."""
    sure = told(words, surely=True, names=names)
    if sure is not None:
        return sure if sure == language or _leads(words, sure, language, names) else None
    letters = [word for word in words if word[0].isalpha()]
    counted = tally(letters, names)
    if len(letters) < _FEW or (
        counted
        and counted.get(language, 0) > max((n for other, n in counted.items() if other != language), default=0.0)
    ):
        return None
    return another(" ".join(letters), language)


def _leads(words: list[str], sure: str, language: str, names: Collection[str]) -> bool:
    counted = tally(words, names)
    lead = counted.get(sure, 99) - counted.get(language, 0)
    return counted.get(language, 0) * 1.7 < counted.get(sure, 99) and lead >= _LEAD


def _other(words: list[str], language: str, names: Collection[str]) -> str | None:
    letters = [word for word in words if word[0].isalpha()]
    if len(letters) < _WORDS:
        return None
    there = told(letters, surely=True, names=names)
    if there is None or there == language:
        return None
    counted = tally(letters, names)
    return there if counted.get(language, 0) * 2 < counted.get(there, len(letters)) else None


def _judged(text: Assertions, first: int, after: int, found: str, wanted: str) -> Judged:
    start, end = text.reading.place(first, after) if after > first else (0, len(text.reading.given))
    claim = Claim("language", text.reading.given[start:end], start, end, found, None, False, None, found)
    why = f"This is in {_NAMES.get(found, found)}, not in {_NAMES.get(wanted, wanted)}."
    return Judged(claim, "contradicted", None, why)
