"""Sizes of clothing and shoes from one country's system into another's, by the usual charts, where the system is known."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Final, Literal, TypeAlias

Kind: TypeAlias = Literal["clothing", "shoes"]
Who: TypeAlias = Literal["women", "men", "children"]
SYSTEMS: Final = ("EU", "US", "UK", "IT", "FR", "JP")

# (what, for whom): per system the same row of sizes, one under the other. A dash is a size that the system does not have.
# The charts are those that shops use; makers differ by a size.
_CHARTS: Final[Mapping[tuple[Kind, Who], Mapping[str, str]]] = {
    ("clothing", "women"): {
        "EU": "30 32 34 36 38 40 42 44 46 48 50 52 54",
        "US": "00 0 2 4 6 8 10 12 14 16 18 20 22",
        "UK": "2 4 6 8 10 12 14 16 18 20 22 24 26",
        "IT": "34 36 38 40 42 44 46 48 50 52 54 56 58",
        "FR": "32 34 36 38 40 42 44 46 48 50 52 54 56",
        "JP": "1 3 5 7 9 11 13 15 17 19 21 23 25",
    },
    ("clothing", "men"): {
        "EU": "44 46 48 50 52 54 56 58 60",
        "US": "34 36 38 40 42 44 46 48 50",
        "UK": "34 36 38 40 42 44 46 48 50",
        "IT": "44 46 48 50 52 54 56 58 60",
        "FR": "44 46 48 50 52 54 56 58 60",
        "JP": "- S S M L LL 3L 4L 5L",
    },
    ("clothing", "children"): {
        "EU": "50 56 62 68 74 80 86 92 98 104 110 116 122 128 134 140 146 152 158 164",
        "US": "NB 0-3M 3M 6M 9M 12M 18M 2T 3T 4T 5 6 7 8 9 10 11 12 14 16",
    },
    ("shoes", "women"): {
        "EU": "35 35.5 36 36.5 37 37.5 38 38.5 39 40 40.5 41 42 42.5 43",
        "US": "4.5 5 5.5 6 6.5 7 7.5 8 8.5 9 9.5 10 10.5 11 11.5",
        "UK": "2 2.5 3 3.5 4 4.5 5 5.5 6 6.5 7 7.5 8 8.5 9",
        "JP": "21.5 22 22.5 23 23.5 24 24.5 25 25.5 26 26.5 27 27.5 28 28.5",
    },
    ("shoes", "men"): {
        "EU": "39 40 40.5 41 42 42.5 43 44 44.5 45 45.5 46 47 47.5 48",
        "US": "6.5 7 7.5 8 8.5 9 9.5 10 10.5 11 11.5 12 12.5 13 13.5",
        "UK": "6 6.5 7 7.5 8 8.5 9 9.5 10 10.5 11 11.5 12 12.5 13",
        "JP": "24.5 25 25.5 26 26.5 27 27.5 28 28.5 29 29.5 30 30.5 31 31.5",
    },
    ("shoes", "children"): {
        "EU": "18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35",
        "US": "3C 4C 5C 5.5C 6C 7C 8C 8.5C 9.5C 10C 11C 11.5C 12.5C 13C 1Y 2Y 2.5Y 3.5Y",
        "UK": "2 3 4 4.5 5 6 7 7.5 8.5 9 10 10.5 11.5 12 13 1 1.5 2.5",
    },
}
# Systems that share a chart: shoes are numbered alike on the continent.
_SAME: Final[Mapping[tuple[Kind, str], str]] = {("shoes", "IT"): "EU", ("shoes", "FR"): "EU"}
_NAMES: Final = {
    "EU": "EU|EUR|DE|Deutschland",
    "US": "US|USA|U\\.S\\.",
    "UK": "UK|GB",
    "IT": "IT|ITA",
    "FR": "FR|FRA",
    "JP": "JP|JPN|Japan",
}
# Adjectives that name a system in words, English and German stems, the one to write first; then those of other languages.
_ADJECTIVES: Final[Mapping[str, tuple[str, str, str]]] = {
    "EU": ("European|German", "europäisch|deutsch", "européenne|allemande|europea|alemana"),
    "US": ("American", "amerikanisch|US-amerikanisch", "américaine|americana|estadounidense"),
    "UK": ("British", "britisch|englisch", "britannique|anglaise|británica|inglesa|britannica|inglese"),
    "IT": ("Italian", "italienisch", "italienne|italiana"),
    "FR": ("French", "französisch", "française|francesa|francese"),
    "JP": ("Japanese", "japanisch", "japonaise|japonesa|giapponese"),
}
_ENDING: Final = "(?:e[nrms]?)?"
_SPOKEN: Final = {
    system: f"{english}|(?:{german}){_ENDING}|{others}" for system, (english, german, others) in _ADJECTIVES.items()
}
_NAME: Final = "|".join(_NAMES.values())
_WORDED: Final = "|".join(_SPOKEN.values())
_SIZE: Final = r"[0-9]{1,3}(?:[.,]5|½|\s1/2)?[CYTMcy]?(?![0-9])|X{0,3}[SML]|[2-5]X?L"
_WORD: Final = r"(?:\s?-?(?:sizes?|sz\.?|Größen?|Gr\.|tailles?|tallas?|taglie?|taglia|尺码|码|サイズ)\.?:?)?"
_UNIT: Final = r"(?![\s\u00a0-]?(?:oz|ounces?|gauge|cm|mm|m|in|inch(?:es)?|ft|g|kg|lbs?|ml|l|gsm|count|ply|pcs|pieces?|Zoll|Stück)\b)"
# After a system said in words a size ends its phrase: Japanese 14 oz denim is none.
_ENDS: Final = r"(?=\s*(?:$|[.,;:!?)\]/|<–—-]|(?:and|or|to|und|oder|bis|et|ou|y|o|e)\b))"
_BEFORE: Final = re.compile(
    rf"(?<![\w-])(?:(?P<system>{_NAME}){_WORD}[\s:\u00a0-]?\s?(?P<size>{_SIZE})(?![\w%°]|[.,][0-9]){_UNIT}"
    rf"|(?P<said>(?i:{_WORDED})){_WORD}[\s:\u00a0]\s?(?P<so>{_SIZE})(?![\w%°]|[.,][0-9]){_UNIT}{_ENDS})"
)
_AFTER: Final = re.compile(
    rf"(?<![\w.,$€£-])(?:size|Größe|Gr\.|taille|talla|taglia|サイズ|尺码)[\s:\u00a0]\s?(?P<size>{_SIZE})[\s\u00a0]\(?"
    rf"(?:(?P<system>{_NAME})|(?P<said>{_WORDED}))\)?(?!\w)",
    re.IGNORECASE,
)
_KINDS: Final = {
    "shoes": r"shoes?|sneakers?|boots?|sandals?|heels|loafers?|trainers?|slippers?|footwear|\w*schuhe?n?|\w*stiefel\w*|\w*sandale\w*|"
    r"chaussures?|bottes?|baskets?|zapat\w+|botas?|scarpe?|stivali|鞋|靴|シューズ|スニーカー|ブーツ|взутт\w*|обув\w*",
    "clothing": r"dress(?:es)?|shirts?|t-shirts?|jackets?|coats?|jeans|trousers|pants|skirts?|blouses?|sweaters?|hoodies?|suits?|blazers?|"
    r"tops?|cardigans?|leggings|shorts|\w*kleid(?:er)?|\w*hemd(?:en)?|\w*jacken?|\w*mantel|\w*hosen?|\w*röcke?|\w*rock|blusen?|pullover|robes?|"
    r"chemises?|vestes?|pantalons?|jupes?|vestidos?|camis\w+|chaquetas?|pantal\w+|faldas?|连衣裙|衬衫|夹克|裙|裤|ワンピース|シャツ|ジャケット",
}
_WHO: Final = {
    "children": r"kids?'?|children(?:'s|’s)?|child|boys?'?|girls?'?|babys?|baby|toddlers?|youth|kinder\w*|mädchen|jungen|enfants?|niñ[oa]s?|bambin[ioa]|儿童|童|キッズ|子供",
    "women": r"wom[ae]n(?:'s|’s)?|ladies|female|damen\w*|frauen\w*|femmes?|mujer(?:es)?|donna|女|レディース|女性|жіноч\w*|женск\w*|dress(?:es)?|skirts?|blouses?|heels",
    "men": r"m[ae]n(?:'s|’s)?|gentlemen|male|herren\w*|männer\w*|hommes?|hombres?|uomo|男|メンズ|男性|чоловіч\w*|мужск\w*",
}


@dataclass(frozen=True, slots=True)
class Named:
    """A size that a text names with its system: `US 8`, `EU 38`, `size 10 (UK)`."""

    system: str
    size: str
    start: int
    end: int
    size_start: int
    size_end: int


@dataclass(frozen=True, slots=True)
class Resized:
    """A text with its sizes in a system, and the sizes that stayed, each with the reason."""

    text: str
    left: tuple[tuple[str, str], ...]


@cache
def _rows(kind: Kind, who: Who, system: str) -> tuple[str, ...]:
    chart = _CHARTS[kind, who]
    return tuple(chart.get(_SAME.get((kind, system), system), "").split())


def _plain(size: str) -> str:
    size = re.sub(r"\s?(?:½|1/2)$", ".5", size.strip()).replace(",", ".").upper()
    try:
        value = Decimal(size)
    except InvalidOperation:
        return size
    return size if size == "00" else format(value.normalize(), "f")


def equivalent(size: str, system: str, into: str, kind: Kind, who: Who) -> str | None:
    """The same size in another system; None where the charts have none."""
    rows, targets = _rows(kind, who, system), _rows(kind, who, into)
    wanted = _plain(size)
    plain = [_plain(row) for row in rows]
    if wanted not in plain and kind == "shoes" and who == "children":
        plain = [row.rstrip("CY") for row in plain] if plain.count(wanted) == 0 else plain
    if not targets or plain.count(wanted) != 1:
        return None
    found = targets[plain.index(wanted)]
    return None if found == "-" else found


def found(text: str) -> Iterator[Named]:
    """The sizes that a text names with their system, in order."""
    there = [*_BEFORE.finditer(text), *_AFTER.finditer(text)]
    end = 0
    for match in sorted(there, key=lambda match: (match.start(), -match.end())):
        if match.start() < end:
            continue
        end = match.end()
        size = "so" if match.re is _BEFORE and match["so"] else "size"
        system = _system(match["system"] or match["said"])
        yield Named(system, match[size], *match.span(), *match.span(size))


def _system(name: str) -> str:
    return next(
        system
        for ways in (_NAMES, _SPOKEN)
        for system, words in ways.items()
        if re.fullmatch(words, name, re.IGNORECASE)
    )


def kind_of(text: str) -> Kind | None:
    """Whether a text speaks of clothing or of shoes; None where it does of neither or both."""
    told: list[Kind] = [kind for kind in ("shoes", "clothing") if _speaks(text, _KINDS[kind])]
    return told[0] if len(told) == 1 else None


def who_of(text: str) -> Who | None:
    """For whom a text says that something is; None where it does not, or says several."""
    told: list[Who] = [who for who in ("children", "women", "men") if _speaks(text, _WHO[who])]
    return told[0] if len(told) == 1 else None


def charts(text: str) -> Iterator[tuple[Kind, Who]]:
    """The charts that may hold for what a text speaks of."""
    kind, who = kind_of(text), who_of(text)
    for one in _CHARTS:
        if kind in (None, one[0]) and who in (None, one[1]):
            yield one


def _speaks(text: str, words: str) -> bool:
    return re.search(rf"(?<![A-Za-zÀ-ÿ])(?:{words})(?![A-Za-zÀ-ÿ])", text, re.IGNORECASE) is not None


def for_market(text: str, into: str, kind: Kind | None = None, who: Who | None = None) -> Resized:
    """A text with the sizes whose system it names in another system; what cannot be told stays, and is named.

    `kind` and `who` are told from the text where they are not given: a chart is only right for its own people and things.
    """
    known_kind, known_who = kind or kind_of(text), who or who_of(text)
    named = list(found(text))
    parts: list[str] = []
    left: list[tuple[str, str]] = []
    at = 0
    systems = {one.system for one in named}
    for one in named:
        if one.system == into:
            continue
        whole = text[one.start : one.end]
        if into in systems:
            left.append((whole, f"the text gives it in {into} itself"))
            continue
        if known_kind is None or known_who is None:
            what = "clothing or for shoes" if known_kind is None else "women, men or children"
            left.append((whole, f"it is not known whether this is for {what}"))
            continue
        size = equivalent(one.size, one.system, into, known_kind, known_who)
        if size is None:
            left.append((whole, f"the chart of {known_kind} for {known_who} has no {into} size for it"))
            continue
        new = _with_system(text, one, size, into)
        parts += [_with_article(text[at : one.start], new), new]
        at = one.end
    return Resized("".join([*parts, text[at:]]), tuple(left))


def _with_system(text: str, one: Named, size: str, into: str) -> str:
    """A named size in another system, which is named as the text names its own: by a code, or by an adjective."""
    names = re.compile(
        rf"(?<!\w)(?:(?P<code>{_NAMES[one.system]})|(?P<said>{_SPOKEN[one.system]}))(?!\w)", re.IGNORECASE
    )

    def put(found: re.Match[str]) -> str:
        return into if found["code"] else _adjective(found["said"], into)

    return names.sub(put, text[one.start : one.size_start]) + size + names.sub(put, text[one.size_end : one.end])


def _adjective(said: str, into: str) -> str:
    """The adjective for a system in the language and the form of another one; its code where the language's forms are not known."""
    for english, german, _ in _ADJECTIVES.values():
        if re.fullmatch(english, said, re.IGNORECASE):
            return _ADJECTIVES[into][0].partition("|")[0]
        if (stem := re.match(german, said, re.IGNORECASE)) is not None:
            word = _ADJECTIVES[into][1].partition("|")[0] + said[stem.end() :]
            return word[:1].upper() + word[1:] if said[:1].isupper() else word
    return into


def _with_article(before: str, following: str) -> str:
    """What stands before a phrase, with the English article that the phrase now wants: an Italian 40, a European 34."""
    wanted = "an" if re.match(r"(?:EU\b|A|I)", following) else "a"
    return re.sub(r"\b([Aa])n?(?=\s$)", lambda found: found[1] + wanted[1:], before)
