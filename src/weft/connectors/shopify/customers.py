"""Customers in both of the forms that Shopify exports."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from weft.connectors import Rejected, Taken, Written, cells
from weft.connectors.sheets import Sheets
from weft.connectors.source import Source, padded
from weft.money import decimal

# Each field with the header of the current form and those of the older one; what the current form lacks stands last.
_COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "id": ("Customer ID",),
    "first_name": ("First Name",),
    "last_name": ("Last Name",),
    "email": ("Email",),
    "accepts_marketing": ("Accepts Email Marketing", "Accepts Marketing"),
    "address.company": ("Default Address Company", "Company"),
    "address.address1": ("Default Address Address1", "Address1"),
    "address.address2": ("Default Address Address2", "Address2"),
    "address.city": ("Default Address City", "City"),
    "address.province_code": ("Default Address Province Code", "Province Code"),
    "address.country_code": ("Default Address Country Code", "Country Code"),
    "address.zip": ("Default Address Zip", "Zip"),
    "address.phone": ("Default Address Phone",),
    "phone": ("Phone",),
    "total_spent": ("Total Spent",),
    "total_orders": ("Total Orders",),
    "note": ("Note",),
    "tax_exempt": ("Tax Exempt",),
    "tags": ("Tags",),
    "address.province": ("Province",),
    "address.country": ("Country",),
}


def _forms(currency: str) -> dict[str, Callable[[str], Any]]:
    return {
        "accepts_marketing": cells.flag,
        "tax_exempt": cells.flag,
        "total_orders": cells.integer,
        "total_spent": lambda cell: cells.price(cell, currency),
        "tags": lambda cell: [part.strip() for part in cell.split(",") if part.strip()],
    }


def _record(row: Sequence[str], places: Mapping[str, int], forms: Mapping[str, Callable[[str], Any]]) -> dict[str, Any]:
    """What a row says; raises _Bad."""
    record: dict[str, Any] = {}
    address: dict[str, str] = {}
    for field, place in places.items():
        part = field.partition(".")[2]
        try:
            value = forms.get(field, cells.unquoted)(row[place].strip())
        except ValueError as problem:
            raise _Bad(place, str(problem)) from None
        if not part:
            record[field] = value
        elif value:
            address[part] = value
    if address:
        record["addresses"] = [address]
        record["company"] = address.get("company") or ""
    return record


class _Bad(Exception):
    def __init__(self, place: int, reason: str) -> None:
        super().__init__(reason)
        self.place, self.reason = place, reason


def read(source: Source) -> Iterator[Taken | Rejected]:
    """Customers; each is known by its id, else its email, else its phone."""
    at = {name.lower(): index for index, name in reversed(list(enumerate(source.header)))}
    found = {field: next((at[n.lower()] for n in names if n.lower() in at), None) for field, names in _COLUMNS.items()}
    places = {field: place for field, place in found.items() if place is not None}
    used = set(places.values())
    kept = [(name, index) for index, name in enumerate(source.header) if index not in used and name]
    known = {field: source.header[place] for field, place in places.items()}
    known |= {f"columns.{name}": name for name, _ in kept}
    width = len(source.header)
    forms = _forms(source.currency)
    for line, raw in source.rows():
        row = padded(raw, width)
        if row is None:
            yield Rejected(line, "", raw[width], f"the row has {len(raw)} cells and the header {width}", raw)
            continue
        try:
            record = _record(row, places, forms)
        except _Bad as problem:
            yield Rejected(line, source.header[problem.place], row[problem.place].strip(), problem.reason, raw)
            continue
        key = record.get("id") or record.get("email") or record.get("phone")
        if not key:
            yield Rejected(line, "Email", "", "a customer needs an id, an email or a phone", raw)
            continue
        extra = {name: row[index] for name, index in kept if row[index]}
        if extra:
            record["columns"] = extra
        yield Taken(line, 1, {**record, "id": key, "currency": source.currency, "known": known})


def _shown(customer: Mapping[str, Any], field: str) -> str:
    family, _, part = field.partition(".")
    if family == "columns":
        return (customer.get("columns") or {}).get(part) or ""
    if part:
        address: Mapping[str, str] = next(iter(customer.get("addresses") or ()), {})
        return address.get(part) or (customer.get(part) if part == "company" else "") or ""
    value = customer.get(field)
    if field == "id":
        # An id of another origin than Shopify means nothing to it; there the email is what a customer is known by.
        return value if value and value.isdecimal() else ""
    if value is None:
        return ""
    if field == "total_spent":
        return decimal(value, customer.get("currency") or "EUR")
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(value) if field == "tags" else str(value)


def write(records: Iterable[Mapping[str, Any]], path: Path, options: Mapping[str, Any]) -> list[Written]:
    """Write customers in the current form; those of whom different columns are known go to different files."""
    del options
    sheets = Sheets(path)
    for customer in records:
        known = customer.get("known") or {}
        fields = [field for field in _COLUMNS if field in known or _shown(customer, field)]
        others = dict.fromkeys(name for name in known if name.startswith("columns."))
        fields += [*others, *(name for n in customer.get("columns") or () if (name := f"columns.{n}") not in others)]
        header = [_COLUMNS[field][0] if field in _COLUMNS else field.partition(".")[2] for field in fields]
        sheets.add(header, [[_shown(customer, field) for field in fields]])
    return sheets.done([names[0] for names in _COLUMNS.values()])
