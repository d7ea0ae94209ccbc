"""What the name of a fact says of its value."""

import re
from functools import lru_cache
from typing import Final

from weft.claims.fact import Fact
from weft.claims.finding import linking
from weft.claims.languages import small_words
from weft.claims.lexicon import lexicon, longest
from weft.claims.reading import Reading, read

# Names that only hold others.
_CONTAINERS: Final = frozenset(
    ["attributes", "options", "variants", "facts", "translations", "product", "specs", "specifications", "details", "properties",
     "features", "data", "info", "eigenschaften", "merkmale", "technische_daten", "produktdaten", "angaben", "caractéristiques",
     "caracteristiques", "fiche", "especificaciones", "características", "caracteristicas", "detalles"]
)  # fmt: skip
_LINKS: Final = frozenset(["for", "para", "für", "pour", "from", "of", "适", "用", "人", "群", "合", "于"])
_CAMEL: Final = re.compile(r"(?<=[a-zà-ÿ])(?=[A-Z])")
SAYS: Final = frozenset(
    ["included", "yes", "available", "possible", "supported", "active", "suitable", "present", "allowed", "safe", "ok", "recommended",
     "required", "needed", "integrated", "built", "standard", "supplied", "incluido", "incluida", "incluidos", "incluidas", "apto", "apta",
     "aptos", "aptas", "disponible", "activa", "activo", "integrado", "integrada", "serie", "permitido", "permitida", "recomendado",
     "recomendada", "necesario", "necesaria", "requerido", "requiere", "支", "持", "含", "附", "带", "赠", "送", "包", "适", "用", "可", "以",
     "需", "要", "需要"]
)  # fmt: skip
_FIGURES: Final = re.compile(r"\s*-?[\d.,]+(?:\s*(?:-|–|x|×|à|to|bis)\s*[\d.,]+)*\s*")
_DEGREES: Final = frozenset(["grad", "degrees", "degree", "degres", "degrés", "grados", "celsius"])
_SHARED: Final = frozenset(["percent", "pct", "prozent", "pourcent", "pourcentage", "porcentaje", "procent", "anteil"])
_PER: Final = re.compile(
    r"[_ ](?:pro|per|je|pour|por|cada)?[_ ]?100[_ ]?(?:g|ml)$|[_ ](?:pro|per|je|par|por|cada)[_ ][^\W\d]+$",
    re.IGNORECASE,
)
ORIGIN: Final = re.compile(r"origin|made|country|land|herkunft|ursprung|pays|pa[ií]s|fabri|hecho|proced|orig[ei]n|provenance|manufactur|"
                            r"hergestellt|gefertigt|hech[oa]|produ[ckz]|产地|产|制造|"
                            r"assembl|montad|tissé|tricot|tejid|gewebt|gestrickt|genäht|woven|knit|sewn|cousu|cosid|grown|anbau|cultiv|组装")  # fmt: skip
_BARE_DEGREES: Final = re.compile(r"(\d{2,3}) ?C")
_OPENED: Final = re.compile(r"open|öffn|ouver|abier|apert|pao|shelf|halt|conserv|caduc|durab|开封|开盖|保质")


def denial_at_start(reading: Reading) -> int:
    """Where a denial that begins a value or a name ends; 0 where none does."""
    words, first = reading.words, 0
    for tree in (lexicon(None).late, lexicon(None).steering):
        hit = longest(tree, words, reading.glued, 0) if words and words[0] in tree else None
        if hit and any(one.kind in ("not late", "not before") for one in hit[1]):
            first = max(first, hit[0])
    return first


def denying(label: str) -> bool:
    """Whether a name denies whatever is listed under it: free_from, not_for, 不含."""
    reading = read(label)
    first = denial_at_start(reading)
    return first > 0 and all(
        word in linking() or word in small_words() or word in SAYS or word in _LINKS for word in reading.words[first:]
    )


@lru_cache(maxsize=4_000)
def own_label(name: str) -> str:
    """The last part of a fact's name that tells something, as words: «bulb included» of «features.bulb.included»."""
    parts = name.split(".")
    for first in range(len(parts) - 1, -1, -1):
        label = label_of(".".join(parts[first:]))
        if any(
            word not in linking() and word not in small_words() and not word.isdigit() for word in label.lower().split()
        ):
            return label
    return label_of(name)


@lru_cache(maxsize=4_000)
def label_of(name: str) -> str:
    """A fact's name as words: «attributes.neckWidth_cm» is «neck Width cm»."""
    parts = [part for part in name.split(".") if part.lower() not in _CONTAINERS and not part.isdigit()]
    if name.startswith("variants.") and len(parts) > 1:
        parts = parts[1:]
    return _CAMEL.sub(" ", " ".join(parts)).replace("_", " ").replace("#", " ").strip()


def with_unit(fact: Fact, label: str) -> str:
    """A bare number with the unit that its name ends with; months after opening (12M) as such."""
    if (opened := re.fullmatch(r"(\d{1,2}) ?M", fact.text)) and _OPENED.search(label.lower()):
        return f"{opened[1]} months"
    if degrees := _BARE_DEGREES.fullmatch(fact.text):
        return f"{degrees[1]} °C"
    if isinstance(fact.value, bool) or not _FIGURES.fullmatch(fact.text):
        return fact.text
    if label.lower().endswith((" cents", " cent")) and fact.text.strip().isdecimal():
        return f"{int(fact.text) / 100:.2f}"
    label = _PER.sub("", label)
    if "%" in label or not _SHARED.isdisjoint(label.lower().split()):
        return f"{fact.text}%"
    names = re.sub(r"[()\[\],/]", " ", label).split()
    if not _DEGREES.isdisjoint(name.lower() for name in names):
        return f"{fact.text} °C"
    for place, name in enumerate(reversed(names)):
        known = lexicon(None).units.get(name.lower())
        entries = known.get("", []) if known else []
        if (
            not entries
            or (len(name) < 2 and (place or len(names) < 2))
            or name.lower() in ("in", "set", "bar", "min", "max", "pt", "once", "pouce")
        ) and not (name.lower() in ("in", "min", "bar", "pt") and not place and len(names) > 1 and entries):
            continue
        entry = next((one for one in entries if not one.exact or one.exact == name), entries[0])
        if entry.value.dimension != "angle" and name.lower() not in ("pesos", "cent", "cents"):
            return f"{fact.text} {entry.exact or name}"
    return fact.text


@lru_cache(maxsize=4_000)
def of_ingredient(name: str) -> bool:
    """Whether a fact's name asks where a part of the product is from: juniper_origin."""
    words = own_label(name).lower().split()
    asks = [word for word in words if ORIGIN.search(word)]
    others = [word for word in words if word not in asks and word not in small_words() and word not in linking()]
    return bool(asks) and bool(others) and bool(_SOURCE.search(" ".join(asks)))


_SOURCE: Final = re.compile(r"origin|herkunft|provenance|procedencia|orig[ei]n|产地")
