"""The products of the sample shop, built clean; `flaws` spoils some of them afterwards."""

import unicodedata
from dataclasses import dataclass, field
from random import Random
from string import Formatter
from typing import Final

from weft.sample.assortment import BRANDS, CLOSERS, KINDS, ORIGINS, PER_KIND, SERIES
from weft.sample.kinds import Kind, Spec
from weft.sample.terms import IMAGES

Fact = tuple[int | float | str, str]
"""A value and its unit, which is empty for counts and names."""

_DETAILS: Final = ("Details", "At a glance", "In short", "Specifications")


@dataclass(slots=True)
class Variant:
    """One thing that can be bought. `price` is what the file says, `sold_at` what customers paid; both are cents."""

    sku: str
    barcode: str
    values: list[str]
    price: int
    sold_at: int
    compare_at: int | None
    cost: int | None
    grams: int
    image: str
    share: float
    stock: tuple[int, int] = (0, 0)


@dataclass(slots=True)
class Product:
    """One product as its file will say it, beside the kind and the facts it was made from."""

    handle: str
    title: str
    html: str
    vendor: str
    category: str
    kind: Kind
    series: str
    status: str
    tags: list[str]
    option_names: list[str]
    variants: list[Variant]
    images: list[tuple[str, str]]
    material: str
    facts: dict[str, Fact]
    care: str
    origin: str
    metafields: bool
    weight_unit: str
    seo: tuple[str, str]
    told: frozenset[str]
    named: frozenset[str]
    policy: str = "deny"
    launched: int = 0
    rank: float = 0.0
    colors: list[str] = field(default_factory=list)


def folded(text: str) -> str:
    """Text in plain ASCII, lower case, words joined by hyphens, as a handle or a file name has it."""
    plain = text.lower().replace("ø", "o").replace("æ", "ae").replace("'", "")
    ascii_only = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    return "-".join("".join(letter if letter.isalnum() else " " for letter in ascii_only).split())


