"""What is known: facts of a record or of any nested mapping, and the same made ready to judge texts by."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from typing import Any, Final

from weft import money as currencies
from weft.claims.assertions import Assertions, assertions
from weft.claims.denials import bare_label, chinese_denied, groups, stem, telling
from weft.claims.finding import STOPS, Finding, linking
from weft.claims.languages import small_words, told
from weft.claims.lexicon import Entry, lexicon, longest, parents, properties_of, regions, territories
from weft.claims.numerals import Number, plain
from weft.claims.reading import Reading, read
from weft.claims.units import Unit, money, units

# What a record says of its keeping, not of the product; only where it is one, and in its variants and images.
_UNTOLD: Final = frozenset(
    ["id", "uid", "known", "status", "published", "part", "update", "cost", "image", "src", "position", "tracker", "policy",
     "fulfillment", "requires_shipping", "taxable", "tax_code", "gift_card", "linked_to", "levels", "choices", "weight_unit", "stock"]
)  # fmt: skip
_ADDRESSES: Final = frozenset(["uid", "url", "href", "src", "created_at", "updated_at"])
_NAMES: Final = ("name", "key", "label", "attribute", "property", "title", "feature")
_SAVED: Final = ("discount", "rabatt", "remise", "descuento", "优惠")
_PRICES: Final = frozenset(
    [
        "price",
        "compare_at",
        "sale_price",
        "amount",
        "compare_at_price",
        "msrp",
        "rrp",
        "preis",
        "prix",
        "precio",
        "价格",
        "售价",
    ]
)
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
_PACKED: Final = re.compile(r"(?:pack|set|package|bundle|lot|box)[ -](?:size|quantity|qty|count|of)|quantity|packungsgröße|packungsgroesse|stück(?:zahl)?|"
                            r"stueckzahl|quantité(?: par lot)?|quantite(?: par lot)?|unidades(?: por paquete)?|cantidad|件数|数量|装数")  # fmt: skip
_RID: Final = re.compile(r" (free|frei)$")
_RID_OF: Final = frozenset(["free", "frei", "libre", "exempt"])
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
# Names that only hold others.
_CONTAINERS: Final = frozenset(
    ["attributes", "options", "variants", "facts", "translations", "product", "specs", "specifications", "details", "properties",
     "features", "data", "info", "eigenschaften", "merkmale", "technische_daten", "produktdaten", "angaben", "caractéristiques",
     "caracteristiques", "fiche", "especificaciones", "características", "caracteristicas", "detalles"]
)  # fmt: skip
# Numbers up to this, told apart by kind, are counts that may be told together: {outside: 4, inside: 2}.
_FEW: Final = 50
_LINKS: Final = frozenset(["for", "para", "für", "pour", "from", "of", "适", "用", "人", "群", "合", "于"])
_PROSE: Final = ("title", "description", "seo_title", "seo_description")
_LONG: Final = 60
_DOZEN: Final = 12
_SHORT: Final = 40
_TELLING: Final = 4
_CJK: Final = 0x2E80
_TOLD: Final = 4000
_CAMEL: Final = re.compile(r"(?<=[a-zà-ÿ])(?=[A-Z])")
_SMALL: Final = frozenset(
    ["g", "mg", "ml", "mm", "mAh", "W", "lm", "Pa", "J", "kJ", "kcal", "rpm", "°C", "px", "day", "hour"]
)
# Of these 1,900 may be as many, an altitude, or two, a width.
_FAR: Final = frozenset(["m", "km", "foot", "mile"])
_LARGE: Final = frozenset(["kg", "l", "m", "km", "tonne", "pound", "inch", "foot", "GB", "TB"])
_SOLID: Final = frozenset(
    [
        "solid",
        "massiv",
        "massive",
        "massiver",
        "massivem",
        "massives",
        "massif",
        "massifs",
        "maciza",
        "macizo",
        "macizas",
        "实",
    ]
)
_CALLED: Final = frozenset(["title", "name", "vendor"])
_NAME: Final = re.compile(r"\b[^\W\d_a-z]\w+")
_CODE: Final = re.compile(r"[a-z0-9][a-z0-9/.+-]*")
_IN_CODE: Final = re.compile(r"[/.+-]")
_DIGIT: Final = re.compile(r"\d")
_ZERO: Final = re.compile(r"0(?:[.,]0+)? ?(?:%|g|mg|ml)")
_IP: Final = re.compile(r"ip([x\d])([x\d])\w?")
_WATER: Final = re.compile(r"water|wasser|agua|eau|étanch|etanch|防水")
_FITS: Final = re.compile(r"compat|kompat|fits|passend|works with|兼容|适配|适用(?!年|人|季)|connects")
_SHARES: Final = ("percent", "percentage", "share", "anteil", "pct", "prozent", "pourcentage", "part", "porcentaje")
# A named value by its two keys, as tables of features come: {"name": …, "value": …}, {"label": …, "text": …}.
_NAME_KEYS: Final = ("name", "label", "key", "title", "property", "attribute", "merkmal", "feature", "feld", "libellé", "libelle", "bezeichnung", "eigenschaft", "nom", "nombre",
                     "clave", "titulo", "título", "propiedad", "名称", "名字", "参数", "属性", "项目")  # fmt: skip
_VALUE_KEYS: Final = ("value", "values", "text", "wert", "valeur", "valor", "content", "值", "内容", "参数值", "数值")
_SAYS: Final = frozenset(
    ["included", "yes", "available", "possible", "supported", "active", "suitable", "present", "allowed", "safe", "ok", "recommended",
     "required", "needed", "integrated", "built", "standard", "supplied", "incluido", "incluida", "incluidos", "incluidas", "apto", "apta",
     "aptos", "aptas", "disponible", "activa", "activo", "integrado", "integrada", "serie", "permitido", "permitida", "recomendado",
     "recomendada", "necesario", "necesaria", "requerido", "requiere", "支", "持", "含", "附", "带", "赠", "送", "包", "适", "用", "可", "以",
     "需", "要", "需要"]
)  # fmt: skip
_YES_NO: Final = re.compile(r"\s*(yes|no|ja|nein|oui|non|sí|si|是|否|有|无)\s*[,;，；(（–—-]\s*(?=\S)", re.IGNORECASE)
_NOTHING: Final = re.compile(r"0(?:[.,]0+)?")
# A value that begins with one of these goes on where its name ends: «fabriquée: à la main».
_LEADS: Final = frozenset(["à", "en", "au", "in", "im", "aus", "von", "by", "from", "par", "de", "hecho", "por"])
_FIGURES: Final = re.compile(r"\s*-?[\d.,]+(?:\s*(?:-|–|x|×|à|to|bis)\s*[\d.,]+)*\s*")
_DEGREES: Final = frozenset(["grad", "degrees", "degree", "degres", "degrés", "grados", "celsius"])
_SHARED: Final = frozenset(["percent", "pct", "prozent", "pourcent", "pourcentage", "porcentaje", "procent", "anteil"])
_PER: Final = re.compile(
    r"[_ ](?:pro|per|je|pour|por|cada)?[_ ]?100[_ ]?(?:g|ml)$|[_ ](?:pro|per|je|par|por|cada)[_ ][^\W\d]+$",
    re.IGNORECASE,
)
_UNITS: Final = ("unit", "units", "einheit", "unité", "unite", "unidad", "单位")
_HELD: Final = ("value", "wert", "valeur", "valor", "值")
_ENDS: Final = (("min", "max"), ("von", "bis"), ("from", "to"), ("desde", "hasta"), ("low", "high"))
_FEW_LETTERS: Final = 3
_LAND: Final = re.compile(r"\b[A-Z]{2}\b")
_ORIGIN: Final = re.compile(r"origin|made|country|land|herkunft|ursprung|pays|pa[ií]s|fabri|hecho|proced|orig[ei]n|provenance|manufactur|"
                            r"hergestellt|gefertigt|hech[oa]|produ[ckz]|产地|产|制造|"
                            r"assembl|montad|tissé|tricot|tejid|gewebt|gestrickt|genäht|woven|knit|sewn|cousu|cosid|grown|anbau|cultiv|组装")  # fmt: skip
_BARE_DEGREES: Final = re.compile(r"(\d{2,3}) ?C")
_DENIER: Final = re.compile(r"\b(\d{2,4})D\b")
_OPENED: Final = re.compile(r"open|öffn|ouver|abier|apert|pao|shelf|halt|conserv|caduc|durab|开封|开盖|保质")
# What a fact about one concept says of another, and whether that is the opposite.
_FOLLOWS: Final = {
    "animal testing": ("cruelty-free", True), "cruelty-free": ("animal testing", True), "lining": ("lined", False), "vegan": ("animal products", True),
}  # fmt: skip
# Parts and the property of having them.
_HAVING: Final = {"lining": "lined", "padding": "padded"}
_NOT_WITH: Final = {"dry clean only": ("machine washable", "washable"), "hand wash only": ("machine washable",)}


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is known: its name («title», «attributes.material», «variants.SKU.price»), its value, and that as a text."""

    name: str
    value: Any
    text: str


