"""What plain rules can know about a catalog: barcodes that cannot be, titles that shout, garbled letters, broken HTML."""

import re
from collections.abc import Iterable, Iterator, Mapping
from html.parser import HTMLParser
from typing import Any, Final

import nh3
from stdnum import ean

from weft import mojibake
from weft.business import Business
from weft.skill import Edit, product_of
from weft.skills.tidy import Tidied, Tidy

_GARBLED: Final = "its letters were read in the wrong encoding"
_LENGTHS: Final = (8, 12, 13, 14)
_TAGS: Final = frozenset(
    [
        "a",
        "b",
        "blockquote",
        "br",
        "caption",
        "code",
        "dd",
        "div",
        "dl",
        "dt",
        "em",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "i",
        "img",
        "li",
        "ol",
        "p",
        "pre",
        "s",
        "small",
        "span",
        "strong",
        "sub",
        "sup",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "u",
        "ul",
    ]
)
_ATTRIBUTES: Final = {"a": {"href", "title"}, "img": {"src", "alt", "width", "height"}, "td": {"colspan", "rowspan"}}
_VOID: Final = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"]
)
_OPTIONAL_END: Final = frozenset(
    ["p", "li", "dt", "dd", "td", "th", "tr", "thead", "tbody", "tfoot", "colgroup", "option"]
)
_SMALL: Final = frozenset(
    [
        "a",
        "an",
        "and",
        "at",
        "by",
        "for",
        "from",
        "in",
        "of",
        "on",
        "or",
        "the",
        "to",
        "with",
        "und",
        "oder",
        "mit",
        "für",
        "von",
        "der",
        "die",
        "das",
    ]
)
_KEPT_UPPER: Final = frozenset(
    [
        "LED",
        "USB",
        "UV",
        "UPF",
        "GPS",
        "TV",
        "XS",
        "S",
        "M",
        "L",
        "XL",
        "XXL",
        "XXXL",
        "3XL",
        "UK",
        "EU",
        "US",
        "USA",
        "BPA",
        "DIY",
        "HD",
        "II",
        "III",
        "IV",
        "IP",
    ]
)


def tidied(asked: Tidy, business: Business) -> Tidied:
    """What the rules would mend of one product; raises NotFound."""
    return Tidied(changes=[Edit(**edit) for edit in edits([product_of(asked.product, business)])])


