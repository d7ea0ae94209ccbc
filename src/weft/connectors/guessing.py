"""Which column of a table is which field: by what the column is called in five languages, and by what stands in it."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from stdnum import ean

from weft.connectors import cells

# In the order in which a field takes its column; a name is compared without case, accents and punctuation.
NAMES: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "products": {
        "id": ("id", "handle", "url handle", "product id", "item id", "itemid", "produkt id", "artikel id", "product code", "code", "slug"),
        "parent": ("item group id", "parent sku", "parent", "parent id", "group id", "master sku", "parent code"),
        "variants.sku": ("sku", "variant sku", "artikelnummer", "artikelnr", "artikel nr", "art nr", "item number", "item no", "part number", "stock code", "stockcode", "referencia", "reference", "ref", "mpn"),
        "title": ("title", "name", "product name", "product title", "product", "item name", "bezeichnung", "artikelbezeichnung", "produktname", "artikel", "titel", "nom", "nom du produit", "titre", "nombre", "titulo", "designation"),
        "description": ("description", "body html", "body", "beschreibung", "langtext", "produktbeschreibung", "long description", "descripcion", "descriptif", "details"),
        "vendor": ("vendor", "brand", "manufacturer", "marke", "hersteller", "marque", "fabricant", "marca", "fabricante", "supplier"),
        "category": ("category", "product category", "categories", "kategorie", "warengruppe", "categorie", "categoria", "google product category", "product type category"),
        "type": ("type", "product type", "produkttyp", "artikelart", "tipo"),
        "tags": ("tags", "keywords", "schlagworte", "stichworte", "mots cles", "etiquetas"),
        "status": ("status", "state", "product status"),
        "currency": ("currency", "wahrung", "devise", "moneda", "currency code", "price currency"),
        "variants.barcode": ("barcode", "ean", "gtin", "upc", "ean13", "gtin13", "ean code", "isbn", "gtin upc ean or isbn", "codigo de barras", "code barre"),
        "variants.price": ("price", "variant price", "regular price", "sale price", "unit price", "unitprice", "preis", "verkaufspreis", "vk", "vk preis", "brutto", "prix", "prix ttc", "precio", "pvp"),
        "variants.compare_at": ("compare at price", "msrp", "rrp", "uvp", "list price", "listenpreis", "prix barre", "precio anterior", "was price"),
        "variants.cost": ("cost", "cost per item", "ek", "einkaufspreis", "ek preis", "purchase price", "unit cost", "prix d achat", "coste"),
        "variants.stock": ("stock", "quantity", "qty", "inventory", "inventory quantity", "bestand", "lagerbestand", "menge", "on hand", "quantite", "existencias", "available"),
        "variants.grams": ("weight g", "grams", "gewicht g", "weight grams", "poids g", "peso g", "weight value grams", "weight", "gewicht", "poids", "peso", "shipping weight"),
        "images.src": ("image", "image url", "image link", "image src", "picture", "bild", "bild url", "bildlink", "photo", "imagen", "main image"),
        "seo_title": ("seo title", "meta title"),
        "seo_description": ("seo description", "meta description"),
        "options.size": ("size", "grosse", "groesse", "taille", "talla"),
        "options.color": ("color", "colour", "farbe", "couleur"),
    },
    "customers": {
        "id": ("id", "customer id", "customerid", "customer no", "customer number", "kundennummer", "kunden nr", "numero client", "kunde"),
        "email": ("email", "e mail", "mail", "email address", "e mail adresse", "correo", "courriel"),
        "first_name": ("first name", "firstname", "vorname", "given name", "prenom", "nombre"),
        "last_name": ("last name", "lastname", "nachname", "surname", "family name", "name", "nom", "apellido", "apellidos"),
        "phone": ("phone", "telephone", "telefon", "tel", "mobile", "telefono"),
        "company": ("company", "firma", "societe", "empresa", "organisation", "organization"),
        "note": ("note", "notes", "notiz", "bemerkung", "comment"),
        "tags": ("tags", "segments", "gruppe", "group"),
        "accepts_marketing": ("accepts marketing", "accepts email marketing", "newsletter", "opt in", "optin"),
        "address.address1": ("address1", "address", "street", "strasse", "adresse", "rue", "direccion", "calle"),
        "address.zip": ("zip", "postcode", "postal code", "plz", "code postal", "codigo postal"),
        "address.city": ("city", "town", "ort", "stadt", "ville", "ciudad"),
        "address.country": ("country", "land", "pays", "pais"),
    },
    "orders": {
        "id": ("invoice no", "invoiceno", "invoice", "invoice number", "invoice id", "order id", "orderid", "order", "order number", "order no", "name", "bestellnummer", "auftragsnummer", "rechnungsnummer", "belegnummer", "numero de commande", "numero de pedido", "commande", "pedido", "id"),
        "product": ("stock code", "stockcode", "product id", "product code", "product", "item code", "item", "artikelnummer", "artikelnr", "reference", "referencia", "product handle"),
        "sku": ("sku", "lineitem sku", "variant sku"),
        "title": ("description", "lineitem name", "product name", "item name", "title", "bezeichnung", "artikelbezeichnung", "designation", "descripcion", "name"),
        "quantity": ("quantity", "qty", "lineitem quantity", "units", "menge", "anzahl", "stuck", "quantite", "cantidad"),
        "price": ("unit price", "unitprice", "price", "lineitem price", "price each", "preis", "einzelpreis", "stuckpreis", "prix unitaire", "prix", "precio", "precio unitario"),
        "at": ("invoice date", "invoicedate", "order date", "orderdate", "date", "created at", "datum", "bestelldatum", "rechnungsdatum", "fecha", "timestamp"),
        "customer": ("customer id", "customerid", "customer", "customer no", "kundennummer", "kunde", "client", "cliente", "email", "customer email"),
        "country": ("country", "shipping country", "land", "lieferland", "pays", "pais"),
        "currency": ("currency", "wahrung", "devise", "moneda"),
    },
    "stock": {
        "product": ("handle", "product id", "product", "id"),
        "sku": ("sku", "artikelnummer", "stock code", "stockcode", "variant sku", "artikelnr", "item number", "reference", "referencia"),
        "location": ("location", "warehouse", "lager", "lagerort", "standort", "store", "entrepot", "almacen"),
        "quantity": ("on hand", "quantity", "qty", "stock", "available", "bestand", "lagerbestand", "menge", "quantite", "cantidad", "on hand new", "existencias"),
    },
    "suppliers": {
        "id": ("supplier id", "supplier", "supplier code", "supplier number", "vendor id", "vendor code", "vendor", "lieferant", "lieferantennummer", "kreditor", "fournisseur", "proveedor", "id"),
        "name": ("supplier name", "vendor name", "lieferantenname", "name", "company", "firma", "nom", "nombre"),
        "email": ("email", "e mail", "mail", "email address", "order email"),
        "currency": ("currency", "wahrung", "devise", "moneda"),
        "lead_days": ("lead days", "lead time", "lead time days", "lead time in days", "delivery time", "delivery days", "lieferzeit", "lieferzeit tage", "delai", "delai de livraison", "plazo de entrega"),
        "lead_spread_days": ("lead spread days", "lead time spread", "lead spread", "lead time deviation", "lead time standard deviation", "streuung der lieferzeit"),
        "review_days": ("review days", "review period", "order cycle", "order every", "bestellrhythmus", "bestellzyklus"),
        "minimum_order": ("minimum order", "minimum order value", "min order value", "min order", "mov", "mindestbestellwert", "minimum de commande", "pedido minimo"),
        "note": ("note", "notes", "notiz", "bemerkung", "comment"),
        "sku": ("sku", "variant sku", "our sku", "item", "item number", "item code", "stock code", "stockcode", "artikelnummer", "artikelnr", "product", "product id", "reference", "referencia"),
        "supplier_sku": ("supplier sku", "vendor sku", "supplier item", "supplier item number", "supplier part number", "manufacturer part number", "mpn", "lieferantenartikelnummer", "lieferanten artikelnummer", "bestellnummer"),
        "cost": ("cost", "unit cost", "purchase price", "cost price", "price", "unit price", "ek", "ek preis", "einkaufspreis", "prix d achat", "coste", "precio de compra"),
        "pack": ("pack", "pack size", "case size", "case pack", "units per pack", "units per case", "order multiple", "ve", "verpackungseinheit", "colisage"),
        "minimum": ("minimum quantity", "minimum order quantity", "min order quantity", "min quantity", "min qty", "moq", "minimum", "mindestmenge", "mindestbestellmenge", "cantidad minima"),
        "preferred": ("preferred", "main supplier", "preferred supplier", "hauptlieferant", "bevorzugt"),
    },
    "purchases": {
        "id": ("purchase order", "purchase order id", "purchase order number", "po number", "po id", "po", "order id", "order number", "order", "bestellung", "bestellnummer", "commande", "pedido", "number", "id"),
        "supplier": ("supplier", "supplier id", "vendor", "vendor id", "lieferant", "fournisseur", "proveedor"),
        "state": ("state", "status", "order status"),
        "ordered_at": ("ordered at", "order date", "ordered", "ordered on", "date", "bestelldatum", "datum", "date de commande", "fecha"),
        "expected": ("expected", "expected date", "expected on", "due", "due date", "delivery date", "eta", "arrival", "liefertermin", "lieferdatum"),
        "currency": ("currency", "wahrung", "devise", "moneda"),
        "note": ("note", "notes", "notiz", "bemerkung", "comment"),
        "sku": ("sku", "variant sku", "item", "item number", "item code", "stock code", "stockcode", "artikelnummer", "artikelnr", "product", "product id", "reference", "referencia"),
        "supplier_sku": ("supplier sku", "vendor sku", "supplier item number", "supplier part number", "lieferanten artikelnummer", "mpn"),
        "title": ("title", "description", "item name", "product name", "bezeichnung", "artikelbezeichnung"),
        "quantity": ("quantity", "quantity ordered", "ordered quantity", "qty", "qty ordered", "units", "menge", "anzahl", "bestellmenge", "quantite", "cantidad"),
        "received": ("received", "quantity received", "received quantity", "qty received", "geliefert", "liefermenge"),
        "cost": ("cost", "unit cost", "unit price", "price", "purchase price", "preis", "einkaufspreis", "prix", "coste"),
    },
}  # fmt: skip
REQUIRED: Final = {
    "products": (("title",),),
    "customers": (("email", "id", "phone"),),
    "orders": (("id",), ("quantity",), ("product", "sku", "title")),
    "stock": (("sku", "product"), ("quantity",)),
    "suppliers": (("id", "name"),),
    "purchases": (("id",), ("sku",), ("quantity",)),
}


_TRAILING: Final = frozenset(
    ["in", "eur", "usd", "gbp", "chf", "jpy", "pln", "sek", "nok", "dkk", "cad", "aud", "czk", "huf", "euro", "euros"]
)
_GRAMS: Final = {"g": 1.0, "gr": 1.0, "grams": 1.0, "kg": 1000.0, "lb": 453.59237, "lbs": 453.59237, "oz": 28.349523125}
_STATUSES: Final = frozenset(("active", "draft", "archived"))


def plain(name: str) -> str:
    """A column's name without case, accents, spaces, punctuation, what stands in brackets, and a currency behind it."""
    folded = unicodedata.normalize("NFKD", name.replace("ß", "ss")).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", re.sub(r"\(.*?\)|\[.*?\]", " ", folded))
    while len(words) > 1 and words[-1] in _TRAILING:
        words.pop()
    return "".join(words)