@dataclass(slots=True)
class Known:
    """A concept that facts name, or deny; `weak` where the word may mean something else, `limited` where not all of it is meant."""

    concept: str
    negated: bool
    fact: Fact
    part: str | None = None
    weak: bool = False
    limited: bool = False


@dataclass(slots=True)
class Quantity:
    """A number that facts hold: its value and half of its last place in its unit (None where they give none), and what it is of."""

    value: float
    half: float
    unit: Unit | None
    fact: Fact
    role: str | None = None
    thing: str | None = None
    about: str | None = None
    near: frozenset[str] = frozenset()
    language: str | None = None

    @property
    def base(self) -> float:
        """The value in the first unit of its dimension."""
        return self.unit.base(self.value) if self.unit else self.value


@dataclass(slots=True)
class Sides:
    """Sizes that stand together, in mm where they have a unit."""

    values: list[float]
    halves: list[float]
    roles: list[str]
    fact: Fact
    unit: Unit | None


@dataclass(slots=True)
class Facts:
    """Facts made ready: what they say by kind. Made once by `prepared`, it judges any number of texts."""

    facts: list[Fact] = field(default_factory=list)
    named: dict[str, list[Known]] = field(default_factory=dict)
    kinds: dict[str, list[Known]] = field(default_factory=dict)
    measures: dict[str, list[Quantity]] = field(default_factory=dict)
    numbers: list[Quantity] = field(default_factory=list)
    shares: list[tuple[str, Quantity]] = field(default_factory=list)
    sides: list[Sides] = field(default_factory=list)
    sizes: dict[str, Fact] = field(default_factory=dict)
    marks: dict[str, list[tuple[str, Fact]]] = field(default_factory=dict)
    origins: dict[str, Fact] = field(default_factory=dict)
    named_lands: dict[str, Fact] = field(default_factory=dict)
    codes: dict[str, Fact] = field(default_factory=dict)
    words: dict[str, Fact] = field(default_factory=dict)
    short: dict[str, Fact] = field(default_factory=dict)
    text: str = " "
    affirmed: dict[str, Fact] = field(default_factory=dict)
    denied: dict[str, Fact] = field(default_factory=dict)
    denied_together: list[tuple[frozenset[str], Fact]] = field(default_factory=list)
    stems: set[str] = field(default_factory=set)
    names: frozenset[str] = frozenset()
    fits: bool = False

    def find(self, phrase: str) -> Fact | None:
        """The fact that holds a phrase of folded tokens, as a whole."""
        at = self.text.find(f" {phrase} ")
        if at < 0:
            return None
        first = phrase.partition(" ")[0]
        return self.words.get(first) or (self.facts[0] if self.facts else None)


