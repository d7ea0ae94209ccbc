"""Tables of nobody's format: columns are guessed or mapped, amounts are read as their column writes them."""

from pathlib import Path
from typing import Any

import pytest

from weft.connectors import Rejected, Taken, connector_for
from weft.connectors.guessing import decimal_mark, guess, settled
from weft.connectors.source import Source
from weft.connectors.tables import CONNECTOR, fields_of
from weft.errors import InputError, UnknownFormat


def source(folder: Path, text: str, mapping: dict[str, str] | None = None, currency: str = "EUR") -> Source:
    path = folder / "in.csv"
    path.write_text(text, encoding="utf-8")
    return Source(path, currency=currency, mapping=mapping or {})


def read(folder: Path, kind: str, text: str, mapping: dict[str, str] | None = None) -> list[Taken | Rejected]:
    return list(CONNECTOR.read(kind, source(folder, text, mapping)))


def taken(items: list[Taken | Rejected]) -> list[dict[str, Any]]:
    return [item.record for item in items if isinstance(item, Taken)]


def rejected(items: list[Taken | Rejected]) -> list[tuple[int, str, str]]:
    return [(item.line, item.column, item.value) for item in items if isinstance(item, Rejected)]


@pytest.mark.parametrize(
    ("kind", "header", "fields"),
    [
        (
            "products",
            "Artikelnummer;Bezeichnung;Preis (EUR);UVP;EAN;Bestand;Farbe;Größe;Hersteller",
            "variants.sku;title;variants.price;variants.compare_at;variants.barcode;variants.stock;options.color;"
            "options.size;vendor",
        ),
        (
            "products",
            "SKU;ProductName;UNIT_PRICE;qty;BarCode;Image Link;Weight (kg)",
            "variants.sku;title;variants.price;variants.stock;variants.barcode;images.src;variants.grams",
        ),
        (
            "products",
            "Référence;Nom du produit;Prix TTC;Quantité;Marque;Couleur",
            "variants.sku;title;variants.price;variants.stock;vendor;options.color",
        ),
        (
            "products",
            "referencia;Nombre;Precio €;Existencias;Talla",
            "variants.sku;title;variants.price;variants.stock;options.size",
        ),
        (
            "customers",
            "Kundennummer;E-Mail;Vorname;Nachname;PLZ;Ort",
            "id;email;first_name;last_name;address.zip;address.city",
        ),
        ("stock", "Artikel-Nr.;Lagerort;Menge", "sku;location;quantity"),
        (
            "orders",
            "InvoiceNo;StockCode;Description;Quantity;InvoiceDate;UnitPrice;CustomerID;Country",
            "id;product;title;quantity;at;price;customer;country",
        ),
    ],
)
def test_columns_are_guessed_by_name(kind: str, header: str, fields: str) -> None:
    columns = header.split(";")
    assert guess(kind, columns, []) == dict(zip(fields.split(";"), columns, strict=True))


def test_columns_are_guessed_by_what_stands_in_them() -> None:
    header = ["sku", "name", "price", "status", "code two", "link"]
    rows = [
        ["a", "A", "on request", "in stock", "4006381333931", "https://example.com/a.jpg"],
        ["b", "B", "ask us", "sold out", "5901234123457", "https://example.com/b.png?v=2"],
        ["c", "C", "call", "in stock", "96385074", "https://example.com/c.webp"],
    ]
    assert guess("products", header, rows) == {
        "variants.sku": "sku",
        "title": "name",
        "variants.barcode": "code two",
        "images.src": "link",
    }


def test_a_mapping_overrules_the_guess_and_is_shown(tmp_path: Path) -> None:
    file = source(
        tmp_path,
        "sku,name,Farbe,FR,note,junk,Size chart\na,Lamp,rot,Lampe,hi,x,y\n",
        {"attributes.color": "farbe", "translations.fr.title": "FR", "title": "note", "-": "junk,Size chart"},
    )
    (record,) = taken(list(CONNECTOR.read("products", file)))
    assert file.guessed == {
        "variants.sku": "sku",
        "attributes.color": "Farbe",
        "translations.fr.title": "FR",
        "title": "note",
    }
    assert record["title"] == "hi"
    assert record["attributes"] == {"color": "rot"}
    assert record["translations"] == {"fr": {"title": "Lampe"}}
    assert record["columns"] == {"name": "Lamp"}
    assert record["known"]["columns.name"] == "name"
    assert "-" not in record


