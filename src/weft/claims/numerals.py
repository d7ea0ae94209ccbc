"""Numbers as countries write them: 1,234.5 · 1.234,5 · 1 234,5 · 1'234.5 · 1/2 · ½."""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

FRACTIONS: Final = {
    "½": 0.5,
    "⅓": 1 / 3,
    "⅔": 2 / 3,
    "¼": 0.25,
    "¾": 0.75,
    "⅛": 0.125,
    "⅜": 0.375,
    "⅝": 0.625,
    "⅞": 0.875,
}
_LONGEST: Final = 40
_POINT: Final = frozenset(["en", "zh", "ja", "ko"])


@dataclass(frozen=True, slots=True)
class Number:
    """A number with half of its last written place: 30,5 is 30.5 with 0.05."""

    value: float
    half: float = 0.5


@lru_cache(maxsize=20_000)
def numbers(raw: str, language: str | None) -> tuple[Number, ...]:
    """The ways in which a written number can be read, the likeliest first.

    Only a single mark before three digits can be read in two ways (1.500): as the language has it; both where that is unknown.
    """
    if len(raw) > _LONGEST:
        return ()
    raw = "".join(str(unicodedata.digit(char)) if char.isdigit() else char for char in raw).replace("'", "")
    if not raw.replace(".", "").replace(",", "").isdecimal():
        return ()
    points, commas = raw.count("."), raw.count(",")
    if points and commas:
        last = max(raw.rfind("."), raw.rfind(","))
        whole, part = raw[:last].replace(".", "").replace(",", ""), raw[last + 1 :]
        if raw.count(raw[last]) > 1:
            return (Number(float(whole + part)),)
        return (_decimal(whole, part),)
    if not points and not commas:
        return (Number(float(raw)),)
    mark = "." if points else ","
    whole, _, part = raw.partition(mark)
    if points + commas > 1:
        groups = raw.split(mark)
        joined = Number(float(raw.replace(mark, "")))
        return (joined,) if all(len(group) == 3 for group in groups[1:]) else ()
    decimal = _decimal(whole, part)
    if len(part) != 3 or len(whole) > 3 or whole.startswith("0"):
        return (decimal,)
    thousands = Number(float(whole + part))
    if language is None:
        return (decimal, thousands) if mark == "." else (thousands, decimal)
    grouping = "," if language in _POINT else "."
    return (thousands,) if mark == grouping else (decimal,)


def _decimal(whole: str, part: str) -> Number:
    return Number(float(f"{whole}.{part}"), 0.5 * 10.0 ** -len(part))


def plain(value: float) -> float | int:
    """A whole number as an int."""
    return int(value) if value == int(value) and abs(value) < 1e15 else round(value, 9)


_EN: Final = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_EN_TENS: Final = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_DE: Final = [
    "null",
    "ein",
    "zwei",
    "drei",
    "vier",
    "fünf",
    "sechs",
    "sieben",
    "acht",
    "neun",
    "zehn",
    "elf",
    "zwölf",
    "dreizehn",
    "vierzehn",
    "fünfzehn",
    "sechzehn",
    "siebzehn",
    "achtzehn",
    "neunzehn",
]
_DE_TENS: Final = ["zwanzig", "dreißig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig", "neunzig"]
_FR: Final = [
    "zéro",
    "un",
    "deux",
    "trois",
    "quatre",
    "cinq",
    "six",
    "sept",
    "huit",
    "neuf",
    "dix",
    "onze",
    "douze",
    "treize",
    "quatorze",
    "quinze",
    "seize",
    "dix-sept",
    "dix-huit",
    "dix-neuf",
]
_FR_TENS: Final = ["vingt", "trente", "quarante", "cinquante", "soixante", "soixante", "quatre-vingt", "quatre-vingt"]
_ES: Final = [
    "cero",
    "uno",
    "dos",
    "tres",
    "cuatro",
    "cinco",
    "seis",
    "siete",
    "ocho",
    "nueve",
    "diez",
    "once",
    "doce",
    "trece",
    "catorce",
    "quince",
    "dieciséis",
    "diecisiete",
    "dieciocho",
    "diecinueve",
    "veinte",
    "veintiuno",
    "veintidós",
    "veintitrés",
    "veinticuatro",
    "veinticinco",
    "veintiséis",
    "veintisiete",
    "veintiocho",
    "veintinueve",
]
_ES_TENS: Final = ["treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa"]
_ES_HUNDREDS: Final = [
    "cien",
    "doscientos",
    "trescientos",
    "cuatrocientos",
    "quinientos",
    "seiscientos",
    "setecientos",
    "ochocientos",
    "novecientos",
]
_ZH: Final = "零一二三四五六七八九"


def spelled(language: str) -> dict[str, int]:
    """The whole numbers that are usual in words, as a language spells them: 2 to 1000, and hundreds and thousands up to 9900."""
    names = _SPELLED[language]
    found = {spelling: value for value in _LARGE for spelling in _larger(value, language)}
    found |= {names(value): value for value in [*range(2, 101), *range(200, 1001, 100)]}
    if language == "es":
        found |= {f"{hundreds[:-2]}as": 100 * n for n, hundreds in enumerate(_ES_HUNDREDS[1:], 2)}
        found |= {"veintiuna": 21, "veintiún": 21, "un millar": 1000}
    if language == "zh":
        found |= {"两": 2, "两百": 200, "一百": 100}
    if language == "de":
        found |= {"zwo": 2, "dreissig": 30, "einhundert": 100, "eintausend": 1000}
    if language == "en":
        found |= {"one hundred": 100, "a hundred": 100, "a thousand": 1000}
    return found