def edits(products: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Edits that the rules propose for products, each with what it rests on and the checks it passed."""
    for product in products:
        yield from _barcodes(product)
        yield from _title(product)
        yield from _description(product)


def _edit(
    product: Mapping[str, Any], field: str, before: Any, after: Any, confidence: float, why: str
) -> dict[str, Any]:
    facts = [{"field": field, "value": before, "why": why}]
    return {
        "record": product["id"],
        "field": field,
        "before": before,
        "after": after,
        "confidence": confidence,
        "facts": facts,
    }


def right_check_digit(code: str) -> str | None:
    """The code with the check digit that its other digits give (GS1 General Specifications, 7.9); None if it has it."""
    body = code[:-1]
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body)))
    right = body + str(-total % 10)
    return None if right == code else right


def _barcodes(product: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    variants = product.get("variants") or ()
    skus = [variant.get("sku") for variant in variants]
    for place, variant in enumerate(variants, 1):
        code = (variant.get("barcode") or "").strip()
        sku = variant.get("sku")
        name = sku if sku and skus.count(sku) == 1 and not sku.startswith("#") else f"#{place}"
        field = f"variants.{name}.barcode"
        if not code:
            continue
        if re.fullmatch(r"\d\.\d+E\+\d+", code, re.IGNORECASE):
            yield _edit(
                product,
                field,
                variant["barcode"],
                None,
                0.95,
                "a spreadsheet rounded this barcode; its digits are lost",
            )
        elif re.fullmatch(r"(\d)\1{7,}", code):
            yield _edit(product, field, variant["barcode"], None, 0.95, "a placeholder, not a barcode")
        elif code.isdigit() and len(code) in _LENGTHS and (right := right_check_digit(code)) and ean.is_valid(right):
            why = f"the check digit of {code[:-1]} is {right[-1]}, not {code[-1]}; compare with the package"
            yield {
                **_edit(product, field, variant["barcode"], right, 0.6, why),
                "checks": [{"name": "check digit", "ok": True, "message": f"{right} is a valid GTIN-{len(right)}"}],
            }


def _title(product: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    title = product.get("title") or ""
    read = mojibake.mended(title)
    calm = " ".join(read.split())
    why = "stray blanks" if read == title else _GARBLED
    letters = [letter for letter in calm if letter.isalpha()]
    if len(letters) >= 6 and len(calm.split()) >= 2 and all(letter.isupper() for letter in letters):
        calm = lowered(
            calm, f"{product.get('vendor') or ''} {re.sub('<[^>]*>', ' ', product.get('description') or '')}"
        )
        why = "a title in capitals is hard to read, and search portals refuse it"
    if calm != title and calm:
        same = calm.lower().split() == read.lower().split()
        check = {"name": "same words", "ok": same, "message": "no word was added, lost or moved"}
        yield {**_edit(product, "title", title, calm, 0.9, why), "checks": [check]}


def lowered(title: str, context: str) -> str:
    """A shouted title in the case of a title; words that the context writes in their own way keep it."""
    forms: dict[str, str] = {}
    for word in re.findall(r"[^\W_]+", context):
        if (not word.islower() and not word.isupper() and not word.istitle()) or (
            word.isupper() and len(word) <= 4 and not word.isdigit()
        ):
            forms.setdefault(word.lower(), word)
    first = True

    def one(match: re.Match[str]) -> str:
        nonlocal first
        word = match[0]
        start, first = first, False
        if word.lower() in forms:
            return forms[word.lower()]
        if word in _KEPT_UPPER or any(letter.isdigit() for letter in word):
            return word
        if word.lower() in _SMALL and not start:
            return word.lower()
        return word[:1] + word[1:].lower()

    return re.sub(r"[^\W_]+(?:['’][^\W_]+)?", one, title)


class _Nesting(HTMLParser):
    """Whether tags are closed in the order in which they were opened."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.problem = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "style", "iframe", "object", "font") or ":" in tag:
            self.problem = self.problem or f"has a <{tag}>"
        if any(value and "mso-" in value for _, value in attrs):
            self.problem = self.problem or "has markup pasted from a word processor"
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open[-1] != tag and self.open[-1] in _OPTIONAL_END:
            self.open.pop()
        if self.open and self.open[-1] == tag:
            self.open.pop()
        elif tag not in _VOID and tag != "p":
            self.problem = self.problem or f"closes a <{tag}> that is not open"

    def found(self) -> str:
        left = [tag for tag in self.open if tag not in _OPTIONAL_END]
        return self.problem or (f"leaves <{left[-1]}> open" if left else "")


def broken(html: str) -> str:
    """What is broken in an HTML text, in words; empty where nothing is."""
    parser = _Nesting()
    parser.feed(html)
    parser.close()
    return parser.found()


class _Text(HTMLParser):
    """The words between tags, but for those that no reader sees."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self.silent += tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in ("script", "style") and self.silent > 0

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.parts.append(data)


def visible(html: str) -> str:
    """The words of an HTML text that a reader sees, one blank between them."""
    parser = _Text()
    parser.feed(html)
    parser.close()
    return " ".join("".join(parser.parts).split())


def _description(product: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    html = product.get("description") or ""
    problem = broken(html) if "<" in html else ""
    if not problem:
        if (read := mojibake.mended(html)) != html:
            yield _edit(product, "description", html, read, 0.9, _GARBLED)
        return
    read = mojibake.mended(html)
    mended = nh3.clean(
        read, tags=set(_TAGS), attributes={k: set(v) for k, v in _ATTRIBUTES.items()}, link_rel=None
    ).strip()
    mended = re.sub(r"<(p|span|div)>(\s|&nbsp;)*</\1>", "", mended)
    kept = visible(mended) == visible(read)
    if mended and mended != html:
        check = {
            "name": "same text",
            "ok": kept,
            "message": "the words that a reader sees are the same"
            if kept
            else "look at the text: some of it moved or went",
        }
        yield {
            **_edit(product, "description", html, mended, 0.9 if kept else 0.5, f"the HTML {problem}"),
            "checks": [check],
        }