@pytest.mark.parametrize(
    "mapping", [{"title": "nmae"}, {"titel": "name"}, {"-": "junk,nothing"}, {"attributes.": "name"}]
)
def test_a_wrong_mapping_is_said(tmp_path: Path, mapping: dict[str, str]) -> None:
    with pytest.raises(InputError, match="--map"):
        fields_of("products", source(tmp_path, "sku,name,junk\na,Lamp,x\n", mapping))


def test_a_file_without_the_needed_columns_is_not_taken(tmp_path: Path) -> None:
    with pytest.raises(UnknownFormat, match="--map"):
        connector_for("products", source(tmp_path, "alpha,beta\n1,2\n"))
    with pytest.raises(InputError, match="title"):
        connector_for("products", source(tmp_path, "alpha,beta\n1,2\n", {"id": "alpha"}))


@pytest.mark.parametrize(
    ("cells", "mark"),
    [
        (["1,234", "12,50"], ","),
        (["1,234", "12.50"], "."),
        (["1.234.567", "1.234"], ","),
        (["1.234,50 €"], ","),
        (["€ 1,234.50"], "."),
        (["0,125"], ","),
        (["1,234", "5"], None),
        (["1'299.00"], "."),
        ([], None),
    ],
)
def test_the_decimal_mark_of_a_column(cells: list[str], mark: str | None) -> None:
    assert decimal_mark(cells) == mark


def test_an_open_amount_is_settled_by_its_column() -> None:
    assert [settled("1,234", mark) for mark in (",", ".", None)] == ["1.234", "1234", "1234"]
    assert settled("12,50", ".") == "12,50"
    assert settled("12 Euro", None) == "12"
    for words in ("on request", "from 12", "12 each", "ask"):
        with pytest.raises(ValueError, match="amount"):
            settled(words, None)


@pytest.mark.parametrize(
    ("header", "cells", "amounts"),
    [
        ("price", ["1.234 €", "1.234,50 €"], [(123400, "EUR"), (123450, "EUR")]),
        ("price", ["1,234", "12.50"], [(123400, "EUR"), (1250, "EUR")]),
        ("price", ["1,234", "5"], [(123400, "EUR"), (500, "EUR")]),
        ("Preis (CHF)", ["1'299.-", "2"], [(129900, "CHF"), (200, "CHF")]),
        ("price", ["$5.00", "GBP 7"], [(500, "USD"), (700, "GBP")]),
        ("price", ["", "7,5"], [(None, "EUR"), (750, "EUR")]),
    ],
)
def test_prices_in_local_forms(
    tmp_path: Path, header: str, cells: list[str], amounts: list[tuple[int | None, str]]
) -> None:
    rows = "".join(f'{n};Lamp {n};"{cell}"\n' for n, cell in enumerate(cells))
    found = taken(read(tmp_path, "products", f"sku;name;{header}\n{rows}"))
    assert [(p["variants"][0]["price"], p["variants"][0]["currency"]) for p in found] == amounts


def test_a_column_may_name_the_currency(tmp_path: Path) -> None:
    items = read(tmp_path, "products", "sku,name,price,currency\na,A,5,SEK\nb,B,5,\nc,C,5,?\n")
    assert [p["variants"][0]["currency"] for p in taken(items)] == ["SEK", "EUR"]
    assert rejected(items) == [(4, "currency", "?")]


def test_weights_are_grams(tmp_path: Path) -> None:
    (product,) = taken(read(tmp_path, "products", 'sku,name,Weight (kg)\na,A,"1,5"\n'))
    assert product["variants"][0]["grams"] == 1500


def test_rows_with_one_id_are_one_product(tmp_path: Path) -> None:
    items = read(
        tmp_path,
        "products",
        "id,sku,title,size,price,shelf\nlamp,L-S,Lamp,S,10,B1\nlamp,L-M,Lamp,M,12,B2\ncup,C,Cup,,3,\n",
    )
    lamp, cup = taken(items)
    assert [item.rows for item in items if isinstance(item, Taken)] == [2, 1]
    assert lamp["options"] == [{"name": "Size"}]
    assert [(v["sku"], v["options"], v["price"]) for v in lamp["variants"]] == [
        ("L-S", {"Size": "S"}, 1000),
        ("L-M", {"Size": "M"}, 1200),
    ]
    assert (lamp["columns"], lamp["variants"][1]["columns"]) == ({"shelf": "B1"}, {"shelf": "B2"})
    assert (cup["id"], "options" in cup) == ("cup", False)


