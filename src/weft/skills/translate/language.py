"""In which language a text is, and in which script its languages are written."""

import unicodedata
from collections import Counter
from collections.abc import Collection
from functools import cache
from typing import Final

from weft.claims import languages
from weft.claims.reading import read

SCRIPTS: Final = {
    "zh": ("CJK",), "ja": ("HIRAGANA", "KATAKANA", "CJK"), "ko": ("HANGUL",), "ru": ("CYRILLIC",), "uk": ("CYRILLIC",),
    "bg": ("CYRILLIC",), "be": ("CYRILLIC",), "mk": ("CYRILLIC",), "kk": ("CYRILLIC",), "el": ("GREEK",), "he": ("HEBREW",),
    "ar": ("ARABIC",), "fa": ("ARABIC",), "ur": ("ARABIC",), "hi": ("DEVANAGARI",), "mr": ("DEVANAGARI",), "ne": ("DEVANAGARI",),
    "th": ("THAI",), "ta": ("TAMIL",), "te": ("TELUGU",), "bn": ("BENGALI",), "ka": ("GEORGIAN",), "hy": ("ARMENIAN",),
    "gu": ("GUJARATI",), "pa": ("GURMUKHI",), "km": ("KHMER",), "lo": ("LAO",), "my": ("MYANMAR",), "si": ("SINHALA",),
    "am": ("ETHIOPIC",), "kn": ("KANNADA",), "ml": ("MALAYALAM",),
}  # fmt: skip
RIGHT_TO_LEFT: Final = frozenset(["ar", "fa", "he", "ur", "yi", "ps", "sd", "dv", "ckb"])
COMMON: Final = ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "sv", "da", "cs", "tr", "ru", "uk", "zh", "ja")


def base(language: str) -> str:
    """A language without its region or script: `pt-BR` is `pt`."""
    return language.replace("_", "-").split("-")[0].lower()


@cache
def _script(sign: str) -> str:
    name = unicodedata.name(sign, "").removeprefix("HALFWIDTH ").replace("-", " ").split(" ")[0]
    return {"IDEOGRAPHIC": "CJK", "FULLWIDTH": "LATIN"}.get(name, name)


def scripts(text: str) -> Counter[str]:
    """How many letters of a text are of which script."""
    counted: Counter[str] = Counter()
    for sign, often in Counter(text).items():
        if sign.isalpha():
            counted[_script(sign)] += often
    return counted


def sure(text: str) -> str | None:
    """The language that a text's script, or clearly more of its small words, say; None where that takes the models."""
    return languages.told(read(text).words, surely=True)


def likely(text: str, among: Collection[str] = COMMON) -> dict[str, float]:
    """How likely each of some languages is for a text; empty where it cannot be told."""
    return languages.likely(text, {base(language) for language in among})
