"""Customers in both of the forms that Shopify exports."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from weft.connectors import Rejected, Taken, Written, cells
from weft.connectors.source import Source, padded
from weft.money import decimal

_TEXTS: Final = {
    "first name": "first_name",
    "last name": "last_name",
    "email": "email",
    "phone": "phone",
    "note": "note",
}
_ADDRESS: Final = {
    "company": ("company", "default address company"),
    "address1": ("address1", "default address address1"),
    "address2": ("address2", "default address address2"),
    "city": ("city", "default address city"),
    "province": ("province",),
    "province_code": ("province code", "default address province code"),
    "country": ("country",),
    "country_code": ("country code", "default address country code"),
    "zip": ("zip", "default address zip"),
    "phone": ("default address phone",),
}
_NEW: Final = (
    *("Customer ID", "First Name", "Last Name", "Email", "Accepts Email Marketing"),
    *("Default Address Company", "Default Address Address1", "Default Address Address2", "Default Address City"),
    *("Default Address Province Code", "Default Address Country Code", "Default Address Zip", "Default Address Phone"),
    *("Phone", "Total Spent", "Total Orders", "Note", "Tax Exempt", "Tags"),
)


def read(source: Source) -> Iterator[Taken | Rejected]:
    """Customers; each is known by its id, else its email, else its phone."""
    at = {name.lower(): index for index, name in reversed(list(enumerate(source.header)))}
    used = {*_TEXTS, "customer id", "accepts email marketing", "accepts marketing", "total spent", "total orders"}
    used |= {"tags", "tax exempt", *(name for group in _ADDRESS.values() for name in group)}
    kept = [(name, index) for index, name in enumerate(source.header) if name.lower() not in used and name]
    known = {name.lower(): name for name in source.header}
    width = len(source.header)
    for line, raw in source.rows():
        row = padded(raw, width)
        if row is None:
            yield Rejected(line, "", raw[width], f"the row has {len(raw)} cells and the header {width}", raw)
            continue

        def cell(name: str, row: Any = row) -> str:
            return row[at[name]].strip() if name in at else ""

        key = cells.unquoted(cell("customer id")) or cell("email") or cells.unquoted(cell("phone"))
        if not key:
            yield Rejected(line, "Email", "", "a customer needs an id, an email or a phone", raw)
            continue
        column = ""
        try:
            record: dict[str, Any] = {"id": key, "currency": source.currency, "known": known}
            record.update({field: cells.unquoted(cell(name)) for name, field in _TEXTS.items() if name in at})
            for column, field, form in (
                ("accepts email marketing", "accepts_marketing", cells.flag),
                ("accepts marketing", "accepts_marketing", cells.flag),
                ("tax exempt", "tax_exempt", cells.flag),
                ("total orders", "total_orders", cells.integer),
                ("total spent", "total_spent", lambda text: cells.price(text, source.currency)),
            ):
                if column in at:
                    record[field] = form(cell(column))
        except ValueError as problem:
            yield Rejected(line, known.get(column, column), cell(column), str(problem), raw)
            continue
        if "tags" in at:
            record["tags"] = [part.strip() for part in cell("tags").split(",") if part.strip()]
        address = {
            field: cells.unquoted(text)
            for field, group in _ADDRESS.items()
            if (text := next((cell(name) for name in group if cell(name)), ""))
        }
        if address:
            record["addresses"] = [address]
            record["company"] = address.get("company") or ""
        extra = {name: row[index] for name, index in kept if row[index]}
        if extra:
            record["columns"] = extra
        yield Taken(line, 1, record)


def write(records: Iterable[Mapping[str, Any]], path: Path, options: Mapping[str, Any]) -> list[Written]:
    """Write customers in the current form."""
    del options
    kept: list[str] = []
    held = []
    for record in records:
        held.append(record)
        kept += [name for name in record.get("columns") or () if name not in kept]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*_NEW, *kept])
        for record in held:
            address: Mapping[str, str] = next(iter(record.get("addresses") or ()), {})
            get = record.get
            yes = {True: "yes", False: "no", None: ""}
            spent = get("total_spent")
            orders = get("total_orders")
            writer.writerow(
                [
                    *(get("id") if str(get("id")).isdigit() else "", get("first_name") or "", get("last_name") or ""),
                    *(get("email") or "", yes[get("accepts_marketing")]),
                    *(address.get(name, "") for name in ("company", "address1", "address2", "city", "province_code")),
                    *(address.get(name, "") for name in ("country_code", "zip", "phone")),
                    *(get("phone") or "", "" if spent is None else decimal(spent, get("currency") or "EUR")),
                    *("" if orders is None else orders, get("note") or "", yes[get("tax_exempt")]),
                    ", ".join(get("tags") or ()),
                    *((get("columns") or {}).get(name, "") for name in kept),
                ]
            )
    return [Written(path, len(held), len(held))]