_LARGE: Final = [*(value for value in range(101, 1000) if value % 100), *range(1100, 10_000, 100)]


def _larger(value: int, language: str) -> list[str]:
    """The spellings of a number of hundreds, or thousands, and what is over."""
    if value > 1000:
        return _thousands(value, language)
    names, (hundreds, rest) = _SPELLED[language], divmod(value, 100)
    over = names(rest) if rest > 1 else {"en": "one", "de": "eins", "fr": "un", "es": "uno", "zh": "一"}[language]
    if language == "zh":
        linked = f"零{over}" if rest < 10 else f"一{over}" if rest < 20 else over
        heads = ["一百"] if hundreds == 1 else [f"{_ZH[hundreds]}百"] + (["两百"] if hundreds == 2 else [])
        short = [f"{head}{_ZH[rest // 10]}" for head in heads] if rest % 10 == 0 else []
        return [head + linked for head in heads] + short
    if language == "es":
        head = "ciento" if hundreds == 1 else _ES_HUNDREDS[hundreds - 1]
        return [f"{head} {over}", f"{head[:-1]}as {over}" if head.endswith("os") else f"{head} {over}"]
    if language == "fr":
        return [f"cent {over}" if hundreds == 1 else f"{_FR[hundreds]} cent {over}"]
    if language == "de":
        return [f"{head}hundert{over}" for head in (["", "ein"] if hundreds == 1 else [_DE[hundreds]])]
    heads = ["one hundred", "a hundred"] if hundreds == 1 else [f"{_EN[hundreds]} hundred"]
    return [f"{head}{link}{over}" for head in heads for link in (" ", " and ")]


def _thousands(value: int, language: str) -> list[str]:
    thousands, rest = divmod(value, 1000)
    one = thousands == 1
    names = _SPELLED[language]
    if language == "zh":
        heads = [f"{_ZH[thousands]}千"] + (["两千"] if thousands == 2 else [])
        ends = [f"{_ZH[rest // 100]}百", *(["两百"] if rest == 200 else []), _ZH[rest // 100]] if rest else [""]
        return [head + end for head in heads for end in ends]
    over = names(rest) if rest else ""
    if language == "en":
        heads = ["one thousand", "a thousand"] if one else [f"{_EN[thousands]} thousand"]
        over = f"one {over}" if rest == 100 else over
        hundreds = [f"{_EN[value // 100]} hundred"] if value < 2000 and rest else []
        return [f"{head} {over}".strip() for head in heads] + hundreds
    if language == "de":
        return [f"{head}tausend{over}" for head in (["", "ein"] if one else [_DE[thousands]])]
    head = {"fr": "mille", "es": "mil"}[language]
    number = names(thousands)
    return [f"{head} {over}".strip() if one else f"{number} {head} {over}".strip()]


def _english(value: int) -> str:
    if value >= 100:
        return "thousand" if value == 1000 else "hundred" if value == 100 else f"{_EN[value // 100]} hundred"
    tens, unit = divmod(value, 10)
    return _EN[value] if value < 20 else _EN_TENS[tens - 2] + (f"-{_EN[unit]}" if unit else "")


def _german(value: int) -> str:
    if value >= 100:
        return "tausend" if value == 1000 else "hundert" if value == 100 else f"{_DE[value // 100]}hundert"
    tens, unit = divmod(value, 10)
    return _DE[value] if value < 20 else (f"{_DE[unit]}und" if unit else "") + _DE_TENS[tens - 2]


def _french(value: int) -> str:
    if value >= 100:
        return "mille" if value == 1000 else "cent" if value == 100 else f"{_FR[value // 100]} cents"
    if value < 20:
        return _FR[value]
    tens, unit = divmod(value, 10)
    if tens in (7, 9):
        unit += 10
    if not unit:
        return "quatre-vingts" if value == 80 else _FR_TENS[tens - 2]
    between = " et " if unit in (1, 11) and tens < 8 else "-"
    return f"{_FR_TENS[tens - 2]}{between}{_FR[unit]}"


def _spanish(value: int) -> str:
    if value >= 100:
        return "mil" if value == 1000 else _ES_HUNDREDS[value // 100 - 1]
    tens, unit = divmod(value, 10)
    return _ES[value] if value < 30 else _ES_TENS[tens - 3] + (f" y {_ES[unit]}" if unit else "")


def _chinese(value: int) -> str:
    if value >= 100:
        return "一千" if value == 1000 else f"{_ZH[value // 100]}百"
    tens, unit = divmod(value, 10)
    return (("" if tens == 1 else _ZH[tens]) + "十" if tens else "") + (_ZH[unit] if unit else "")


_SPELLED: Final = {"en": _english, "de": _german, "fr": _french, "es": _spanish, "zh": _chinese}
