"""Claims are judged on a corpus with planted errors, and on descriptions of real shops as they are and with errors planted.

`python -m bench.claims --look` lists what is doubted in the shops' own descriptions, and planted errors that are missed.
"""

import argparse
import contextlib
import json
import random
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench import corpus
from bench.figures import Figure, show
from weft import claims
from weft.connectors import Taken
from weft.connectors.shopify import Shopify
from weft.connectors.source import Source

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
SHOPS = ("apparel", "bicycles", "fashion", "jewelry")
PLANTED = 300
SEED = 5

_HIDDEN = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^>]*>|&#?\w+;|https?://\S+", re.DOTALL | re.IGNORECASE)
_NUMBER = r"(?<![\w.,/$€£#-])\d+(?:[.,]\d+)?"
_UNITS = {
    "mm": "cm",
    "cm": "mm",
    "inch": "cm",
    "inches": "feet",
    "in": "mm",
    '"': "cm",
    "″": "cm",
    "ft": "in",
    "feet": "inches",
    "oz": "lb",
    "ounces": "pounds",
    "lb": "oz",
    "lbs": "oz",
    "pounds": "ounces",
    "g": "kg",
    "kg": "g",
    "ml": "l",
    "denier": "gsm",
}
_UNIT = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
_MEASURE = re.compile(rf"({_NUMBER})(\s?-?\s?)({_UNIT})(?![\w/])", re.IGNORECASE)
_PERCENTAGE = re.compile(rf"({_NUMBER})\s?%")
_BARE = re.compile(rf"{_NUMBER}(?![\w/%\"″]|[.,:]\d|\s?-?\s?(?:{_UNIT})(?!\w))", re.IGNORECASE)
# Materials of one row are kin: one is not planted where another of them is known.
_MATERIALS = (
    ("cotton",),
    ("linen", "flax"),
    ("silk",),
    ("wool", "cashmere", "merino", "alpaca", "mohair"),
    ("leather", "suede", "calfskin", "lambskin", "sheepskin", "nubuck", "nappa"),
    ("nylon", "polyamide"),
    ("polyester",),
    ("viscose", "rayon"),
    ("acrylic",),
    ("rubber", "neoprene", "latex"),
    ("steel", "chromoly"),
    ("titanium",),
    ("aluminum", "aluminium", "alloy"),
)
_MATERIAL = re.compile(rf"\b({'|'.join(word for kin in _MATERIALS for word in kin)})\b", re.IGNORECASE)
_COLORS = (
    ("black", "noir", "jet", "onyx"),
    ("white", "blanc", "ivory", "cream", "ecru", "off-white"),
    ("red", "crimson", "scarlet", "ruby", "burgundy", "wine", "bordeaux", "cherry"),
    ("blue", "navy", "indigo", "cobalt", "azure", "teal", "turquoise"),
    ("green", "olive", "moss", "emerald", "mint", "khaki", "army"),
    ("yellow", "mustard", "lemon"),
    ("orange", "rust", "coral"),
    ("purple", "violet", "plum", "lavender"),
    ("pink", "rose", "blush", "fuchsia"),
    ("brown", "cognac", "chocolate", "tan", "camel"),
    ("grey", "gray", "charcoal", "slate"),
    ("beige", "sand", "oatmeal", "natural"),
)
_COLOR = re.compile(rf"\b({'|'.join(word for kin in _COLORS for word in kin)})\b", re.IGNORECASE)
_COUNTRIES = ("Italy", "France", "Portugal", "Japan", "China", "India", "Peru", "Turkey", "Spain")
_ORIGIN = re.compile(r"\b(?i:made|handmade|crafted|manufactured)\s+in\s+((?:the\s+)?[A-Z][\w.]*(?:\s[A-Z]\w+)?)")
_AFFIRMED = re.compile(
    r"\b(?:water\s?proof|water[- ]resistant|water[- ]repellent|machine wash(?:able)?|hand wash|dry clean|dishwasher[- ]safe"
    r"|adjustable|removable|detachable|reversible|handmade|hand made|fully lined|breathable|(?<=is )included|(?<=are )included)\b",
    re.IGNORECASE,
)
_DENIED = (
    (re.compile(r"\bdo(?:es)? not (?=(?:include|contain|come|fit|shrink|fade|require|need)\b)", re.IGNORECASE), ""),
    (
        re.compile(
            r"\b(?:is|are) not (?=(?:compatible|intended|suitable|recommended|lined|waterproof)\b)", re.IGNORECASE
        ),
        "is ",
    ),
    (re.compile(r"\bwithout (?=(?:a )?(?:lining|hood|zip|pockets?|collar|sleeves|brakes?)\b)", re.IGNORECASE), "with "),
    (re.compile(r"\bunlined\b", re.IGNORECASE), "lined"),
    (re.compile(r"\bnot included\b", re.IGNORECASE), "included"),
    (re.compile(r"\bincludes (?=\w)", re.IGNORECASE), "does not include "),
)


