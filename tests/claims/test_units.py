"""Units convert as pint says, numbers are read as each country writes them, and a wrong quantity is never let through."""

import pint
import pytest

from weft import claims
from weft.claims.numerals import numbers, spelled
from weft.claims.units import units

PINT = {
    "inch": "inch", "foot": "foot", "yard": "yard", "mile": "mile", "µm": "micrometer", "ounce": "ounce", "pound": "pound",
    "tonne": "metric_ton", "fluid ounce": "fluid_ounce", "cup": "cup", "pint": "pint", "quart": "quart", "gallon": "gallon",
    "cubic inch": "inch**3", "cubic foot": "foot**3", "square foot": "foot**2", "square inch": "inch**2", "hectare": "hectare",
    "kcal": "kilocalorie", "psi": "psi", "atm": "atm", "bar": "bar", "hp": "horsepower", "PS": "metric_horsepower", "kWh": "kWh",
    "Wh": "Wh", "mph": "mile/hour", "m/s": "m/s", "cl": "centiliter", "m³": "m**3", "oz/yd²": "oz/yard**2", "week": "week",
}  # fmt: skip
BASE = {
    "length": "mm", "weight": "g", "volume": "ml", "area": "m**2", "energy": "J", "pressure": "Pa", "power": "W", "speed": "km/hour",
    "fabric weight": "g/m**2", "time": "s",
}  # fmt: skip


def test_factors_are_those_of_pint() -> None:
    registry = pint.UnitRegistry()
    for name, theirs in PINT.items():
        unit = units()[name]
        expected = registry.Quantity(1, theirs).to(BASE[unit.dimension]).magnitude
        assert unit.factor == pytest.approx(expected, rel=1e-9), name


@pytest.mark.parametrize(
    ("raw", "language", "value"),
    [
        ("1,234.5", "en", 1234.5), ("1.234,5", "de", 1234.5), ("1'234.5", "de", 1234.5), ("1.234", "de", 1234), ("1.234", "en", 1.234),
        ("1,234", "en", 1234), ("1,234", "fr", 1.234), ("0,125", "de", 0.125), ("30,5", "es", 30.5), ("1.234.567", "de", 1234567),
        ("٣٠", None, 30), ("12", "zh", 12), ("1.50", None, 1.5),
    ],
)  # fmt: skip
def test_a_number_is_read_as_the_language_writes_it(raw: str, language: str | None, value: float) -> None:
    assert numbers(raw, language)[0].value == value


@pytest.mark.parametrize(
    ("language", "word", "value"),
    [("en", "twenty-four", 24), ("de", "neununddreißig", 39), ("fr", "quatre-vingt-dix-sept", 97), ("fr", "soixante et onze", 71),
     ("es", "treinta y seis", 36), ("zh", "三十九", 39), ("zh", "十二", 12), ("de", "zweihundert", 200)],
)  # fmt: skip
def test_a_number_is_spelled(language: str, word: str, value: int) -> None:
    assert spelled(language)[word] == value