def facts_of(record: Mapping[str, Any]) -> list[Fact]:
    """The facts of a product's record, or of any nested mapping of facts, each under its path; raises TypeError for another type."""
    if not isinstance(record, Mapping):
        raise TypeError(f"Facts come as a mapping of names to values, not as {type(record).__name__}.")
    found: list[Fact] = []
    _flatten(record, "", found, product="variants" in record)
    found += _counted(record)
    return found


def _flatten(record: Mapping[str, Any], path: str, found: list[Fact], *, product: bool) -> None:
    currency = record.get("currency")
    for name, value in record.items():
        key = str(name)
        kept = product or path.startswith(("variants.", "images."))
        if value is None or value == "" or key == "currency" or key in (_UNTOLD if kept else _ADDRESSES):
            continue
        here = f"{path}.{key}" if path else key
        unit = record.get(f"{key}_unit")
        if isinstance(unit, str) and isinstance(value, int | float) and not isinstance(value, bool):
            found.append(Fact(here, value, f"{_written(value)} {unit}"))
            continue
        if key.lower() in _PRICES and isinstance(value, int | float | str) and not isinstance(value, bool):
            _price(here, value, currency, found, minor=product or path.startswith("variants"))
        elif key == "grams" and isinstance(value, int | float):
            if value:
                found.append(Fact(here, value, f"{_written(value)} g"))
        else:
            _value(here, value, found)


def _price(path: str, value: Any, currency: Any, found: list[Fact], *, minor: bool) -> None:
    code = str(currency).upper() if currency else ""
    if isinstance(value, int) and (minor or path.endswith("amount")):
        amount = currencies.decimal(value, code or "EUR")
        found.append(Fact(path, value, f"{amount} {code}".strip()))
        return
    found.append(Fact(path, value, f"{value} {code}".strip()))
    if isinstance(value, int) and code and value >= 100:
        found.append(Fact(path, value, f"{currencies.decimal(value, code)} {code}"))


def _value(path: str, value: Any, found: list[Fact]) -> None:
    if isinstance(value, Mapping):
        _mapping(path, value, found)
    elif isinstance(value, str | bool | int | float):
        found.append(Fact(path, value, _written(value)))
    elif isinstance(value, Sequence):
        _count(path, value, found)
        for place, one in enumerate(value, 1):
            if isinstance(one, Mapping):
                _mapping(f"{path}.{_called(one, place)}", one, found)
            else:
                _value(path, one, found)
    else:
        found.append(Fact(path, value, str(value)))


def _called(row: Mapping[str, Any], place: int) -> str:
    """What one of a list of mappings is called: {"name": "Material", "value": "Oak"} is Material."""
    if "value" in row:
        named = next((row[name] for name in _NAMES if isinstance(row.get(name), str)), None)
        if named:
            return str(named)
    return str(row.get("sku") or row.get("id") or place)


def _count(path: str, values: Sequence[Any], found: list[Fact]) -> None:
    """How many values a list has, and how often it has each."""
    plain_ones = [str(one) for one in values if isinstance(one, str | int | float)]
    if len(plain_ones) < 2 or len(plain_ones) != len(values) or path == "tags":
        return
    found.append(Fact(path, len(plain_ones), f"{len(plain_ones)} {label_of(path)}"))
    if len(set(plain_ones)) < len(plain_ones):
        often = Counter(plain_ones)
        found.extend(Fact(path, one, f"{count} {one}") for one, count in often.items() if not one[:1].isdigit())


def _mapping(path: str, value: Mapping[str, Any], found: list[Fact]) -> None:
    values = value.get("values")
    named = _named_value(value)
    if named is not None and not any(key in value for key in _UNITS):
        _value(f"{path}.{named[0]}", named[1], found)
        return
    if "name" in value and isinstance(values, Sequence) and not isinstance(values, str):
        _value(f"options.{value['name']}", values, found)
        return
    if (held := next((key for key in _HELD if key in value), None)) is not None:
        path = f"{path}.{named[0]}" if named is not None else path
        unit = next((value[key] for key in _UNITS if key in value), None)
        inner = value[held]
        if unit and isinstance(inner, int | float | str) and not isinstance(inner, bool):
            found.append(Fact(path, inner, f"{_written(inner)} {unit}"))
        elif unit and isinstance(inner, Sequence):
            found.extend(Fact(path, one, f"{_written(one)} {unit}") for one in inner)
        elif inner is not None:
            _value(path, inner, found)
        return
    if (ends := next((two for two in _ENDS if two[0] in value and two[1] in value), None)) is not None:
        unit = next((value[key] for key in _UNITS if key in value), "")
        low, high = (_written(value[end]) for end in ends)
        found.append(Fact(path, dict(value), f"{low}-{high} {unit}".strip()))
        return
    if isinstance(value.get("unit"), str):
        _with_shared_unit(path, value, found)
        return
    share = next((value[key] for key in _SHARES if key in value), None)
    if share is not None and any(key in value for key in ("material", "name", "fiber", "fibre")):
        of = next(value[key] for key in ("material", "name", "fiber", "fibre") if key in value)
        found.append(Fact(path, dict(value), f"{_written(share)}% {of}"))
        return
    if value and all(isinstance(one, int | float) and not isinstance(one, bool) for one in value.values()):
        total = sum(value.values())
        if (99 <= total <= 101 and len(value) > 1) or (total == 100 and "composition" in path):
            found.extend(Fact(f"{path}.{name}", share, f"{_written(share)}% {name}") for name, share in value.items())
            return
        if len(value) > 1 and all(isinstance(one, int) and 0 < one <= _FEW for one in value.values()):
            found.append(Fact(path, total, f"{total} {label_of(path)}"))
    _flatten(value, path, found, product=False)


