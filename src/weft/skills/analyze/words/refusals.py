"""Why a question is not answered: nothing is guessed; what it would need is said, and what can be asked instead."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal, cast

from weft.numbers.query import Dimension, Metric, Query
from weft.skills.analyze.words import saying
from weft.skills.analyze.words.times import Language

Reason = Literal[
    "empty", "long", "statement", "why", "ahead", "lack", "words", "absent", "metric", "rank", "count", "share", "average", "joined",
    "number", "period", "times", "not", "dimension", "nothing", "groups", "growth", "recurring", "compare", "weekend", "same", "unanswerable",
]  # fmt: skip
_Three = tuple[str, str, str]


@dataclass(slots=True)
class Refused:
    """A question that is not answered: why, in whose words, of what it is, and the nearest that can be asked."""

    reason: Reason
    language: Language = "en"
    words: tuple[str, ...] = ()
    name: str = ""
    nearest: Query | None = None
    titles: dict[tuple[Dimension, str], str] = field(default_factory=dict)


class Unclear(Exception):
    """A question cannot be read on: why, and at which words."""

    def __init__(self, reason: Reason, *words: str, name: str = "") -> None:
        super().__init__(reason)
        self.reason, self.words, self.name = reason, words, name


_SAID: Final[Mapping[Reason, _Three]] = {
    "empty": ("The question is empty.", "Die Frage ist leer.", "问题是空的。"),
    "long": (
        "The question is too long; ask in at most 500 characters.",
        "Die Frage ist zu lang; höchstens 500 Zeichen.",
        "问题太长；最多500个字符。",
    ),
    "statement": (
        "Questions are asked in words; no statements of a database are run.",
        "Gefragt wird in Worten; Anweisungen einer Datenbank werden nicht ausgeführt.",
        "请用文字提问；不会执行数据库语句。",
    ),
    "why": (
        "Why something happened is told by the report, which takes the change apart.",
        "Warum etwas geschah, sagt der Bericht, der die Veränderung zerlegt.",
        "原因请看报告，报告会分解变化。",
    ),
    "ahead": (
        "What is still to come is not in the figures; the skill forecast estimates it.",
        "Was noch kommt, steht nicht in den Zahlen; der Skill forecast schätzt es.",
        "尚未发生的事不在数据里；技能 forecast 可以预测。",
    ),
    "lack": (
        "There are no figures about this: {words}.",
        "Dazu gibt es keine Zahlen: {words}.",
        "没有这方面的数据：{words}。",
    ),
    "words": (
        "This was not understood: {words}.",
        "Das wurde nicht verstanden: {words}.",
        "没有看懂：{words}。",
    ),
    "absent": (
        "No sales to {words} are known.",
        "Es sind keine Verkäufe bekannt: {words}.",
        "没有已知的销售：{words}。",
    ),
    "metric": (
        "The question does not say what is to be counted, such as revenue, orders or units.",
        "Die Frage sagt nicht, was zu zählen ist, etwa Umsatz, Bestellungen oder Stück.",
        "问题没有说明要统计什么，例如销售额、订单数或销量。",
    ),
    "rank": (
        "It is not clear which rows {words} ranks; say them, such as products, countries or days.",
        "Es ist nicht klar, was {words} ordnet; etwa Produkte, Länder oder Tage.",
        "不清楚{words}指的是什么；请说明，例如产品、国家或日期。",
    ),
    "count": (
        "How many different {words} there are is not a figure that is kept.",
        "Wie viele verschiedene es sind, ist keine Zahl, die geführt wird: {words}.",
        "不统计有多少个不同的{words}。",
    ),
    "share": (
        "What this is a share of is not clear or does not add up ({words}); say one figure and one dimension.",
        "Wovon dies ein Anteil ist, ist nicht klar oder summiert sich nicht ({words}); nenne eine Zahl und eine Dimension.",
        "占比（{words}）的整体不明确或不能相加；请说明一个指标和一个维度。",
    ),
    "average": (
        "An average such as “{words}” is not a figure that is kept.",
        "Ein Durchschnitt wie „{words}“ ist keine Zahl, die geführt wird.",
        "不统计这样的平均值：{words}。",
    ),
    "joined": (
        "How {words} belongs to the rest of the question is not clear; join two figures by “and”.",
        "Wie {words} zum Rest der Frage gehört, ist nicht klar; zwei Zahlen verbindet „und“.",
        "不清楚{words}与其他部分的关系；两个指标请用“和”连接。",
    ),
    "number": (
        "What the number {words} means here is not clear; only how many rows, and days, can be said.",
        "Was die Zahl {words} hier bedeutet, ist nicht klar; nur Anzahlen von Zeilen und Tage können gesagt werden.",
        "不清楚数字{words}的意思；只能说明行数和日期。",
    ),
    "period": (
        "Nothing is known of that time; sales are known from {first} to {last}.",
        "Aus dieser Zeit ist nichts bekannt; Verkäufe sind bekannt vom {first} bis {last}.",
        "没有那段时间的数据；已知的销售从{first}到{last}。",
    ),
    "times": (
        "How these times belong together is not clear: {words}.",
        "Wie diese Zeiten zusammengehören, ist nicht klar: {words}.",
        "不清楚这些时间的关系：{words}。",
    ),
    "not": (
        "What is to be left out by “{words}” is not clear.",
        "Was „{words}“ ausschließen soll, ist nicht klar.",
        "不清楚要排除什么：{words}。",
    ),
    "dimension": (
        "Nothing is known of the {name} of what was sold.",
        "Von dem, was verkauft wurde, ist dies nicht bekannt: {name}.",
        "所售商品没有{name}的信息。",
    ),
    "nothing": (
        "The {name} cannot be told, for what it is computed from is not known.",
        "Das kann nicht gesagt werden, denn es fehlt, woraus es sich errechnet: {name}.",
        "无法得出{name}，因为缺少计算所需的数据。",
    ),
    "groups": (
        "A ranking within groups cannot be asked for; ask for one dimension.",
        "Eine Rangliste innerhalb von Gruppen kann nicht erfragt werden; frage nach einer Dimension.",
        "不能询问分组内的排名；请只问一个维度。",
    ),
    "growth": (
        "A ranking by how much something changed (“{words}”) cannot be asked for; ask for the rows beside another period.",
        "Eine Rangliste danach, wie sehr sich etwas änderte („{words}“), kann nicht erfragt werden; frage nach den Zeilen neben einem anderen Zeitraum.",
        "不能按变化幅度（{words}）排名；可以询问各行与另一时期的对比。",
    ),
    "recurring": (
        "Whether one day ({words}) is meant or all of them is not clear; say a period as well, such as “in July”.",
        "Ob ein Tag ({words}) gemeint ist oder alle, ist nicht klar; nenne auch einen Zeitraum, etwa „im Juli“.",
        "不清楚指的是某一天还是所有的{words}；请同时说明时间段，例如“七月”。",
    ),
    "compare": (
        "With which period it is to be compared is not clear; say the period of the question.",
        "Womit verglichen werden soll, ist nicht klar; sage den Zeitraum der Frage.",
        "不清楚与哪个时期比较；请说明时间段。",
    ),
    "weekend": (
        "Weekdays and weekends are not set against each other; ask by weekday.",
        "Werktage und Wochenenden werden nicht gegenübergestellt; frage nach Wochentag.",
        "不能对比工作日和周末；请按星期询问。",
    ),
    "same": (
        "Nothing can be both: {words}.",
        "Nichts kann beides sein: {words}.",
        "不能同时是：{words}。",
    ),
    "unanswerable": (
        "This cannot be answered: {words}",
        "Das kann nicht beantwortet werden: {words}",
        "无法回答：{words}",
    ),
}
_ENGLISH_GERMAN_CHINESE: Final[_Three] = (
    "Questions are understood in English, German and Chinese.",
    "Fragen werden auf Englisch, Deutsch und Chinesisch verstanden.",
    "可以用英语、德语和中文提问。",
)
_NEEDS: Final[Mapping[str, _Three]] = {
    "visits": (
        "It needs the visits of your shop; Weft has orders, products, customers and stock.",
        "Nötig wären die Besuche des Shops; Weft hat Bestellungen, Produkte, Kunden und Bestände.",
        "需要网店的访问数据；Weft 只有订单、产品、客户和库存。",
    ),
    "conversion": (
        "It needs the visits of your shop beside its orders.",
        "Nötig wären die Besuche des Shops neben den Bestellungen.",
        "除了订单，还需要网店的访问数据。",
    ),
    "advertising": (
        "It needs what you spend on advertising, by day and channel.",
        "Nötig wären die Ausgaben für Werbung nach Tag und Kanal.",
        "需要按日期和渠道的广告支出。",
    ),
    "supplier": (
        "Sales know products, not who supplied them; orders to suppliers are drafted by the skill replenish.",
        "Verkäufe kennen Produkte, nicht deren Lieferanten; Bestellungen bei Lieferanten entwirft der Skill replenish.",
        "销售数据只有产品，没有供应商；采购单由技能 replenish 起草。",
    ),
    "reorder": (
        "What to order is proposed by the skill replenish.",
        "Was zu bestellen ist, schlägt der Skill replenish vor.",
        "该订什么货由技能 replenish 建议。",
    ),
    "expenses": (
        "It needs your expenses; Weft knows at most what goods cost. Ask for the gross margin.",
        "Nötig wären die Ausgaben; Weft kennt höchstens die Kosten der Waren. Frage nach dem Rohertrag.",
        "需要各项费用；Weft 最多只知道商品成本。可以询问毛利。",
    ),
    "satisfaction": (
        "It needs reviews or surveys of customers.",
        "Nötig wären Bewertungen oder Umfragen von Kunden.",
        "需要客户评价或调查。",
    ),
    "person": (
        "Weft knows of customers what they ordered, not who they are.",
        "Weft weiß von Kunden, was sie bestellten, nicht wer sie sind.",
        "Weft 只知道客户订购了什么，不知道个人情况。",
    ),
    "delivery": (
        "It needs the days of dispatch and delivery of each order.",
        "Nötig wären Versand- und Zustelltage jeder Bestellung.",
        "需要每个订单的发货和送达日期。",
    ),
    "payment": (
        "Figures are not kept by how an order was paid.",
        "Nach der Zahlungsart werden keine Zahlen geführt.",
        "不按支付方式统计。",
    ),
    "region": (
        "Figures are kept by country alone; name the countries.",
        "Zahlen werden nur nach Ländern geführt; nenne die Länder.",
        "只按国家统计；请列出国家。",
    ),
    "lifetime": (
        "It needs an estimate of what customers will still buy; returning customers and cohorts can be asked for.",
        "Nötig wäre eine Schätzung künftiger Käufe; wiederkehrende Kunden und Kohorten können erfragt werden.",
        "需要估计客户未来的购买；可以询问复购率和首购月份。",
    ),
    "reason": (
        "It needs the reason that was given for each return.",
        "Nötig wäre der Grund jeder Rücksendung.",
        "需要每次退货的原因。",
    ),
    "costs": (
        "It needs what products cost: import `Cost per item` with the products.",
        "Nötig sind die Kosten der Produkte: importiere sie mit den Produkten („Cost per item“).",
        "需要商品成本：导入产品时带上“Cost per item”。",
    ),
    "stock": (
        "It needs stock levels: import them with `weft import stock`.",
        "Nötig sind Bestände: importiere sie mit „weft import stock“.",
        "需要库存数据：用“weft import stock”导入。",
    ),
    "dimension": (
        "It needs products or orders that say it: import the catalog, or orders with that column.",
        "Nötig sind Produkte oder Bestellungen, die es nennen: importiere den Katalog oder Bestellungen mit dieser Spalte.",
        "需要含有该信息的产品或订单：导入产品目录，或带有该列的订单。",
    ),
    "orders": (
        "It needs orders: import them with `weft import orders`.",
        "Nötig sind Bestellungen: importiere sie mit „weft import orders“.",
        "需要订单：用“weft import orders”导入。",
    ),
}  # fmt: skip
_OF_COSTS: Final = frozenset(["cost", "margin", "margin_rate"])
_OF_STOCK: Final = frozenset(["stock", "stock_value", "days_of_stock", "stock_out_days", "sell_through"])


def sentence(refused: Refused, span: tuple[date, date] | None) -> str:
    """Why a question is not answered, in its language."""
    language = refused.language
    quoted = [f"“{word}”" if language != "de" else f"„{word}“" for word in dict.fromkeys(refused.words)]
    bare = " ".join(refused.words)
    words = bare if refused.reason in ("average", "not", "growth", "unanswerable") else saying.listed(quoted, language)
    if refused.reason == "period" and span is None:
        return saying.of(("There are no sales yet.", "Es gibt noch keine Verkäufe.", "还没有销售数据。"), language)
    first, last = (saying.day(one, language) for one in span) if span else ("", "")
    name = _name(refused)
    said = saying.of(_SAID[refused.reason], language).format(words=words, name=name, first=first, last=last)
    if refused.reason == "words" and refused.nearest is None:
        said += ("" if language == "zh" else " ") + saying.of(_ENGLISH_GERMAN_CHINESE, language)
    return said


def needs(refused: Refused, span: tuple[date, date] | None) -> str | None:
    """What it would take to answer, where something would."""
    key = {"lack": refused.name, "dimension": "dimension"}.get(refused.reason)
    if refused.reason == "nothing":
        key = "costs" if refused.name in _OF_COSTS else "stock" if refused.name in _OF_STOCK else None
    if refused.reason == "period" and span is None:
        key = "orders"
    return saying.of(_NEEDS[key], refused.language) if key is not None and key in _NEEDS else None


def _name(refused: Refused) -> str:
    if refused.reason == "dimension":
        return saying.dimension(cast("Dimension", refused.name), refused.language)
    if refused.reason == "nothing":
        return saying.metric(cast("Metric", refused.name), refused.language)
    return refused.name
