"""Order tables by line: one row per order line, with cancellations, adjustments, postage and missing customers, as in life."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from itertools import islice
from pathlib import Path
from typing import Any, Final

from weft.connectors import Rejected, Taken, Written, cells, dates
from weft.connectors.guessing import decimal_mark, ignored, settled
from weft.connectors.sheets import Sheets
from weft.connectors.source import Source, padded
from weft.money import decimal, exponent

_SAMPLE: Final = 200


def _whole(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


# A code or a description must be such a word as a whole: a manual coffee grinder and toffees are products.
_CODES: Final = (
    ("test", _whole(r"test\d*", r"test[ _-].*")),
    ("shipping", _whole(r"post(age)?|dot|c2|carriage|ship(ping)?|freight|delivery|versand(kosten)?|porto|fracht|livraison")),
    ("fee", _whole(r"(amazon|bank|card|paypal|stripe|klarna|payment|service|handling)?[ _-]?(fees?|charges?)|cruk|commission")),
    ("discount", _whole(r"d|disc(ount)?|rabatt|remise|descuento|coupon")),
    ("adjustment", _whole(r"m|b|s|adjust(ment)?s?\d*|correction|manual|samples?|korrektur|ajuste")),
)  # fmt: skip
_TITLES: Final = (
    ("test", _whole(r".*\btest product\b.*")),
    ("shipping", _whole(
        r"(postage|carriage|shipping|freight|delivery)( (and|&) (packing|handling))?( costs?| charges?| fees?)?",
        r"versand(kosten)?|porto|fracht(kosten)?|frais de (port|livraison)|livraison|gastos de env[ií]o|verzendkosten")),
    ("fee", _whole(r"bank charges?|(transaction |payment |handling |service )?(fees?|charges?)|commission|gebühr(en)?|frais|comisi[oó]n")),
    ("discount", _whole(r"discounts?|rabatt|remise|descuento|sconto|korting")),
    ("adjustment", _whole(r"manual|samples?|(bad debt|adjust(ed|ments?|s)?|korrektur|correction|ajuste|write[ -]?off|abschreibung)\b.*")),
)  # fmt: skip
_LEAD: Final = re.compile(r"^\w+ ")
_MISHAP: Final = re.compile(
    r"^\W*$|\b(damag\w*|lost|missing|found|faulty|thrown|wet|rust\w*|mou?ld\w*|crushed|broken|smashed|destroyed|check(ed)?"
    r"|returned|incorrect\w*|wrong(ly)?|mailout|unsaleable|sales?|sold as|given away|adjust\w*|samples?|stock ?take"
    r"|bruch|verlust|schwund|verderb|defekt|inventur|cass[ée]e?s?|perdue?s?|perdid[oa]s?|dañad[oa]s?|rot[oa]s?)\b",
    re.IGNORECASE,
)
_DEFAULT: Final = {
    "id": "order", "product": "product", "title": "description", "quantity": "quantity", "at": "date",
    "price": "unit_price", "currency": "currency", "customer": "customer", "country": "country",
}  # fmt: skip


def kind_of_code(code: str, title: str) -> str:
    """What a line is about, by its code and its description: product, shipping, fee, discount, adjustment or test."""
    code, title = code.strip(), " ".join(title.split())
    for kind, pattern in _CODES:
        if pattern.fullmatch(code):
            return kind
    # «DOTCOM POSTAGE» under a word for a code; under an article's number only the bare word counts.
    bare = title if re.search(r"\d", code) else _LEAD.sub("", title)
    for kind, pattern in _TITLES:
        if pattern.fullmatch(title) or (kind in ("shipping", "fee", "discount") and pattern.fullmatch(bare)):
            return kind
    return "product"


def _kind_of_order(key: str, lines: Sequence[Mapping[str, Any]]) -> str:
    prefix = key[:1].upper() if key[1:].isdigit() else ""
    moved = [line for line in lines if line["price"]]
    set_right = all(line["kind"] == "adjustment" for line in lines)
    if set_right and (not moved or prefix == "A"):
        return "adjustment"
    if prefix == "C" and any(line["quantity"] < 0 for line in lines):
        return "return"
    return "return" if moved and all(line["quantity"] * line["price"] < 0 for line in moved) else "sale"


def number_as_text(text: str) -> str:
    """A number kept as text, without the decimal that a spreadsheet or data frame hangs on it: `17850.0` is `17850`."""
    return text[:-2] if text.endswith(".0") and text[:-2].isdigit() else text


class _Prices:
    """Amounts by the text they are written as; a price with more decimals than the currency has keeps them beside it."""

    def __init__(self, currency: str, mark: str | None) -> None:
        self._currency, self._mark = currency, mark
        self._places = exponent(currency)
        self._held: dict[str, tuple[int | None, str | None]] = {}

    def __call__(self, text: str) -> tuple[int | None, str | None]:
        if text not in self._held:
            if len(self._held) > 100_000:
                self._held.clear()
            self._held[text] = self._read(text.strip())
        return self._held[text]

    def _read(self, text: str) -> tuple[int | None, str | None]:
        if not text:
            return None, None
        text = settled(text, ",") if self._mark == "," else text
        try:
            exact = Decimal(text)
        except InvalidOperation:
            if (cells.currency_in(text, self._currency) or self._currency) != self._currency:
                raise ValueError(f"is not in {self._currency}, in which its order is") from None
            exact = Decimal(repr(cells.number(settled(text, self._mark))))
        if not exact.is_finite() or abs(exact) > 10**13:
            raise ValueError("is not an amount")
        scaled = exact.scaleb(self._places)
        minor = int(scaled.to_integral_value(ROUND_HALF_UP))
        return minor, None if scaled == minor else format(exact.normalize(), "f")


class _Reader:
    def __init__(self, source: Source, fields: Mapping[str, str]) -> None:
        at = {name: index for index, name in reversed(list(enumerate(source.header)))}
        self.source = source
        self.fields = fields
        self.at = {field: at[column] for field, column in fields.items()}
        used = set(self.at.values())
        left_out = ignored(source.header, source.mapping)
        self.kept = [(h, i) for i, h in enumerate(source.header) if i not in used and h and h not in left_out]
        known = {**fields, **{f"columns.{header}": header for header, _ in self.kept}}
        self.known = dict(sorted(known.items(), key=lambda pair: at[pair[1]]))
        sample = [row for _, row in islice(source.rows(), _SAMPLE)]
        prices = self._column(sample, "price")
        self.mark = decimal_mark(prices) or decimal_mark(self._column(sample, "quantity"))
        self.prices: dict[str, _Prices] = {}
        named = (cells.currency_in(text, source.currency) for text in (fields.get("price", ""), *prices))
        self.currency = next((currency for currency in named if currency), source.currency)
        self.price = self._prices(self.currency)
        self.moment: Callable[[str], datetime | None] = cells.moment
        if any(dates.is_slashed(text) for text in self._column(sample, "at")):
            # A log that starts in the first days of a month tells only further down which number is the month.
            place = self.at["at"]
            self.moment = dates.reader(
                dates.month_first((row[place] for _, row in source.rows() if len(row) > place), self.currency)
            )
        self.kinds: dict[tuple[str, str], str] = {}
        self.customers: dict[str, str | None] = {"": None}

    def _column(self, rows: Sequence[Sequence[str]], field: str) -> list[str]:
        place = self.at.get(field)
        return [] if place is None else [row[place] for row in rows if len(row) > place]

    def _prices(self, currency: str) -> _Prices:
        if currency not in self.prices:
            self.prices[currency] = _Prices(currency, self.mark)
        return self.prices[currency]

    def customer(self, text: str) -> str | None:
        if text not in self.customers:
            if len(self.customers) > 100_000:
                self.customers = {"": None}
            plain = text.strip()
            self.customers[text] = number_as_text(plain) or None
        return self.customers[text]

    def kind(self, code: str, title: str) -> str:
        pair = (code, title)
        if pair not in self.kinds:
            if len(self.kinds) > 100_000:
                self.kinds.clear()
            self.kinds[pair] = kind_of_code(*pair)
        return self.kinds[pair]

    def order(self, key: str, row: Sequence[str]) -> dict[str, Any]:
        at = self.at
        said = row[at["currency"]].strip() if "currency" in at else ""
        currency = said.upper() if re.fullmatch("[A-Za-z]{3}", said) else cells.currency_in(said, self.currency)
        if said and not currency:
            raise _Bad(at["currency"], "is not a currency such as EUR")
        order: dict[str, Any] = {
            "id": key,
            "currency": currency or self.currency,
            "whole": False,
            "known": self.known,
            "placed_at": self.moment(row[at["at"]]) if "at" in at else None,
            "lines": [],
        }
        if "customer" in at:
            order["customer"] = self.customer(row[at["customer"]])
        if "country" in at:
            order["country"] = row[at["country"]].strip() or None
        return order

    def opened(self, key: str, row: Sequence[str]) -> dict[str, Any]:
        try:
            return self.order(key, row)
        except ValueError as problem:
            raise _Bad(self.at.get("at", self.at["id"]), str(problem)) from None

    def line(self, row: Sequence[str], order: Mapping[str, Any]) -> dict[str, Any]:
        at = self.at
        code = row[at["product"]].strip() if "product" in at else ""
        sku = row[at["sku"]].strip() if "sku" in at else ""
        title = row[at["title"]] if "title" in at else ""
        text = row[at["quantity"]]
        quantity: int | float | None
        try:
            quantity = int(text)
        except ValueError:
            quantity = _said(self.quantity, text, at["quantity"])
        if quantity is None:
            raise _Bad(at["quantity"], "there is no quantity")
        if abs(quantity) >= 1e9:
            raise _Bad(at["quantity"], "is too large a number")
        if not (code or sku or title.strip()):
            raise _Bad(at.get("product", at.get("title", 0)), "the line names no product")
        line: dict[str, Any] = {
            "product": code or sku or None,
            "sku": sku or None,
            "title": title,
            "quantity": quantity,
        }
        prices = self.price if order["currency"] == self.currency else self._prices(order["currency"])
        price, exact = _said(prices, row[at["price"]], at["price"]) if "price" in at else (None, None)
        line["price"] = price
        if exact is not None:
            line["price_exact"] = exact
        kind = self.kind(code or sku, title)
        if kind == "product" and not price and (quantity < 0 or self._mishap(row, title)):
            kind = "adjustment"
        line["kind"] = kind
        self._differing(row, order, line)
        return line

    def _mishap(self, row: Sequence[str], title: str) -> bool:
        """Whether a description tells of a loss; what a customer is given for nothing is a product, whatever it is called."""
        named = "customer" in self.at and self.customer(row[self.at["customer"]]) is not None
        return not named and _MISHAP.search(title) is not None

    def quantity(self, text: str) -> int | float | None:
        value = cells.number(settled(text, ",", cells.is_piece) if self.mark == "," else text)
        return int(value) if value is not None and value == int(value) else value

    def _differing(self, row: Sequence[str], order: Mapping[str, Any], line: dict[str, Any]) -> None:
        """What this line says otherwise than its order's first."""
        at = self.at
        if "at" in at:
            moment = _said(self.moment, row[at["at"]], at["at"])
            if moment != order["placed_at"]:
                line["at"] = moment
        extra = {header: row[index] for header, index in self.kept if row[index]}
        if "customer" in at and self.customer(row[at["customer"]]) != order["customer"]:
            extra[self.fields["customer"]] = row[at["customer"]]
        if "country" in at and (row[at["country"]].strip() or None) != order["country"]:
            extra[self.fields["country"]] = row[at["country"]]
        if extra:
            line["columns"] = extra


