"""The flaws of real catalogs, planted in clean products, and the truth about each of them."""

from collections.abc import Callable
from copy import deepcopy
from random import Random
from typing import Any, Final

from weft.sample.assortment import BRAND_SPELLINGS, COLOR_SPELLINGS, DUPLICATES, KINDS, SIZE_SPELLINGS
from weft.sample.products import Fact, Product, Variant, check_digit, folded, said
from weft.sample.terms import IMAGES, euros

Record = dict[str, Any]
PLACEHOLDER: Final = "9999999999"
IMPERIAL: Final[dict[str, tuple[str, float]]] = {
    "cm": ("in", 0.393701),
    "mm": ("in", 0.0393701),
    "g": ("oz", 0.035274),
    "kg": ("lb", 2.20462),
    "ml": ("fl oz", 0.033814),
    "l": ("fl oz", 33.814),
    "m": ("ft", 3.28084),
}


class Book:
    """The account of what was spoilt: at most one flaw a field, so that the file holds what the account says."""

    def __init__(self, random: Random, products: list[Product]) -> None:
        self.random = random
        self.products = products
        self.records: list[Record] = []
        self._touched: set[tuple[str, str]] = set()

    def free(self, product: Product, field: str) -> bool:
        """Whether no flaw has been planted in that field yet."""
        return (product.handle, field) not in self._touched

    def note(self, product: Product, flaw: str, field: str, value: object, truth: object) -> None:
        """Write down one flaw."""
        self._touched.add((product.handle, field))
        self.records.append({"product": product.handle, "flaw": flaw, "field": field, "value": value, "truth": truth})

    def touch(self, product: Product, field: str) -> None:
        """Leave a field alone from here on."""
        self._touched.add((product.handle, field))

    def some(self, count: int, field: str, fit: Callable[[Product], bool] = lambda _: True) -> list[Product]:
        """Some products that fit and whose field is untouched."""
        able = [product for product in self.products if fit(product) and self.free(product, field)]
        return self.random.sample(able, min(count, len(able)))


def duplicates(random: Random, products: list[Product]) -> tuple[list[Product], list[Record]]:
    """Products entered a second time under another handle, and which is which."""
    copies: list[Product] = []
    truth: list[Record] = []
    for original in random.sample([one for one in products if one.status == "active"], DUPLICATES):
        copy = deepcopy(original)
        copy.title = random.choice(
            (
                f"{original.vendor} {original.title}",
                f"{original.title} - {original.material}",
                f"{original.title.split(' ', 1)[1]} {original.series}",
                f"{original.title} (new)",
            )
        )
        copy.handle = f"{folded(copy.title)}-1" if folded(copy.title) == original.handle else folded(copy.title)
        same_codes = random.random() < 0.6
        for variant in copy.variants:
            variant.sku = f"{variant.sku}-B"
            variant.barcode = variant.barcode if same_codes else ""
            variant.cost = None
        copy.images = [(f"{IMAGES}/{copy.handle}-1.jpg", "")]
        copy.metafields = False
        copy.seo = ("", "")
        copies.append(copy)
        truth.append({"product": copy.handle, "duplicate_of": original.handle, "same_barcodes": same_codes})
    return copies, truth


def _categories(book: Book) -> None:
    for product in book.some(90, "category"):
        book.note(product, "missing-category", "category", "", product.category)
        product.category = ""
    for product in book.some(12, "category"):
        others = [kind.category for kind in KINDS if kind.group != product.kind.group]
        wrong = book.random.choice(others)
        book.note(product, "wrong-category", "category", wrong, product.category)
        product.category = wrong


def _titles(book: Book) -> None:
    def spoil(
        count: int, flaw: str, how: Callable[[str], str], fit: Callable[[Product], bool] = lambda _: True
    ) -> None:
        for product in book.some(count, "title", fit):
            spoilt = how(product.title)
            book.note(product, flaw, "title", spoilt, product.title)
            product.title = spoilt

    spoil(30, "caps-title", str.upper)
    spoil(12, "stray-whitespace", lambda title: f"  {title} ")
    spoil(12, "stray-whitespace", lambda title: title.replace(" ", "  ", 1) + "\u00a0")
    spoil(8, "mojibake", _garbled, lambda product: _garbled(product.title) != product.title)


def _garbled(text: str) -> str:
    """UTF-8 once read as Windows-1252, or the text itself where that cannot be."""
    try:
        return text.encode().decode("cp1252")
    except UnicodeDecodeError:
        return text


def _without_ends(html: str) -> str:
    return html.replace("</li>", "").replace("</p>", "")


def _stray_ends(html: str) -> str:
    return html.replace("</p>", "</p></div>", 1).removesuffix("</p>") + "</span>"


def _word(html: str) -> str:
    """As if pasted from a word processor."""
    start = '<p class="MsoNormal" style="margin-bottom:0cm;mso-line-height-alt:12.0pt">'
    span = '<span lang="EN-GB" style="font-size:11.0pt;font-family:\'Calibri\',sans-serif;mso-fareast-language:EN-US">'
    return html.replace("<p>", f"{start}{span}").replace("</p>", "<o:p></o:p></span></p>")


def _thin(product: Product) -> str:
    return f"<p>{product.kind.type}</p>"