def _named_value(value: Mapping[str, Any]) -> tuple[str, Any] | None:
    """The name and the value of a mapping that is such a pair."""
    if not 2 <= len(value) <= 4:
        return None
    folded = {str(key).lower(): one for key, one in value.items()}
    name = next((folded[key] for key in _NAME_KEYS if isinstance(folded.get(key), str)), None)
    held = next((key for key in _VALUE_KEYS if key in folded), None)
    if name is None or held is None or held == "values" or folded[held] is None:
        return None
    return name.replace(".", " "), folded[held]


def _with_shared_unit(path: str, value: Mapping[str, Any], found: list[Fact]) -> None:
    """Numbers that stand beside their unit: {"length": 30, "width": 20, "unit": "cm"}."""
    unit = value["unit"]
    for name, one in value.items():
        here = f"{path}.{name}"
        if isinstance(one, int | float) and not isinstance(one, bool):
            found.append(Fact(here, one, f"{_written(one)} {unit}"))
        elif name != "unit" and one is not None:
            _value(here, one, found)


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(plain(value))
    return str(value)


def _counted(record: Mapping[str, Any]) -> list[Fact]:
    """How many variants and values of each option there are."""
    variants = record.get("variants")
    if not isinstance(variants, Sequence) or isinstance(variants, str):
        return []
    rows = [one for one in variants if isinstance(one, Mapping)]
    found = [Fact("variants", len(rows), f"variants: {len(rows)}")] if len(rows) > 1 else []
    values: dict[str, set[str]] = {}
    for one in rows:
        options = one.get("options")
        if isinstance(options, Mapping):
            for name, value in options.items():
                values.setdefault(str(name), set()).add(str(value))
    return found + [
        Fact(f"options.{name}", len(kinds), f"{len(kinds)} {name}") for name, kinds in values.items() if len(kinds) > 1
    ]


# Made ready


def prepared(facts: "Mapping[str, Any] | Sequence[Fact] | Facts", language: str | None = None) -> Facts:
    """Facts made ready to judge texts by, once for many texts. Raises TypeError for what holds no facts."""
    if isinstance(facts, Facts):
        return facts
    if isinstance(facts, Mapping):
        given = facts_of(facts)
    elif isinstance(facts, list | tuple) and all(isinstance(one, Fact) for one in facts):
        given = list(facts)
    else:
        raise TypeError("Facts are a mapping of names to values, or a sequence of Fact.")
    ready = Facts(given)
    language = language or told(read(" . ".join(fact.text for fact in given)[:_TOLD]).words, surely=True)
    ready.text = f" {' | '.join([_taken(ready, one, language) for fact in given for one in _answers(fact)])} "
    ready.names = frozenset(name.lower() for fact in given if fact.name in _CALLED for name in _NAME.findall(fact.text))
    _implied(ready)
    return ready


def _answers(fact: Fact) -> Iterator[Fact]:
    """A fact as it is; one that begins with yes or no as that, and what follows: «no, only splash-proof»; 600D as denier as well."""
    yield from (Fact(fact.name, denier, f"{denier} denier") for denier in _DENIER.findall(fact.text))
    begun = _YES_NO.match(fact.text) if isinstance(fact.value, str) and len(fact.text) <= _LONG * 2 else None
    if begun is None or fact.name.rpartition(".")[2] in _PROSE:
        yield fact
        return
    yield Fact(fact.name, fact.value, begun[1].lower())
    says = begun[1].lower() in _YES
    yield Fact(fact.name if says else fact.name.rpartition(".")[0], fact.value, fact.text[begun.end() :])


def _implied(ready: Facts) -> None:
    """What facts say without a word: what may only be dry-cleaned is not for the washing machine, what has a battery needs no cable."""
    for part, having in _HAVING.items():
        for one, other in ((part, having), (having, part)):
            denied = next((known for known in ready.named.get(one, ()) if known.negated), None)
            if denied and all(known.negated for known in ready.named.get(other, ())):
                ready.named.setdefault(other, []).append(Known(other, True, denied.fact))
    battery = next((known for known in ready.named.get("battery", ()) if not known.negated), None)
    if battery and all(not known.negated for known in ready.named.get("battery", ())) and "wireless" not in ready.named:
        ready.named["wireless"] = [Known("wireless", False, battery.fact, weak=True)]
    for concept, excluded in _NOT_WITH.items():
        known = next((one for one in ready.named.get(concept, ()) if not one.negated), None)
        for other in excluded if known else ():
            if known and all(one.negated for one in ready.named.get(other, ())):
                ready.named.setdefault(other, []).append(Known(other, True, known.fact))


def _polarity(fact: Fact) -> bool | None:
    """Whether a fact says nothing but yes (True) or no to what its name asks: «lid: not included»; None where it says more."""
    folded = fact.text.strip().strip(".").lower()
    if isinstance(fact.value, bool):
        return fact.value
    if folded in _YES or folded in _NO or _ZERO.fullmatch(folded):
        return folded in _YES
    if len(folded) > _SHORT or folded[:1].isdigit():
        return None
    if _GIVEN.fullmatch(folded):
        return True
    if _is_withheld(folded):
        return False
    reading = read(folded)
    words, first = reading.words, _denial_at_start(reading)
    denied = first > 0
    rest = [word for word in words[first:] if word not in small_words()]
    if not all(word in _SAYS or (denied and word in linking()) for word in rest) or not (denied or rest):
        return None
    return not denied


def _is_withheld(folded: str) -> bool:
    """Whether a value says only that something is not given: «vendu séparément», «nicht enthalten»."""
    match = _WITHHELD.match(folded)
    if match is None:
        return False
    return match.end() == len(folded) or _GIVEN.fullmatch(folded[match.end() :].strip()) is not None


def _denial_at_start(reading: Reading) -> int:
    """Where a denial that begins a value or a name ends; 0 where none does."""
    words, first = reading.words, 0
    for tree in (lexicon(None).late, lexicon(None).steering):
        hit = longest(tree, words, reading.glued, 0) if words and words[0] in tree else None
        if hit and any(one.kind in ("not late", "not before") for one in hit[1]):
            first = max(first, hit[0])
    return first


