"""The truth beside the files: what each product really is, whatever its cells say."""

from typing import Any

from weft.sample.flaws import Record
from weft.sample.products import Product


def categories(products: list[Product]) -> list[Record]:
    """The right category of each product, and the one that its file shows."""
    return [
        {"product": product.handle, "category": product.kind.category, "written": product.category}
        for product in products
    ]


def _where(product: Product, name: str, thin: bool) -> list[str]:
    """The places of the file in which one of a product's facts can be read."""
    titled = name in product.named or (name == "material" and product.material.casefold() in product.title.casefold())
    places = (("title", titled), ("description", name in product.told and not thin))
    return [place for place, there in places if there]


def attributes(products: list[Product], flaws: list[Record]) -> list[Record]:
    """The right attributes of each product in metric units, where they can be read, and each variant's right options.

    An attribute with an empty `read_in` is true but stands nowhere in the file: whoever answers it has guessed.
    """
    right: dict[tuple[str, str], str] = {
        (flaw["product"], flaw["field"]): flaw["truth"] for flaw in flaws if flaw["flaw"] == "option-spelling"
    }
    thin = {flaw["product"] for flaw in flaws if flaw["flaw"] == "thin-description"}
    return [_attributes(product, right, product.handle in thin) for product in products]


def _attributes(product: Product, right: dict[tuple[str, str], str], thin: bool) -> Record:
    facts: dict[str, Any] = {}
    shown = {"material": (product.material, ""), **product.facts}
    for name, (value, unit) in shown.items():
        read_in = _where(product, name, thin)
        if name == "material" and product.metafields:
            read_in.append("metafield")
        facts[name] = {"value": value, "unit": unit, "read_in": read_in}
    names = ["Color" if name in ("Colour", "color", "Farbe") else name for name in product.option_names]
    variants: dict[str, dict[str, str]] = {}
    for variant in product.variants:
        cells = [f"variants.{variant.sku}.options.{name}" for name in names]
        pairs = zip(names, cells, variant.values, strict=True)
        variants[variant.sku] = {name: right.get((product.handle, cell), value) for name, cell, value in pairs}
    return {"product": product.handle, "kind": product.kind.key, "attributes": facts, "variants": variants}
