"""Where things are made, as sentences say it."""

import functools
import re
from typing import Final

from babel import Locale

from weft.skills.write.lexicon import folded

_CODES: Final = {
    "u.s.a": "US", "usa": "US", "u.s": "US", "us": "US", "america": "US", "united states of america": "US", "united states": "US",
    "u.k": "GB", "uk": "GB", "great britain": "GB", "united kingdom": "GB", "eu": "EU", "e.u": "EU", "the eu": "EU",
    "european union": "EU", "europe": "", "czech republic": "CZ", "korea": "KR", "holland": "NL", "prc": "CN", "turkey": "TR",
    "türkei": "TR", "viet nam": "VN",
}  # fmt: skip
_SHORT: Final = {
    "en": {"US": "the USA", "GB": "the UK", "EU": "the EU", "NL": "the Netherlands", "PH": "the Philippines", "AE": "the United Arab Emirates",
           "CZ": "the Czech Republic", "TR": "Turkey", "DO": "the Dominican Republic", "HK": "Hong Kong"},
    "de": {"US": "den USA", "GB": "Großbritannien", "EU": "der EU", "NL": "den Niederlanden", "PH": "den Philippinen", "CH": "der Schweiz",
           "TR": "der Türkei", "SK": "der Slowakei", "UA": "der Ukraine", "MN": "der Mongolei", "CZ": "Tschechien", "HK": "Hongkong",
           "AE": "den Vereinigten Arabischen Emiraten", "DO": "der Dominikanischen Republik", "MD": "der Republik Moldau"},
}  # fmt: skip
_ALONE: Final = {"EU": "EU", "US": "USA"}
_MADE_IN: Final = re.compile(
    r"^(?:(?:hand)?made|manufactured|produced|crafted|designed and made|hergestellt|gefertigt)\s+in\s+", re.IGNORECASE
)


@functools.cache
def _names() -> dict[str, str]:
    found = dict(_CODES)
    for language in ("en", "de"):
        for code, name in Locale(language).territories.items():
            if re.fullmatch("[A-Z]{2}", code):
                found.setdefault(folded(name), code)
                found.setdefault(code.lower(), code)
    return found


@functools.cache
def place(said: str, language: str) -> str:
    """A country as it follows `in`: of a name or a code, in the language; what is no country that is known, as it was said."""
    plain = re.sub(r"^(?:the|den|der|die)\s+", "", _MADE_IN.sub("", said.strip(" .")), flags=re.IGNORECASE)
    code = _names().get(folded(plain).rstrip("."), "")
    if not code:
        return plain
    return _SHORT[language].get(code) or str(Locale(language).territories.get(code, plain))


@functools.cache
def country(said: str, language: str) -> str:
    """A country as it stands alone, under a label."""
    plain = re.sub(r"^(?:the|den|der|die)\s+", "", _MADE_IN.sub("", said.strip(" .")), flags=re.IGNORECASE)
    code = _names().get(folded(plain).rstrip("."), "")
    if not code:
        return plain
    return (
        _ALONE.get(code) or place(said, "en").removeprefix("the ")
        if language == "en" or code in _ALONE
        else str(Locale("de").territories[code])
    )


def known(said: str) -> bool:
    """Whether a place is a country that is known."""
    plain = re.sub(r"^(?:the|den|der|die)\s+", "", _MADE_IN.sub("", said.strip(" .")), flags=re.IGNORECASE)
    return bool(_names().get(folded(plain).rstrip(".")))
