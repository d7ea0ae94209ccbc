"""Words that facts or a text deny, whatever they are: «not suitable for puppies», «backlight: none», «不含电钻»."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from weft.claims.finding import (
    ACTING,
    HAVING,
    STOPS,
    Scan,
    abbreviates,
    answered,
    behind_other_denials,
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
_TELLING: Final = 3
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
            begins = behind_other_denials(scan, max(clause_of(words, clause, n), n - 8), n)
            found.append(
                [back for back in range(begins, _before_purpose(words, begins, n)) if _tells(words[back])][::-1]
            )
        n += 1
    return [group for group in found if group and not _is_limited(scan, group[0])]


_PURPOSE: Final = frozenset(["for", "für", "pour", "para"])


def _before_purpose(words: Sequence[str], first: int, late: int) -> int:
    """Where what a late denial takes back ends, before what that is for: «les adaptateurs pour siège auto sont vendus …»."""
    return next((n for n in range(first + 1, late) if words[n] in _PURPOSE and n > first + 1), late)


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
    return len(word) >= _TELLING and word.isalpha() and word not in linking() and word not in small_words()


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
            while end < len(scan.words) and _is_signs(scan.words[end]) and end - first <= _LONGEST:
                end += 1
            if _FEW <= end - first <= _LONGEST:
                yield first, end


def _is_signs(word: str) -> bool:
    return ord(word[0]) > _CJK or (word.isascii() and word.isalnum())


def chinese_late(scan: Scan) -> Iterator[tuple[int, int]]:
    """Clauses that a Chinese denial ends: «充电头需另购»: (first, after)."""
    for n, word in enumerate(scan.words):
        if ord(word[0]) > _CJK and n in scan.late:
            first = n
            while first > 0 and n - first < 12 and scan.words[first - 1] not in STOPS and scan.words[first - 1] != ",":
                first -= 1
            yield first, n


_SUBJECT: Final = 4
_VERBS: Final = frozenset(
    ["is", "are", "has", "ist", "sind", "hat", "est", "sont", "es", "son", "lleva", "tiene", "comes", "includes"]
)
_ASIDES: Final = 2
_ASIDE: Final = 3
_BRACKETED: Final = 10


def withheld(scan: Scan, first: int, after: int) -> bool:
    """Whether the clause of a phrase takes something back that no phrase of the lexicon is, or says what withholds it.

    «Palmöl kommt uns nicht in die Tüte», «the dishwasher would damage it», «el cargador, eso sí, se compra aparte».
    """
    start, end = _clause_around(scan, first, after)
    for n in range(start, end):
        if first <= n < after:
            continue
        kinds = scan.kinds.get(n, _NO_KINDS)
        if "not loose" in kinds:
            return True
        if ("not before" in kinds and "not only" not in kinds) or n in scan.late:
            behind = scan.steers(n, "not before") or n + 1
            if not _binds(scan, behind, min(end, behind + _REACH)) and scan.words[n] not in (
                "w",
                "of",
                "from",
                "de",
                "von",
            ):
                return True
    return False


def _clause_around(scan: Scan, first: int, after: int) -> tuple[int, int]:
    """The clause of a phrase, up to a comma or «and»; where it is no more than the subject, with what follows."""
    words, start, end = scan.words, first, after
    if ord(words[first][0]) > _CJK:
        return _chinese_clause(words, first, after)
    while start > 0 and words[start - 1] not in STOPS and words[start - 1] != "," and words[start - 1] not in _JOINS:
        start -= 1
    end = _segment_end(scan, after)
    if words[start] in _WITH or not _VERBS.isdisjoint(words[start:end]) or end - start > _SUBJECT + after - first:
        return start, end
    for _ in range(_ASIDES):
        if not _goes_on(scan, end):
            break
        begin, end = end + 1, _segment_end(scan, end + 1)
        if end - begin > _ASIDE:
            break
    return start, end


def _segment_end(scan: Scan, n: int) -> int:
    words = scan.words
    if n < len(words) and words[n] == "(" and ")" in words[n : n + _BRACKETED]:
        n += words[n : n + _BRACKETED].index(")") + 1
    while (
        n < len(words)
        and words[n] not in STOPS
        and words[n] != ","
        and not (words[n] in _JOINS and not _joins_noun(scan, n))
    ):
        n += 1
    return n


def _goes_on(scan: Scan, n: int) -> bool:
    """Whether a clause goes on behind a comma, and not with a denial of another thing: «mit Deckel, ohne Griff»."""
    words = scan.words
    if n + 1 >= len(words) or words[n] not in ",?:":
        return False
    return not is_preposition(scan, words[n + 1]) or n + 2 >= len(words) or words[n + 2] in STOPS


def _joins_noun(scan: Scan, n: int) -> bool:
    """Whether «und» adds a noun to the subject: «Trockner und Bügeleisen lässt du weg»."""
    following = scan.reading.raws[n + 1 : n + 2]
    return scan.language == "de" and bool(following) and following[0][:1].isupper() and len(following[0]) > _SHORTEST


def _chinese_clause(words: Sequence[str], first: int, after: int) -> tuple[int, int]:
    start, end = first, after
    while start > 0 and words[start - 1] not in STOPS and words[start - 1] != ",":
        start -= 1
    while end < len(words) and words[end] not in STOPS and words[end] != ",":
        end += 1
    if end < len(words) and words[end] == "?":
        end = next((n for n in range(end + 1, len(words)) if words[n] in STOPS), len(words))
    return start, end


_INTO: Final = frozenset(
    [
        "in",
        "im",
        "ins",
        "zum",
        "zur",
        "an",
        "bei",
        "dans",
        "au",
        "aux",
        "en",
        "al",
        "into",
        "to",
        "part",
        "parte",
        "partie",
        "del",
        "du",
    ]
)


def _binds(scan: Scan, first: int, after: int) -> bool:
    """Whether a denial takes back a phrase of the lexicon, and not only says where: «gehört nicht zum Set»."""
    for n in range(first, after):
        span = scan.span(n)
        if (
            span is not None
            and (span.negated or span.denied)
            and not any(one.concept == "piece" for one in span.entries)
        ):
            return _INTO.isdisjoint(scan.words[max(first, span.first - 2) : span.first])
    return False


def bare_label(label: str) -> str:
    """A Chinese name of a fact without the sign that says yes: 含电钻 is about 电钻."""
    return label.lstrip(_SIGNS)
