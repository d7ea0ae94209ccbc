"""Languages as they are written in files, settings and records: BCP 47 tags in one spelling."""

import re
from typing import Final

from weft.errors import InputError

_TAG: Final = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,4}")
# Headers of glossaries say languages in words as often as in tags.
_NAMES: Final = {
    name: tag
    for tag, names in {
        "ar": "arabic العربية", "bg": "bulgarian български", "cs": "czech čeština", "da": "danish dansk",
        "de": "german deutsch", "el": "greek ελληνικά", "en": "english", "es": "spanish español", "et": "estonian eesti",
        "fi": "finnish suomi", "fr": "french français", "he": "hebrew עברית", "hu": "hungarian magyar",
        "id": "indonesian", "it": "italian italiano", "ja": "japanese 日本語", "ko": "korean 한국어",
        "lt": "lithuanian lietuvių", "lv": "latvian latviešu", "nb": "norwegian norsk", "nl": "dutch nederlands",
        "pl": "polish polski", "pt": "portuguese português", "ro": "romanian română", "ru": "russian русский",
        "sk": "slovak slovenčina", "sl": "slovenian slovenščina", "sv": "swedish svenska", "th": "thai ไทย",
        "tr": "turkish türkçe", "uk": "ukrainian українська", "vi": "vietnamese", "zh": "chinese 中文",
    }.items()
    for name in names.split()
}  # fmt: skip

# The languages of ISO 639-1 that a column may be called by; of three letters, a word is more likely than a language.
_CODES: Final = frozenset(
    [
        "af",
        "am",
        "ar",
        "az",
        "be",
        "bg",
        "bn",
        "bs",
        "ca",
        "cs",
        "cy",
        "da",
        "de",
        "el",
        "en",
        "eo",
        "es",
        "et",
        "eu",
        "fa",
        "fi",
        "fr",
        "ga",
        "gl",
        "gu",
        "he",
        "hi",
        "hr",
        "hu",
        "hy",
        "id",
        "is",
        "it",
        "ja",
        "ka",
        "kk",
        "km",
        "kn",
        "ko",
        "ky",
        "lb",
        "lo",
        "lt",
        "lv",
        "mk",
        "ml",
        "mn",
        "mr",
        "ms",
        "mt",
        "my",
        "nb",
        "ne",
        "nl",
        "nn",
        "no",
        "pa",
        "pl",
        "ps",
        "pt",
        "ro",
        "ru",
        "si",
        "sk",
        "sl",
        "so",
        "sq",
        "sr",
        "sv",
        "sw",
        "ta",
        "te",
        "th",
        "tl",
        "tr",
        "uk",
        "ur",
        "uz",
        "vi",
        "zh",
        "zu",
    ]
)


def named(text: str) -> str | None:
    """The language that a column is called by, in words or by a tag of two letters; None where it is not."""
    said = text.strip()
    if said.lower() in _NAMES:
        return _NAMES[said.lower()]
    return tag(said) if _TAG.fullmatch(said) and base(tag(said)) in _CODES else None


def tag(text: str) -> str:
    """A language's tag in its usual spelling (`de`, `pt-BR`, `zh-Hant`), from `DE`, `pt_br` or `German`; raises InputError."""
    said = text.strip()
    if named := _NAMES.get(said.lower()):
        return named
    if not _TAG.fullmatch(said):
        raise InputError(f"{text[:40]!r} is not a language; write it as de, en-GB or zh-Hant.")
    first, *rest = re.split("[-_]", said)
    return "-".join([first.lower(), *map(_part, rest)])


def _part(part: str) -> str:
    return part.upper() if len(part) == 2 else part.title() if len(part) == 4 and part.isalpha() else part.lower()


def base(language: str) -> str:
    """The language without its region or script: `de` of `de-AT`."""
    return language.partition("-")[0]
