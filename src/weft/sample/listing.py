"""The products export of the sample shop's platform, in the newer of its two dialects."""

from typing import Final

from weft.sample.products import Product, Variant
from weft.sample.terms import day, euros

HEADER: Final = (
    *("Title", "URL handle", "Description", "Vendor", "Product category", "Type", "Tags"),
    *("Published on online store", "Status", "SKU", "Barcode"),
    *("Option1 name", "Option1 value", "Option1 Linked To", "Option2 name", "Option2 value", "Option2 Linked To"),
    *("Option3 name", "Option3 value", "Option3 Linked To"),
    *("Price", "Compare-at price", "Cost per item", "Charge tax", "Tax code"),
    *("Unit price total measure", "Unit price total measure unit"),
    *("Unit price base measure", "Unit price base measure unit"),
    *("Inventory tracker", "Inventory quantity", "Continue selling when out of stock"),
    *("Weight value (grams)", "Weight unit for display", "Requires shipping", "Fulfillment service"),
    *("Product image URL", "Image position", "Image alt text", "Variant image URL", "Gift card"),
    *("SEO title", "SEO description"),
    "Color (product.metafields.shopify.color-pattern)",
    "Material (product.metafields.custom.material)",
    "Care instructions (product.metafields.custom.care)",
    "Country of origin (product.metafields.custom.origin)",
    "Online since (product.metafields.custom.online_since)",
    *("Google Shopping / Google product category", "Google Shopping / Gender", "Google Shopping / Age group"),
    *("Google Shopping / Manufacturer part number (MPN)", "Google Shopping / Ad group name"),
    *("Google Shopping / Ads labels", "Google Shopping / Condition", "Google Shopping / Custom product"),
    *tuple(f"Google Shopping / Custom label {number}" for number in range(5)),
)
_GENDERS: Final = {"women": "female", "men": "male", "unisex": "unisex"}


def _head(product: Product) -> list[str]:
    published = "TRUE" if product.status == "active" else "FALSE"
    vendor, category, status = product.vendor, product.category, product.status
    tags = ", ".join(product.tags)
    return [
        *(product.title, product.handle, product.html, vendor, category, product.kind.type, tags, published),
        status,
    ]


def _variant(product: Product, variant: Variant, first: bool) -> list[str]:
    linked = "product.metafields.shopify.color-pattern" if product.option_names[:1] == ["Color"] else ""
    values = variant.values or ["Default Title"]
    names = product.option_names or ["Title"]
    options: list[str] = []
    for place in range(3):
        there = place < len(values)
        named = names[place] if there and first else ""
        options += [named, values[place] if there else "", linked if first and place == 0 else ""]
    return [
        *(variant.sku, variant.barcode, *options, euros(variant.price)),
        "" if variant.compare_at is None else euros(variant.compare_at),
        "" if variant.cost is None else euros(variant.cost),
        *("TRUE", "", "", "", "", "", "shopify", str(variant.stock[0] + variant.stock[1])),
        *(product.policy.upper(), str(variant.grams), product.weight_unit, "TRUE", "manual"),
    ]


def _tail(product: Product) -> list[str]:
    gender = _GENDERS.get(str(product.facts.get("target", ("", ""))[0]), "")
    fields = [""] * 5
    if product.metafields:
        since = day(product.launched).isoformat() if product.launched else ""
        fields = ["; ".join(color.lower() for color in product.colors), product.material, product.care]
        fields += [product.origin, since]
    age = "adult" if product.kind.group == "wear" else ""
    condition = "new"
    return [*product.seo, *fields, "", gender, age, "", "", "", condition, "FALSE", *[""] * 5]


def rows(products: list[Product]) -> list[list[str]]:
    """The rows of the file: product fields on the first row of a handle, further variants and images below it."""
    written = []
    before, of_variant, after = 9, 27, len(HEADER) - 41
    for product in products:
        for place in range(max(len(product.variants), len(product.images))):
            first = place == 0
            row = _head(product) if first else ["", product.handle, *[""] * (before - 2)]
            there = place < len(product.variants)
            row += _variant(product, product.variants[place], first) if there else [""] * of_variant
            source, alt = product.images[place] if place < len(product.images) else ("", "")
            own = product.variants[place].image if there else ""
            row += [source, str(place + 1) if source else "", alt, own, "FALSE" if first else ""]
            row += _tail(product) if first else [""] * after
            written.append(row)
    return written