def test_rows_with_one_title_and_other_options_are_one_product(tmp_path: Path) -> None:
    items = read(tmp_path, "products", "sku,title,Farbe\nL-R,Lamp,rot\nL-B,Lamp,blau\nC,Cup,rot\nX,Lamp2,\nY,Lamp2,\n")
    assert [(p["id"], len(p["variants"])) for p in taken(items)] == [("L-R", 2), ("C", 1), ("X", 1), ("Y", 1)]
    assert taken(items)[1]["attributes"] == {"color": "rot"}


def test_rows_with_one_parent_are_one_product_also_where_there_is_one(tmp_path: Path) -> None:
    items = read(tmp_path, "products", "sku,item_group_id,title,size\na,g,Lamp,S\nb,h,Cup,M\nc,h,Cup,L\n")
    assert [(p["id"], p["options"], len(p["variants"])) for p in taken(items)] == [
        ("g", [{"name": "Size"}], 1),
        ("h", [{"name": "Size"}], 2),
    ]


def test_a_second_row_of_a_variant_adds_pictures_or_is_rejected(tmp_path: Path) -> None:
    items = read(
        tmp_path,
        "products",
        "id,title,price,image\na,A,5,https://x.test/1.jpg\na,,,https://x.test/2.jpg\na,A,5,https://x.test/1.jpg\na,A,6,\n",
    )
    (product,) = taken(items)
    assert [image["src"] for image in product["images"]] == ["https://x.test/1.jpg", "https://x.test/2.jpg"]
    assert len(product["variants"]) == 1
    assert rejected(items) == [(5, "price", "6")]


def test_every_row_is_taken_or_rejected(tmp_path: Path) -> None:
    rows = "a,A,5,3\nb,B,cheap,3\n,,5,3\nc,C,5,few\nd,D,5,3,more\ne,E,5,3\n"
    items = read(tmp_path, "products", "sku,name,price,stock\n" + rows)
    assert sorted(rejected(items)) == [(3, "price", "cheap"), (4, "", ""), (5, "stock", "few"), (6, "", "")]
    assert sum(item.rows if isinstance(item, Taken) else 1 for item in items) == 6


def test_a_product_without_id_or_sku_is_named_after_its_title(tmp_path: Path) -> None:
    (product,) = taken(read(tmp_path, "products", "name,price\nRed Lamp,5\n"))
    assert (product["id"], product["title"]) == ("red-lamp", "Red Lamp")


def test_customers(tmp_path: Path) -> None:
    items = read(
        tmp_path,
        "customers",
        "Kundennummer;E-Mail;Vorname;Newsletter;PLZ;Ort;Treue\n17850.0;a@example.com;A;ja;01099;Dresden;Gold\n;;;;;;\n"
        "3;;B;vielleicht;;;\n;c@example.com;C;;;;\n",
    )
    first, second = taken(items)
    assert (first["id"], first["email"], first["accepts_marketing"]) == ("17850", "a@example.com", True)
    assert first["addresses"] == [{"zip": "01099", "city": "Dresden"}]
    assert first["columns"] == {"Treue": "Gold"}
    assert first["known"]["columns.Treue"] == "Treue"
    assert second["id"] == "c@example.com"
    assert rejected(items) == [(3, "Kundennummer", ""), (4, "Newsletter", "vielleicht")]


def test_stock_levels(tmp_path: Path) -> None:
    items = read(tmp_path, "stock", "SKU,Lager,Bestand\na,Ulm,4\nb,Ulm,\nc,,-1\n,Ulm,3\nd,Ulm,1.5\n")
    assert taken(items) == [
        {"product": None, "sku": "a", "location": "Ulm", "quantity": 4},
        {"product": None, "sku": "c", "location": "", "quantity": -1},
    ]
    assert rejected(items) == [(3, "Bestand", ""), (5, "Bestand", "3"), (6, "Bestand", "1.5")]


def test_tables_of_products_are_not_written(tmp_path: Path) -> None:
    with pytest.raises(UnknownFormat, match="jsonl"):
        CONNECTOR.write("products", [], tmp_path / "out.csv", {})