def _descriptions(book: Book) -> None:
    def spoil(count: int, flaw: str, how: Callable[[Product], str], fit: Callable[[Product], bool]) -> None:
        for product in book.some(count, "description", fit):
            spoilt = how(product)
            book.note(product, flaw, "description", spoilt, product.html)
            product.html = spoilt

    spoil(14, "broken-html", lambda product: _without_ends(product.html), lambda product: "<li>" in product.html)
    spoil(10, "broken-html", lambda product: _stray_ends(product.html), lambda product: product.html.endswith(".</p>"))
    spoil(6, "broken-html", lambda one: one.html.replace("</em>", ""), lambda product: "</em>" in product.html)
    spoil(14, "word-markup", lambda product: _word(product.html), lambda product: "<table>" not in product.html)
    spoil(14, "thin-description", _thin, lambda _: True)
    spoil(10, "thin-description", lambda _: "", lambda _: True)
    spoil(6, "mojibake", lambda one: _garbled(one.html), lambda one: _garbled(one.html) != one.html)
    spoil(30, "mixed-units", _imperial, lambda product: _imperial(product) != product.html)


def imperial(fact: Fact) -> str | None:
    """A metric fact in inches, ounces, pounds or feet, or None where that has no sense."""
    value, unit = fact
    if isinstance(value, str) or unit not in IMPERIAL:
        return None
    name, factor = IMPERIAL[unit]
    return f"{value * factor:.1f} {name}"


def _imperial(product: Product) -> str:
    html = product.html
    for fact in product.facts.values():
        other = imperial(fact)
        if other is not None:
            for end in (" ", ".", ",", "<", ":", ";"):
                html = html.replace(f" {said(fact)}{end}", f" {other}{end}").replace(
                    f">{said(fact)}{end}", f">{other}{end}"
                )
    return html


def _vendors(book: Book) -> None:
    for product in book.some(45, "vendor"):
        spelt = book.random.choice(BRAND_SPELLINGS[product.vendor])
        book.note(product, "vendor-spelling", "vendor", spelt, product.vendor)
        product.vendor = spelt


def _spelling(random: Random, value: str) -> str:
    known = COLOR_SPELLINGS.get(value) or SIZE_SPELLINGS.get(value)
    if known:
        return random.choice(known)
    return value.replace(" x ", random.choice(("x", " X ", " × ")))


def _options(book: Book) -> None:
    for product in book.some(70, "options", lambda one: bool(one.option_names)):
        place = book.random.randrange(len(product.option_names))
        name = product.option_names[place]
        spellings = {value: _spelling(book.random, value) for value in _values(product, place)}
        if len({written.strip() for written in spellings.values()}) < len(spellings):
            continue
        book.touch(product, "options")
        for variant in product.variants:
            right, written = variant.values[place], spellings[variant.values[place]]
            if written != right:
                book.note(product, "option-spelling", f"variants.{variant.sku}.options.{name}", written, right)
                variant.values[place] = written
    for product in book.some(12, "options", lambda one: one.option_names[:1] == ["Color"]):
        wrong = book.random.choice(("Colour", "color", "Farbe"))
        book.note(product, "option-name", "options", wrong, "Color")
        product.option_names[0] = wrong


def _values(product: Product, place: int) -> list[str]:
    return list(dict.fromkeys(variant.values[place] for variant in product.variants))


def _barcodes(book: Book) -> None:
    def spoil(count: int, flaw: str, how: Callable[[str], str]) -> None:
        able = [(one, variant) for one in book.products for variant in one.variants if _clean_code(book, one, variant)]
        for product, variant in book.random.sample(able, count):
            spoilt = how(variant.barcode)
            book.note(product, flaw, f"variants.{variant.sku}.barcode", spoilt, variant.barcode)
            variant.barcode = spoilt

    spoil(40, "wrong-check-digit", lambda code: code[:-1] + str((int(check_digit(code[:-1])) + 3) % 10))
    spoil(25, "placeholder-gtin", lambda _: PLACEHOLDER)
    spoil(35, "missing-gtin", lambda _: "")
    spoil(10, "gtin-as-number", lambda code: f"{int(code):.5e}".replace("e+", "E+"))


def _clean_code(book: Book, product: Product, variant: Variant) -> bool:
    return bool(variant.barcode) and book.free(product, f"variants.{variant.sku}.barcode")


def _images(book: Book) -> None:
    for product in book.some(30, "images"):
        truth = [source for source, _ in product.images]
        book.note(product, "missing-image", "images", [], truth)
        product.images = []
        for variant in product.variants:
            variant.image = ""


def _prices(book: Book) -> None:
    for place, product in enumerate(book.some(8, "price")):
        for variant in product.variants:
            slipped = variant.price * 10 if place % 2 else variant.price // 10
            book.note(product, "price-slip", f"variants.{variant.sku}.price", euros(slipped), euros(variant.price))
            variant.price = slipped


def _attributes(book: Book) -> None:
    for product in book.some(40, "attributes", _material_told):
        book.note(product, "attribute-only-in-text", "attributes.material", "", product.material)
        product.metafields = False
    for product in book.some(20, "weight_unit"):
        book.note(product, "mixed-weight-unit", "weight_unit", "oz", product.weight_unit)
        product.weight_unit = "oz"


def _material_told(product: Product) -> bool:
    return product.metafields and product.material.casefold() in product.html.casefold()


def plant(random: Random, products: list[Product]) -> list[Record]:
    """Spoil some of the products in place and answer what was spoilt, with the right value of each."""
    book = Book(random, products)
    for spoil in (_categories, _titles, _descriptions, _vendors, _options, _barcodes, _images, _prices, _attributes):
        spoil(book)
    return sorted(book.records, key=lambda record: (record["product"], record["field"]))
