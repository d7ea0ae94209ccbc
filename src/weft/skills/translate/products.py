"""A product's texts: which of its fields can be translated, where a translation is kept, and what is there already."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from weft import mojibake

_PLAIN: Final = ("title", "description", "seo_title", "seo_description")
_HTML: Final = ("description",)
_NO_TEXT: Final = re.compile(
    r"(?:^|[._ -])(?:url|uri|href|link|id|ids|sku|mpn|gtin|ean|upc|isbn|barcode|code|handle|slug|image|file|date|email|phone|"
    r"color_hex|hex|brand|vendor|manufacturer|hs_code|currency|price|identifier_exists)$",
    re.IGNORECASE,
)
_NOTHING_SAID: Final = re.compile(r"(?:true|false|yes|no|null|none|n/a|-)", re.IGNORECASE)
_ADDRESS: Final = re.compile(r"(?:https?://|www\.|mailto:|gid://|data:)\S*|\S+@\S+\.\S+", re.IGNORECASE)
_CODE: Final = re.compile(r"(?=\S*\d)[A-Z0-9][A-Z0-9._/#+-]*|#[0-9A-Fa-f]{3,8}|[XSML]{1,5}|[2-6]X[SL]")
# What feeds take as codes: in another language no reader of theirs would know them.
_CODES: Final[Mapping[str, frozenset[str]]] = {
    "gender": frozenset(["male", "female", "unisex"]),
    "age group": frozenset(["newborn", "infant", "toddler", "kids", "adult"]),
    "condition": frozenset(["new", "refurbished", "used"]),
    "availability": frozenset(["in stock", "out of stock", "preorder", "backorder"]),
    "size type": frozenset(["regular", "petite", "plus", "tall", "big", "maternity"]),
    "size system": frozenset(["au", "br", "cn", "de", "eu", "fr", "it", "jp", "mex", "uk", "us"]),
}
_DEFAULT_OPTION: Final = ("Title", "Default Title")
_LONGEST_NAME: Final = 180


@dataclass(frozen=True, slots=True)
class Item:
    """A text of a product: `field` is what it is called in requests, `column` where its translation is kept.

    `about` is the name of the option or attribute whose value it is; `format` what kind of text it is.
    """

    field: str
    column: str
    text: str
    format: str = "auto"
    about: str | None = None

    def place(self, language: str) -> str:
        """The field of a product that holds its translation."""
        return f"translations.{language}.{self.column}"


def items(product: Mapping[str, Any], fields: Sequence[str] = ()) -> list[Item]:
    """The texts of a product in the order in which a person would read them; of `fields` alone where any are named.

    `attributes`, `options`, `values` and `images` name all of their kind.
    """
    found = [item for item in _all(product) if len(item.column) <= _LONGEST_NAME]
    return [item for item in found if not fields or _named(item, fields)]


def _named(item: Item, fields: Sequence[str]) -> bool:
    return any(
        name in (item.field, item.column) or item.field.startswith(f"{name}.") or item.column.startswith(f"{name}.")
        for name in fields
    )


def _all(product: Mapping[str, Any]) -> Iterator[Item]:
    for name in _PLAIN[:2]:
        yield from _item(name, name, product.get(name), format="html" if name in _HTML else "auto")
    attributes = product.get("attributes") or {}
    yield from _item("bullets", "bullets", value_of(attributes.get("bullets")), format="text")
    yield from _item("type", "type", product.get("type"), format="text")
    for name in _PLAIN[2:]:
        yield from _item(name, name, product.get(name), format="text")
    yield from _of_options(product)
    for name, given in attributes.items():
        if name != "bullets" and not _NO_TEXT.search(name) and not _is_code(name, value_of(given)):
            yield from _item(f"attributes.{name}", f"attributes.{name}", value_of(given), about=name)
    for place, image in enumerate(product.get("images") or (), 1):
        if isinstance(image, Mapping):
            yield from _item(f"images.{place}.alt", f"image_{place}_alt", image.get("alt"), format="text")


def _of_options(product: Mapping[str, Any]) -> Iterator[Item]:
    values: dict[str, dict[str, None]] = {}
    for variant in product.get("variants") or ():
        for name, value in (variant.get("options") or {}).items():
            values.setdefault(name, {})[str(value)] = None
    for option in product.get("options") or ():
        if isinstance(option, Mapping) and option.get("name"):
            values.setdefault(str(option["name"]), {})
    for name, said in values.items():
        if name == _DEFAULT_OPTION[0] and set(said) <= {_DEFAULT_OPTION[1]}:
            continue
        yield from _item(f"options.{name}", f"options.{name}", name, format="text")
        for value in said:
            yield from _item(f"values.{name}.{value}", f"values.{name}.{value}", value, format="text", about=name)


def _item(field: str, column: str, given: Any, *, format: str = "auto", about: str | None = None) -> Iterator[Item]:  # noqa: A002 - the field's name
    if isinstance(given, Sequence) and not isinstance(given, str) and all(isinstance(one, str) for one in given):
        given = "\n".join(given)
    if isinstance(given, str) and given.strip() and not _NOTHING_SAID.fullmatch(given.strip()):
        yield Item(field, column, mojibake.mended(given), format, about)


def _is_code(name: str, value: Any) -> bool:
    """Tell whether an attribute's value is one of the words that feeds take for it."""
    codes = _CODES.get(re.sub(r"[\W_]+", " ", name.rpartition(".")[2]).strip().casefold())
    return codes is not None and isinstance(value, str) and value.replace("_", " ").strip().casefold() in codes


def value_of(given: Any) -> Any:
    """An attribute's value out of the fact that holds it; nothing where it is a number with its unit."""
    if isinstance(given, Mapping):
        return None if given.get("unit") else given.get("value")
    return given


def wordless(text: str) -> bool:
    """Tell whether a text has nothing to translate: numbers, codes, sizes, addresses."""
    words = text.split()
    return all(
        not any(map(str.isalpha, word)) or _ADDRESS.fullmatch(word) or _CODE.fullmatch(word.strip(",;()"))
        for word in words
    )


def held(product: Mapping[str, Any], language: str, column: str) -> str | None:
    """The translation that a product has; None for none."""
    there = product.get("translations") or {}
    said = there.get(language)
    if said is None:
        said = next((texts for name, texts in there.items() if name.lower() == language.lower()), {})
    text = said.get(column) if isinstance(said, Mapping) else None
    return text if isinstance(text, str) and text.strip() else None


def again(names: Sequence[str]) -> list[dict[str, Any]]:
    """The requests, as plain values, whose answers are translations kept in these fields: one for each language."""
    wanted: dict[str, list[str]] = {}
    for name in names:
        family, _, rest = name.partition(".")
        language, _, column = rest.partition(".")
        if family == "translations" and column:
            wanted.setdefault(language, []).append(column)
    return [{"into": [language], "fields": columns, "replace": True} for language, columns in wanted.items()]
