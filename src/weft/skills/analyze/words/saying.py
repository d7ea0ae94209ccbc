"""A query said back in the language of the question, figures and days as that language writes them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from babel import Locale
from babel.dates import format_date, format_interval, get_day_names
from babel.numbers import format_currency, format_decimal, format_percent

from weft.money import exponent
from weft.numbers.query import Dimension, Metric, Period, Query, Row, Unit, Value
from weft.skills.analyze.words.known import territory_of
from weft.skills.analyze.words.times import Language

LOCALES: Final[Mapping[Language, str]] = {"en": "en_GB", "de": "de_DE", "zh": "zh_CN"}
METRICS: Final[Mapping[Metric, tuple[str, str, str]]] = {
    "orders": ("orders", "Bestellungen", "订单数"),
    "units": ("units sold", "verkaufte Stück", "销量"),
    "units_returned": ("units returned", "zurückgesandte Stück", "退货件数"),
    "net_units": ("units net of returns", "Stück nach Retouren", "净销量"),
    "gross_sales": ("gross sales", "Bruttoumsatz", "毛销售额"),
    "discounts": ("discounts", "Rabatte", "折扣金额"),
    "returns": ("returns", "Retouren", "退货金额"),
    "net_sales": ("net sales", "Nettoumsatz", "净销售额"),
    "revenue": ("revenue", "Umsatz", "销售额"),
    "taxes": ("taxes", "Steuern", "税额"),
    "shipping": ("shipping", "Versandkosten", "运费"),
    "total_sales": ("total sales with tax and shipping", "Umsatz mit Steuern und Versand", "含税含运费销售额"),
    "average_order": ("average order value", "durchschnittlicher Bestellwert", "平均客单价"),
    "units_per_order": ("units per order", "Stück je Bestellung", "每单件数"),
    "price": ("average selling price", "durchschnittlicher Verkaufspreis", "平均售价"),
    "cost": ("cost of goods", "Wareneinsatz", "商品成本"),
    "margin": ("gross margin", "Rohertrag", "毛利"),
    "margin_rate": ("gross margin rate", "Rohertragsquote", "毛利率"),
    "customers": ("customers", "Kunden", "客户数"),
    "new_customers": ("new customers", "neue Kunden", "新客户数"),
    "returning_customers": ("returning customers", "wiederkehrende Kunden", "老客户数"),
    "returning_rate": ("share of returning customers", "Anteil wiederkehrender Kunden", "复购率"),
    "refund_rate": ("refund rate", "Retourenquote", "退款率"),
    "discount_rate": ("discount rate", "Rabattquote", "折扣率"),
    "cancelled_orders": ("cancelled orders", "stornierte Bestellungen", "取消订单数"),
    "cancellation_rate": ("cancellation rate", "Stornoquote", "取消率"),
    "sell_through": ("sell-through", "Abverkaufsquote", "售罄率"),
    "stock": ("stock", "Bestand", "库存"),
    "stock_value": ("stock value", "Lagerwert", "库存金额"),
    "days_of_stock": ("days of stock", "Reichweite in Tagen", "库存天数"),
    "stock_out_days": ("days out of stock", "Tage ohne Bestand", "缺货天数"),
}
DIMENSIONS: Final[Mapping[Dimension, tuple[str, str, str]]] = {
    "day": ("day", "Tag", "日"),
    "week": ("week", "Woche", "周"),
    "month": ("month", "Monat", "月"),
    "quarter": ("quarter", "Quartal", "季度"),
    "year": ("year", "Jahr", "年"),
    "weekday": ("weekday", "Wochentag", "星期"),
    "hour": ("hour of the day", "Stunde", "小时"),
    "product": ("product", "Produkt", "产品"),
    "variant": ("variant", "Variante", "规格"),
    "category": ("category", "Kategorie", "类别"),
    "brand": ("brand", "Marke", "品牌"),
    "country": ("country", "Land", "国家"),
    "channel": ("channel", "Kanal", "渠道"),
    "customer": ("customer", "Kunde", "客户"),
    "cohort": ("cohort of first purchase", "Kohorte des ersten Kaufs", "首购月份"),
    "segment": ("customer segment", "Kundensegment", "客户分群"),
    "promotion": ("promotion", "Aktion", "优惠码"),
    "currency": ("currency", "Währung", "货币"),
    "location": ("location", "Lagerort", "仓库"),
}
_OF_UNIT: Final[Mapping[Unit, tuple[Metric, ...]]] = {
    "money": (
        *("gross_sales", "discounts", "returns", "net_sales", "revenue", "taxes", "shipping", "total_sales"),
        *("average_order", "price", "cost", "margin", "stock_value"),
    ),
    "share": ("margin_rate", "returning_rate", "refund_rate", "discount_rate", "cancellation_rate", "sell_through"),
    "days": ("days_of_stock", "stock_out_days"),
}
UNITS: Final[Mapping[Metric, Unit]] = {name: unit for unit, names in _OF_UNIT.items() for name in names}
_PLACE: Final[Mapping[Language, int]] = {"en": 0, "de": 1, "zh": 2}
_UNKNOWN: Final = ("not known", "unbekannt", "未知")
_SHOWN: Final = 6
Titles = Mapping[tuple[Dimension, str], str]


def metric(name: Metric, language: Language) -> str:
    """What a metric is called."""
    return METRICS[name][_PLACE[language]]


def dimension(name: Dimension, language: Language) -> str:
    """What a dimension is called."""
    return DIMENSIONS[name][_PLACE[language]]


def of(texts: tuple[str, str, str], language: Language) -> str:
    """The text of a language."""
    return texts[_PLACE[language]]


def day(on: date, language: Language) -> str:
    """A day as that language writes it."""
    return format_date(on, "medium", locale=LOCALES[language])


def period(days: Period, language: Language) -> str:
    """Days from the first to the last: a whole month or year by its name."""
    first, last = days.first, days.last
    locale = LOCALES[language]
    if first == last:
        return day(first, language)
    if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31) and first.year == last.year:
        return f"{first.year}年" if language == "zh" else str(first.year)
    if first.day == 1 and (first.year, first.month) == (last.year, last.month) and (last + timedelta(1)).day == 1:
        return format_date(first, "y年M月" if language == "zh" else "MMMM y", locale=locale)
    return str(format_interval(first, last, "yMMMd", locale=locale)).replace("\u2009", " ")


def figure(value: Value, unit: Unit, currency: str, language: Language) -> str:
    """A figure as that language writes it; a dash for what is not known."""
    locale = LOCALES[language]
    if value is None:
        return "–"
    if unit == "money":
        places = exponent(currency)
        amount = Decimal(str(value)).scaleb(-places)
        return format_currency(amount, currency, locale=locale)
    if unit == "share":
        return format_percent(value, "#,##0.0 %" if language == "de" else "#,##0.0%", locale=locale)
    if isinstance(value, float) and value != int(value):
        return format_decimal(round(value, 2), "#,##0.##", locale=locale)
    return format_decimal(int(value), locale=locale)


def member(name: Dimension, value: str | None, title: str | None, language: Language) -> str:
    """A value of a dimension as people call it: countries and weekdays in the question's language."""
    if value is None or value == "":
        return of(_UNKNOWN, language)
    if name == "country" and (code := territory_of(value)):
        return str(Locale.parse(LOCALES[language]).territories.get(code, title or value))
    if name == "weekday" and value in "1234567":
        return str(get_day_names("wide", locale=LOCALES[language])[int(value) - 1])
    if name == "category":
        return " > ".join((title or value).split(" > ")[-2:])
    return title or value


