"""A chart of an answer as a page draws it: where its lines and bars stand in SVG, and the words beside them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from weft.charts import Chart
from weft.charts.reading import said, steps

WIDTH: Final = 1000.0
HEIGHT: Final = 200.0
_ROWS: Final = 40
_COLORS: Final = 6


@dataclass(frozen=True, slots=True)
class Path:
    """One row of values as a path, with its name and the place of its color."""

    name: str
    d: str
    color: int


@dataclass(frozen=True, slots=True)
class Bar:
    """One named bar from `x`, `width` wide, on a scale of 100; `mood` is whole, more or less."""

    name: str
    x: float
    width: float
    says: str
    mood: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """A chart on a page: either paths over places, or bars by name."""

    title: str
    says: str
    paths: tuple[Path, ...] = ()
    bars: tuple[Bar, ...] = ()
    ticks: tuple[str, str, str] = ("", "", "")
    first: str = ""
    last: str = ""
    left_out: int = 0

    @property
    def middle(self) -> float:
        """Half the height of the drawing."""
        return HEIGHT / 2


def drawn(chart: Chart) -> Drawn:
    """Where everything of a chart stands; a bar that is not known is not drawn."""
    if chart.kind == "line":
        return _lines(chart)
    rows = _stepped(chart) if chart.kind == "waterfall" else _barred(chart)
    low = min((min(start, end) for _, start, end, _, _ in rows), default=0.0)
    high = max((max(start, end) for _, start, end, _, _ in rows), default=0.0)
    low, high = min(low, 0.0), max(high, 0.0)
    scale = 100 / ((high - low) or 1.0)
    bars = tuple(
        Bar(name, round((min(start, end) - low) * scale, 2), round(abs(end - start) * scale, 2), words, mood)
        for name, start, end, words, mood in rows[:_ROWS]
    )
    return Drawn(chart.title, _summary(chart), bars=bars, left_out=max(len(rows) - _ROWS, 0))


def _barred(chart: Chart) -> list[tuple[str, float, float, str, str]]:
    several = len(chart.series) > 1
    rows = []
    for place, name in enumerate(chart.x):
        for number, line in enumerate(chart.series):
            value = line.values[place] if place < len(line.values) else None
            mood = "less" if (value or 0) < 0 else "whole" if number == 0 else "before"
            rows.append((f"{name} · {line.name}" if several else name, 0.0, value or 0.0, said(chart, value), mood))
    return rows


def _stepped(chart: Chart) -> list[tuple[str, float, float, str, str]]:
    rows = []
    for step in steps(chart):
        moved = step.end if step.whole else step.end - step.start
        mood = "whole" if step.whole else "more" if moved >= 0 else "less"
        sign = "+" if moved > 0 and not step.whole else ""
        rows.append((step.name, step.start, step.end, sign + said(chart, moved), mood))
    return rows


def _lines(chart: Chart) -> Drawn:
    values = [value for line in chart.series for value in line.values if value is not None]
    low, high = min([0.0, *values]), max([0.0, *values])
    if high <= low:
        high = low + 1.0
    paths = tuple(
        Path(line.name, _path(line.values, len(chart.x), low, high), place % _COLORS)
        for place, line in enumerate(chart.series)
    )
    ticks = (said(chart, high), said(chart, (high + low) / 2), said(chart, low))
    ends = (chart.x[0], chart.x[-1]) if chart.x else ("", "")
    return Drawn(chart.title, _summary(chart), paths=paths, ticks=ticks, first=ends[0], last=ends[1])


def _path(values: Sequence[float | None], places: int, low: float, high: float) -> str:
    """A path through what is known; what is not known breaks it, and what stands alone is a short stroke."""
    step = WIDTH / max(places - 1, 1)
    parts: list[str] = []
    joined = False
    for place, value in enumerate(values[:places]):
        if value is None:
            joined = False
            continue
        x, y = place * step, (high - value) / (high - low) * HEIGHT
        parts.append(f"{'L' if joined else 'M'}{x:.2f} {y:.2f}")
        following = values[place + 1] if place + 1 < min(len(values), places) else None
        if not joined and following is None:
            parts.append("h2")
        joined = True
    return "".join(parts)


def _summary(chart: Chart) -> str:
    """The chart in words, for those who do not see it: of each row the first, the last and the highest value."""
    if chart.kind != "line":
        return ""
    told = []
    for line in chart.series:
        known = [(name, value) for name, value in zip(chart.x, line.values, strict=False) if value is not None]
        if known:
            top = max(known, key=lambda one: one[1])
            told.append(
                f"{line.name}: {said(chart, known[0][1])} on {known[0][0]}, {said(chart, known[-1][1])} on {known[-1][0]}, "
                f"the most {said(chart, top[1])} on {top[0]}."
            )
    return " ".join(told)