RIGHT = [
    ("30,5 cm lang", "de", {"length": "12 in"}),
    ("30.48 cm", "en", {"length": {"value": 12, "unit": "in"}}),
    ("12 inches long", "en", {"length_cm": 30.48}),
    ("454 g", "en", {"weight": "1 lb"}),
    ("1500 ml", "en", {"capacity": "1.5 l"}),
    ("1,5 Liter", "de", {"inhalt_ml": 1500}),
    ("6'2\"", "en", {"height": "188 cm"}),
    ("5' 11 1/2\" tall", "en", {"height": "181.6 cm"}),
    ("7½ in", "en", {"length": "19.05 cm"}),
    ("1 m 50", "fr", {"longueur": "150 cm"}),
    ("un demi-litre", "fr", {"contenance": "500 ml"}),
    ("ein halbes Kilo", "de", {"gewicht": "500 g"}),
    ("半升", "zh", {"容量": "500毫升"}),
    ("86 °F", "en", {"temperature": "30 °C"}),
    ("waschbar bei 30 Grad", "de", {"pflege": "30 °C"}),
    ("zwei Jahre Garantie", "de", {"warranty": "24 months"}),
    ("about 1 kg", "en", {"weight": "1040 g"}),
    ("5 to 8 kg", "en", {"weight": "5-8 kg"}),
    ("less than 500 g", "en", {"weight": "450 g"}),
    ("plus de 2 m", "fr", {"longueur": "210 cm"}),
    ("2 x 500 ml", "en", {"content": "2 x 500 ml"}),
    ("1 l in total", "en", {"content": "2 x 500 ml"}),
    ("20 x 30 x 5 cm", "en", {"length": "30 cm", "width": "20 cm", "height": "5 cm"}),
    ("L 30 x W 20 x H 5 cm", "en", {"dimensions": {"length": "300 mm", "width": "200 mm", "height": "50 mm"}}),
    ("(BxHxT): 60 x 80 x 40 cm", "de", {"breite": "60 cm", "hoehe": "80 cm", "tiefe": "40 cm"}),
    ("19,99 €", "de", {"variants": [{"sku": "a", "price": 1999, "currency": "EUR"}]}),
    ("€19.99, 20% off", "en", {"variants": [{"sku": "a", "price": 1999, "compare_at": 2499, "currency": "EUR"}]}),
    ("500 JPY", "en", {"variants": [{"sku": "a", "price": 500, "currency": "JPY"}]}),
    ("$5", "en", {"price": {"amount": 500, "currency": "USD"}}),
    ("95% cotton, 5% elastane", "en", {"material": "95 % Baumwolle, 5 % Elasthan"}),
    ("Baumwolle 95 %, Elasthan 5 %", "de", {"composition": {"cotton": 95, "elastane": 5}}),
    ("棉95%，氨纶5%", "zh", {"composition": "95% cotton, 5% spandex"}),
    ("100 % algodón", "es", {"material": "cotton"}),
    ("4,000 mAh", "en", {"battery": "4 Ah"}),
    ("320 gsm", "en", {"fabric": "320 g/m²"}),
]
WRONG = [
    ("2 l", "en", {"capacity": "1.5 l"}),
    ("450 kg", "en", {"weight": "450 g"}),
    ("450 ml", "en", {"weight": "450 g"}),
    ("30.48 in", "en", {"length": "30.48 cm"}),
    ("13 in", "en", {"length": "30.48 cm"}),
    ("100 % cotton", "en", {"volume": "100 ml", "material": "50 % cotton, 50 % wool"}),
    ("3 pockets", "en", {"buttons": 3}),
    ("3 pockets", "en", {"pockets": 2}),
    ("30 cm long, 20 cm wide", "en", {"length": "20 cm", "width": "30 cm"}),
    ("L 20 x W 30 cm", "en", {"length": "30 cm", "width": "20 cm"}),
    ("20 x 30 x 5 mm", "en", {"size": "20 x 30 x 5 cm"}),
    ("20 x 30 x 6 cm", "en", {"size": "20 x 30 x 5 cm"}),
    ("95% polyester, 5% cotton", "en", {"material": "95% cotton, 5% polyester"}),
    ("drei Jahre Garantie", "de", {"warranty": "24 months"}),
    ("19,99 $", "de", {"variants": [{"sku": "a", "price": 1999, "currency": "EUR"}]}),
    ("30 % Rabatt", "de", {"variants": [{"sku": "a", "price": 1999, "compare_at": 2499, "currency": "EUR"}]}),
    ("less than 400 g", "en", {"weight": "450 g"}),
    ("plus de 3 m", "fr", {"longueur": "210 cm"}),
    ("trägt 450 g", "de", {"gewicht": "450 g", "belastbarkeit": "300 g"}),
    ("1.500 g", "de", {"gewicht": "1,5 g"}),
    ("5 to 9 kg", "en", {"weight": "5-8 kg"}),
    ("EU 43", "en", {"sizes": "EU 42"}),
    ("12 ATM", "en", {"weight": "12 g"}),
]


@pytest.mark.parametrize(("text", "language", "facts"), RIGHT, ids=[one[0] for one in RIGHT])
def test_a_right_quantity_is_supported(text: str, language: str, facts: dict[str, object]) -> None:
    judged = claims.supported(text, facts, language=language)
    assert judged
    assert [(one.claim.text, one.why) for one in judged if not one.ok] == []


@pytest.mark.parametrize(("text", "language", "facts"), WRONG, ids=[one[0] for one in WRONG])
def test_a_wrong_quantity_is_not(text: str, language: str, facts: dict[str, object]) -> None:
    assert any(not one.ok for one in claims.supported(text, facts, language=language))
