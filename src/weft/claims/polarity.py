"""Whether a fact says yes or no, and what it denies."""

import re
from collections.abc import Iterator
from typing import Final

from weft.claims.assertions import Assertions
from weft.claims.denials import stem, telling
from weft.claims.fact import Fact, Facts
from weft.claims.finding import Finding, linking
from weft.claims.labels import SAYS, denial_at_start
from weft.claims.languages import small_words
from weft.claims.reading import read
from weft.claims.stated import CJK

_YES: Final = frozenset(
    ["yes", "true", "ja", "oui", "sí", "si", "是", "有", "y", "✓", "included", "wahr", "vrai", "verdadero"]
)
_NO: Final = frozenset(
    [
        "no",
        "false",
        "nein",
        "non",
        "否",
        "无",
        "没有",
        "n",
        "none",
        "keine",
        "kein",
        "keiner",
        "aucun",
        "aucune",
        "ninguno",
        "ninguna",
        "without",
        "ohne",
        "sans",
        "sin",
        "not",
        "x",
        "✗",
        "✘",
        "falsch",
        "faux",
        "falso",
        "不",
        "不是",
        "不可",
        "frei",
        "free",
    ]
)
# Values that affirm, or deny, what the fact's name says: «charger: included», «tapis: vendu séparément».
_GIVEN: Final = re.compile(
    r"included|supplied|provided|present|available|possible|suitable|(?:mit)?inklusive|enthalten|im lieferumfang(?: enthalten)?|dabei|"
    r"mitgeliefert|vorhanden|möglich|geeignet|inclus(?:e|es)?|fourni(?:e|s|es)?|compris(?:e|es)?|possible|présent(?:e|s|es)?|"
    r"incluid[oa]s?|disponible|compatible|kompatibel|suited|needed|required|necessary|recommended|allowed|nötig|notwendig|erforderlich|"
    r"empfohlen|erlaubt|zulässig|nécessaires?|requise?s?|autorisé(?:e|s|es)?|conseillé(?:e|s|es)?|recommandé(?:e|s|es)?|adapté(?:e|s|es)?|"
    r"oui|prévue?s?|compatibles|necesari[oa]s?|permitid[oa]s?|apt[oa]s?|附赠|包含|支持|可以|可"
)
_WITHHELD: Final = re.compile(
    r"(?:not |sold separately|optional|nicht |separat|en option|vendu(?:e|s|es)? (?:séparément|à part)|non |pas |déconseillé|"
    r"interdit|proscrit|à proscrire|verboten|unzulässig|ungeeignet|untersagt|prohibited|forbidden|excluded|absent|"
    r"no |por separado|se vende|prohibid|desaconsejad|opcional|不|另购|另售)"
)
PROSE: Final = ("title", "description", "seo_title", "seo_description")
LONG: Final = 60
SHORT: Final = 40
_ZERO: Final = re.compile(r"0(?:[.,]0+)? ?(?:%|g|mg|ml)")
_YES_NO: Final = re.compile(r"\s*(yes|no|ja|nein|oui|non|sí|si|是|否|有|无)\s*[,;，；(（–—-]\s*(?=\S)", re.IGNORECASE)
_DENIER: Final = re.compile(r"\b(\d{2,4})D\b")


def answers(fact: Fact) -> Iterator[Fact]:
    """A fact as it is; one that begins with yes or no as that, and what follows: «no, only splash-proof»; 600D as denier as well."""
    yield from (Fact(fact.name, denier, f"{denier} denier") for denier in _DENIER.findall(fact.text))
    begun = _YES_NO.match(fact.text) if isinstance(fact.value, str) and len(fact.text) <= LONG * 2 else None
    if begun is None or fact.name.rpartition(".")[2] in PROSE:
        yield fact
        return
    yield Fact(fact.name, fact.value, begun[1].lower())
    says = begun[1].lower() in _YES
    yield Fact(fact.name if says else fact.name.rpartition(".")[0], fact.value, fact.text[begun.end() :])


def polarity(fact: Fact) -> bool | None:
    """Whether a fact says nothing but yes (True) or no to what its name asks: «lid: not included»; None where it says more."""
    folded = fact.text.strip().strip(".").lower()
    if isinstance(fact.value, bool):
        return fact.value
    if folded in _YES or folded in _NO or _ZERO.fullmatch(folded):
        return folded in _YES
    if len(folded) > SHORT or folded[:1].isdigit():
        return None
    if _GIVEN.fullmatch(folded):
        return True
    if _is_withheld(folded):
        return False
    reading = read(folded)
    words, first = reading.words, denial_at_start(reading)
    denied = first > 0
    rest = [word for word in words[first:] if word not in small_words()]
    if not all(word in SAYS or (denied and word in linking()) for word in rest) or not (denied or rest):
        return None
    return not denied


def _is_withheld(folded: str) -> bool:
    """Whether a value says only that something is not given: «vendu séparément», «nicht enthalten»."""
    match = _WITHHELD.match(folded)
    if match is None:
        return False
    return match.end() == len(folded) or _GIVEN.fullmatch(folded[match.end() :].strip()) is not None


def deny_all(ready: Facts, found: Assertions, fact: Fact, first: int) -> None:
    """Take back everything that a fact lists behind a name that denies."""
    for finding in found.findings:
        if finding.first >= first and finding.kind in ("property", "thing", "material", "environmental", "health"):
            finding.negated = True
            if finding.kind == "thing" and not finding.qualified and _says_more(found, finding):
                finding.qualified = "some"
    words = found.scan.words
    start = first + 1
    for n in range(start, len(words) + 1):
        if n == len(words) or words[n] in (",", ";"):
            item = "".join(words[start:n])
            if item and ord(item[0]) > CJK:
                ready.denied.setdefault(item, fact)
            else:
                stems = frozenset(stem(word) for at, word in telling(found.scan) if start <= at < n)
                if stems:
                    ready.denied_together.append((stems, fact))
                    for one in stems:
                        ready.denied.setdefault(one, fact)
            start = n + 1


def _says_more(found: Assertions, finding: Finding) -> bool:
    """Whether an item of a list says more than a thing: «people with asthma» are not all people."""
    following = found.scan.words[finding.after : finding.after + 1]
    return bool(following) and following[0] in _WHICH


_WHICH: Final = frozenset(
    ["with", "who", "that", "mit", "die", "avec", "qui", "de", "con", "que", "under", "over", "unter", "über"]
)


def denies_behind(found: Assertions, label: str, text: str) -> bool:
    """Whether a value denies something, so that its label affirms nothing: «ironing: needs no ironing», «lining: unlined»."""
    if not text.startswith(f"{label}: "):
        return False
    size = len(read(label).words) + 1
    if size < len(found.scan.words) and found.scan.words[size] in _YES:
        return False
    first = next((one for one in found.findings if one.first >= size and not (one.silent and not one.negated)), None)
    late = any(one.negated and one.first < size for one in found.findings)
    return late or (first is not None and first.negated and "," not in found.scan.words[size : first.first])
