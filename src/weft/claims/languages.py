"""Which language a text is in: by its script, by the commonest small words, and where these do not tell, by lingua's models."""

import re
from collections.abc import Collection, Iterable, Sequence
from functools import cache
from typing import Final

from lingua import IsoCode639_1, Language, LanguageDetector, LanguageDetectorBuilder

from weft.claims import data
from weft.claims.reading import read

_SCRIPTS: Final = (
    ("ja", re.compile(r"[\u3040-\u30ff]")),
    ("ko", re.compile(r"[\uac00-\ud7af]")),
    ("zh", re.compile(r"[\u3400-\u9fff]")),
    ("ar", re.compile(r"[\u0600-\u06ff]")),
    ("he", re.compile(r"[\u0590-\u05ff]")),
    ("el", re.compile(r"[\u0370-\u03ff]")),
    ("th", re.compile(r"[\u0e00-\u0e7f]")),
    ("hi", re.compile(r"[\u0900-\u097f]")),
    ("ru", re.compile(r"[\u0400-\u04ff]")),
)
_OTHER: Final = re.compile(r"[\u0370-\uffff]")
_LETTER: Final = re.compile(r"[^\W\d_]")
_READ: Final = 4000
_HARDLY: Final = 0.05
_LIKELY: Final = 0.4
_FEW: Final = 2.5
_WEIGHTS: Final = (1.0, 0.6, 0.4, 0.3, 0.2)


@cache
def small_words() -> dict[str, frozenset[str]]:
    """Each small word with the languages that have it."""
    found: dict[str, set[str]] = {}
    for line in data.lines("languages"):
        language, _, words = line.partition("|")
        for word in words.split(","):
            found.setdefault(word.strip().rstrip("'"), set()).add(language.strip())
    return {word: frozenset(languages) for word, languages in found.items()}


def language_of(text: str, among: Collection[str] | None = None) -> str | None:
    """The language of a text by its ISO 639-1 code, of those `among` where that is said; None where it cannot be told."""
    return told(read(text[:_READ]).words, among)


def told(
    words: Sequence[str],
    among: Collection[str] | None = None,
    *,
    surely: bool = False,
    names: Collection[str] = frozenset(),
) -> str | None:
    """The language of folded tokens; with `surely`, only what the script or clearly more small words say. Of `names` that are
    small words as well (*Como*), each counts once."""
    letters = [word for word in words if word[:1].isalpha()]
    script = _script(letters)
    if script:
        return script if among is None or script in among else None
    counted = tally(letters, names)
    if among is not None:
        counted = {language: count for language, count in counted.items() if language in among}
    ranked = sorted(counted.values(), reverse=True)
    if ranked and ranked[0] >= (_FEW if surely else 2) and (len(ranked) < 2 or ranked[0] >= 1.4 * ranked[1]):
        return max(counted, key=counted.__getitem__)
    if surely or sum(map(len, letters)) < 20 or len(letters) < 4:
        return None
    return modelled(" ".join(letters), among, 0.6)


def tally(words: Iterable[str], names: Collection[str] = frozenset()) -> dict[str, float]:
    """How many small words of each language there are; one that several languages share counts less, and one of `names` once."""
    known, counted, before, told_names = small_words(), dict[str, float](), "", set[str]()
    for word in words:
        languages = known.get(word) if (before, word) != ("made", "in") and word != "made" else None
        before = word
        if languages and word not in told_names:
            if word in names:
                told_names.add(word)
            weight = _WEIGHTS[min(len(languages), 5) - 1]
            for language in languages:
                counted[language] = counted.get(language, 0) + weight
    return counted


def _script(letters: Sequence[str]) -> str | None:
    joined = "".join(letters)
    if not joined or joined.isascii() or _OTHER.search(joined) is None:
        return None
    total = len(_LETTER.findall(joined))
    for language, pattern in _SCRIPTS:
        there = len(pattern.findall(joined))
        if language == "ja" and there * 8 < total:
            continue
        # A Chinese sign says as much as three letters of a brand's name beside it.
        if there * (3 if language in ("zh", "ja", "ko") else 1.5) > total - there:
            return language
    return None


_SPOKEN: Final = ("en", "de", "fr", "es", "it", "pt", "nl", "sv", "pl", "tr")


@cache
def _model(code: str) -> Language | None:
    try:
        return Language.from_iso_code_639_1(getattr(IsoCode639_1, code.upper()))
    except AttributeError:
        return None


@cache
def _detector(among: frozenset[str]) -> LanguageDetector | None:
    known = [model for code in sorted(among) if (model := _model(code)) is not None]
    return LanguageDetectorBuilder.from_languages(*known).build() if len(known) > 1 else None


def likely(text: str, among: Collection[str] = _SPOKEN) -> dict[str, float]:
    """How likely each of some languages (by ISO 639-1 codes) is for a text, by lingua's models, the likeliest first; empty where
    fewer than two of them are known, or there is no letter."""
    detector = _detector(frozenset(among))
    if detector is None or not _LETTER.search(text):
        return {}
    ranked = detector.compute_language_confidence_values(text)
    return {found.language.iso_code_639_1.name.lower(): found.value for found in ranked}


def modelled(text: str, among: Collection[str] | None = None, least: float = 0.9) -> str | None:
    """The language that lingua's models are at least so sure of."""
    ranked = list(likely(text).items())
    for n, (code, value) in enumerate(ranked):
        if among is None or code in among:
            following = ranked[n + 1][1] if n + 1 < len(ranked) else 0
            return code if value >= least and value > 2 * following else None
    return None


def another(text: str, language: str) -> str | None:
    """The likeliest language of a text of which lingua's models say that it is hardly in `language`; else None."""
    sure = likely(text)
    if not sure:
        return None
    best = max(sure, key=sure.__getitem__)
    return best if sure.get(language, 0.0) <= _HARDLY and sure[best] >= _LIKELY and language in sure else None
