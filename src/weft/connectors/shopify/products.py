"""Products: rows of one handle are one product, the first with its fields, all with its variants and pictures."""

import re
import tempfile
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

import orjson

from weft.connectors import Rejected, Taken, Written, cells
from weft.connectors.seen import Seen
from weft.connectors.sheets import Sheets
from weft.connectors.shopify import columns as names
from weft.connectors.source import Source, padded
from weft.money import decimal

_OPTIONS: Final = 3


def _list(cell: str) -> list[str]:
    return [part for part in (part.strip() for part in cell.split(",")) if part]


def slug(title: str) -> str:
    """The handle that a shop platform makes of a title."""
    plain = unicodedata.normalize("NFKD", title.lower()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or re.sub(r"\s+", "-", title.strip().lower())


def _forms(currency: str) -> dict[str, Callable[[str], Any]]:
    return {
        "text": str,
        "code": cells.unquoted,
        "lower": lambda cell: cell.strip().lower(),
        "list": _list,
        "flag": cells.flag,
        "integer": cells.integer,
        "number": cells.number,
        "price": lambda cell: cells.price(cell, currency),
    }


_Column = tuple[str, int, Callable[[str], Any]]


class _Layout:
    """Where a file has what: made once from its header."""

    def __init__(self, source: Source) -> None:
        self.header = source.header
        self.currency = source.currency
        forms = _forms(source.currency)
        at = {name.lower(): index for index, name in reversed(list(enumerate(source.header)))}
        used: set[int] = set()

        def found(column: names.Column) -> int | None:
            for name in (column.new, column.old):
                if name.lower() in at:
                    used.add(at[name.lower()])
                    return at[name.lower()]
            return None

        def fields(columns: Iterable[names.Column]) -> list[_Column]:
            return [(c.field, index, forms[c.form]) for c in columns if (index := found(c)) is not None]

        self.product = fields(names.PRODUCT)
        self.variant = fields(names.VARIANT)
        self.image = fields(names.IMAGE)
        places = {field: index for field, index, _ in (*self.product, *self.variant, *self.image)}
        self.id, self.title, self.src = places.get("id"), places.get("title"), places.get("src")
        self.product = [field for field in self.product if field[0] != "id"]
        # What tells a variant's row from one that only has a picture.
        self.telling = [
            places[name] for name in ("price", "sku", "stock", "barcode", "cost", "grams") if name in places
        ]
        self.options: list[tuple[int, int, int | None]] = []
        for n in range(1, _OPTIONS + 1):
            if f"option{n} value" in at:
                name, value, linked = (at.get(f"option{n} {part}") for part in ("name", "value", "linked to"))
                self.options.append((-1 if name is None else name, value or 0, linked))
                used.update(index for index in (name, value, linked) if index is not None)
        self.choices = [value for _, value, _ in self.options]
        heading = [index for _, index, _ in self.product] + [name for name, *_ in self.options if name >= 0]
        self._heading = itemgetter(*heading) if heading else lambda _: ()
        self._others(used)
        self.known = self._known()
        self.others = [(name, index, False) for name, index in self.kept]
        self.others += [(self.known[f"attributes.{name}"], index, True) for name, index in self.attributes]

    def says_more(self, row: Sequence[str]) -> bool:
        """Whether a later row says anything of the product itself."""
        return any(self._heading(row))

    def _others(self, used: set[int]) -> None:
        """Columns that are attributes, and those that are kept as they are, under the new dialect's names."""
        fields = {field for field, _, _ in self.product}
        self.attributes: list[tuple[str, int]] = []
        self.kept: list[tuple[str, int]] = []
        self.category_header: str | None = None
        for index, header in enumerate(self.header):
            if index in used or not header:
                continue
            name = names.canonical(header)
            attribute = names.attribute_of(name)
            if name == names.GOOGLE_CATEGORY and "category" not in fields:
                self.product.append(("category", index, str))
                self.category_header = name
            elif attribute and attribute not in [known for known, _ in self.attributes]:
                self.attributes.append((attribute, index))
            else:
                self.kept.append((name, index))

    def _known(self) -> dict[str, str]:
        known = {field: self.header[index] for field, index, _ in self.product}
        if self.category_header:
            known["category"] = self.category_header
        known.update({f"variants.{field}": self.header[index] for field, index, _ in self.variant})
        known.update({f"images.{field}": self.header[index] for field, index, _ in self.image})
        for n, (_, _, linked) in enumerate(self.options, 1):
            known[f"options.{n}"] = f"Option{n}"
            if linked is not None:
                known[f"options.{n}.linked_to"] = f"Option{n} Linked To"
        known.update({f"attributes.{name}": names.canonical(self.header[index]) for name, index in self.attributes})
        known.update({f"columns.{name}": name for name, _ in self.kept})
        return known


class _Group:
    """The rows of one product, as they come; `again` where the file has named it further up."""

    def __init__(self, layout: _Layout, key: str, again: bool) -> None:
        self.layout, self.key, self.again = layout, key, again
        self.rows: list[Sequence[str]] = []
        self.bad: list[Rejected] = []
        self.count = 0
        self.line = 0
        self.record: dict[str, Any] = {"id": key}
        self.variants: list[tuple[int, dict[str, Any]]] = []
        self.images: list[tuple[int, dict[str, Any]]] = []
        self.option_names: list[str] = []
        self.named = False
        self.first = True

    def add(self, line: int, row: Sequence[str], raw: Sequence[str]) -> None:
        layout = self.layout
        self.count += 1
        self.line = line
        try:
            if self.first:
                self._open(row)
                self.first = False
            elif layout.says_more(row):
                self._fill(row)
            variant = self._variant(row)
            image = self._image(row)
        except _Bad as problem:
            self.bad.append(Rejected(line, layout.header[problem.index], row[problem.index], problem.reason, list(raw)))
            return
        at = len(self.rows)
        self.rows.append(row)
        if variant is not None:
            self.variants.append((at, variant))
        if image is not None:
            self.images.append((at, image))

    def _open(self, row: Sequence[str]) -> None:
        layout = self.layout
        record = self.record
        if self.again or layout.title is None or not row[layout.title].strip():
            record["part"] = True
        said = [column for column in layout.product if row[column[1]]] if "part" in record else layout.product
        record.update(_read(said, row))
        self._name_options(row)
        if layout.attributes:
            record["attributes"] = {name: row[index] for name, index in layout.attributes if row[index]}

    def _fill(self, row: Sequence[str]) -> None:
        """Take what a later row says of the product and the rows above it leave blank, as in a file that was sorted."""
        blank = [one for one in self.layout.product if row[one[1]] and self.record.get(one[0]) in (None, "", [])]
        self.record.update(_read(blank, row))
        if not self.named and any(self._label(row, name) for name, *_ in self.layout.options):
            self._name_options(row)
        if "part" in self.record and not self.again and self.record.get("title"):
            del self.record["part"]

    def _name_options(self, row: Sequence[str]) -> None:
        """Name the options that the row fills; one left unnamed has a name made up, unless it is known from further up."""
        names: list[str] = []
        options = []
        filled = [
            n for n, (name, value, _) in enumerate(self.layout.options, 1) if row[value] or self._label(row, name)
        ]
        for n, (name, _, linked) in enumerate(self.layout.options[: max(filled, default=0)], 1):
            label = self._label(row, name) or f"Option{n}"
            names.append(label if label not in names else f"{label} {n}")
            options.append(
                {"name": names[-1], **({"linked_to": row[linked]} if linked is not None and row[linked] else {})}
            )
        self.option_names = names
        self.named = any(self._label(row, name) for name, *_ in self.layout.options)
        if options and (self.named or not self.again):
            self.record["options"] = options

    @staticmethod
    def _label(row: Sequence[str], place: int) -> str:
        return row[place].strip() if place >= 0 else ""

    def _variant(self, row: Sequence[str]) -> dict[str, Any] | None:
        layout = self.layout
        if not any(map(row.__getitem__, layout.choices)) and not any(map(row.__getitem__, layout.telling)):
            return None
        variant: dict[str, Any] = {"currency": layout.currency}
        if layout.options:
            while any(map(row.__getitem__, layout.choices[len(self.option_names) :])):
                self.option_names.append(f"Option{len(self.option_names) + 1}")
                if "options" in self.record:
                    self.record["options"].append({"name": self.option_names[-1]})
            places = zip(self.option_names, layout.options, strict=False)
            variant["options"] = {name: row[value] for name, (_, value, _) in places}
            if not self.named:
                # Names made up here may stand elsewhere in the file: then the places count.
                variant["choices"] = list(variant["options"].values())
        variant.update(_read(layout.variant, row))
        return variant

    def _image(self, row: Sequence[str]) -> dict[str, Any] | None:
        if self.layout.src is None or not row[self.layout.src]:
            return None
        return _read(self.layout.image, row)

    def done(self) -> Iterator[Taken | Rejected]:
        yield from self.bad
        if not self.rows:
            return
        layout, record = self.layout, self.record
        self._keep_others()
        if layout.variant or layout.options:
            record["variants"] = [variant for _, variant in self.variants]
        if layout.src is not None:
            record["images"] = [image for _, image in self.images]
        record["known"] = layout.known
        yield Taken(self.line, len(self.rows), record)

    def _keep_others(self) -> None:
        """Put the columns that Weft has no field for where they come from: product, variant or picture."""
        variants, images = dict(self.variants), dict(self.images)
        later = self.rows[1:]
        for at, row in enumerate(self.rows):
            for name, index, is_attribute in self.layout.others:
                if not row[index] or (is_attribute and at == 0 and not self.record.get("part")):
                    continue
                if at == 0 and not (at in variants and any(other[index] for other in later)):
                    home = self.record
                else:
                    home = variants.get(at) or images.get(at) or self.record
                home.setdefault("columns", {})[name] = row[index]


class _Bad(Exception):
    def __init__(self, index: int, reason: str) -> None:
        super().__init__(reason)
        self.index, self.reason = index, reason


def _read(columns: Sequence[_Column], row: Sequence[str]) -> dict[str, Any]:
    """The values of a row's cells by field; raises _Bad for the first that is none."""
    values: dict[str, Any] = {}
    index = 0
    try:
        for field, index, form in columns:
            values[field] = form(row[index])
    except ValueError as problem:
        raise _Bad(index, str(problem)) from None
    return values


def read(source: Source) -> Iterator[Taken | Rejected]:
    """Products of a file in either dialect, one whole product at a time."""
    layout = _Layout(source)
    width = len(layout.header)
    group: _Group | None = None
    seen = Seen()
    for line, raw in source.rows():
        row = padded(raw, width)
        if row is None:
            yield Rejected(line, "", raw[width], f"the row has {len(raw)} cells and the header {width}", raw)
            continue
        key = row[layout.id].strip() if layout.id is not None else ""
        title = row[layout.title].strip() if layout.title is not None else ""
        key = key or slug(title)
        if not key:
            if any(cell.strip() for cell in row):
                yield Rejected(line, layout.header[layout.id or 0], "", "a row needs a handle or a title", list(raw))
            else:
                yield Rejected(line, "", "", "the row is blank", list(raw))
            continue
        if group is None or group.key != key:
            if group is not None:
                yield from group.done()
            group = _Group(layout, key, seen.add(key))
        group.add(line, row, raw)
    if group is not None:
        yield from group.done()


# Writing


def _flag(value: Any) -> str:
    return "" if value is None else "TRUE" if value else "FALSE"


def _number(value: Any) -> str:
    return "" if value is None else str(int(value)) if float(value).is_integer() else repr(float(value))


def _shown(form: str, value: Any, currency: str) -> str:
    if value is None:
        return ""
    if form == "price":
        return decimal(value, currency)
    if form == "list":
        return ", ".join(value)
    if form == "flag":
        return _flag(value)
    return _number(value) if form in ("number", "integer") else str(value)


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        inner, unit = value.get("value"), value.get("unit")
        return f"{_plain(inner)} {unit}" if unit else _plain(inner)
    if isinstance(value, bool):
        return _flag(value).lower()
    if isinstance(value, list):
        return "; ".join(_plain(item) for item in value)
    return "" if value is None else str(value)


class _Sheet:
    """The columns of one written file, and how a product fills its rows."""

    def __init__(self, known: Mapping[str, str], dialect: str) -> None:
        old = dialect == "old"
        self.product = [c for c in names.PRODUCT if c.field in known or c.field in ("id", "title")]
        category = known.get("category")
        self.google_category = category == names.GOOGLE_CATEGORY
        if self.google_category:
            self.product = [c for c in self.product if c.field != "category"]
        self.options = [n for n in range(1, _OPTIONS + 1) if f"options.{n}" in known]
        self.linked = {n for n in self.options if f"options.{n}.linked_to" in known}
        self.variant = [c for c in names.VARIANT if f"variants.{c.field}" in known]
        self.image = [c for c in names.IMAGE if f"images.{c.field}" in known]
        self.attributes = [
            (name[11:], _header(name[11:], h)) for name, h in known.items() if name.startswith("attributes.")
        ]
        self.kept = _kept(known)
        rename = names.OLD_KEPT if old else {}
        self.header = [c.old if old else c.new for c in self.product]
        if old:
            self.header.sort(key=lambda name: name != "Handle")
            self.product.sort(key=lambda c: c.field != "id")
        name, value, linked = ("Name", "Value", "Linked To") if old else ("name", "value", "Linked To")
        for n in self.options:
            self.header += [
                f"Option{n} {name}",
                f"Option{n} {value}",
                *([f"Option{n} {linked}"] if n in self.linked else []),
            ]
        self.header += [c.old if old else c.new for c in (*self.variant, *self.image)]
        self.header += [rename.get(names.GOOGLE_CATEGORY, names.GOOGLE_CATEGORY)] if self.google_category else []
        self.header += [rename.get(header, header) for _, header in self.attributes]
        self.header += [rename.get(header, header) for header in self.kept]

    def rows(self, product: Mapping[str, Any]) -> Iterator[list[str]]:
        variants = list(product.get("variants") or ()) if self.variant or self.options else []
        images = list(product.get("images") or ()) if self.image else []
        options = list(product.get("options") or ())
        attributes = product.get("attributes") or {}
        extra = product.get("columns") or {}
        for at in range(max(len(variants), len(images), 1)):
            variant = variants[at] if at < len(variants) else {}
            image = images[at] if at < len(images) else {}
            here = {**(extra if at == 0 else {}), **(variant.get("columns") or {}), **(image.get("columns") or {})}
            row = [_shown(c.form, product.get(c.field), "") if at == 0 or c.field == "id" else "" for c in self.product]
            chosen = variant.get("options") or {}
            for n in self.options:
                option = options[n - 1] if n <= len(options) else {}
                row += [option.get("name", "") if at == 0 else "", chosen.get(option.get("name", "")) or ""]
                row += [(option.get("linked_to") or "") if at == 0 else ""] if n in self.linked else []
            currency = variant.get("currency") or "EUR"
            row += [_shown(c.form, variant.get(c.field), currency) for c in self.variant]
            row += [_shown(c.form, image.get(c.field), "") for c in self.image]
            row += [product.get("category") or "" if at == 0 else ""] if self.google_category else []
            row += [
                _plain(attributes.get(name)) if at == 0 and name in attributes else here.get(header, "")
                for name, header in self.attributes
            ]
            row += [here.get(header, "") for header in self.kept]
            yield row


def _header(attribute: str, header: str) -> str:
    """The column of an attribute; another platform's file has it under a name that says nothing here."""
    return header if names.attribute_of(header) == attribute else names.header_of(attribute)


def _kept(known: Mapping[str, str]) -> list[str]:
    """The columns that are kept as they are, but for what another platform's file calls as Shopify calls its own."""
    fields = {header for name, header in known.items() if not name.startswith("columns.")}
    kept = [header for name, header in known.items() if name.startswith("columns.")]
    return [header for header in kept if header not in fields and header.lower() not in _OWN]


_OWN: Final = {
    name.lower() for column in (*names.PRODUCT, *names.VARIANT, *names.IMAGE) for name in (column.old, column.new)
}
_ALL: Final = {
    **{c.field: c.new for c in names.PRODUCT},
    **{f"options.{n}": f"Option{n}" for n in range(1, _OPTIONS + 1)},
    **{f"variants.{c.field}": c.new for c in names.VARIANT},
    **{f"images.{c.field}": c.new for c in names.IMAGE},
}


def known_of(product: Mapping[str, Any]) -> dict[str, str]:
    """The columns in which a product may be written without blanking what is not known of it."""
    known = dict(product.get("known") or {})
    for c in names.PRODUCT:
        if product.get(c.field) not in (None, "", []):
            known.setdefault(c.field, c.new)
    for name in product.get("attributes") or {}:
        known.setdefault(f"attributes.{name}", names.header_of(name))
    for n in range(1, min(len(product.get("options") or ()), _OPTIONS) + 1):
        known.setdefault(f"options.{n}", f"Option{n}")
    homes = [product, *(product.get("variants") or ()), *(product.get("images") or ())]
    for variant in product.get("variants") or ():
        for c in names.VARIANT:
            if f"variants.{c.field}" not in known and variant.get(c.field) not in (None, ""):
                known[f"variants.{c.field}"] = c.new
    if product.get("images"):
        known.setdefault("images.src", "Product image URL")
        if any(image.get("alt") for image in product["images"]):
            known.setdefault("images.alt", "Image alt text")
    for home in homes:
        for header in home.get("columns") or ():
            if header not in known.values():
                known[f"columns.{header}"] = header
    return known


def write(records: Iterable[Mapping[str, Any]], path: Path, options: Mapping[str, Any]) -> list[Written]:
    """Write products; those of which different columns are known go to different files, so that nothing is blanked."""
    dialect = str(options.get("dialect") or "new")
    sheets = Sheets(path, "\r\n" if dialect == "old" else "\n")
    layouts: dict[tuple[str, ...], _Sheet] = {}
    spoken = _spoken(records, options.get("fields"))
    with ExitStack() as stack:
        if options.get("one_file"):
            spoken = stack.enter_context(_together(spoken, path.parent))
        for product, known in spoken:
            key = tuple(sorted(known))
            if key not in layouts:
                layouts[key] = _Sheet(known, dialect)
            sheets.add(layouts[key].header, layouts[key].rows(product))
    return sheets.done(_Sheet(_ALL, dialect).header)


_Spoken = Iterator[tuple[Mapping[str, Any], Mapping[str, str]]]


def _spoken(records: Iterable[Mapping[str, Any]], chosen: Mapping[str, Sequence[str]] | None) -> _Spoken:
    """Products with the columns in which each is to be written: all that are known, or those of the `chosen` fields."""
    for product in records:
        known = known_of(product)
        if chosen is not None:
            known = _only(known, chosen.get(product["id"], ()))
            product = {**product, "variants": _touched(product, chosen.get(product["id"], ()))}
        yield product, known


@contextmanager
def _together(spoken: _Spoken, folder: Path) -> Iterator[_Spoken]:
    """The same products, each in the columns of all; they wait in a file until those are known."""
    union: dict[str, str] = {}
    with tempfile.TemporaryFile(dir=folder) as waiting:
        for product, known in spoken:
            # Two fields may have one column, such as an option that is an attribute elsewhere.
            taken = set(union.values())
            union |= {field: header for field, header in known.items() if field not in union and header not in taken}
            waiting.write(orjson.dumps(product, default=str) + b"\n")
        waiting.seek(0)
        yield ((orjson.loads(line), union) for line in waiting)


def _touched(product: Mapping[str, Any], fields: Sequence[str]) -> list[Mapping[str, Any]]:
    """The variants that changed fields name, so that the others are not written again."""
    named = {field[len("variants.") :].rpartition(".")[0] for field in fields if field.startswith("variants.")}
    return [
        variant
        for place, variant in enumerate(product.get("variants") or (), 1)
        if f"#{place}" in named or variant.get("sku") in named
    ]


def _only(known: Mapping[str, str], fields: Sequence[str]) -> dict[str, str]:
    """The columns of a file that holds only what changed: those of the changed fields, and what they need to be found."""
    kept: dict[str, str] = {}
    for field in fields:
        family, _, rest = field.partition(".")
        name = f"variants.{rest.rpartition('.')[2]}" if family == "variants" else field
        if family == "images":
            kept.update({key: known[key] for key in known if key in ("images.src", "images.alt", "images.position")})
            name = "images.alt"
        if family == "translations":
            continue
        kept[name] = known.get(name) or _ALL.get(name) or names.header_of(rest)
        if family == "variants":
            kept.update(
                {key: header for key, header in known.items() if key.startswith("options.") or key == "variants.sku"}
            )
    return kept