def grams_in(header: str) -> float | None:
    """How many grams are one of the unit that a column's name gives, such as `Weight (kg)`; None where it gives none."""
    words = re.findall(r"[a-z]+", header.lower())
    return next((_GRAMS[word] for word in reversed(words) if word in _GRAMS), None)


def ignored(header: Sequence[str], mapping: Mapping[str, str]) -> set[str]:
    """The columns that `--map -=column` leaves out; several are set apart by commas."""
    said = mapping.get("-", "")
    lower = {name.strip().lower(): name for name in header}
    parts = [said] if said.strip().lower() in lower else said.split(",")
    return {lower[part.strip().lower()] for part in parts if part.strip().lower() in lower}


def guess(kind: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[str, str]:
    """Fields and the columns that hold them, as far as names and the sample `rows` tell."""
    found: dict[str, str] = {}
    by_name: dict[str, int] = {}
    for column, name in enumerate(header):
        by_name.setdefault(plain(name), column)
    taken: set[int] = set()
    for field, names in NAMES[kind].items():
        for name in names:
            index = by_name.get(name.replace(" ", ""))
            if index is None or index in taken or (field == "variants.grams" and grams_in(header[index]) is None):
                continue
            if _fits(field, [row[index] for row in rows if index < len(row)]):
                found[field] = header[index]
                taken.add(index)
                break
    if kind == "products":
        for field, looks in (("variants.barcode", ean.is_valid), ("images.src", _is_picture)):
            place = None if field in found else _by_content(header, rows, taken, looks)
            if place is not None:
                found[field] = header[place]
                taken.add(place)
    return found


def _is_picture(value: str) -> bool:
    return re.match(r"https?://\S+\.(jpe?g|png|webp|gif|avif)(\?\S*)?$", value, re.IGNORECASE) is not None


def _by_content(
    header: Sequence[str], rows: Sequence[Sequence[str]], taken: set[int], looks: Callable[[str], bool]
) -> int | None:
    """The first free column of which every cell in the sample, and at least three, look so."""
    for place in range(len(header)):
        values = [row[place].strip() for row in rows if place < len(row) and row[place].strip()]
        if place not in taken and header[place] and len(values) >= 3 and all(looks(value) for value in values):
            return place
    return None


def _fits(field: str, values: Sequence[str]) -> bool:
    """Whether what stands in a column can be what its name says: most of it must be readable as that."""
    filled = [value for value in values if value.strip()][:50]
    readers = {
        "variants.price": lambda cell: cells.price(settled(cell, None), "KWD"),
        "variants.compare_at": lambda cell: cells.price(settled(cell, None), "KWD"),
        "variants.cost": lambda cell: cells.price(settled(cell, None), "KWD"),
        "price": lambda cell: cells.number(settled(cell, None)),
        "quantity": cells.number,
        "variants.stock": cells.number,
        "at": cells.moment,
        "status": _status,
    }
    if field not in readers or not filled:
        return True
    good = 0
    for value in filled:
        try:
            readers[field](value)  # type: ignore[operator]
            good += 1
        except ValueError:
            continue
    return good * 2 >= len(filled)


def _status(cell: str) -> str:
    if cell.strip().lower() not in _STATUSES:
        raise ValueError("is not active, draft or archived")
    return cell.strip().lower()


_OPEN_AMOUNT: Final = re.compile(r"(-?[1-9]\d{0,2})([.,])(\d{3})")


def decimal_mark(values: Iterable[str]) -> str | None:
    """The mark before a column's decimals, told by those cells that can be read in one way only; None if none can."""
    votes = {",": 0, ".": 0}
    for value in values:
        try:
            text = re.sub("[ ']", "", cells.bare(value))
        except ValueError:
            continue
        if _OPEN_AMOUNT.fullmatch(text):
            continue
        last = max(text.rfind(","), text.rfind("."))
        if last < 0 or not text[last + 1 :].isdigit():
            continue
        mark = text[last]
        other = "," if mark == "." else "."
        votes[other if text.count(mark) > 1 else mark] += 1
    return None if votes[","] == votes["."] else max(votes, key=lambda mark: votes[mark])


def settled(amount: str, mark: str | None, known: Callable[[str], bool] = cells.is_money) -> str:
    """An amount's digits; one such as `1,234`, which could be read in two ways, in the way of its column.

    Raises ValueError for words: `on request` is not a blank price, and `from 12` not a price of 12.
    """
    if not amount.strip():
        return ""
    try:
        text = cells.bare(amount, known)
    except ValueError:
        raise ValueError("is not an amount") from None
    found = _OPEN_AMOUNT.fullmatch(text)
    if not found:
        return text
    return f"{found[1]}.{found[3]}" if found[2] == mark else f"{found[1]}{found[3]}"