def _denying(label: str) -> bool:
    """Whether a name denies whatever is listed under it: free_from, not_for, 不含."""
    reading = read(label)
    first = _denial_at_start(reading)
    return first > 0 and all(
        word in linking() or word in small_words() or word in _SAYS or word in _LINKS for word in reading.words[first:]
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


_KEPT: Final = 40
_FIELDS: Final = tuple(one.name for one in fields(Facts) if one.name not in ("facts", "text", "names", "fits"))


def _taken(ready: Facts, fact: Fact, language: str | None) -> str:
    """Take one fact in; returns its folded tokens as a text. What a short one says is kept: products have most of them in common."""
    if len(fact.text) > _KEPT or not isinstance(fact.value, str | bool | int | float):
        return _take(ready, fact, language)
    text, fits, said = _said(fact, type(fact.value).__name__, language)
    ready.fits = ready.fits or fits
    for name, kept in said:
        there = getattr(ready, name)
        if isinstance(kept, list):
            there += kept
        elif isinstance(kept, set):
            there |= kept
        else:
            for key, one in kept.items():
                if not isinstance(one, list):
                    there.setdefault(key, one)
                elif key in there:
                    there[key] += one
                else:
                    there[key] = one.copy()
    return text


@lru_cache(maxsize=4_000)
def _said(fact: Fact, _: str, language: str | None) -> tuple[str, bool, list[tuple[str, Any]]]:
    """What one fact says by itself: its tokens, whether it is about what fits, and what it adds to each field of the facts."""
    alone = Facts()
    text = _take(alone, fact, language)
    return text, alone.fits, [(name, kept) for name in _FIELDS if (kept := getattr(alone, name))]


def _labelled(ready: Facts, fact: Fact, label: str, language: str | None) -> str:
    """A fact's text behind its name, with the unit that the name gives it."""
    text = fact.text
    if isinstance(fact.value, int | float | str) and _NOTHING.fullmatch(text.strip()):
        _take(ready, Fact(fact.name, False, "no"), language)
    gap = " " if text.strip().lower().partition(" ")[0] in _LEADS else ": "
    _land(ready, fact, label)
    return f"{label}{gap}{_with_unit(fact, label)}"


def _take(ready: Facts, fact: Fact, language: str | None) -> str:
    """Take one fact in; returns its folded tokens as a text."""
    label = label_of(fact.name)
    text = fact.text
    says = _polarity(fact) if label else None
    flipped = None if says is None else not says
    if label and text.strip().lower() in _RID_OF:
        rid = f"{own_label(fact.name)}-free"
        return _take(ready, Fact(fact.name, rid, rid), language)
    if _PACKED.fullmatch(label.lower()) and text.strip().isdigit():
        text, label = f"{text.strip()} pieces", ""
    if flipped is not None:
        text = label = _RID.sub(r"-\1", own_label(fact.name))
    elif label and len(text) <= _LONG * 4 and fact.name.rpartition(".")[2] not in _PROSE:
        text = _labelled(ready, fact, label, language)
    long = len(text) > _LONG
    found = assertions(text, numbers=language)
    label_size = len(read(label).words) if _denies_behind(found, label, text) else 0
    if flipped is None and text is not fact.text and _denying(own_label(fact.name)):
        _deny_all(ready, found, fact, len(read(label).words))
    for finding in found.findings:
        if flipped and finding.kind == "thing" and _is_part_of(found, finding):
            continue
        if finding.first >= label_size or finding.negated:
            in_label = finding.kind == "thing" and finding.first < len(label.split())
            weak = flipped is None and in_label and text is not fact.text
            _note(ready, found, finding, fact, flipped, weak=weak)
    if flipped is None and text is not fact.text and len(fact.text) <= _SHORT:
        _joined(ready, fact, label)
    _follow(ready, found, fact)
    _words_said(ready, found, fact, flipped)
    _sizes(ready, fact, label)
    ready.fits = ready.fits or bool(_FITS.search(label.lower()))
    words = found.scan.words
    for n, word in enumerate(words):
        ready.words.setdefault(word, fact)
        if not long and flipped is None:
            ready.short.setdefault(word, fact)
        if n and (found.reading.glued(n) or (word[0].isdigit() and found.scan.raws_upper(n - 1))):
            joined = words[n - 1] + word
            if any(char.isdigit() for char in joined):
                ready.codes.setdefault(joined, fact)
    _codes(ready, found, fact)
    _named_code(ready, fact, label)
    return " ".join(words)


def _deny_all(ready: Facts, found: Assertions, fact: Fact, first: int) -> None:
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
            if item and ord(item[0]) > _CJK:
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


def _land(ready: Facts, fact: Fact, label: str) -> None:
    """The countries by their codes, where the fact's name asks for them: «made_in: PT»."""
    if not _ORIGIN.search(label.lower()) or _of_ingredient(fact.name):
        return
    reading, tree = read(fact.text), lexicon(None).countries
    for n, word in enumerate(reading.words):
        hit = longest(tree, reading.words, reading.glued, n) if word in tree and len(word) > _FEW_LETTERS else None
        for entry in hit[1] if hit else ():
            ready.origins.setdefault(entry.concept, fact)
            if land := regions().get(entry.concept):
                ready.origins.setdefault(land, fact)
    for code in _LAND.findall(fact.text):
        if code in territories() or code == "UK":
            ready.origins.setdefault("GB" if code == "UK" else code, fact)


def _is_part_of(found: Assertions, finding: Finding) -> bool:
    """Whether a name says more than a thing: «brushless motor: no» denies no motor."""
    return any(
        word not in linking() and word not in small_words() and word not in _SAYS and word.isalpha()
        for n, word in enumerate(found.scan.words)
        if not finding.first <= n < finding.after
    )


def _joined(ready: Facts, fact: Fact, label: str) -> None:
    """What a short value and its name say together: «glass: sapphire» is sapphire glass, «cire: soja» is cire de soja."""
    for first, second in ((fact.text, label), (label, fact.text), (f"{label} de", fact.text)):
        _said_together(ready, fact, first, second)


def _said_together(ready: Facts, fact: Fact, first: str, second: str) -> None:
    """What phrases say that begin in one text and end in another."""
    border = len(read(first).words)
    reading = read(f"{first} {second}")
    tree = lexicon(None).content
    for n in range(border):
        hit = longest(tree, reading.words, reading.glued, n) if reading.words[n] in tree else None
        for entry in hit[1] if hit and hit[0] > border else ():
            if entry.kind in ("material", "color", "property") and not entry.negated:
                known = Known(entry.concept, False, fact)
                ready.kinds.setdefault(entry.kind, []).append(known)
                for above in parents().get(entry.concept, (entry.concept,)):
                    ready.named.setdefault(above, []).append(known)


def _words_said(ready: Facts, found: Assertions, fact: Fact, flipped: bool | None) -> None:
    """Keep the words that a fact denies and, of short facts, those that it affirms."""
    scan = found.scan
    taken_back = groups(scan)
    if flipped and not any(one.kind in ("property", "material") for span in scan.spans for one in span.entries):
        inside = {n for group in taken_back for n in group}
        taken_back = [[n for n, _ in telling(scan) if n not in inside]]
    taken_back = [kept for group in taken_back if (kept := [n for n in group if not scan.trapped[n]])]
    denied = {n for group in taken_back for n in group}
    for group in taken_back:
        if flipped is None and _limited(found, group):
            continue
        words = frozenset(stem(scan.words[n]) for n in group[:3] if ord(scan.words[n][0]) < _CJK)
        if words:
            ready.denied_together.append((words, fact))
    short = flipped is False or (len(fact.text) <= _SHORT and len(list(telling(scan))) <= _TELLING)
    label = 0 if flipped is False else len(read(label_of(fact.name)).words)
    for n, word in telling(scan):
        if n in denied:
            ready.denied.setdefault(word, fact)
        else:
            if fact.name not in _CALLED:
                ready.stems.add(word)
            if (
                short
                and not flipped
                and n >= label
                and fact.name.rpartition(".")[2] not in ("title", "tags", "vendor", "type")
            ):
                ready.affirmed.setdefault(word, fact)
    for first, after in chinese_denied(scan) if flipped is None else ():
        ready.denied.setdefault("".join(scan.words[first:after]), fact)
    if flipped is not None and (name := bare_label("".join(scan.words))) and ord(name[-1]) > _CJK:
        (ready.denied if flipped else ready.affirmed).setdefault(name, fact)


def _limited(found: Assertions, group: Sequence[int]) -> bool:
    """Whether a denial holds within limits alone: not for children under three."""
    scan = found.scan
    for n in range(min(group), min(max(group) + 2, len(scan.words))):
        span = scan.span(n)
        if (
            scan.words[n][0].isdigit()
            or scan.steers(n, "below")
            or (span and all(e.kind == "number" for e in span.entries))
        ):
            return True
    return False


def _denies_behind(found: Assertions, label: str, text: str) -> bool:
    """Whether a value denies something, so that its label affirms nothing: «ironing: needs no ironing», «lining: unlined»."""
    if not text.startswith(f"{label}: "):
        return False
    size = len(read(label).words) + 1
    if size < len(found.scan.words) and found.scan.words[size] in _YES:
        return False
    first = next((one for one in found.findings if one.first >= size and not (one.silent and not one.negated)), None)
    late = any(one.negated and one.first < size for one in found.findings)
    return late or (first is not None and first.negated and "," not in found.scan.words[size : first.first])


def _follow(ready: Facts, found: Assertions, fact: Fact) -> None:
    """What follows from what a fact says."""
    _tight(ready, found, fact)
    _mark(ready, found, fact)
    _treated(ready, fact)
    if not _SOLID.isdisjoint(found.scan.words):
        _solid(ready, fact)


def _tight(ready: Facts, found: Assertions, fact: Fact) -> None:
    """What a degree of protection implies: IPX7 and 5 ATM are waterproof, IPX4 is water-resistant, IP6X dustproof."""
    follows: list[str] = []
    for finding in found.findings:
        if finding.kind == "certification" and (code := _IP.fullmatch(finding.name)):
            dust, water = code.groups()
            follows += ["dustproof"] if dust in "56" else []
            follows += ["waterproof"] if water in "78" else ["water-resistant"] if water in "3456" else []
        elif finding.kind == "measure" and finding.unit and finding.unit.name in ("atm", "bar"):
            follows += ["waterproof"] if _WATER.search(fact.name.lower()) and finding.numbers[0][0].value >= 3 else []
    for concept in follows:
        for above in parents().get(concept, (concept,)):
            ready.named.setdefault(above, []).append(Known(concept, False, fact))


def _treated(ready: Facts, fact: Fact) -> None:
    """A material and what is said of it are a material of its own: paper, recycled."""
    for mark in ("recycled", "organic"):
        if any(known.fact is fact and not known.negated for known in ready.named.get(mark, ())):
            for known in list(ready.kinds.get("material", ())):
                concept = f"{mark} {known.concept}"
                if known.fact is fact and not known.negated and concept in parents():
                    ready.named.setdefault(concept, []).append(Known(concept, False, fact, known.part))


def _mark(ready: Facts, found: Assertions, fact: Fact) -> None:
    """A certificate whose short name is all that a fact says: «bio: AB»."""
    span = found.scan.span(len(found.scan.words) - 1)
    if span is None or found.scan.words[span.first - 1 : span.first] not in ([":"], []):
        return
    for entry in span.entries:
        if entry.kind == "certification" and entry.ambiguous:
            ready.marks.setdefault(entry.concept.lower(), []).append(("", fact))
            if follows := properties_of().get(entry.concept):
                ready.named.setdefault(follows, []).append(Known(follows, False, fact))


def _several(found: Assertions, entry: Entry) -> bool:
    """Whether a name has several telling words, so that what it denies is not each of them: «tablette porte outils»."""
    if " " in entry.concept and " ".join(found.scan.words) == entry.concept:
        return False
    return sum(1 for _ in telling(found.scan)) > 1


def _solid(ready: Facts, fact: Fact) -> None:
    """Solid oak is solid wood."""
    if any(known.fact is fact and not known.negated for known in ready.named.get("wood", ())):
        ready.named.setdefault("solid wood", []).append(Known("solid wood", False, fact))


def _codes(ready: Facts, found: Assertions, fact: Fact) -> None:
    for word in _CODE.findall(found.reading.plain.lower()):
        if _DIGIT.search(word):
            ready.codes.setdefault(_IN_CODE.sub("", word), fact)


def _named_code(ready: Facts, fact: Fact, label: str) -> None:
    """A name with its number as texts write them: {"spf": 15} is SPF15."""
    if label.isalpha() and len(label) <= 6 and re.fullmatch(r"\d{1,4}\+?", fact.text.strip()):
        ready.codes.setdefault(label.lower() + fact.text.strip().rstrip("+"), fact)


@lru_cache(maxsize=4_000)
def label_of(name: str) -> str:
    """A fact's name as words: «attributes.neckWidth_cm» is «neck Width cm»."""
    parts = [part for part in name.split(".") if part.lower() not in _CONTAINERS and not part.isdigit()]
    if name.startswith("variants.") and len(parts) > 1:
        parts = parts[1:]
    return _CAMEL.sub(" ", " ".join(parts)).replace("_", " ").replace("#", " ").strip()


def _with_unit(fact: Fact, label: str) -> str:
    """A bare number with the unit that its name ends with; months after opening (12M) as such."""
    if (opened := re.fullmatch(r"(\d{1,2}) ?M", fact.text)) and _OPENED.search(label.lower()):
        return f"{opened[1]} months"
    if degrees := _BARE_DEGREES.fullmatch(fact.text):
        return f"{degrees[1]} °C"
    if isinstance(fact.value, bool) or not _FIGURES.fullmatch(fact.text):
        return fact.text
    if label.lower().endswith((" cents", " cent")) and fact.text.strip().isdigit():
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


def _note(
    ready: Facts, found: Assertions, finding: Finding, fact: Fact, flipped: bool | None, *, weak: bool = False
) -> None:
    """Keep what a finding in a fact says."""
    kind = finding.kind
    if kind in ("measure", "price", "discount", "percentage", "number"):
        _note_quantity(ready, found, finding, fact)
    elif kind == "dimensions":
        _note_sides(ready, found, finding, fact)
    elif kind == "size":
        ready.sizes.setdefault(finding.name, fact)
    elif kind == "certification":
        if finding.negated == bool(flipped):
            name = finding.entries[0].concept if finding.entries else finding.name
            ready.marks.setdefault(name.lower(), []).append((finding.name if finding.entries else "", fact))
            ready.marks.setdefault("", []).append((finding.name, fact))
            if finding.entries and (follows := properties_of().get(finding.entries[0].concept)):
                ready.named.setdefault(follows, []).append(Known(follows, False, fact))
    elif kind == "origin":
        beside = (finding.silent and not _ORIGIN.search(fact.name.lower())) or _of_ingredient(fact.name)
        for entry in finding.entries:
            known = ready.named_lands if beside or finding.role == "design" else ready.origins
            known.setdefault(entry.concept, fact)
            if land := regions().get(entry.concept):
                known.setdefault(land, fact)
        if finding.name:
            ready.origins.setdefault(finding.name, fact)
    if kind in ("certification", "origin", "compatibility", "size", "dimensions"):
        return
    _note_concepts(ready, found, finding, fact, flipped, weak=weak)
    taken_back = {entry.concept for one in found.findings if one.negated for entry in one.entries}
    if finding.thing and kind == "number" and finding.thing not in taken_back:
        in_label = finding.after - finding.first == 1
        ready.named.setdefault(finding.thing, []).append(Known(finding.thing, False, fact, weak=in_label))


def _in_passing(found: Assertions, finding: Finding) -> bool:
    """Whether a denial stands in parentheses behind something else: «240 °C (without its handle)»."""
    return finding.begin > 1 and found.scan.words[finding.begin - 1] == "("


@lru_cache(maxsize=4_000)
def _of_ingredient(name: str) -> bool:
    """Whether a fact's name asks where a part of the product is from: juniper_origin."""
    words = own_label(name).lower().split()
    asks = [word for word in words if _ORIGIN.search(word)]
    others = [word for word in words if word not in asks and word not in small_words() and word not in linking()]
    return bool(asks) and bool(others) and bool(_SOURCE.search(" ".join(asks)))


_SOURCE: Final = re.compile(r"origin|herkunft|provenance|procedencia|orig[ei]n|产地")


def _note_concepts(
    ready: Facts, found: Assertions, finding: Finding, fact: Fact, flipped: bool | None, *, weak: bool
) -> None:
    """Take in the concepts of a finding, and those that follow from them."""
    for entry in finding.entries:
        negated = finding.negated != bool(flipped)
        known = Known(
            entry.concept,
            negated,
            fact,
            finding.about if entry.kind == "material" else None,
            weak or (entry.ambiguous and not finding.labelled),
            entry.kind == "thing"
            and (
                bool(finding.qualified)
                or _in_passing(found, finding)
                or (flipped is not None and _several(found, entry))
            ),
        )
        ready.kinds.setdefault(entry.kind, []).append(known)
        for above in [entry.concept] if negated else parents().get(entry.concept, (entry.concept,)):
            ready.named.setdefault(above, []).append(known)
        if entry.concept in _FOLLOWS and not (entry.concept == "vegan" and negated):
            other, opposite = _FOLLOWS[entry.concept]
            ready.named.setdefault(other, []).append(Known(other, negated != opposite, fact))


def _note_quantity(ready: Facts, found: Assertions, finding: Finding, fact: Fact) -> None:
    if finding.name:
        ready.codes.setdefault(finding.name, fact)
        return
    for total in finding.instead if finding.kind == "measure" else ():
        _note_quantity(ready, found, total, fact)
    near = _near(found, finding, ("," if finding.kind == "percentage" else ""))
    for n, given in enumerate(finding.numbers):
        unit = finding.units[n] if n < len(finding.units) else finding.unit
        readings: Sequence[Number] = given
        if unit is not None and len(readings) > 1:
            readings = readings if unit.name in _FAR else (_likely(readings, unit),)
        for one in readings:
            quantity = Quantity(
                one.value,
                one.half,
                unit,
                fact,
                finding.role,
                finding.thing,
                finding.about,
                near,
                found.language,
            )
            _keep(ready, found, finding, quantity)


def _keep(ready: Facts, found: Assertions, finding: Finding, quantity: Quantity) -> None:
    """Put a quantity where texts look for it."""
    unit, fact = quantity.unit, quantity.fact
    if finding.kind == "percentage":
        for entry in finding.entries:
            ready.shares.append((entry.concept, quantity))
        ready.measures.setdefault("percent", []).append(quantity)
    elif finding.kind == "discount" and unit is None:
        ready.measures.setdefault("discount", []).append(quantity)
    elif unit is not None:
        ready.measures.setdefault(unit.dimension, []).append(quantity)
        if finding.thing:
            ready.numbers.append(quantity)
        if unit.name == "°":
            ready.measures.setdefault("temperature", []).append(replace(quantity, unit=units()["°C"]))
        if unit.name == "ounce":  # of a drink, ounces are fluid
            fluid = replace(quantity, unit=units()["fluid ounce"], role=None)
            ready.measures.setdefault("volume", []).append(fluid)
        if label_of(fact.name).lower().endswith(_SAVED):
            ready.measures.setdefault("discount", []).append(quantity)
    else:
        ready.numbers += [quantity, *_of_others(found, finding, quantity)]
        if label_of(fact.name).lower() in _PRICES or fact.name.rpartition(".")[2] in _PRICES:
            ready.measures.setdefault("money", []).append(quantity)


def _of_others(found: Assertions, finding: Finding, quantity: Quantity) -> Iterator[Quantity]:
    """The same count of the other things that its label names: «bolsillos exteriores: 3»."""
    words, at = found.scan.words, finding.first - 2
    if finding.first < 2 or words[finding.first - 1] != ":":
        return
    while at >= 0 and finding.first - at < _DOZEN and words[at] not in STOPS:
        span = found.scan.span(at)
        for entry in span.entries if span is not None else ():
            if entry.kind == "thing" and entry.concept != finding.thing:
                yield replace(quantity, thing=entry.concept)
        at = (span.first if span is not None else at) - 1


def _likely(readings: Sequence[Number], unit: Unit) -> Number:
    """Of two readings of 1.500 the one that fits the unit: 1500 g, and 1.5 kg."""
    sizes = sorted(readings, key=lambda one: one.value)
    return sizes[-1] if unit.name in _SMALL else sizes[0] if unit.name in _LARGE else readings[0]


def words_near(words: Sequence[str], first: int, after: int, stop: str = "") -> Iterator[str]:
    """The telling words around a number, in its clause; `stop` ends it too."""
    for step, start, most in ((-1, first - 1, 4), (1, after - 1, 3)):
        at = start
        while 0 <= at < len(words) and abs(at - start) < most and (words[at] not in STOPS or words[at] == ":"):
            if words[at] == stop:
                break
            if (
                words[at].isalpha()
                and (len(words[at]) > 2 or ord(words[at][0]) > _CJK)
                and words[at] not in small_words()
            ):
                yield words[at]
            at += step


def _near(found: Assertions, finding: Finding, stop: str = "") -> frozenset[str]:
    words = found.scan.words
    return frozenset(words_near(words, finding.first, finding.after, stop))


def _note_sides(ready: Facts, found: Assertions, finding: Finding, fact: Fact) -> None:
    unit = finding.unit
    values, halves = list[float](), list[float]()
    for n, readings in enumerate(finding.numbers):
        own = finding.units[n] or unit
        values.append(own.base(readings[0].value) if own else readings[0].value)
        halves.append(readings[0].half * (own.factor if own else 1))
        role = finding.roles[n] if n < len(finding.roles) else ""
        for one in readings:
            quantity = Quantity(one.value, one.half, own, fact, role or None, None, None, frozenset(), found.language)
            if own:
                ready.measures.setdefault(own.dimension, []).append(quantity)
            ready.numbers.append(quantity)
    ready.sides.append(Sides(values, halves, list(finding.roles), fact, unit))
    if values and finding.numbers[0][0].value > _DOZEN:
        return
    for other in finding.instead:
        _note(ready, found, other, fact, None)
        if other.kind == "measure":
            count, one = finding.numbers[0][0].value, other.numbers[0][0]
            if other.unit:
                total = Quantity(count * one.value, one.half, other.unit, fact)
                ready.measures.setdefault(other.unit.dimension, []).append(total)


def _sizes(ready: Facts, fact: Fact, label: str) -> None:
    """The sizes that an option or a fact called a size holds, said as a whole."""
    reading = read(label)
    words, steering = reading.words, lexicon(None).steering
    for n, word in enumerate(words[:3]):
        hit = longest(steering, words, reading.glued, n) if word in steering else None
        if hit and any(one.kind == "size label" for one in hit[1]):
            for part in re.split(r"[,;/]|\s-\s", fact.text):
                name = " ".join(read(part).words)
                ready.sizes.setdefault(name, fact)
                for token in name.split():
                    ready.sizes.setdefault(token, fact)
            return


__all__ = ["Fact", "Facts", "Known", "Number", "Quantity", "Sides", "facts_of", "money", "prepared", "units"]
