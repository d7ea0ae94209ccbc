"""How good a listing is, with its reasons: what it lacks, what is wrong with it, what sets it apart from its shelf.

| reason | points | reason | points |
| --- | --- | --- | --- |
| empty_title | 30 | duplicate_description | 6 |
| no_description | 18 | bad_gtin | 8 |
| thin_description | 10 | no_gtin | 4 |
| missing_image | 20 | price_missing | 15 |
| few_images | 4 | price_outlier | 8 |
| image_without_alt | 3 | compare_at_below_price | 4 |
| no_category | 12 | repeated_sku | 6 |
| no_vendor | 4 | no_sku | 3 |
| shouting_title | 6 | no_stock | 5 |
| long_title | 3 | missing_attribute | 4 each, 16 at most |
| title_of_codes | 8 | placeholder_text | 15 |
| duplicate_title | 8 | broken_html | 5 |
| facts_needed | 5 | | |

The score is 100 less the points, and never below 0.
"""

import hashlib
import html
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from stdnum import ean

from weft.errors import InputError
from weft.money import decimal

POINTS: Final = {
    "empty_title": 30,
    "no_description": 18,
    "thin_description": 10,
    "missing_image": 20,
    "few_images": 4,
    "image_without_alt": 3,
    "no_category": 12,
    "no_vendor": 4,
    "shouting_title": 6,
    "long_title": 3,
    "title_of_codes": 8,
    "duplicate_title": 8,
    "duplicate_description": 6,
    "bad_gtin": 8,
    "no_gtin": 4,
    "price_missing": 15,
    "price_outlier": 8,
    "compare_at_below_price": 4,
    "repeated_sku": 6,
    "no_sku": 3,
    "no_stock": 5,
    "missing_attribute": 4,
    "placeholder_text": 15,
    "broken_html": 5,
    "facts_needed": 5,
}
_FORM: Final = 1
_MOST_MISSING: Final = 4
_MOST_PRICES: Final = 2_000
_FEWEST_PRICES: Final = 8
_MOST_HTML: Final = 100_000
_THIN_WORDS: Final = 20
_LONGEST_TITLE: Final = 150
# A price further than this many interquartile ranges (of logarithms) beyond its quartile stands apart (Tukey's outer fence).
_FENCE: Final = 3.0
_LEAST_SPREAD: Final = math.log(1.5)
_SHARE: Final = 0.6
_FEWEST_OF_A_CATEGORY: Final = 5
_TAG: Final = re.compile(r"<[^<>]*>")
_SILENT: Final = re.compile(r"<(script|style)\b[^<>]*>.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_WORD: Final = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_PLACEHOLDER: Final = re.compile(
    r"lorem ipsum|\btest (?:product|item|produkt)\b|\b(?:placeholder|platzhalter|todo|tbd|xxx+)\b|\bdescription (?:goes )?here\b",
    re.IGNORECASE,
)
_CODE: Final = re.compile(r"(?=[^\s]*\d)[A-Z0-9][A-Z0-9._/-]{3,}")
_ROUNDED: Final = re.compile(r"\d(?:[.,]\d+)?E\+?\d+", re.IGNORECASE)
_REPEATED_DIGIT: Final = re.compile(r"(\d)\1{6,}")
_GTIN_LENGTHS: Final = (8, 12, 13, 14)
_PAIRED: Final = re.compile(r"<(/?)(b|strong|i|em|u|ul|ol|div|span|table|a|h[1-6])\b[^<>]*?(/?)>", re.IGNORECASE)
_FORBIDDEN: Final = re.compile(r"<(script|iframe|object|font|style)\b", re.IGNORECASE)
# Attributes that hold texts and say nothing of a product that its facts do not say.
_WRITTEN: Final = re.compile(r"bullets|(?:google|marketplace|social)_.+", re.IGNORECASE)
# What buyers ask of a kind of thing before they buy it, by a word of its category, type or title.
_NEEDED: Final[Sequence[tuple[re.Pattern[str], tuple[str, ...]]]] = tuple(
    (re.compile(rf"\b(?:{words})\b", re.IGNORECASE), names)
    for words, names in (
        (r"shoes?|boots?|sneakers?|sandals?|heels|flats|loafers?|schuhe?|stiefel", ("color", "size", "material")),
        (
            r"shirts?|tops?|dress(?:es)?|pants|trousers|jeans|skirts?|jackets?|coats?|sweaters?|hoodies?|blouses?|shorts|suits?|"
            r"knitwear|kleid(?:er)?|hosen?|jacken?|hemd(?:en)?",
            ("color", "size", "material"),
        ),
        (r"rings?|necklaces?|bracelets?|earrings?|jewelry|jewellery|schmuck", ("material",)),
        (r"bags?|backpacks?|purses?|wallets?|taschen?|rucks(?:ack|äcke)", ("color", "material")),
        (r"bottles?|mugs?|cups?|jugs?|thermos|flaschen?|tassen?", ("capacity", "material")),
        (r"lamps?|bulbs?|lights?|lampen?|leuchten?", ("power",)),
        (r"rugs?|carpets?|towels?|curtains?|blankets?|teppiche?", ("color", "material", "dimensions")),
        (r"tables?|chairs?|desks?|shel(?:f|ves)|sofas?|beds?|tische?|stühle?", ("material", "dimensions")),
        (r"phones?|laptops?|tablets?|smartphones?", ("storage", "color")),
        (r"bikes?|bicycles?|fahrr(?:ad|äder)", ("size", "color")),
    )
)
_STATED_BY: Final = {
    "dimensions": ("dimensions", "length", "width", "height", "depth", "diameter", "size"),
    "capacity": ("capacity", "volume", "size"),
    "power": ("power", "wattage"),
    "color": ("color", "colour", "color-pattern", "farbe"),
    "size": ("size", "größe", "shoe-size"),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a listing is worth less than it could be: `fix` is a skill that mends it, or "person"."""

    code: str
    field: str
    points: int
    words: str
    fix: str


@dataclass(frozen=True, slots=True)
class Quality:
    """A score from 0 to 100, and why it is not 100, the weightiest reason first."""

    score: int
    reasons: tuple[Reason, ...]


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest(), "big")


def visible(markup: str) -> str:
    """What a reader sees of a text in HTML."""
    text = markup[:_MOST_HTML]
    if "<" in text:
        text = _TAG.sub(" ", _SILENT.sub(" ", text))
    return " ".join((html.unescape(text) if "&" in text else text).split())


def _category(product: Mapping[str, Any]) -> str:
    return str(product.get("category") or product.get("type") or "").strip().lower()


def _variants(product: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [one for one in product.get("variants") or () if isinstance(one, Mapping)]


def _amount(variant: Mapping[str, Any], name: str) -> tuple[int, str] | None:
    """A price in minor units with its currency, whichever of the two forms it has."""
    given: Any = variant.get(name)
    currency = variant.get("currency") or "EUR"
    if isinstance(given, Mapping):
        given, currency = given.get("amount"), given.get("currency") or currency
    return (given, str(currency)) if isinstance(given, int) and not isinstance(given, bool) else None


def _prices(product: Mapping[str, Any]) -> list[tuple[int, str]]:
    return [
        price for variant in _variants(product) if (price := _amount(variant, "price")) is not None and price[0] > 0
    ]


def _filled(product: Mapping[str, Any]) -> set[str]:
    """The names of the attributes that have a value, those of the options among them."""
    names = set()
    for name, value in (product.get("attributes") or {}).items():
        if _WRITTEN.fullmatch(name):
            continue
        plain = value.get("value") if isinstance(value, Mapping) else value
        if plain not in (None, "", [], {}):
            names.add(str(name).lower())
    for option in product.get("options") or ():
        if isinstance(option, Mapping) and str(option.get("name") or "").lower() != "title":
            names.add(str(option.get("name") or "").lower())
    return names


def _normal(title: str) -> str:
    return " ".join(_WORD.findall(title.lower()))


@dataclass(slots=True)
class _Prices:
    """A sample of a category's prices, as logarithms, the same whatever their order."""

    held: list[tuple[int, float]] = field(default_factory=list)

    def add(self, key: int, value: float) -> None:
        self.held.append((key, value))
        if len(self.held) >= 2 * _MOST_PRICES:
            self.held = sorted(self.held)[:_MOST_PRICES]

    def quartiles(self) -> tuple[float, float, float] | None:
        values = sorted(value for _, value in sorted(self.held)[:_MOST_PRICES])
        if len(values) < _FEWEST_PRICES:
            return None
        last = len(values) - 1
        low, middle, high = (values[round(last * share)] for share in (0.25, 0.5, 0.75))
        return low, middle, high


@dataclass(frozen=True, slots=True)
class Shelf:
    """What a product is judged against: its category's prices, the texts that stand more than once, usual attributes.

    `prices` maps a category and currency to the quartiles of the prices' logarithms.
    """

    products: int
    prices: Mapping[str, tuple[float, float, float]]
    titles: frozenset[int]
    descriptions: frozenset[int]
    usual: Mapping[str, tuple[str, ...]]
    with_images: float

    @classmethod
    def of(cls, products: Iterable[Mapping[str, Any]]) -> "Shelf":
        """The shelf that these products make, read once; memory grows by some bytes a product."""
        count = pictured = 0
        prices: dict[str, _Prices] = {}
        seen: tuple[set[int], set[int]] = (set(), set())
        twice: tuple[set[int], set[int]] = (set(), set())
        filled: dict[str, Counter[str]] = {}
        of_category: Counter[str] = Counter()
        for product in products:
            count += 1
            pictured += bool(product.get("images"))
            category = _category(product)
            of_category[category] += 1
            filled.setdefault(category, Counter()).update(_filled(product))
            texts = (_normal(str(product.get("title") or "")), visible(str(product.get("description") or "")).lower())
            for place, text in enumerate(texts):
                if text:
                    key = _hash(text)
                    (twice if key in seen[place] else seen)[place].add(key)
            for amount, currency in _prices(product)[:1]:
                for where in {category, ""}:
                    prices.setdefault(f"{where}\t{currency}", _Prices()).add(
                        _hash(str(product.get("id"))), math.log(amount)
                    )
        quartiles = {key: found for key, held in sorted(prices.items()) if (found := held.quartiles()) is not None}
        usual = {
            category: tuple(sorted(name for name, n in names.items() if n / of_category[category] >= _SHARE))
            for category, names in sorted(filled.items())
            if category and of_category[category] >= _FEWEST_OF_A_CATEGORY
        }
        return cls(
            count, quartiles, frozenset(twice[0]), frozenset(twice[1]), usual, pictured / count if count else 0.0
        )

    def saved(self) -> bytes:
        """The shelf as JSON, the same bytes for the same products."""
        body = {
            "form": _FORM,
            "products": self.products,
            "prices": {key: list(value) for key, value in self.prices.items()},
            "titles": sorted(f"{one:016x}" for one in self.titles),
            "descriptions": sorted(f"{one:016x}" for one in self.descriptions),
            "usual": {key: list(value) for key, value in self.usual.items()},
            "with_images": self.with_images,
        }
        return orjson.dumps(body, option=orjson.OPT_SORT_KEYS)

    @classmethod
    def loaded(cls, content: bytes) -> "Shelf":
        """A shelf that was saved; raises InputError for what is none."""
        try:
            body = orjson.loads(content)
            if body["form"] != _FORM:
                raise ValueError("it is of another form")
            return cls(
                body["products"],
                {key: (value[0], value[1], value[2]) for key, value in body["prices"].items()},
                frozenset(int(one, 16) for one in body["titles"]),
                frozenset(int(one, 16) for one in body["descriptions"]),
                {key: tuple(value) for key, value in body["usual"].items()},
                body["with_images"],
            )
        except (ValueError, KeyError, TypeError, IndexError, AttributeError) as problem:
            raise InputError(f"This is no shelf that was saved: {problem}.") from None


def scored(product: Mapping[str, Any], shelf: Shelf) -> Quality:
    """A product's score with its reasons."""
    reasons = sorted(_reasons(product, shelf), key=lambda reason: (-reason.points, reason.code, reason.field))
    return Quality(max(100 - sum(reason.points for reason in reasons), 0), tuple(reasons))


def with_needs(quality: Quality, product: Mapping[str, Any], needs: Iterable[Mapping[str, Any]]) -> Quality:
    """The score of a product that lacks facts to write of it: those `needs` (each a fact, its field) that it still does not state."""
    told = {reason.field for reason in quality.reasons}
    filled = _filled(product)
    open_ = [
        one
        for one in needs
        if one.get("field") not in told
        and not filled & set(_STATED_BY.get(one.get("fact", ""), (one.get("fact", ""),)))
    ]
    if not open_:
        return quality
    named = ", ".join(str(one["fact"]).replace("_", " ") for one in open_[:_MOST_MISSING])
    reason = _reason(
        "facts_needed",
        str(open_[0]["field"]),
        f"To write of it well, buyers' questions need answers: {named}.",
        "person",
    )
    reasons = sorted([*quality.reasons, reason], key=lambda one: (-one.points, one.code, one.field))
    return Quality(max(quality.score - reason.points, 0), tuple(reasons))


def _reasons(product: Mapping[str, Any], shelf: Shelf) -> Iterator[Reason]:
    yield from _of_title(product, shelf)
    yield from _of_description(product, shelf)
    yield from _of_images(product)
    yield from _of_category(product, shelf)
    yield from _of_variants(product)
    yield from _of_prices(product, shelf)


def _reason(code: str, field_: str, words: str, fix: str) -> Reason:
    return Reason(code, field_, POINTS[code], words, fix)


def _of_title(product: Mapping[str, Any], shelf: Shelf) -> Iterator[Reason]:
    title = str(product.get("title") or "").strip()
    words = title.split()
    if not title:
        yield _reason("empty_title", "title", "It has no title.", "write")
        return
    letters = [letter for letter in title if letter.isalpha()]
    if len(letters) >= 6 and len(words) >= 2 and all(letter.isupper() for letter in letters):
        yield _reason("shouting_title", "title", "The title is all in capitals.", "tidy")
    if len(title) > _LONGEST_TITLE:
        yield _reason(
            "long_title", "title", f"The title has {len(title)} characters; feeds take {_LONGEST_TITLE}.", "write"
        )
    codes = sum(bool(_CODE.fullmatch(word)) for word in words)
    if codes and codes * 2 >= len(words):
        yield _reason("title_of_codes", "title", "The title is codes, not words that a buyer would look for.", "write")
    if _PLACEHOLDER.search(title):
        yield _reason("placeholder_text", "title", "The title looks like a placeholder.", "person")
    if _hash(_normal(title)) in shelf.titles:
        yield _reason("duplicate_title", "title", "Another product has the same title.", "write")


def _of_description(product: Mapping[str, Any], shelf: Shelf) -> Iterator[Reason]:
    markup = str(product.get("description") or "")
    text = visible(markup)
    count = len(_WORD.findall(text))
    if not text:
        yield _reason("no_description", "description", "It has no description.", "write")
        return
    if count < _THIN_WORDS and len(text) < 120:
        number = f"{count} word{'' if count == 1 else 's'}"
        yield _reason("thin_description", "description", f"The description has only {number}.", "write")
    if _PLACEHOLDER.search(text):
        yield _reason("placeholder_text", "description", "The description looks like a placeholder.", "write")
    if _hash(text.lower()) in shelf.descriptions:
        yield _reason("duplicate_description", "description", "Another product has the same description.", "write")
    if "<" in markup and _broken(markup[:_MOST_HTML]):
        yield _reason("broken_html", "description", "The description's HTML is broken.", "tidy")


def _broken(markup: str) -> bool:
    """Whether tags are left open or closed twice, or are there that no shop should show."""
    if _FORBIDDEN.search(markup) or "mso-" in markup:
        return True
    open_: Counter[str] = Counter()
    for closing, name, alone in _PAIRED.findall(markup):
        if not alone:
            open_[name.lower()] += -1 if closing else 1
            if open_[name.lower()] < 0:
                return True
    return any(open_.values())


def _of_images(product: Mapping[str, Any]) -> Iterator[Reason]:
    images = [one for one in product.get("images") or () if isinstance(one, Mapping)]
    if not images:
        yield _reason("missing_image", "images", "It has no picture.", "person")
        return
    if len(images) == 1:
        yield _reason("few_images", "images", "It has only one picture.", "person")
    bare = sum(not str(one.get("alt") or "").strip() for one in images)
    if bare:
        yield _reason("image_without_alt", "images", f"{bare} of {len(images)} pictures have no alt text.", "write")


def _of_category(product: Mapping[str, Any], shelf: Shelf) -> Iterator[Reason]:
    if not str(product.get("category") or "").strip():
        yield _reason("no_category", "category", "It is in no category, so filters and feeds pass it over.", "organize")
    if not str(product.get("vendor") or "").strip():
        yield _reason("no_vendor", "vendor", "It names no brand.", "person")
    filled = _filled(product)
    said = " ".join(str(product.get(name) or "") for name in ("category", "type"))
    needed = next((names for pattern, names in _NEEDED if pattern.search(said)), None)
    if needed is None:
        needed = next((names for pattern, names in _NEEDED if pattern.search(str(product.get("title") or ""))), ())
    usual = shelf.usual.get(_category(product), ())
    missing = [name for name in needed if not filled & set(_STATED_BY.get(name, (name,)))]
    missing += [name for name in usual if name not in filled and name not in missing]
    for name in missing[:_MOST_MISSING]:
        why = "buyers of such products ask for it" if name in needed else "most products of this category state it"
        words = f"It does not state its {name.replace('_', ' ')}; {why}."
        yield _reason("missing_attribute", f"attributes.{name}", words, "organize")


def _of_variants(product: Mapping[str, Any]) -> Iterator[Reason]:
    variants = _variants(product)
    codes = [(place, str(variant.get("barcode") or "").strip()) for place, variant in enumerate(variants, 1)]
    wrong = [(place, code, why) for place, code in codes if code and (why := wrong_gtin(code))]
    if wrong:
        place, code, why = wrong[0]
        more = f", and {len(wrong) - 1} more are wrong" if len(wrong) > 1 else ""
        yield _reason("bad_gtin", f"variants.#{place}.barcode", f"The barcode {code[:40]} {why}{more}.", "tidy")
    elif not any(code for _, code in codes):
        yield _reason("no_gtin", "variants", "No variant has a barcode (GTIN).", "person")
    skus = Counter(str(variant.get("sku") or "").strip() for variant in variants)
    if skus.pop("", 0):
        yield _reason("no_sku", "variants", "A variant has no SKU.", "person")
    repeated = sorted(sku for sku, count in skus.items() if count > 1)
    if repeated:
        yield _reason("repeated_sku", "variants", f"Several variants have the SKU {repeated[0][:60]}.", "person")
    stocks = [variant.get("stock") for variant in variants]
    known = [stock for stock in stocks if isinstance(stock, int)]
    if known and len(known) == len(stocks) and sum(known) <= 0:
        yield _reason("no_stock", "variants", "Nothing of it is in stock.", "person")


def wrong_gtin(code: str) -> str:
    """What is wrong with a barcode, as the end of a sentence; empty where it is a GTIN (GS1 General Specifications, 7.9)."""
    if _ROUNDED.fullmatch(code):
        return "was rounded by a spreadsheet"
    digits = code.replace(" ", "").replace("-", "")
    if not digits.isdecimal() or not digits.isascii():
        return "has characters that no GTIN has"
    if _REPEATED_DIGIT.fullmatch(digits):
        return "is a placeholder"
    if len(digits) not in _GTIN_LENGTHS:
        return f"has {len(digits)} digits, and a GTIN 8, 12, 13 or 14"
    return "" if ean.is_valid(digits) else "has a wrong check digit"


def _of_prices(product: Mapping[str, Any], shelf: Shelf) -> Iterator[Reason]:
    prices = _prices(product)
    if len(prices) < max(len(_variants(product)), 1):
        yield _reason(
            "price_missing", "variants", "A variant has no price." if prices else "It has no price.", "person"
        )
    category = _category(product)
    for amount, currency in prices[:1]:
        found = shelf.prices.get(f"{category}\t{currency}")
        if found is None:
            continue
        low, _, high = found
        reach = _FENCE * max(high - low, _LEAST_SPREAD)
        if not low - reach <= math.log(amount) <= high + reach:
            usual = f"{_money(low, currency)} to {_money(high, currency)} {currency}"
            words = f"{decimal(amount, currency)} {currency} is far from what its category costs: half of it {usual}."
            yield _reason("price_outlier", "variants.#1.price", words, "person")
    for variant in _variants(product):
        price, before = _amount(variant, "price"), _amount(variant, "compare_at")
        if price and before and price[1] == before[1] and 0 < before[0] < price[0]:
            yield _reason("compare_at_below_price", "variants", "A crossed-out price is below the price.", "person")
            break


def _money(logarithm: float, currency: str) -> str:
    return str(decimal(round(math.exp(logarithm)), currency))


@dataclass(frozen=True, slots=True)
class Stake:
    """A product in the fix queue: `at_stake` in minor units of its revenue, or of its stock where nothing was sold."""

    product: str
    title: str | None
    quality: Quality
    at_stake: int


def queue(
    judged: Iterable[tuple[Mapping[str, Any], Quality]], revenue: Mapping[str, int], *, limit: int | None = None
) -> list[Stake]:
    """Products that have something to mend, the most valuable first: value times the share of the score that is missing.

    The value is the product's revenue; where no product has any, its price times its stock. Equal ones by their score.
    """
    sold = any(amount > 0 for amount in revenue.values())
    stakes = [
        Stake(
            str(product.get("id")),
            product.get("title"),
            quality,
            _value(product, revenue, sold) * (100 - quality.score) // 100,
        )
        for product, quality in judged
        if quality.reasons
    ]
    stakes.sort(key=lambda stake: (-stake.at_stake, stake.quality.score, stake.product))
    return stakes[:limit]


def _value(product: Mapping[str, Any], revenue: Mapping[str, int], sold: bool) -> int:
    if sold:
        return max(revenue.get(str(product.get("id")), 0), 0)
    total = 0
    for variant in _variants(product):
        price, stock = _amount(variant, "price"), variant.get("stock")
        if price is not None and isinstance(stock, int) and stock > 0:
            total += max(price[0], 0) * stock
    return total