_NAMED: Final[tuple[Dimension, ...]] = ("country", "weekday")


def called(rows: Iterable[Row], language: Language) -> None:
    """Call the countries and weekdays of rows by their names in the question's language, on every surface."""
    for row in rows:
        for name in _NAMED:
            value = row.key.get(name)
            if value:
                row.titles[name] = member(name, value, row.titles.get(name), language)


def listed(names: Sequence[str], language: Language, last: tuple[str, str, str] = ("and", "und", "和")) -> str:
    """Names as a list in words."""
    if len(names) < 2:
        return "".join(names)
    if language == "zh":
        return "、".join(names[:-1]) + of(last, language) + names[-1]
    return f"{', '.join(names[:-1])} {of(last, language)} {names[-1]}"


def query(asked: Query, language: Language, titles: Titles | None = None) -> str:
    """A query in words, from which it could be typed again."""
    parts = _said(asked, language, titles or {})
    text = ("，" if language == "zh" else ", ").join(part for part in parts if part)
    return text[:1].upper() + text[1:]


def _conditions(asked: Query, language: Language, titles: Titles) -> list[str]:
    said = []
    for one in asked.where:
        name, named = dimension(one.dimension, language), [value for value in one.is_ if value is not None]
        if named:
            words = ("without {} {}", "ohne {} {}", "不含{}{}") if one.isnt else ("only {} {}", "nur {} {}", "仅{}{}")
            said.append(of(words, language).format(name, _values(one.dimension, named, one.isnt, language, titles)))
        if None in one.is_:
            known = ("only where the {} is known", "nur wo bekannt: {}", "仅已知{}")
            unknown = ("only where the {} is not known", "nur wo unbekannt: {}", "仅未知{}")
            said.append(of(known if one.isnt else unknown, language).format(name))
    return said


def _values(name: Dimension, values: Sequence[str], isnt: bool, language: Language, titles: Titles) -> str:
    called = [member(name, one, titles.get((name, one)), language) for one in values]
    # Spellings of one name are one name.
    names = list({one.casefold(): one for one in reversed(called)}.values())[::-1]
    if len(names) > _SHOWN:
        more = of(("{} more", "{} weitere", "其他{}个"), language).format(len(names) - _SHOWN)
        names = [*names[:_SHOWN], more]
    return listed(names, language, ("and", "und", "和") if isnt else ("or", "oder", "或"))


def _said(asked: Query, language: Language, titles: Titles) -> list[str]:
    counted = listed([metric(one, language) for one in asked.metrics], language)
    by = listed([dimension(one, language) for one in asked.by], language)
    said = of(("{1} by {0}", "{1} nach {0}", "按{0}的{1}"), language).format(by, counted) if by else counted
    where = _conditions(asked, language, titles)
    return [said, *where, period(asked.period, language), _beside(asked, language), _rows(asked, language)]


def _beside(asked: Query, language: Language) -> str:
    if asked.other is None:
        return ""
    beside = of(("beside {}", "daneben {}", "对比{}"), language)
    return beside.format(period(asked.other, language))


def _rows(asked: Query, language: Language) -> str:
    if asked.top is None:
        first = ("least first", "aufsteigend", "升序"), ("most first", "absteigend", "降序")
        return of(first[0 if asked.ascending else 1], language) if asked.order and asked.by else ""
    least = ("bottom {0} by {1}", "die {0} schwächsten nach {1}", "按{1}最低的{0}项")
    most = ("top {0} by {1}", "Top {0} nach {1}", "按{1}最高的{0}项")
    by = metric(asked.order or asked.metrics[0], language)
    return of(least if asked.ascending else most, language).format(asked.top, by)
