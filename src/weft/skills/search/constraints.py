"""What a query demands rather than describes: a price, a size, a color, what a thing must not be."""

import itertools
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from weft import money
from weft.claims import data, numerals
from weft.index.finding import Shelf
from weft.index.variants import Demand
from weft.index.words import Word, folded

_SIGN: Final = r"[$€£¥₹]|\b(?:usd|eur|gbp|chf|euros?|dollars?|pounds?|bucks|quid)\b"
_AMOUNT: Final = rf"(?:{_SIGN})?\s*\d+(?:[.,]\d+)*\s*(?:{_SIGN})?"
_UNDER: Final = (
    r"under|below|less than|cheaper than|no more than|at most|<=?|unter|weniger als|hochstens|moins de|moins que|menos de|"
    r"por debajo de|meno di|sotto i|onder"
)
_OVER: Final = (
    r"over|above|more than|at least|>=?|uber|mehr als|mindestens|plus de|plus que|au moins|mas de|al menos|piu di|boven"
)
_WEAK_UNDER: Final = r"up to|max(?:imum)?|to|bis(?: zu)?|jusqu'a|hasta|fino a|tot"
_WEAK_OVER: Final = r"from|min(?:imum)?|ab|a partir de|desde|da|vanaf"
_BETWEEN: Final = re.compile(
    rf"(?:\b(?:between|zwischen|entre|tra|from|von)\s+)?({_AMOUNT})\s*(?:-|–|\band\b|\bund\b|\bet\b|\by\b|\bto\b|\bbis\b)\s*({_AMOUNT})"
)
_ONE: Final = re.compile(
    rf"(?<![\w])(?:(?P<under>{_UNDER})|(?P<over>{_OVER})|(?P<weak_under>{_WEAK_UNDER})|(?P<weak_over>{_WEAK_OVER}))"
    rf"\s*(?P<amount>{_AMOUNT})"
)
_HAS_SIGN: Final = re.compile(_SIGN)
_BETWEEN_WORD: Final = re.compile(r"^(?:between|zwischen|entre|tra)\b")
_DIGITS: Final = re.compile(r"\d+(?:[.,]\d+)*")
_DEAREST: Final = 1e12
_NOT: Final = frozenset(
    ["not", "without", "except", "excluding", "ohne", "nicht", "kein", "keine", "sans", "sin", "senza", "zonder"]
)
_NO: Final = frozenset(["no", "non", "pas", "nessun", "geen"])
_FREE: Final = frozenset(["free", "frei", "vrij"])
_FREE_ENDINGS: Final = ("frei", "freie", "freier", "freies", "freien", "freiem", "vrij", "vrije")
_FILLER: Final = frozenset(["de", "d", "in", "made", "of", "from", "any", "aus", "en", "a", "the"])
_SIZE_WORDS: Final = frozenset(["size", "sz", "grosse", "groesse", "gr", "taille", "talla", "taglia", "maat"])
_SIZE_FACETS: Final = frozenset(
    [
        "size",
        "sizes",
        "grosse",
        "taille",
        "talla",
        "taglia",
        "maat",
        "shoe size",
        "clothing size",
        "schuhgrosse",
        "pointure",
    ]
)
_COLOR_FACETS: Final = frozenset(
    [
        "color",
        "colors",
        "colour",
        "colours",
        "farbe",
        "couleur",
        "color family",
        "product colour",
        "product color",
        "colore",
        "kleur",
    ]
)


@dataclass(frozen=True, slots=True)
class Constraint:
    """A demand of a query: what was typed, of what it is, and the condition that it sets.

    `name` is by what it can be taken back; `place` and `end` are where it stands in the query.
    """

    kind: str
    text: str
    says: str
    place: int
    end: int
    condition: Demand
    values: tuple[str, ...] = ()
    least: int | None = None
    most: int | None = None


