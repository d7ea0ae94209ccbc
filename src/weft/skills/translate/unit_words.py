"""How languages write the units that shops use, by the name that pint has for each."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

# unit: how it is written, in any language; a word that means another thing in some language stands in `_IN` below.
_WRITTEN: Final[Mapping[str, str]] = {
    "millimeter": "mm|millimet(?:er|re)s?|millimètres?|milímetros?|millimetri|milimetr\\w*|мм|міліметр\\w*|миллиметр\\w*|毫米|ミリメートル|ミリ(?!リットル|グラム)|밀리미터|مم|ملم|مليمتر",
    "centimeter": "cms?|centimet(?:er|re)s?|zentimetern?|centimètres?|centímetros?|centimetri|centymetr\\w*|см|сантиметр\\w*|厘米|公分|センチメートル|センチ|센티미터|센티|سم|سنتيمتر",
    "meter": "m|mtr|met(?:er|re)s?|metern|mètres?|metros?|metri|metr[yów]*|м|метр\\w*|米|公尺|メートル|미터|متر|أمتار",
    "kilometer": "kms?|kilomet(?:er|re)s?|kilometern|kilomètres?|kilómetros?|км|кілометр\\w*|километр\\w*|公里|千米|キロメートル|킬로미터|كم|كيلومتر",
    "inch": "inch(?:es)?|ins?\\.|zolls?|pouces?|pulgadas?|pollic[ei]|polegadas?|cal[ei]?|дюйм\\w*|英寸|英吋|吋|インチ|인치|بوصات|بوصة|إنش",
    "foot": "ft|feet|foot|fuß|pieds?|pies?|piedi|piede|pés|pé|stóp|stopy|фут\\w*|英尺|フィート|피트|قدم|أقدام",
    "yard": "yds?|yards?|ярд\\w*|码|ヤード|야드",
    "mile": "mi|miles?|meilen?|milles?|millas?|миль|миля|милі|мил[яьи]|英里|マイル|마일|ميل|أميال",
    "milligram": "mg|milligram(?:me|m|o|i)?s?|miligramos?|мг|міліграм\\w*|миллиграмм\\w*|毫克|ミリグラム|밀리그램|ملغ|ملجم",
    "gram": "g|gr|gms?|gram(?:me|m)?s?|gramos?|grammi|grammo|gramas?|gramów|г|гр|грам\\w*|克|グラム|그램|غ|جم|جرام|غرام",
    "kilogram": "kgs?|kilos?|kilogram(?:me|m|o|i)?s?|kilogramos?|кг|кілограм\\w*|килограмм\\w*|千克|公斤|キログラム|キロ(?!メートル|ワット|バイト|リットル)|킬로그램|كغ|كجم|كيلوغرام|كيلو",
    "ounce": "ozs?|ounces?|onces?|onzas?|unzen?|once|unce|uncji|унці\\w*|унци\\w*|盎司|オンス|온스|أونصة|أوقية",
    "pound": "lbs?|pounds?|livres?|libras?|libbr[ae]|funt\\w*|фунт\\w*|磅|ポンド|파운드|رطل|باوند",
    "ton": "short tons?",
    "metric_ton": "tonnes?|tonnen?|toneladas?|тонн\\w*|吨|トン|톤|طن",
    "milliliter": "ml|mls|millilit(?:er|re)s?|millilitern|mililitros?|millilitri|мл|мілілітр\\w*|миллилитр\\w*|毫升|ミリリットル|밀리리터|مل|ملليلتر",
    "centiliter": "cl|centilit(?:er|re)s?|сл|厘升",
    "liter": "l|lt|ltr|lit(?:er|re)s?|litern|litros?|litri|litr[yów]*|л|літр\\w*|литр\\w*|公升|升|リットル|리터|ل|لتر|لترات",
    "fluid_ounce": "fl\\.?\\s?ozs?|fluid\\s?ounces?|flüssigunzen?|onces?\\s(?:liquides?|fl)|onzas?\\slíquidas?|液量盎司|液体盎司|液量オンス|أونصة سائلة",
    "gallon": "gals?|gallons?|gallonen|galones|galón|галон\\w*|галлон\\w*|加仑|ガロン|갤런|جالون|غالون",
    "quart": "qts?|quarts?|夸脱",
    "pint": "pints?|品脱|パイント",
    "cup": "cups",
    "square_foot": "sq\\.?\\s?ft|square\\s(?:feet|foot)|ft²|平方英尺",
    "square_meter": "m²|sqm|qm|square\\smet(?:er|re)s?|quadratmetern?|mètres?\\scarrés?|metros?\\scuadrados?|кв\\.?\\s?м|平方米|平方メートル",
    "degree_Fahrenheit": "°\\s?f|℉|degrees?\\sf(?:ahrenheit)?|grad\\sfahrenheit|degrés?\\sfahrenheit|fahrenheit|华氏度|華氏|°\\s?ф",
    "degree_Celsius": "°\\s?c|℃|degrees?\\sc(?:elsius|entigrade)?|grad\\scelsius|degrés?\\scelsius|grados?\\scelsius|celsius|摄氏度|摂氏|°\\s?с|градус\\w*|度",
    "mile_per_hour": "mph|miles?\\sper\\shour|英里/小时",
    "kilometer_per_hour": "km/h|kmh|kph|km/std\\.?|км/год|км/ч|公里/小时",
    "psi": "psi",
    "bar": "bar|бар",
    "watt": "w|watts?|вт|ват\\w*|瓦特|瓦|ワット|와트|واط|وات",
    "kilowatt": "kw|kilowatts?|квт|千瓦|キロワット",
    "volt": "v|volts?|вольт\\w*|伏特|伏|ボルト|볼트|فولت",
    "milliampere_hour": "mah|мач|мА·г|毫安时?|ミリアンペア時?",
    "ampere_hour": "ah",
    "megabyte": "mb|mo|мб",
    "gigabyte": "gb|gbyte|гб|千兆字节|ギガバイト",
    "terabyte": "tb|тб",
    "hertz": "hz|гц|赫兹|ヘルツ",
    "kilohertz": "khz|кгц",
    "megahertz": "mhz|мгц",
    "gigahertz": "ghz|ггц",
    "percent": "%|percent|per cent|prozent(?:ig\\w*)?|pour cent|por ciento|percento|por cento|відсотк\\w*|процент\\w*|パーセント|퍼센트|بالمئة|بالمائة|٪|％",
}
# What a word means in some languages alone.
_IN: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {"inch": "in", "pint": "pt", "quart": "qt", "ton": "tons?", "metric_ton": "t"},
    "de": {"pound": "pfund", "metric_ton": "t"},
    "fr": {"inch": "po|in", "foot": "pi", "gigabyte": "go", "terabyte": "to"},
}
_SIGNS: Final = {"inch": "\"|″|”|''|″|＂", "foot": "'(?!')|′|’"}
_LETTERS: Final = r"A-Za-zÀ-ÖØ-öø-ÿА-Яа-яёіїєґІЇЄҐ"


@lru_cache(maxsize=64)
def units(language: str) -> tuple[re.Pattern[str], tuple[str, ...]]:
    """What finds a unit where a number ends, and the units by the numbers of its groups."""
    base = language.replace("_", "-").split("-")[0].lower()
    own = _IN.get(base, {})
    # English short forms stand in texts of every language.
    own = own if base in ("en", "de", "fr") else {}
    names = tuple(_WRITTEN)
    ways = []
    for name in names:
        words = f"{_WRITTEN[name]}|{own[name]}" if name in own else _WRITTEN[name]
        signs = f"|(?:{_SIGNS[name]})" if name in _SIGNS else ""
        ways.append(rf"((?:{words})(?:(?<=[^{_LETTERS}])|(?![{_LETTERS}²³/]))(?:\.(?=\s*[a-zà-ÿ(,;]))?{signs})")
    # The longest unit that fits: `fl oz` before `oz`, `ml` before `m`.
    order = sorted(range(len(names)), key=lambda at: (names[at] not in _LONGER, at))
    pattern = "|".join(ways[at] for at in order)
    return re.compile(rf"(?:{pattern})", re.IGNORECASE), tuple(names[at] for at in order)


_LONGER: Final = frozenset(
    [
        "fluid_ounce",
        "milliliter",
        "millimeter",
        "milligram",
        "square_foot",
        "square_meter",
        "kilometer_per_hour",
        "mile_per_hour",
        "kilowatt",
        "milliampere_hour",
        "kilohertz",
        "megahertz",
        "gigahertz",
        "gigabyte",
        "megabyte",
        "kilogram",
        "kilometer",
        "centimeter",
        "centiliter",
    ]
)
SYMBOLS: Final = {
    "millimeter": "mm", "centimeter": "cm", "meter": "m", "kilometer": "km", "inch": "in", "foot": "ft", "yard": "yd",
    "mile": "mi", "milligram": "mg", "gram": "g", "kilogram": "kg", "ounce": "oz", "pound": "lb", "metric_ton": "t",
    "ton": "short tons", "milliliter": "ml", "centiliter": "cl", "liter": "l", "fluid_ounce": "fl oz", "gallon": "gal",
    "quart": "qt", "pint": "pt", "square_foot": "sq ft", "square_meter": "m²", "degree_Fahrenheit": "°F",
    "degree_Celsius": "°C", "mile_per_hour": "mph", "kilometer_per_hour": "km/h", "psi": "psi", "bar": "bar",
}  # fmt: skip
# Where a language writes a unit otherwise than by the international symbol.
_OWN: Final[Mapping[str, Mapping[str, str]]] = {
    "de": {"inch": "Zoll", "foot": "Fuß", "gallon": "Gallonen", "pound": "lb"},
    "fr": {"inch": "po", "foot": "pi", "pound": "lb", "gallon": "gal"},
    "es": {"inch": "pulgadas", "foot": "pies", "pound": "lb", "ounce": "oz"},
    "it": {"inch": "pollici", "foot": "piedi"},
    "uk": {"millimeter": "мм", "centimeter": "см", "meter": "м", "kilometer": "км", "milligram": "мг", "gram": "г",
           "kilogram": "кг", "milliliter": "мл", "liter": "л", "inch": "дюйм.", "kilometer_per_hour": "км/год"},
    "ru": {"millimeter": "мм", "centimeter": "см", "meter": "м", "kilometer": "км", "milligram": "мг", "gram": "г",
           "kilogram": "кг", "milliliter": "мл", "liter": "л", "inch": "дюйм.", "kilometer_per_hour": "км/ч"},
    "zh": {"millimeter": "毫米", "centimeter": "厘米", "meter": "米", "kilometer": "公里", "gram": "克", "kilogram": "千克",
           "milliliter": "毫升", "liter": "升", "inch": "英寸", "foot": "英尺", "ounce": "盎司", "pound": "磅", "gallon": "加仑"},
    "ja": {"inch": "インチ", "foot": "フィート", "ounce": "オンス", "pound": "ポンド", "gallon": "ガロン"},
    "ar": {"millimeter": "مم", "centimeter": "سم", "meter": "م", "kilometer": "كم", "gram": "جم", "kilogram": "كجم",
           "milliliter": "مل", "liter": "لتر", "inch": "بوصة", "foot": "قدم"},
}  # fmt: skip


def symbol(unit: str, language: str) -> str:
    """How a language writes a unit after a number."""
    base = language.replace("_", "-").split("-")[0].lower()
    return _OWN.get(base, {}).get(unit) or SYMBOLS[unit]


@lru_cache(maxsize=512)
def _mention(unit: str, language: str) -> re.Pattern[str]:
    base = language.replace("_", "-").split("-")[0].lower()
    own = _IN.get(base, {}).get(unit)
    words = f"{_WRITTEN[unit]}|{own}" if own else _WRITTEN[unit]
    signs = f"|(?:{_SIGNS[unit]})" if unit in _SIGNS else ""
    return re.compile(
        rf"(?<![{_LETTERS}])(?:{words})(?:(?<=[^{_LETTERS}])|(?![{_LETTERS}]))|百分之{signs}", re.IGNORECASE
    )


def mentioned(unit: str, text: str, language: str) -> bool:
    """Whether a text names a unit anywhere."""
    return _mention(unit, language).search(text) is not None
