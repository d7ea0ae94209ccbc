"""A chart's values as people read them: whole units of money, hundredths for shares, and the steps of a waterfall."""

from collections.abc import Sequence
from dataclasses import dataclass

from weft.charts import Chart
from weft.money import exponent


def scaled(chart: Chart, value: float | None) -> float | None:
    """A value as an axis shows it: money in whole units of its currency, shares in per cent."""
    if value is None:
        return None
    if chart.unit == "share":
        return 100 * value
    if chart.unit == "money" and chart.currency:
        return value / float(10 ** exponent(chart.currency))
    return value


def measure(chart: Chart) -> str:
    """What the values are, for an axis: a currency, `%`, `days`, or nothing for counts."""
    return {"money": chart.currency or "", "share": "%", "days": "days", "count": ""}[chart.unit]


def said(chart: Chart, value: float | None) -> str:
    """A value in words: `1,204.50 EUR`, `8.1 %`, `12 days`; a dash where nothing is known."""
    shown = scaled(chart, value)
    if shown is None:
        return "–"
    if chart.unit == "money":
        places = exponent(chart.currency) if chart.currency else 0
    else:
        places = 0 if float(shown).is_integer() else 1
    words = f"{shown:,.{places}f}"
    return f"{words} {measure(chart)}".rstrip()


@dataclass(frozen=True, slots=True)
class Step:
    """One bar of a waterfall, from where the one before ended; `whole` bars stand on the axis."""

    name: str
    start: float
    end: float
    whole: bool


def steps(chart: Chart) -> Sequence[Step]:
    """The bars of a waterfall in the values' own unit; what is not known moves nothing."""
    values = [value or 0.0 for value in chart.series[0].values] if chart.series else []
    last, level = len(values) - 1, 0.0
    found = []
    for place, (name, value) in enumerate(zip(chart.x, values, strict=False)):
        whole = place in (0, last)
        start = 0.0 if whole else level
        level = value if whole else level + value
        found.append(Step(name, start, level, whole))
    return found