class _Bad(Exception):
    def __init__(self, index: int, reason: str) -> None:
        super().__init__(reason)
        self.index, self.reason = index, reason


def _said(form: Any, text: str, index: int) -> Any:
    try:
        return form(text)
    except ValueError as problem:
        raise _Bad(index, str(problem)) from None


def read(source: Source, fields: Mapping[str, str]) -> Iterator[Taken | Rejected]:
    """Orders, each a group of consecutive lines; an order that goes on further down comes as a second group."""
    reader = _Reader(source, fields)
    width = len(source.header)
    place = reader.at["id"]
    order: dict[str, Any] | None = None
    lines: list[dict[str, Any]] = []
    key, last = "", 0
    for number, raw in source.rows():
        row: Sequence[str] | None = raw if len(raw) == width else padded(raw, width)
        if row is None:
            yield Rejected(number, "", raw[width], f"the row has {len(raw)} cells and the header {width}", raw)
            continue
        this = row[place].strip()
        try:
            if not this:
                raise _Bad(place, "the row names no order")
            if this != key or order is None:
                fresh = reader.opened(this, row)
                line = reader.line(row, fresh)
                if order is not None:
                    order["kind"] = _kind_of_order(key, lines)
                    yield Taken(last, len(lines), order)
                order, key = fresh, this
                lines = order["lines"]
            else:
                line = reader.line(row, order)
        except _Bad as problem:
            yield Rejected(number, source.header[problem.index], row[problem.index], problem.reason, raw)
            continue
        lines.append(line)
        last = number
    if order is not None:
        order["kind"] = _kind_of_order(key, lines)
        yield Taken(last, len(lines), order)