@dataclass(frozen=True, slots=True)
class Change:
    """Words of a description, by their place, and the wrong ones to put there."""

    start: int
    end: int
    wrong: str


@dataclass(frozen=True, slots=True)
class Given:
    """The products of each shop as its file has them."""

    shops: dict[str, list[dict[str, Any]]]


@dataclass(slots=True)
class Shop:
    """What was found in a shop's own descriptions."""

    descriptions: int = 0
    claimed: int = 0
    seconds: float = 0.0
    doubted: list[tuple[dict[str, Any], claims.Judged]] = field(default_factory=list)

    @property
    def hit(self) -> int:
        """How many descriptions have a claim that is not supported."""
        return len({product["id"] for product, _ in self.doubted})


@dataclass(frozen=True, slots=True)
class Planting:
    """An error planted in a real description, and whether it was found."""

    product: str
    kind: str
    was: str
    wrong: str
    context: str
    found: bool
    seen: str


@contextlib.contextmanager
def load(options: argparse.Namespace) -> Iterator[Given]:
    """The products of the shops, read by the connector."""
    yield Given({shop: products(options.data / "shops" / f"{shop}.csv.gz") for shop in SHOPS})


def products(path: Path) -> list[dict[str, Any]]:
    """The products with a description of a Shopify export, as records."""
    taken = (one for one in Shopify().read("products", Source(path, currency="USD")) if isinstance(one, Taken))
    return [dict(one.record) for one in taken if one.record.get("description")]


# Planting


def _places(pattern: re.Pattern[str], text: str, group: int = 0) -> list[tuple[int, int]]:
    """Where a pattern is in what a reader sees of a text."""
    hidden = [match.span() for match in _HIDDEN.finditer(text)]
    spans = (match.span(group) for match in pattern.finditer(text))
    return [span for span in spans if not any(span[0] < end and start < span[1] for start, end in hidden)]


def _misread(number: str, chance: random.Random) -> str:
    """A number with a digit changed, two digits swapped or ten times as much."""
    digits = [n for n, character in enumerate(number) if character.isdigit()]
    ways = [_digit, _tenfold] + [_swapped] * (len(digits) > 1)
    return chance.choice(ways)(number, digits, chance)


def _digit(number: str, digits: Sequence[int], chance: random.Random) -> str:
    n = chance.choice(digits)
    return number[:n] + chance.choice([d for d in "123456789" if d != number[n]]) + number[n + 1 :]


def _swapped(number: str, digits: Sequence[int], chance: random.Random) -> str:
    n = chance.randrange(len(digits) - 1)
    signs = list(number)
    signs[digits[n]], signs[digits[n + 1]] = signs[digits[n + 1]], signs[digits[n]]
    return "".join(signs)


def _tenfold(number: str, digits: Sequence[int], _chance: random.Random) -> str:
    return number + "0" if len(digits) == len(number) else re.sub(r"[.,]", "", number)


def _number(pattern: re.Pattern[str], group: int) -> Callable[..., Change | None]:
    def change(text: str, known: str, chance: random.Random) -> Change | None:
        there = set(re.findall(r"\d+(?:[.,]\d+)?", known))
        for start, end in _shuffled(_places(pattern, text, group), chance):
            wrong = _misread(text[start:end], chance)
            if wrong.startswith("0") or wrong in there:
                continue
            if float(wrong.replace(",", ".")) not in {float(n.replace(",", ".")) for n in there}:
                return Change(start, end, wrong)
        return None

    return change


def _unit(text: str, known: str, chance: random.Random) -> Change | None:
    for start, end in _shuffled(_places(_MEASURE, text), chance):
        match = _MEASURE.match(text, start)
        assert match
        wrong = match[1] + match[2] + _UNITS[match[3].lower()]
        if wrong.lower() not in known:
            return Change(start, end, wrong)
    return None


def _word(pattern: re.Pattern[str], kinds: Sequence[Sequence[str]]) -> Callable[..., Change | None]:
    def change(text: str, known: str, chance: random.Random) -> Change | None:
        said = set(re.findall(r"[^\W\d_]+", known))
        others = [kin[0] for kin in kinds if not any(word in said for word in kin)]
        for start, end in _shuffled(_places(pattern, text, 1), chance):
            if others:
                word = chance.choice(others)
                return Change(start, end, word.capitalize() if text[start].isupper() else word)
        return None

    return change


