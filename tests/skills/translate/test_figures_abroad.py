"""Numbers, measures and sizes are read as one language writes them and written as another market wants them."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weft.skills.translate import numbers, sizes, units
from weft.skills.translate.sizes import Kind, Who
from weft.skills.translate.units import System


@pytest.mark.parametrize(
    ("text", "language", "values"),
    [
        ("1,500 and 1.500 and 2.5", "en", "1500 1.5 2.5"),
        ("1.500 und 2,5 und 1.234,56", "de", "1500 2.5 1234.56"),
        ("1 500 et 1\u202f500,5", "fr", "1500 1500.5"),
        ("5 500 ml bottles", "en", "5 500"),
        ("1’250.50", "de-CH", "1250.5"),
        ("3万 ５００ ３営業日", "ja", "30000 500 3"),
        ("٢٫٥ و ١٬٠٠٠", "ar", "2.5 1000"),
        ("1 1/2, 5½, 3/4, 50/50", "en", "1.5 5.5 0.75 50 50"),
        ("2,5 Mio. und 3 Millionen", "de", "2500000 3000000"),
        ("12.05.2025 or 2025-05-12", "en", "12 5 2025 2025 5 12"),
        ("MP3, R2D2, 10x20x30", "en", "10 20 30"),
    ],
)
def test_numbers_are_read_as_the_language_writes_them(text: str, language: str, values: str) -> None:
    assert [number.value for number in numbers.found(text, language)] == [Decimal(value) for value in values.split()]


@settings(max_examples=150)
@given(st.decimals(0, 999_999, places=2), st.sampled_from(["en", "de", "fr", "es", "uk", "ja", "de-CH", "pt-BR"]))
def test_a_number_that_is_written_is_read_again(value: Decimal, language: str) -> None:
    assert [number.value for number in numbers.found(numbers.written(value, language), language)] == [value]


def test_decimals_and_prices_are_rewritten_and_dates_and_versions_are_not() -> None:
    text = "12.5 cm, 1,250 g, v1.2.3, 12.05.2025, EN 71-3"
    assert numbers.localised(text, "en", "de") == "12,5 cm, 1.250 g, v1.2.3, 12.05.2025, EN 71-3"
    assert numbers.priced("Only $19.99 or €1,200", "en", "de").replace("\u00a0", " ") == "Only 19,99 $ or 1.200 €"


@pytest.mark.parametrize(
    ("text", "language", "system", "converted"),
    [
        ("12 in wide", "en", "metric", "30.5 cm wide"),
        ("12 in wide", "en", "both", "30.5 cm (12 in) wide"),
        ("10 x 12 in", "en", "metric", "25.4 × 30.5 cm"),
        ('10" x 12"', "en", "metric", "25.4 cm × 30.5 cm"),
        ("5-6 in", "en", "metric", "12.7-15.2 cm"),
        ("5 lb", "en", "metric", "2.27 kg"),
        ("5'10\" tall", "en", "metric", "178 cm tall"),
        ("8 fl oz", "en", "metric", "237 ml"),
        ("350°F", "en", "metric", "177 °C"),
        ("-4 °F", "en", "metric", "-20 °C"),
        ("3/4 in", "en", "metric", "19.1 mm"),
        ("12 Zoll breit", "de", "metric", "30,5 cm breit"),
        ("30,5 cm", "de", "imperial", "12 Zoll"),
        ("750 ml, 2.5 kg", "en", "imperial", "25.4 fl oz, 5.51 lb"),
        ("宽12英寸", "zh", "metric", "宽30.5厘米"),
        ("12 in (30.5 cm)", "en", "metric", "12 in (30.5 cm)"),
        ("2 in 1, 5 in stock, “size 12”", "en", "metric", "2 in 1, 5 in stock, “size 12”"),
        ("30 cm, 12 V, 5 GB", "en", "metric", "30 cm, 12 V, 5 GB"),
        ("0 in", "en", "metric", "0 mm"),
    ],
)
def test_measures_are_converted_and_rounded_as_a_merchant_would(
    text: str, language: str, system: System, converted: str
) -> None:
    assert units.for_market(text, language, system) == converted


@settings(max_examples=150)
@given(
    st.decimals("0.1", 5000, places=1),
    st.sampled_from(["in", "ft", "lb", "oz", "fl oz", "gal", "yd", "°F"]),
    st.sampled_from(["en", "de"]),
)
def test_what_was_converted_is_the_same_quantity(value: Decimal, unit: str, language: str) -> None:
    text = f"{numbers.written(value, 'en')} {unit}"
    (source,) = units.found(text, "en")
    (target,) = units.found(units.for_market(text, "en", "metric"), "en")
    assert target.unit != source.unit
    assert units.same(source, target)
    # Ten times as much is not.
    assert value < 1 or not units.same(
        source,
        units.found(f"{numbers.written(target.value * 10 + 7, 'en')} {units.symbol(target.unit, 'en')}", "en")[0],
    )


@pytest.mark.parametrize(
    ("size", "system", "into", "kind", "who", "expected"),
    [
        ("8", "US", "EU", "clothing", "women", "40"),
        ("38", "EU", "US", "clothing", "women", "6"),
        ("42", "IT", "FR", "clothing", "women", "40"),
        ("10", "US", "EU", "shoes", "men", "44"),
        ("7,5", "US", "EU", "shoes", "women", "38"),
        ("24.5", "JP", "EU", "shoes", "women", "38"),
        ("2T", "US", "EU", "clothing", "children", "92"),
        ("13", "UK", "EU", "shoes", "children", "32"),
        ("99", "US", "EU", "shoes", "men", None),
        ("8", "US", "JP", "clothing", "children", None),
    ],
)  # fmt: skip
def test_sizes_are_converted_by_the_charts(
    size: str, system: str, into: str, kind: Kind, who: Who, expected: str | None
) -> None:
    assert sizes.equivalent(size, system, into, kind, who) == expected


def test_only_sizes_whose_system_is_named_are_converted() -> None:
    assert (
        sizes.for_market("Women's dress, size US 8, model is 8 feet away", "EU").text
        == "Women's dress, size EU 40, model is 8 feet away"
    )
    assert sizes.for_market("Women's dress, size 8", "EU").text == "Women's dress, size 8"
    left = sizes.for_market("Fits US 8", "EU")
    assert left.text == "Fits US 8"
    assert left.left == (("US 8", "it is not known whether this is for clothing or for shoes"),)
    assert sizes.for_market("Fits US 8", "EU", "shoes", "men").text == "Fits EU 41"
    given_in_both = sizes.for_market("Men's shoes, US 9 / EU 42.5", "EU")
    assert given_in_both.text == "Men's shoes, US 9 / EU 42.5"


@pytest.mark.parametrize(
    ("text", "into", "converted"),
    [
        ("She wears a French 38.", "EU", "She wears a European 36."),
        ("Sizes Italian 40, Italian 42 and Italian 44", "EU", "Sizes European 36, European 38 and European 40"),
        ("a European 38 or an Italian 42", "US", "an American 6 or an American 6"),
        ("a US 8", "EU", "an EU 40"),
        ("Sie trägt eine italienische 42.", "EU", "Sie trägt eine europäische 38."),
        ("Französische Größe 38", "EU", "Europäische Größe 36"),
        ("Größen: FR 36, FR 38", "EU", "Größen: EU 34, EU 36"),
        ("taille italienne 42", "EU", "taille EU 38"),
        ("a German 34", "EU", "a German 34"),
        ("Japanese 13 oz denim, Italian 42 cm zip, French 38 buttons", "EU", None),
    ],
)
def test_a_size_said_in_words_stays_in_words(text: str, into: str, converted: str | None) -> None:
    found = sizes.for_market(text, into, "clothing", "women")
    assert found.text == (converted or text)
    assert found.left == ()
