"""A chart as a picture (PNG), drawn by Matplotlib without a screen."""

import io
import textwrap
import warnings
from typing import Final

import matplotlib as mpl
import numpy as np
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from weft.charts import Chart
from weft.charts.reading import measure, said, scaled, steps
from weft.errors import InputError

_DOTS: Final = 100
LEAST, MOST = 120, 4000
_COLORS: Final = ("#5470c6", "#91cc75", "#fac858", "#ee6666", "#73c0de", "#3ba272", "#fc8452", "#9a60b4", "#ea7ccc")
_WHOLE, _MORE, _LESS = "#5470c6", "#3ba272", "#ee6666"
_NAMES: Final = 12
# What the font of Latin letters lacks is taken from these, where the machine has one.
_OTHER_FONTS: Final = (
    *(
        "Noto Sans CJK SC",
        "Noto Sans CJK JP",
        "Source Han Sans SC",
        "WenQuanYi Micro Hei",
        "Microsoft YaHei",
        "PingFang SC",
    ),
    *(
        "Hiragino Sans GB",
        "Arial Unicode MS",
        "Noto Sans Arabic",
        "Noto Sans Hebrew",
        "Noto Sans Thai",
        "Noto Sans Devanagari",
    ),
)
_there = {font.name for font in font_manager.fontManager.ttflist}
mpl.rcParams["font.family"] = ["DejaVu Sans", *(name for name in _OTHER_FONTS if name in _there)]


def png(chart: Chart, width: int = 900, height: int = 420) -> bytes:
    """The picture of a chart, `width` by `height` dots; raises InputError for a size that is none."""
    if not (LEAST <= width <= MOST and LEAST <= height <= MOST):
        raise InputError(f"A picture is {LEAST} to {MOST:,} dots wide and high, not {width:,} by {height:,}.")
    figure = Figure(figsize=(width / _DOTS, height / _DOTS), dpi=_DOTS, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    drawn = {"line": _lines, "bar": _bars, "waterfall": _waterfall}[chart.kind]
    drawn(axes, chart)
    # A dollar sign is no formula.
    axes.set_title(_wrapped(chart.title, width // 9), loc="left", fontsize=11, parse_math=False)
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_axisbelow(True)
    held = io.BytesIO()
    with warnings.catch_warnings():
        # A letter that the font lacks is drawn as a box, and that is no trouble of whoever asks.
        warnings.simplefilter("ignore")
        figure.savefig(held, format="png")
    return held.getvalue()


def _wrapped(text: str, width: int) -> str:
    return "\n".join(textwrap.wrap(text, max(width, 10))[:3])


def _values(chart: Chart) -> "list[tuple[str, np.ndarray[tuple[int], np.dtype[np.float64]]]]":
    """Each row's name and values, as many as there are places; NaN where nothing is known, which is not drawn."""
    found = []
    for line in chart.series:
        values = np.full(len(chart.x), np.nan)
        for place, value in enumerate(line.values[: len(chart.x)]):
            shown = scaled(chart, value)
            values[place] = np.nan if shown is None else shown
        found.append((line.name, values))
    return found


def _lines(axes: Axes, chart: Chart) -> None:
    rows = _values(chart)
    for place, (_, values) in enumerate(rows):
        alone = np.isfinite(values).sum() <= 1
        axes.plot(
            np.arange(len(values)), values, label=str(place), color=_COLORS[place % len(_COLORS)], linewidth=1.6,
            marker="o" if alone else None,
        )  # fmt: skip
    _upright(axes, chart)
    ticks = np.unique(np.linspace(0, max(len(chart.x) - 1, 0), min(len(chart.x), 8)).round().astype(int))
    axes.set_xticks(ticks, [_short(chart.x[place]) for place in ticks] if chart.x else [])
    _named(axes, rows)


def _bars(axes: Axes, chart: Chart) -> None:
    """Bars that lie where their names are long, and stand where they are days or numbers."""
    rows = _values(chart)
    lying = any(len(name) > _NAMES for name in chart.x)
    thick = 0.8 / max(len(rows), 1)
    at = np.arange(len(chart.x))
    for place, (_, values) in enumerate(rows):
        where = at + (place - (len(rows) - 1) / 2) * thick
        color = _COLORS[place % len(_COLORS)]
        if lying:
            axes.barh(where, values, thick, label=str(place), color=color)
        else:
            axes.bar(where, values, thick, label=str(place), color=color)
    if lying:
        axes.set_yticks(at, [_short(name, 34) for name in chart.x])
        axes.invert_yaxis()
        axes.set_xlabel(measure(chart))
        axes.xaxis.set_major_formatter(FuncFormatter(_tick))
        axes.grid(axis="x", alpha=0.25)
    else:
        _upright(axes, chart)
        shown = at[:: max(1, len(at) // 12)]
        axes.set_xticks(shown, [_short(chart.x[place]) for place in shown])
    _named(axes, rows)


def _waterfall(axes: Axes, chart: Chart) -> None:
    bars = steps(chart)
    for place, step in enumerate(bars):
        start, end = scaled(chart, step.start) or 0.0, scaled(chart, step.end) or 0.0
        color = _WHOLE if step.whole else _MORE if end >= start else _LESS
        axes.bar(place, end - start, 0.65, bottom=start, color=color)
        value = step.end if step.whole else step.end - step.start
        axes.annotate(
            said(chart, value).removesuffix(measure(chart)).strip(), (place, max(start, end)), (0, 3),
            textcoords="offset points", ha="center", fontsize=8, parse_math=False,
        )  # fmt: skip
    axes.use_sticky_edges = False
    _upright(axes, chart)
    axes.set_xticks(np.arange(len(bars)), [_wrapped(_short(step.name, 30), 14) for step in bars], fontsize=8)
    axes.margins(y=0.12)


def _upright(axes: Axes, chart: Chart) -> None:
    axes.set_ylabel(measure(chart))
    axes.yaxis.set_major_locator(MaxNLocator(6, integer=chart.unit == "count" and _whole(chart)))
    axes.yaxis.set_major_formatter(FuncFormatter(_tick))
    axes.grid(axis="y", alpha=0.25)


def _named(axes: Axes, rows: "list[tuple[str, np.ndarray[tuple[int], np.dtype[np.float64]]]]") -> None:
    if len(rows) > 1:
        # matplotlib leaves a name out that is empty or starts with an underscore: the rows are numbered, and named here.
        legend = axes.legend(fontsize=8, frameon=False, loc="best")
        for text in legend.get_texts():
            text.set_parse_math(False)
            text.set_text(rows[int(text.get_text())][0])
    for axis in (axes.xaxis, axes.yaxis):
        for label in axis.get_ticklabels():
            label.set_parse_math(False)


def _whole(chart: Chart) -> bool:
    return all(value is None or float(value).is_integer() for line in chart.series for value in line.values)


def _tick(value: float, _: int | None = None) -> str:
    return f"{value:,.10g}"


def _short(name: str, most: int = 16) -> str:
    return name if len(name) <= most else name[: most - 1] + "…"