def _origin(text: str, known: str, chance: random.Random) -> Change | None:
    others = [country for country in _COUNTRIES if country.lower() not in known]
    for start, end in _shuffled(_places(_ORIGIN, text, 1), chance):
        return Change(start, end, chance.choice(others))
    return None


def _negation(text: str, known: str, chance: random.Random) -> Change | None:
    changes = [Change(start, end, f"not {text[start:end]}") for start, end in _places(_AFFIRMED, text)]
    changes = [one for one in changes if not re.search(r"(?:not|non|no|n't)\W*$", text[: one.start], re.IGNORECASE)]
    for pattern, instead in _DENIED:
        for start, end in _places(pattern, text):
            after = re.compile(r"\w+(?:\W\w+)?").match(text, end)
            words = after[0] if after and instead != "lined" else ""
            changes.append(Change(start, end + len(words), instead + words))
    changes = [one for one in changes if one.wrong.lower() not in known]
    return chance.choice(changes) if changes else None


def _certificate(text: str, known: str, chance: random.Random) -> Change | None:
    name = chance.choice(["GOTS", "OEKO-TEX Standard 100", "Fair Trade", "Bluesign", "Cradle to Cradle"])
    return None if name.lower() in known else Change(len(text), len(text), f"<p>{name} certified.</p>")


def _shuffled(places: list[tuple[int, int]], chance: random.Random) -> list[tuple[int, int]]:
    chance.shuffle(places)
    return places


KINDS: dict[str, Callable[[str, str, random.Random], Change | None]] = {
    "measure": _number(_MEASURE, 1),
    "percentage": _number(_PERCENTAGE, 1),
    "bare number": _number(_BARE, 0),
    "unit": _unit,
    "material": _word(_MATERIAL, _MATERIALS),
    "color": _word(_COLOR, _COLORS),
    "negation": _negation,
    "origin": _origin,
    "certificate": _certificate,
}


def planted(every: Sequence[dict[str, Any]], kind: str, most: int, seed: int) -> Iterator[Planting]:
    """Plant one error of a kind in each of so many descriptions and judge them by the records as they were.

    Words that are doubted even without an error are left alone.
    """
    chance = random.Random(f"{seed} {kind}")
    count = 0
    for product in chance.sample(list(every), len(every)):
        text = product["description"]
        change = KINDS[kind](text, json.dumps(product, ensure_ascii=False, default=str).lower(), chance)
        # A word in the name of a brand says nothing about the product.
        if change is None or text[change.start : change.end].lower() in (product.get("vendor") or "").lower().split():
            continue
        if corpus.doubts(claims.supported(text, product), change.start, change.end):
            continue
        yield _tried(product, kind, change)
        count += 1
        if count == most:
            return


def _tried(product: dict[str, Any], kind: str, change: Change) -> Planting:
    text = product["description"]
    wrong = text[: change.start] + change.wrong + text[change.end :]
    end = change.start + len(change.wrong)
    every = claims.supported(wrong, product)
    near = [one for one in every if one.claim.start < end and change.start < one.claim.end]
    return Planting(
        product["id"],
        kind,
        text[change.start : change.end],
        change.wrong,
        _context(wrong, change.start, end),
        any(not one.ok for one in near),
        "; ".join(f"{one.claim.kind} {one.claim.text!r} {one.verdict} by {_fact(one)}" for one in near),
    )


def _fact(judged: claims.Judged) -> str:
    return "no fact" if judged.fact is None else f"{judged.fact.name}: {_short(str(judged.fact.text), 60)!r}"


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}…"


def _context(text: str, start: int, end: int, around: int = 60) -> str:
    shown = f"{text[max(0, start - around) : start]}⟦{text[start:end]}⟧{text[end : end + around]}"
    return " ".join(re.sub(r"<[^>]*>?", " ", shown).split())


# Measuring


def shop(every: Sequence[dict[str, Any]]) -> Shop:
    """Judge each description by its whole record."""
    made = Shop()
    for product in every:
        started = time.perf_counter()
        judged = claims.supported(product["description"], product)
        made.seconds += time.perf_counter() - started
        made.descriptions += 1
        made.claimed += len(judged)
        made.doubted += [(product, one) for one in judged if not one.ok]
    return made


def run(given: Given) -> dict[str, Any]:
    """Judge both halves of the corpus, each shop, and errors planted in the shops' descriptions."""
    halves, seconds = {}, 0.0
    for half in corpus.HALVES:
        entries = corpus.entries(half)
        corpus.judged(entries[0])
        started = time.perf_counter()
        halves[half] = [corpus.judged(entry) for entry in entries]
        seconds += time.perf_counter() - started
    return {
        "halves": halves,
        "rate": sum(map(len, halves.values())) / seconds,
        "shops": {name: shop(every) for name, every in given.shops.items()},
        "planted": _all_planted(given),
    }