def prices(query: str, shelf: Shelf, is_unit: Collection[str]) -> Iterator[Constraint]:
    """The prices that a query demands, where the catalog has any; a number with a unit is none."""
    currency = next(iter(shelf.state.currencies), None)
    if currency is None:
        return
    text = folded(query)
    if len(text) != len(query):
        return
    taken: list[tuple[int, int]] = []
    for found in _BETWEEN.finditer(text):
        strong = bool(_BETWEEN_WORD.match(found.group())) or bool(_HAS_SIGN.search(found.group()))
        if strong and not _unit_follows(text, found.end(), is_unit):
            low, high = sorted((_minor(found[1], currency), _minor(found[2], currency)))
            taken.append(found.span())
            yield _price(query, found.span(), low, high, currency, shelf)
    for found in _ONE.finditer(text):
        if any(start < found.end() and found.start() < end for start, end in taken):
            continue
        weak = found["weak_under"] or found["weak_over"]
        if (weak and not _HAS_SIGN.search(found["amount"])) or _unit_follows(text, found.end(), is_unit):
            continue
        amount = _minor(found["amount"], currency)
        upper = found["under"] or found["weak_under"]
        taken.append(found.span())
        yield _price(query, found.span(), None if upper else amount, amount if upper else None, currency, shelf)


def _unit_follows(text: str, end: int, units: Collection[str]) -> bool:
    following = re.match(r"\s*([a-z\"'%]+)", text[end:])
    return following is not None and following[1] in units


def _minor(text: str, currency: str) -> int:
    found = _DIGITS.search(text)
    told = numerals.numbers(found.group(), "en") if found else ()
    value = told[0].value if told else 0.0
    return round(min(value, _DEAREST) * float(10 ** money.exponent(currency)))


def _price(
    query: str, span: tuple[int, int], least: int | None, most: int | None, currency: str, shelf: Shelf
) -> Constraint:
    told = {True: "costs at least", False: "costs at most"}
    says = " and ".join(
        f"{told[upward]} {money.decimal(amount, currency)} {currency}"
        for upward, amount in ((True, least), (False, most))
        if amount is not None
    )
    condition = shelf.priced(least or 0, most)
    text = query[slice(*span)].strip()
    return Constraint("price", text, says, span[0], span[1], condition, least=least, most=most)


def negations(query: str, words: Sequence[Word], shelf: Shelf) -> Iterator[Constraint]:
    """What a query says that a thing must not be: `not leather`, `without zip`, `-wool`."""
    for place, word in enumerate(words):
        minus = word.start > 0 and query[word.start - 1] == "-" and (word.start == 1 or query[word.start - 2].isspace())
        if minus and not word.number:
            yield _negation(query, word.start - 1, word, shelf)
            continue
        if word.form not in _NOT and word.form not in _NO:
            continue
        following = next((one for one in words[place + 1 : place + 3] if one.form not in _FILLER), None)
        if (
            following is None
            or following.number
            or (word.form in _NO and following.form not in _materials_and_colors())
        ):
            continue
        yield _negation(query, word.start, following, shelf)


def absences(query: str, words: Sequence[Word], shelf: Shelf) -> Iterator[Constraint]:
    """What a query says that a thing is to be free of: `leather-free`, `nickel free`, `lederfrei`.

    What says nothing of it is meant, and what says itself that it is free of it.
    """
    for place, word in enumerate(words):
        following = words[place + 1] if place + 1 < len(words) else None
        if following is not None and following.form in _FREE and not word.number:
            between = query[word.end : following.start]
            if between in ("-", "‑") or (between.isspace() and word.form in _materials()):
                yield _absence(query, word.start, following.end, word.form, [following.form], shelf)
        for ending in _FREE_ENDINGS:
            bare = word.form.removesuffix(ending)
            if bare != word.form and bare in _materials():
                yield _absence(query, word.start, word.end, bare, [word.form], shelf)


