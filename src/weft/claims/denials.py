"""Words that facts or a text deny, whatever they are: «not suitable for puppies», «backlight: none», «不含电钻»."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from weft.claims.finding import STOPS, Scan
from weft.claims.languages import small_words
from weft.claims.lexicon import longest

_REACH: Final = 6
_FEW: Final = 2
_SHORTEST: Final = 4
_CJK: Final = 0x2E80
_ENDINGS: Final = re.compile(r"(?:es|en|em|er|os|as|s|e|n|o|a)$")
# What is denied with one of these is what follows it: suitable for, contains, included, needed.
_VERBS: Final = frozenset(
    [
        "suitable",
        "suited",
        "intended",
        "included",
        "includes",
        "include",
        "contains",
        "contain",
        "needed",
        "need",
        "needs",
        "required",
        "requires",
        "require",
        "available",
        "possible",
        "recommended",
        "allowed",
        "used",
        "use",
        "uses",
        "added",
        "comes",
        "come",
        "made",
        "with",
        "without",
        "supplied",
        "provided",
        "necessary",
        "have",
        "has",
        "even",
        "geeignet",
        "enthalten",
        "enthält",
        "enthaelt",
        "inklusive",
        "benötigt",
        "benoetigt",
        "erforderlich",
        "nötig",
        "noetig",
        "verfügbar",
        "möglich",
        "empfohlen",
        "erlaubt",
        "verwendet",
        "verwenden",
        "braucht",
        "brauchen",
        "zugesetzt",
        "mitgeliefert",
        "lieferumfang",
        "dabei",
        "vorhanden",
        "besitzt",
        "haben",
        "adapté",
        "adaptée",
        "adaptés",
        "convient",
        "conviennent",
        "inclus",
        "incluse",
        "inclues",
        "fourni",
        "fournie",
        "contient",
        "contiennent",
        "nécessaire",
        "requis",
        "disponible",
        "possible",
        "recommandé",
        "besoin",
        "ajouté",
        "ajoutés",
        "comporte",
        "possède",
        "apto",
        "apta",
        "aptos",
        "aptas",
        "adecuado",
        "adecuada",
        "incluido",
        "incluida",
        "incluidos",
        "incluidas",
        "incluye",
        "incluyen",
        "contiene",
        "contienen",
        "necesario",
        "necesita",
        "necesitan",
        "requiere",
        "requerido",
        "disponible",
        "posible",
        "recomendado",
        "añadido",
        "añadidos",
        "lleva",
        "llevan",
        "tiene",
        "tienen",
        "product",
        "produkt",
        "produit",
        "producto",
        "artikel",
        "article",
        "really",
        "wirklich",
        "vraiment",
        "just",
        "simply",
        "free",
        "frei",
        "libre",
        "feature",
        "function",
        "funktion",
        "fonction",
        "función",
        "type",
        "color",
        "colour",
        "farbe",
        "couleur",
        "size",
        "größe",
        "taille",
        "talla",
        "less",
        "more",
        "than",
        "under",
        "over",
        "moins",
        "plus",
        "weniger",
        "mehr",
        "unter",
        "menos",
        "más",
        "años",
        "years",
        "jahre",
    ]
)
_WITH: Final = frozenset(["mit", "con", "with", "avec", "que", "which", "qui", "that"])
_MARKS: Final = "含可有支持带是否不无能需要具备适合放入用的"


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """A word without the ending that says its number or gender."""
    return _ENDINGS.sub("", word) if len(word) > _SHORTEST + 1 else word


def groups(scan: Scan) -> list[list[int]]:
    """The telling words that each denial of a text takes back, by their places, the nearest first."""
    words, size = scan.words, len(scan.words)
    found, until, clause, n = list[list[int]](), -1, 0, 0
    while n < size:
        word, steering = words[n], scan.steering.get(n)
        kinds = {entry.kind for entry in steering[1]} if steering else set()
        if word in STOPS and not (word == ":" and until >= n and not found[-1]):
            until = -1
            clause = n + 1 if word != ":" else clause
        elif word == ",":
            until, clause = -1, n + 1
        elif "not only" in kinds or ("not but" in kinds and word not in _WITH):
            until = -1
        elif "not before" in kinds and steering and not _late(scan, n):
            until = steering[0] + _REACH
            found.append([])
            n = steering[0]
            continue
        if n <= until and _tells(word):
            found[-1].append(n)
        if _late(scan, n):
            found.append([back for back in range(max(clause, n - 8), n) if _tells(words[back])][::-1])
        n += 1
    return [group for group in found if group]


def _late(scan: Scan, n: int) -> bool:
    """Whether a clause ends here with a denial: «… not included»."""
    if scan.words[n] not in scan.lexicon.late:
        return False
    hit = longest(scan.lexicon.late, scan.words, scan.reading.glued, n)
    return hit is not None and (hit[0] >= len(scan.words) or scan.words[hit[0]] in STOPS or scan.words[hit[0]] == ",")


@lru_cache(maxsize=20_000)
def _tells(word: str) -> bool:
    if ord(word[0]) > _CJK:
        return word not in "的了吗呢"
    return len(word) >= _SHORTEST and word.isalpha() and word not in _VERBS and word not in small_words()


def telling(scan: Scan) -> Iterator[tuple[int, str]]:
    """The telling words of a text with their places, Chinese aside."""
    for n, word in enumerate(scan.words):
        if ord(word[0]) < _CJK and _tells(word):
            yield n, stem(word)


def chinese_denied(scan: Scan) -> Iterator[tuple[int, int]]:
    """Runs of two to four Chinese signs right behind a denial: (first, after)."""
    for n, (after, entries) in scan.steering.items():
        if any(entry.kind == "not before" for entry in entries) and ord(scan.words[n][0]) > _CJK:
            first = after
            while first < min(len(scan.words), after + 3) and scan.words[first] in _MARKS:
                first += 1
            end = first
            while end < len(scan.words) and ord(scan.words[end][0]) > _CJK and end - first < 4:
                end += 1
            if end - first >= _FEW:
                yield first, end


def bare_label(label: str) -> str:
    """A Chinese name of a fact without the sign that says yes: 含电钻 is about 电钻."""
    return label.lstrip(_MARKS)