def _all_planted(given: Given) -> dict[str, list[Planting]]:
    every = [product for shop in given.shops.values() for product in shop]
    return {kind: list(planted(every, kind, PLANTED, SEED)) for kind in KINDS}


def _half(name: str, outcomes: Sequence[corpus.Outcome]) -> Iterator[Figure]:
    strict, others, clean = corpus.split(outcomes)
    found, rest, let = corpus.tally(strict), corpus.tally(others), corpus.tally(clean)
    yield Figure(
        f"{name}: wrong numbers, units, materials, negations found", found.share, "", 1, False, f"of {found.all}"
    )
    yield Figure(f"{name}: other errors found", rest.share, "", corpus.OTHERS_FOUND, False, f"of {rest.all}")
    yield Figure(
        f"{name}: clean texts with a false alarm", 1 - let.share, "", corpus.FALSE_ALARMS, note=f"of {let.all:,}"
    )
    for title, key in (("", lambda one: one.entry.kind), ("language ", lambda one: one.entry.language)):
        parts = defaultdict(list)
        for one in [*strict, *others]:
            parts[key(one)].append(one)
        for part, members in sorted(parts.items()):
            tally = corpus.tally(members)
            yield Figure(f"{name}: {title}{part}: found", tally.share, "", note=f"{tally.right} of {tally.all}")
    for language, n in sorted(Counter(one.entry.language for one in clean).items()):
        wrong = sum(not one.right for one in clean if one.entry.language == language)
        yield Figure(f"{name}: language {language}: false alarms", wrong / n, "", note=f"{wrong} of {n}")


def _shops(shops: dict[str, Shop]) -> Iterator[Figure]:
    for name, one in shops.items():
        note = f"{len(one.doubted)} of {one.claimed:,} claims in {one.hit} of {one.descriptions:,} descriptions"
        yield Figure(f"{name}: claims doubted by their own row", len(one.doubted) / max(one.claimed, 1), "", note=note)
    doubted, claimed = sum(len(one.doubted) for one in shops.values()), sum(one.claimed for one in shops.values())
    hit, every = sum(one.hit for one in shops.values()), sum(one.descriptions for one in shops.values())
    yield Figure("shops: claims doubted by their own row", doubted / max(claimed, 1), "", corpus.FALSE_ALARMS)
    yield Figure("shops: descriptions with a doubted claim", hit / every, "", corpus.FALSE_ALARMS, note=f"of {every:,}")
    yield Figure("shops: claims in a description", claimed / every, "")
    yield Figure("shops: speed", every / sum(one.seconds for one in shops.values()), "descriptions/s")


def score(measured: dict[str, Any]) -> Sequence[Figure]:
    """The figures of the claims."""
    figures = [figure for name, outcomes in measured["halves"].items() for figure in _half(name, outcomes)]
    figures += [Figure("corpus: speed", measured["rate"], "texts/s"), *_shops(measured["shops"])]
    for kind, tried in measured["planted"].items():
        found = sum(one.found for one in tried)
        note = f"{found} of {len(tried)}"
        figures.append(Figure(f"shops: planted {kind}: found", found / max(len(tried), 1), "", note=note))
    return figures


def look(given: Given, most: int) -> None:
    """Print the claims that shops' own rows do not support, and errors planted in their descriptions that are missed."""
    for name, every in given.shops.items():
        one = shop(every)
        print(f"\n{name}: {len(one.doubted)} of {one.claimed:,} claims doubted")
        for product, judged in one.doubted[:most]:
            claim = judged.claim
            context = _context(product["description"], claim.start, claim.end)
            print(f"  {product['id']}: {claim.kind} {judged.verdict}: {judged.why}\n    {context}")
    for kind, tried in _all_planted(given).items():
        missed = [one for one in tried if not one.found]
        print(f"\nplanted {kind}: {len(missed)} of {len(tried)} missed")
        for one in missed[:most]:
            print(f"  {one.product}: {one.was!r} → {one.wrong!r} ({one.seen or 'no claim seen'})\n    {one.context}")


def main() -> int:
    """Run this bench alone; answers 1 when a figure misses what was asked."""
    parser = argparse.ArgumentParser(prog="bench.claims", description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA, help="the folder of real data")
    parser.add_argument("--json", action="store_true", help="one line for each figure")
    parser.add_argument("--look", action="store_true", help="list what is doubted and what is missed in the shops")
    parser.add_argument("--most", type=int, default=60, help="how many lines of each list to print")
    options = parser.parse_args()
    with load(options) as given:
        if options.look:
            look(given, options.most)
            return 0
        figures = score(run(given))
    show("claims", figures, options.json)
    return 1 if any(one.holds is False for one in figures) else 0


if __name__ == "__main__":
    sys.exit(main())
