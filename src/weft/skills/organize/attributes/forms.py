"""How a value is written where the text writes it otherwise: `48"` kept as 121.9, `01-LPIR` as 01LPIR, `10K` as 10000."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final

from weft.skills.organize.attributes.measures import converted, number, unit_of
from weft.skills.organize.attributes.tokens import Token

_SPLIT: Final = re.compile(r"^([\d.,/½¼¾\s-]*\d|[½¼¾])\s*-?\s*([^\d\s].*)?$")
_LONGEST: Final = 10
_DATA: Final = {"KB": "Kilobytes", "MB": "Megabytes", "GB": "Gigabytes", "TB": "Terabytes"}


def _quantity(text: str) -> tuple[float, str | None] | None:
    match = _SPLIT.match(text)
    plain = number(match.group(1)) if match else None
    if match is None or plain is None:
        return None
    written = (match.group(2) or "").strip()
    return plain, written or None


def _in(target: str, bare: str | None, decimals: int) -> Callable[[str], str | None]:
    """A quantity in a unit, the number alone; one without a unit is taken as `bare`."""

    def form(text: str) -> str | None:
        read = _quantity(text)
        if read is None:
            return None
        unit = unit_of(read[1]) if read[1] else bare
        if unit is None or (bare and read[1]):
            return None
        value = converted(read[0], unit, target)
        return None if value is None else f"{value:.{decimals}f}"

    return form


def _count(text: str) -> str | None:
    read = _quantity(text)
    return f"{read[0]:g}" if read and read[0] == int(read[0]) and read[0] < 1e6 else None


def _thousand(text: str) -> str | None:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s?[kK]", text)
    return f"{float(match.group(1)) * 1000:.0f}" if match else None


def _data(text: str) -> str | None:
    read = _quantity(text)
    unit = unit_of(read[1].strip()) if read and read[1] else None
    return f"{read[0]:g} {_DATA[unit]}" if read and unit in _DATA else None


def _code(text: str) -> str | None:
    plain = re.sub(r"[\W_]", "", text)
    return plain.upper() if any(char.isdigit() for char in plain) else None


def _maker(text: str) -> str | None:
    """The part of a twelve-digit barcode that names the maker (GS1: after the first digit, five digits)."""
    digits = re.sub(r"[\s-]", "", text)
    return digits[1:6] if re.fullmatch(r"\d{12}", digits) else None


FORMS: Final[Mapping[str, Callable[[str], str | None]]] = {
    "as written": lambda text: text,
    "upper": lambda text: text.upper(),
    "lower": lambda text: text.lower(),
    "title": lambda text: text.title(),
    "code": _code,
    "count": _count,
    "thousand": _thousand,
    "data": _data,
    "cm": _in("cm", None, 1),
    "bare inches": _in("cm", "inch", 1),
    "kg": _in("kg", None, 1),
    "g": _in("g", None, 0),
    "barcode's maker": _maker,
}


@lru_cache(maxsize=50_000)
def formed(text: str) -> Mapping[str, str]:
    """A text in each form that it can take."""
    return {name: value for name, form in FORMS.items() if (value := form(text)) is not None}


def written(words: Sequence[Token], first: int, extra: int) -> str:
    """The words from `first` on as their passage writes them."""
    return words[first].passage.text[words[first].start : words[first + extra].end]


def _spans(words: Sequence[Token]) -> Iterator[tuple[int, int]]:
    for first, word in enumerate(words):
        for extra in range(_LONGEST):
            if first + extra >= len(words) or words[first + extra].passage is not word.passage:
                break
            yield first, extra


def places(words: Sequence[Token], value: str) -> list[tuple[int, int, str]]:
    """Where a text says a value: (first token, further tokens, form); the plainest form that occurs, else nothing."""
    wanted = value.strip()
    if not wanted:
        return []
    starts = {(id(word.passage), word.start): n for n, word in enumerate(words)}
    ends = {(id(word.passage), word.end): n for n, word in enumerate(words)}
    texts = list({id(word.passage): word.passage for word in words}.values())
    for fold in (False, True):
        sought = wanted.lower() if fold else wanted
        found = []
        for passage in texts:
            text = passage.text.lower() if fold else passage.text
            place = text.find(sought) if len(text) == len(passage.text) else -1
            while place != -1:
                first, last = starts.get((id(passage), place)), ends.get((id(passage), place + len(sought)))
                if first is not None and last is not None and last - first < _LONGEST:
                    found.append((first, last - first, "spelled" if fold else "as written"))
                place = text.find(sought, place + 1)
        if found:
            return found
    return _longer(words, wanted.lower()) or _formed(words, wanted)


def _longer(words: Sequence[Token], wanted: str) -> list[tuple[int, int, str]]:
    """Places where the last word goes on a little: `Jersey` in `jerseys`, `Men` in `mens`."""
    if len(wanted) < 3 and not wanted.isdigit():
        return []
    found, split = [], wanted.split()
    for first in range(len(words) - len(split) + 1):
        if not words[first + len(split) - 1].folded.startswith(split[-1]):
            continue
        rest = words[first + len(split) - 1].folded[len(split[-1]) :]
        if len(rest) > 4 or (wanted.isdigit() and not rest.isalpha()):
            continue
        if all(words[first + n].folded == part for n, part in enumerate(split[:-1])):
            found.append((first, len(split) - 1, "spelled"))
    return found


def _formed(words: Sequence[Token], wanted: str) -> list[tuple[int, int, str]]:
    found: list[tuple[int, int, str]] = []
    if not any(char.isdigit() for char in wanted):
        return found
    for first, extra in _spans(words):
        if not any(char.isdigit() for char in words[first].text):
            continue
        forms = formed(written(words, first, extra))
        found += [(first, extra, name) for name, value in forms.items() if value == wanted]
    return found
