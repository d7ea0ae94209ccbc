"""As many products as one likes, in the platform's format, written as fast as they can be put together."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from random import Random
from typing import Final

from weft.sample.assortment import BRANDS, KINDS, ORIGINS, SERIES
from weft.sample.kinds import Kind
from weft.sample.listing import HEADER
from weft.sample.products import Fact, describe, folded, said
from weft.sample.terms import DOMAIN

TEMPLATES_PER_KIND: Final = 8
_VARIANTS: Final = (1, 2, 2, 3, 3, 4)
_IN_A_WRITE: Final = 2_000
_COLORS: Final = ("Black", "Navy", "Moss", "Sand")

# The check digit of a 13-digit code, by its digits three at a time: weights 1, 3, 1 and 3, 1, 3.
_ODD: Final = tuple(n // 100 + n // 10 % 10 * 3 + n % 10 for n in range(1000))
_EVEN: Final = tuple(n // 100 * 3 + n // 10 % 10 + n % 10 * 3 for n in range(1000))


@dataclass(slots=True, frozen=True)
class Template:
    """The parts that many products share, as CSV cells already quoted."""

    title: str
    handle: str
    cells: str
    tail: str
    prefix: str
    cents: int
    grams: int


def _quoted(*cells: str) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(cells)
    return out.getvalue()


def _template(random: Random, kind: Kind, series: str) -> Template:
    facts: dict[str, Fact] = {spec.name: (random.choice(spec.values), spec.unit) for spec in kind.specs}
    slots = {name: said(fact) for name, fact in facts.items()} | {"series": series}
    title = random.choice(kind.titles).format_map(slots).replace(",", "")
    material, care, vendor = random.choice(kind.materials), random.choice(kind.care), random.choice(BRANDS[kind.group])
    html, _ = describe(random, kind, facts, material, care)
    category = kind.category if random.random() < 0.85 else ""
    metafields = ["", material, care, random.choice(ORIGINS), ""]
    google = ["", "", "", "", "", "", "new", "FALSE", "", "", "", "", ""]
    low, high = kind.euros
    return Template(
        title=title,
        handle=folded(title),
        cells=_quoted(html, vendor, category, kind.type, ", ".join(kind.tags), "TRUE", "active"),
        tail=_quoted("FALSE", "", "", *metafields, *google),
        prefix=folded(vendor).replace("-", "")[:3].upper(),
        cents=int(random.uniform(low, high)) * 100 + 90,
        grams=random.randint(*kind.grams),
    )


def _templates(seed: int) -> list[Template]:
    random = Random(seed)  # noqa: S311  a repeatable sample, no secret
    made = [_template(random, kind, random.choice(SERIES)) for kind in KINDS for _ in range(TEMPLATES_PER_KIND)]
    random.shuffle(made)
    return made


def barcode(number: int) -> str:
    """A valid GTIN-13 under the demonstration prefix for a number below 10^9."""
    high, middle, low = number // 1_000_000, number // 1000 % 1000, number % 1000
    check = -(_ODD[952] + _EVEN[high] + _ODD[middle] + _EVEN[low]) % 10
    return f"952{number:09d}{check}"


_TAIL_EMPTY: Final = "," * (len(HEADER) - 41)


def texts(seed: int = 7) -> Iterator[str]:
    """The rows of one product after the other, without end: 2.5 variants and 1.5 images each on average."""
    templates = _templates(seed)
    number, code = 0, 0
    while True:
        one = templates[number * 7919 % len(templates)]
        variants = _VARIANTS[number % 6]
        title, handle = f"{one.title} {number}", f"{one.handle}-{number}"
        cents = one.cents + number * 37 % 1900 // 10 * 10
        price, cost = f"{cents / 100:.2f}", f"{cents / 200:.2f}"
        image = f"https://images.{DOMAIN}/many/{handle}"
        names = ("Title", "Default Title") if variants == 1 else ("Color", "Black")
        goods = f"{price},,{cost},TRUE,,,,,,shopify,{number % 90},DENY,{one.grams + number % 50},g,TRUE,manual"
        rows = [
            f"{title},{handle},{one.cells},{one.prefix}-{number}-1,{barcode(code)},{names[0]},{names[1]},,,,,,,,"
            f"{goods},{image}-1.jpg,1,{title},,{one.tail}\n"
        ]
        for place in range(1, variants):
            picture = f"{image}-2.jpg,2,," if place == 1 and number % 4 > 1 else ",,,"
            rows.append(
                f",{handle},,,,,,,,{one.prefix}-{number}-{place + 1},{barcode(code + place)},,{_COLORS[place]},,,,,,,,"
                f"{goods},{picture},{_TAIL_EMPTY}\n"
            )
        if variants == 1:
            rows.append(f",{handle}{_IMAGE_ROW}{image}-2.jpg,2,,,{_TAIL_EMPTY}\n")
        number += 1
        code += variants
        yield "".join(rows)


_IMAGE_ROW: Final = "," * (HEADER.index("Product image URL") - 1)


def many(n: int, out: Path, seed: int = 7) -> Path:
    """Write n products to a file, some thousands at a time; the first n of more are the same n."""
    products = islice(texts(seed), n)
    with out.open("w", encoding="utf-8", newline="") as file:
        file.write(_quoted(*HEADER) + "\n")
        while batch := list(islice(products, _IN_A_WRITE)):
            file.write("".join(batch))
    return out
