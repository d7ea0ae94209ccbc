"""A chart as an option of Apache ECharts (5 and 6), in JSON alone: no function stands in it.

Source: https://echarts.apache.org/en/option.html.
"""

from typing import Any

from weft.charts import Chart, Line
from weft.charts.reading import measure, scaled, steps

_WHOLE, _MORE, _LESS = "#5470c6", "#3ba272", "#ee6666"


def option(chart: Chart) -> dict[str, Any]:
    """The option that draws a chart; money in whole units, shares in per cent, null where nothing is known."""
    made: dict[str, Any] = {
        "title": {"text": chart.title},
        "tooltip": {"trigger": "axis"},
        "grid": {"left": 12, "right": 16, "bottom": 8, "containLabel": True},
        "xAxis": {"type": "category", "data": list(chart.x)},
        "yAxis": {"type": "value", "name": measure(chart)},
        "series": [_waterfall(chart)] if chart.kind == "waterfall" else [_series(chart, one) for one in chart.series],
        "aria": {"enabled": True},
    }
    if len(made["series"]) > 1:
        made["legend"] = {"top": 28, "type": "scroll"}
    return made


def _series(chart: Chart, line: Line) -> dict[str, Any]:
    data = [scaled(chart, value) for value in line.values]
    shown: dict[str, Any] = {"type": chart.kind, "name": line.name, "data": data}
    return {**shown, "showSymbol": len(data) <= 1} if chart.kind == "line" else shown


def _waterfall(chart: Chart) -> dict[str, Any]:
    """A candlestick from where each step begins to where it ends: it may cross the axis, as stacked bars may not."""
    data = []
    for step in steps(chart):
        start, end = scaled(chart, step.start) or 0.0, scaled(chart, step.end) or 0.0
        one: dict[str, Any] = {"name": step.name, "value": [start, end, min(start, end), max(start, end)]}
        if step.whole:
            one["itemStyle"] = dict.fromkeys(("color", "color0", "borderColor", "borderColor0"), _WHOLE)
        data.append(one)
    style = {"color": _MORE, "borderColor": _MORE, "color0": _LESS, "borderColor0": _LESS}
    return {
        "type": "candlestick",
        "name": chart.series[0].name if chart.series else "",
        "data": data,
        "itemStyle": style,
    }