def check_digit(digits: str) -> str:
    """The GTIN check digit for the digits before it."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def gtin(number: int) -> str:
    """A valid GTIN-13 under 952, the prefix that GS1 keeps for demonstrations; `number` is below 10^9."""
    digits = f"952{number:09d}"
    return digits + check_digit(digits)


def said(fact: Fact) -> str:
    """A fact as a text says it: `46 cm`, `IPX4`, `20 °C`."""
    value, unit = fact
    return f"{value:g} {unit}".strip() if isinstance(value, (int, float)) else f"{value} {unit}".strip()


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:]


def _listed(facts: dict[str, Fact], material: str) -> list[tuple[str, str]]:
    rows = [(_sentence(name), said(fact)) for name, fact in facts.items()]
    return [("Material", material), *rows]


def slots_of(template: str) -> frozenset[str]:
    """The names of the facts that a sentence or a title has slots for."""
    return frozenset(name for _, name, _, _ in Formatter().parse(template) if name)


def describe(
    random: Random, kind: Kind, facts: dict[str, Fact], material: str, care: str
) -> tuple[str, frozenset[str]]:
    """A description in HTML that a parser would give back as it is, in one of four layouts, and the facts it tells."""
    slots = {name: said(fact) for name, fact in facts.items()} | {"material": material}
    everything = frozenset(slots)
    told = [_sentence(line.format_map(slots)) for line in random.sample(kind.features, min(4, len(kind.features)))]
    opener = random.choice(kind.openers)
    closer = random.choice(CLOSERS[kind.group])
    rows = _listed(facts, material)
    layout = random.randrange(4)
    if layout == 0:
        every = [_sentence(line.format_map(slots)) for line in kind.features]
        return f"<p>{opener}</p><p>{' '.join(every)}</p><p>{closer} {care}</p>", slots_of(" ".join(kind.features))
    if layout == 1:
        points = "".join(f"<li>{line}</li>" for line in told)
        facts_line = "; ".join(f"{name.lower()} {value}" for name, value in rows)
        lists = f"<ul>{points}</ul><p>{closer}</p><p>{_sentence(facts_line)}.</p>"
        return f"<p>{opener}</p>{lists}<p>{care}</p>", everything
    title = random.choice(_DETAILS)
    if layout == 2:
        points = "".join(f"<li><strong>{name}:</strong> {value}</li>" for name, value in rows)
        prose = f"<p>{opener} {' '.join(told[:3])}</p>"
        return f"{prose}<h3>{title}</h3><ul>{points}</ul><p>{care} {closer}</p>", everything
    cells = "".join(f"<tr><th>{name}</th><td>{value}</td></tr>" for name, value in rows)
    prose = f"<p>{opener}</p><p>{' '.join(told[:3])}</p><h3>{title}</h3>"
    return f"{prose}<table><tbody>{cells}</tbody></table><p>{closer}</p><p><em>{care}</em></p>", everything


def _place(spec: Spec, value: int | float | str) -> float:
    return spec.values.index(value) / max(1, len(spec.values) - 1)


def _price(random: Random, kind: Kind, place: float) -> int:
    low, high = kind.euros
    euros = low + (high - low) * (0.55 * place + 0.45 * random.random())
    if euros < 30:
        return int(euros) * 100 + random.choice((50, 90, 95))
    return int(euros / 5) * 500 + random.choice((0, 400, 490))


class Maker:
    """Makes products one after the other, giving each SKU and barcode once."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self._article = 10_000
        self._code = 410_000_000

    def product(self, kind: Kind, series: str) -> Product:
        """A new product of a kind in a series."""
        random = self.random
        specs = {spec.name: random.choice(spec.values) for spec in kind.specs}
        facts: dict[str, Fact] = {spec.name: (specs[spec.name], spec.unit) for spec in kind.specs}
        place = _place(kind.specs[0], specs[kind.specs[0].name])
        material, care = random.choice(kind.materials), random.choice(kind.care)
        pattern = random.choice(kind.titles)
        title = pattern.format_map({name: said(fact) for name, fact in facts.items()} | {"series": series})
        html, told = describe(random, kind, facts, material, care)
        low, high = kind.grams
        made = Product(
            handle=folded(title),
            title=title,
            html=html,
            vendor=random.choice(BRANDS[kind.group]),
            category=kind.category,
            kind=kind,
            series=series,
            status=random.choices(("active", "draft", "archived"), (94, 3, 3))[0],
            tags=sorted({*kind.tags, kind.group, random.choice(("new", "bestseller", "basics", "giftable"))}),
            option_names=[],
            variants=[],
            images=[],
            material=material,
            facts=facts,
            care=care,
            origin=random.choice(ORIGINS),
            metafields=random.random() < 0.7,
            weight_unit="kg" if high > 1500 else "g",
            seo=(f"{title} | Fjordlight", "") if random.random() < 0.4 else ("", ""),
            told=told,
            named=slots_of(pattern) - {"series"},
            policy="continue" if random.random() < 0.06 else "deny",
        )
        grams = int(low + (high - low) * (0.6 * place + 0.4 * random.random()))
        self._vary(made, _price(random, kind, place), grams)
        return made

    def _vary(self, made: Product, price: int, grams: int) -> None:
        """Give the product its variants and its images."""
        random, kind = self.random, made.kind
        colors = random.sample(kind.palette, random.randint(1, min(3, len(kind.palette)))) if kind.palette else []
        if kind.palette and not kind.sizes and random.random() < 0.25:
            colors = []
        made.colors = colors
        sizes = list(kind.sizes)
        made.option_names = (["Color"] if colors else []) + (["Size"] if sizes else [])
        photographed = random.choices((1, 2, 3, 4), (25, 40, 25, 10))[0]
        views = ("front", "side", "detail", "in-use")[:photographed]
        made.images = [(f"{IMAGES}/{made.handle}-{view}.jpg", f"{made.title}, {view}") for view in views]
        cost = int(price * random.uniform(0.36, 0.62)) if random.random() < 0.9 else None
        compare_at = price + price // 5 // 100 * 100 if random.random() < 0.12 else None
        self._article += random.randint(1, 9)
        brand = folded(made.vendor).replace("-", "")[:3].upper()
        for color_place, color in enumerate(colors or [""]):
            picture = f"{IMAGES}/{made.handle}-{folded(color)}.jpg" if color and color_place else ""
            for size_place, size in enumerate(sizes or [""]):
                dearer = 1 + 0.12 * size_place if kind.group == "home" and sizes else 1.0
                self._code += random.randint(1, 400)
                parts = [f"{brand}-{self._article}", folded(color)[:3].upper(), folded(size).replace("-", "").upper()]
                sold_at = int(price * dearer) // 10 * 10 if dearer > 1 else price
                made.variants.append(
                    Variant(
                        sku="-".join(part for part in parts if part),
                        barcode=gtin(self._code),
                        values=[value for value in (color, size) if value],
                        price=sold_at,
                        sold_at=sold_at,
                        compare_at=None if compare_at is None else int(compare_at * dearer) // 10 * 10,
                        cost=None if cost is None else int(cost * dearer),
                        grams=int(grams * (1 + 0.03 * size_place)),
                        image=picture,
                        share=(1 / (1 + color_place)) * (1 / (1 + abs(size_place - len(sizes) // 2))),
                    )
                )


def assortment(random: Random) -> list[Product]:
    """The shop's clean products in the order in which they were created."""
    maker = Maker(random)
    products: list[Product] = []
    handles: set[str] = set()
    for kind in KINDS:
        for series in random.sample(SERIES, PER_KIND):
            made = maker.product(kind, series)
            if made.handle in handles:
                raise AssertionError(f"two products share the handle {made.handle}")
            handles.add(made.handle)
            products.append(made)
    random.shuffle(products)
    return products
