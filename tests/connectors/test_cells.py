"""Cells in every local form, and the words that are none."""

import pytest

from weft.connectors import cells


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [
        ("1.234,50 €", "EUR", 123450),
        ("CHF 1'234.50", "CHF", 123450),
        ("1’299.–", "CHF", 129900),
        ("Fr. 12.50", "CHF", 1250),
        ("Rs. 500", "INR", 50000),
        ("Rs.500", "INR", 50000),
        ("kr. 1.234,50", "DKK", 123450),
        ("$.99", "USD", 99),
        ("A$ 5", "AUD", 500),
        ("$5", "CAD", 500),
        ("(12.00)", "EUR", -1200),
        ("5-", "EUR", -500),
        ("−5,5", "EUR", -550),
        ("€ -5,-", "EUR", -500),
        ("€ 5,-", "EUR", 500),
        ("1,234", "EUR", 123400),
        ("1,234", "KWD", 1234),
        ("1,00,000.50", "INR", 10000050),
        ("1 234 567,89", "EUR", 123456789),
        ("1 234,50", "PLN", 123450),
        ("0.10", "EUR", 10),
        ("19.990", "EUR", 1999),
        ("1200", "JPY", 1200),
        ("'12.50", "EUR", 1250),
        ("１２", "EUR", 1200),
        ("  ", "EUR", None),
    ],
)
def test_amounts(text: str, currency: str, amount: int | None) -> None:
    assert cells.price(text, currency) == amount


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("12 USD", "is not in EUR"),
        ("$5", "is not in EUR"),
        ("from 12", "is not a number"),
        ("ca. 5", "is not a number"),
        ("<5", "is not a number"),
        ("A1", "is not a number"),
        ("5 - 10", "is not a number"),
        ("1,2,3", "is not a number"),
        ("1.234.50", "is not a number"),
        ("12 kg", "is not a number"),
        ("½", "is not a number"),
        ("12.345", "has more decimals than EUR has"),
        ("9" * 30, "is too large an amount"),
    ],
)
def test_what_is_no_amount_is_said(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        cells.price(text, "EUR")


def test_a_number_stands_alone_or_beside_a_word_for_pieces() -> None:
    said = ["12", "12 pieces", "12 Stück", "1.234,5", "1,234", "-3", "1.5e3", ""]
    assert [cells.number(text) for text in said] == [12, 12, 12, 1234.5, 1234, -3, 1500, None]
    for text in ("12 kg", "XL-42", "A1", "1_000", "nan", "inf", "12%", "2 x 6", "twelve", "0x10"):
        with pytest.raises(ValueError, match="is not a number"):
            cells.number(text)


def test_a_whole_number_fits_the_database() -> None:
    assert [cells.integer(text) for text in ("3.0", "1,234", "-7", "")] == [3, 1234, -7, None]
    with pytest.raises(ValueError, match="is too large"):
        cells.integer("99999999999")
    with pytest.raises(ValueError, match="is not a whole number"):
        cells.integer("1.5")


def test_a_sign_that_currencies_share_is_the_usual_one() -> None:
    assert cells.currency_in("$5") == "USD"
    assert cells.currency_in("$5", "CAD") == "CAD"
    assert cells.currency_in("5 kr", "NOK") == "NOK"
    assert cells.currency_in("$5", "EUR") == "USD"
    assert cells.currency_in("kraft paper") is None


@pytest.mark.parametrize("text", ["TRUE", "True", "yes", "1", "Ja", "WAHR"])
def test_flags_in_any_case(text: str) -> None:
    assert cells.flag(text) is True
    assert cells.flag("FALSE") is False
    assert cells.flag("") is None


def test_times() -> None:
    assert str(cells.moment("2024-05-01 10:00:00 -0400")) == "2024-05-01 14:00:00+00:00"
    for text in ("0001-01-01T00:00:00+05:00", "9999-12-31 23:59:59 -0500", "2024-02-30", "soon"):
        with pytest.raises(ValueError, match="is not a date"):
            cells.moment(text)
