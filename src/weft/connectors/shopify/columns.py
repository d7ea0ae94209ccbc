"""The names that Shopify's two dialects of the product file give to one thing."""

import re
from typing import Final, NamedTuple


class Column(NamedTuple):
    """One field with its header in the old and in the new dialect and how its cells are read."""

    field: str
    old: str
    new: str
    form: str = "text"


PRODUCT: Final = (
    Column("title", "Title", "Title"),
    Column("id", "Handle", "URL handle"),
    Column("description", "Body (HTML)", "Description"),
    Column("vendor", "Vendor", "Vendor"),
    Column("category", "Product Category", "Product category"),
    Column("type", "Type", "Type"),
    Column("tags", "Tags", "Tags", "list"),
    Column("published", "Published", "Published on online store", "flag"),
    Column("status", "Status", "Status", "lower"),
    Column("gift_card", "Gift Card", "Gift card", "flag"),
    Column("seo_title", "SEO Title", "SEO title"),
    Column("seo_description", "SEO Description", "SEO description"),
)
VARIANT: Final = (
    Column("sku", "Variant SKU", "SKU", "code"),
    Column("barcode", "Variant Barcode", "Barcode", "code"),
    Column("price", "Variant Price", "Price", "price"),
    Column("compare_at", "Variant Compare At Price", "Compare-at price", "price"),
    Column("cost", "Cost per item", "Cost per item", "price"),
    Column("taxable", "Variant Taxable", "Charge tax", "flag"),
    Column("tax_code", "Variant Tax Code", "Tax code"),
    Column("tracker", "Variant Inventory Tracker", "Inventory tracker"),
    Column("stock", "Variant Inventory Qty", "Inventory quantity", "integer"),
    Column("policy", "Variant Inventory Policy", "Continue selling when out of stock", "lower"),
    Column("grams", "Variant Grams", "Weight value (grams)", "number"),
    Column("weight_unit", "Variant Weight Unit", "Weight unit for display"),
    Column("requires_shipping", "Variant Requires Shipping", "Requires shipping", "flag"),
    Column("fulfillment", "Variant Fulfillment Service", "Fulfillment service"),
    Column("image", "Variant Image", "Variant image URL"),
)
IMAGE: Final = (
    Column("src", "Image Src", "Product image URL"),
    Column("position", "Image Position", "Image position", "integer"),
    Column("alt", "Image Alt Text", "Image alt text"),
)
# Kept as they are, under the header that each dialect gives them.
KEPT: Final = {
    "google shopping / google product category": "Google Shopping / Google product category",
    "google shopping / gender": "Google Shopping / Gender",
    "google shopping / age group": "Google Shopping / Age group",
    "google shopping / mpn": "Google Shopping / Manufacturer part number (MPN)",
    "google shopping / adwords grouping": "Google Shopping / Ad group name",
    "google shopping / adwords labels": "Google Shopping / Ads labels",
    "google shopping / condition": "Google Shopping / Condition",
    "google shopping / custom product": "Google Shopping / Custom product",
    **{f"google shopping / custom label {n}": f"Google Shopping / Custom label {n}" for n in range(5)},
}
OLD_KEPT: Final = {
    "Google Shopping / Google product category": "Google Shopping / Google Product Category",
    "Google Shopping / Age group": "Google Shopping / Age Group",
    "Google Shopping / Manufacturer part number (MPN)": "Google Shopping / MPN",
    "Google Shopping / Ad group name": "Google Shopping / AdWords Grouping",
    "Google Shopping / Ads labels": "Google Shopping / AdWords Labels",
    "Google Shopping / Custom product": "Google Shopping / Custom Product",
    **{f"Google Shopping / Custom label {n}": f"Google Shopping / Custom Label {n}" for n in range(5)},
}
GOOGLE_CATEGORY: Final = "Google Shopping / Google product category"
GOOGLE: Final = {
    "Google Shopping / Gender": "gender",
    "Google Shopping / Age group": "age_group",
    "Google Shopping / Condition": "condition",
}
_METAFIELD: Final = re.compile(r"^(?P<label>.*?)\s*\(product\.metafields\.(?P<space>[^.()]+)\.(?P<key>[^()]+)\)$")


def canonical(header: str) -> str:
    """The new dialect's name of a column that is kept as it is."""
    return KEPT.get(header.lower(), header)


def attribute_of(header: str) -> str | None:
    """The attribute that a column holds: a product metafield, or one of Google's."""
    if header in GOOGLE:
        return GOOGLE[header]
    found = _METAFIELD.match(header)
    if not found:
        return None
    return found["key"] if found["space"] in ("custom", "shopify") else f"{found['space']}.{found['key']}"


def header_of(attribute: str) -> str:
    """The column for an attribute that came from none."""
    for header, name in GOOGLE.items():
        if name == attribute:
            return header
    space, _, key = attribute.rpartition(".")
    label = key.replace("_", " ").replace("-", " ").capitalize()
    return f"{label} (product.metafields.{space or 'custom'}.{key})"