def _count(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)


def _time(value: Any) -> str:
    if not value:
        return ""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return str(moment.strftime("%Y-%m-%d %H:%M:%S"))


def _cells(order: Mapping[str, Any], line: Mapping[str, Any], currency: str) -> dict[str, str]:
    exact, price = line.get("price_exact"), line.get("price")
    return {
        "id": order["id"],
        "product": line.get("product") or line.get("sku") or "",
        "sku": line.get("sku") or "",
        "title": line.get("title") or "",
        "quantity": _count(line.get("quantity") or 0),
        "at": _time(line.get("at") or order.get("placed_at")),
        "price": exact if exact is not None else "" if price is None else decimal(price, currency),
        "customer": order.get("customer") or "",
        "country": order.get("country") or "",
        "currency": currency,
    }


def write(records: Iterable[Mapping[str, Any]], path: Path, usual: str = "") -> list[Written]:
    """Write orders as tables by line, each under the columns in which it came: one file for each set of columns.

    A currency is written where the columns had one, and where it is not the `usual` one.
    """
    sheets = Sheets(path)
    for order in records:
        known = order.get("known") or {}
        named = known if "quantity" in known and "id" in known else _DEFAULT
        currency = order.get("currency") or usual or "EUR"
        if "currency" not in named and usual and currency != usual:
            named = {**named, "currency": "currency"}
        sheets.add(list(named.values()), _rows(order, named, currency))
    return sheets.done(list(_DEFAULT.values()))


def _rows(order: Mapping[str, Any], named: Mapping[str, str], currency: str) -> Iterator[list[str]]:
    for line in order.get("lines") or ():
        said, kept = _cells(order, line, currency), line.get("columns") or {}
        # What a line says otherwise than its order stands in its own columns.
        yield [kept[header] if header in kept else said.get(field, "") for field, header in named.items()]