def _absence(query: str, start: int, end: int, of: str, saying: Sequence[str], shelf: Shelf) -> Constraint:
    free = [shelf.says(shelf.analysis.stems(form)) for form in saying]
    ways = [shelf.both([shelf.lacks(shelf.analysis.stems(of))]), shelf.both(free)]
    return Constraint("free", query[start:end], f"is free of “{of}”", start, end, shelf.either(ways), (of,))


def _negation(query: str, start: int, word: Word, shelf: Shelf) -> Constraint:
    form = word.form if word.form in shelf.spelling.words else next(iter(shelf.spelling.mended(word.form)), word.form)
    condition = shelf.lacks(shelf.analysis.stems(form))
    text = query[start : word.end].strip()
    return Constraint("not", text, f"does not say “{form}”", start, word.end, condition, (form,))


def sizes(
    query: str, words: Sequence[Word], shelf: Shelf, values: dict[str, list[tuple[str, str]]]
) -> Iterator[Constraint]:
    """A size that a query names as one: `size 42`, `Größe M`."""
    for word, following in itertools.pairwise(words):
        if word.form not in _SIZE_WORDS:
            continue
        wanted = [pair for pair in values.get(following.form, ()) if folded(pair[0]).replace("_", " ") in _SIZE_FACETS]
        if wanted:
            says = f"comes in size {wanted[0][1]}"
            yield Constraint(
                *("size", query[word.start : following.end], says, word.start, following.end, shelf.has(wanted)),
                values=_distinct(value for _, value in wanted),
            )


def colors(
    query: str, words: Sequence[Word], shelf: Shelf, values: dict[str, list[tuple[str, str]]]
) -> Iterator[Constraint]:
    """A color that a query names: it stands in a product's color or in its words."""
    known = _colors()
    place = 0
    while place < len(words):
        for length in (2, 1):
            some = words[place : place + length]
            form = " ".join(one.form for one in some)
            if len(some) == length and form in known:
                yield from _color(query, some, known[form], shelf, values)
                place += length - 1
                break
        place += 1


def _distinct(values: Iterable[str]) -> tuple[str, ...]:
    """Values of which none differs from another in case and accents alone, each as it is written first."""
    found: dict[str, str] = {}
    for value in values:
        found.setdefault(folded(value).strip(), value.strip())
    return tuple(found.values())


def _color(
    query: str, some: Sequence[Word], same: frozenset[str], shelf: Shelf, values: dict[str, list[tuple[str, str]]]
) -> Iterator[Constraint]:
    spoken = [one for one in sorted(same) if " " not in one and one in shelf.spelling.words]
    facets = [
        pair
        for form in sorted(same)
        for pair in values.get(form, ())
        if folded(pair[0]).replace("_", " ") in _COLOR_FACETS
    ]
    ways = [shelf.has(facets)] if facets else []
    ways += [shelf.says([term for one in spoken for term in shelf.analysis.stems(one)])] if spoken else []
    if ways:
        text = query[some[0].start : some[-1].end]
        name = facets[0][1] if facets else spoken[0]
        told = _distinct([*(value for _, value in facets), *spoken])
        yield Constraint("color", text, f"is {name.lower()}", some[0].start, some[-1].end, shelf.either(ways), told)


@cache
def _colors() -> dict[str, frozenset[str]]:
    """Each name of a color, folded, with all names of the same color."""
    found: dict[str, frozenset[str]] = {}
    for concept in data.concepts("colors"):
        names = {
            folded(word)
            for language, words in concept.words.items()
            for word in words
            if not word.startswith(("?", "!")) and not word.endswith("-") and language != "zh"
        }
        for name in names:
            found.setdefault(name, frozenset(names))
    return found


@cache
def _materials() -> frozenset[str]:
    return frozenset(
        folded(word.lstrip("?!"))
        for concept in data.concepts("materials")
        for words in concept.words.values()
        for word in words
    )


@cache
def _materials_and_colors() -> frozenset[str]:
    return _materials() | _colors().keys()


def same_color(form: str) -> frozenset[str]:
    """The names of the color that a word is one of: `blk` is black."""
    return _colors().get(form, frozenset())
