"""Words that facts or a text deny, whatever they are: «not suitable for puppies», «backlight: none», «不含电钻»."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from weft.claims.finding import (
    ACTING,
    HAVING,
    STOPS,
    Scan,
    abbreviates,
    answered,
    clause_of,
    ends_denial,
    enumerated,
    is_aside,
    is_preposition,
    linking,
)
from weft.claims.languages import small_words
from weft.claims.lexicon import plain_letters

_REACH: Final = 6
_FEW: Final = 2
_LONGEST: Final = 6
_SHORTEST: Final = 4
_CJK: Final = 0x2E80
_NO_KINDS: Final = frozenset[str]()
_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_ENDINGS: Final = re.compile(r"(?:es|en|em|er|os|as|s|e|n|o|a)$")
_JOINS: Final = frozenset(
    ["and", "or", "nor", "und", "oder", "et", "ou", "y", "e", "o", "u", "ni", "&", "和", "及", "与", "或"]
)
_WITH: Final = frozenset(["mit", "con", "with", "avec", "que", "which", "qui", "that"])
_SIGNS: Final = "含可有支持带是否能需要具备适合放入用的"
_MARKS: Final = "含可有支持带是否不无能需要具备适合放入用的"


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """A word without accents and without the ending that says its number or gender; umlauts as keys write them."""
    if not word.isascii():
        word = plain_letters(word.translate(_UMLAUTS))
    return _ENDINGS.sub("", word) if len(word) > _SHORTEST + 1 else word


def groups(scan: Scan) -> list[list[int]]:
    """The telling words that each denial of a text takes back, by their places, the nearest first."""
    words, size = scan.words, len(scan.words)
    found, until, clause, n, begun, verbal = list[list[int]](), -1, 0, 0, 0, False
    denier, before, named = "", 0, False
    while n < size:
        word, steering = words[n], scan.steering.get(n)
        kinds = scan.kinds.get(n, _NO_KINDS)
        named = (named and word not in STOPS) or (word == ":" and until >= n and not found[-1])
        if word in STOPS and not named and not abbreviates(scan, n):
            until = -1
            kept = word in ":()" or (word == "?" and answered(scan, n))
            clause = clause if kept else n + 1
        elif word == ",":
            if n <= until and (named or (is_preposition(scan, denier) and enumerated(scan, n))):
                until = n + _REACH
            elif not _listed(scan, n):
                until = -1
            clause, before = (before if is_aside(words, clause, n) else n + 1), clause
        elif "not only" in kinds or ("not but" in kinds and word not in _WITH):
            until = -1
        elif "not before" in kinds and steering and n not in scan.late:
            until, begun = steering[0] + _REACH, steering[0] - 1
            verbal, denier = word in ACTING, word
            found.append([])
            n = steering[0]
            continue
        if "not after" in kinds and n > 1 and words[n - 1] == "-" and _tells(words[n - 2]):
            found.insert(0, [n - 2])
        if n <= until and found[-1] and ends_denial(scan, n, denier):
            until = -1
        if n <= until and _tells(word):
            found[-1].append(n)
        if verbal and n == begun + 1 and word not in HAVING:
            until = -1
        if n in scan.late:
            found.append(
                [back for back in range(max(clause_of(words, clause, n), n - 8), n) if _tells(words[back])][::-1]
            )
        n += 1
    return [group for group in found if group and not _is_limited(scan, group[0])]


_LIMITS: Final = frozenset(
    ["under", "below", "over", "above", "older", "younger", "less", "more", "up", "aged", "unter", "über", "bis", "ab", "moins", "plus",
     "jusqu'à", "menores", "mayores", "menos", "más", "hasta", "以", "未"]
)  # fmt: skip


def _is_limited(scan: Scan, n: int) -> bool:
    """Whether a denial holds up to a number alone: not for children under 3."""
    near = []
    for word in scan.words[n + 1 : n + 5]:
        if word in STOPS or word == ",":
            break
        near.append(word)
    return any(word[0].isdigit() for word in near) and not _LIMITS.isdisjoint(near)


def _listed(scan: Scan, comma: int) -> bool:
    """Whether a comma parts what is denied alike: «free of PFOA, lead and cadmium»."""
    words = scan.words
    for n in range(comma + 1, min(comma + 5, len(words))):
        if words[n] in _JOINS:
            return n > comma + 1 or words[n] in ("ni", "nor", "oder", "or")
        if words[n] == ",":
            return n > comma + 1
        if words[n] in STOPS or words[n] in small_words() or words[n][0].isdigit() or n > comma + 3:
            return False
    return False


@lru_cache(maxsize=20_000)
def _tells(word: str) -> bool:
    if ord(word[0]) > _CJK:
        return word not in "的了吗呢"
    return len(word) >= _SHORTEST and word.isalpha() and word not in linking() and word not in small_words()


def telling(scan: Scan) -> Iterator[tuple[int, str]]:
    """The telling words of a text with their places, Chinese aside."""
    for n, word in enumerate(scan.words):
        if ord(word[0]) < _CJK and _tells(word):
            yield n, stem(word)


def chinese_denied(scan: Scan) -> Iterator[tuple[int, int]]:
    """Runs of two to four Chinese signs right behind a denial: (first, after)."""
    for n, (after, entries) in scan.steering.items():
        if any(entry.kind == "not before" for entry in entries) and ord(scan.words[n][0]) > _CJK:
            first = after + 1 if after < len(scan.words) and scan.words[after] == ":" else after
            while first < min(len(scan.words), after + 3) and scan.words[first] in _MARKS:
                first += 1
            end = first
            while end < len(scan.words) and ord(scan.words[end][0]) > _CJK and end - first <= _LONGEST:
                end += 1
            if _FEW <= end - first <= _LONGEST:
                yield first, end


def chinese_late(scan: Scan) -> Iterator[tuple[int, int]]:
    """Clauses that a Chinese denial ends: «充电头需另购»: (first, after)."""
    for n, word in enumerate(scan.words):
        if ord(word[0]) > _CJK and n in scan.late:
            first = n
            while first > 0 and n - first < 12 and scan.words[first - 1] not in STOPS and scan.words[first - 1] != ",":
                first -= 1
            yield first, n


def bare_label(label: str) -> str:
    """A Chinese name of a fact without the sign that says yes: 含电钻 is about 电钻."""
    return label.lstrip(_SIGNS)
