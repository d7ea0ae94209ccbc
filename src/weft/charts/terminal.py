"""A chart in letters, for a terminal: bars in blocks, lines in dots of braille."""

import math
from collections.abc import Sequence
from typing import Final

from weft.charts import Chart, Line
from weft.charts.reading import said, steps

_PARTS: Final = " ▏▎▍▌▋▊▉█"
_BRAILLE: Final = 0x2800
# The dot of a braille letter by its row and column.
_DOTS: Final = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
_HIGH: Final = 8
_LONGEST: Final = 28


def text(chart: Chart, width: int = 80) -> str:
    """The chart in lines of at most `width` letters (40 at least), without colors."""
    width = max(width, 40)
    if not chart.x or not any(value is not None for line in chart.series for value in line.values):
        return f"{chart.title}\n(nothing to show)"
    if chart.kind == "waterfall" and not steps(chart):
        return f"{chart.title}\n(nothing to show)"
    drawn = {"line": _lines, "bar": _bars, "waterfall": _waterfall}[chart.kind](chart, width)
    return "\n".join(line.rstrip()[:width] for line in (chart.title, *drawn))


def _bars(chart: Chart, width: int) -> list[str]:
    several = len(chart.series) > 1
    rows = []
    for place, name in enumerate(chart.x):
        for line in chart.series:
            value = line.values[place] if place < len(line.values) else None
            rows.append((f"{name} · {line.name}" if several else name, 0.0, value or 0.0, said(chart, value)))
    return _laid(rows, width)


def _waterfall(chart: Chart, width: int) -> list[str]:
    rows = []
    for step in steps(chart):
        moved = step.end if step.whole else step.end - step.start
        sign = "+" if moved > 0 and not step.whole else ""
        rows.append((step.name, step.start, step.end, sign + said(chart, moved)))
    return _laid(rows, width)


def _laid(rows: Sequence[tuple[str, float, float, str]], width: int) -> list[str]:
    """Bars from a start to an end on one scale, each with its name before and its value behind."""
    names = min(max(len(name) for name, *_ in rows), _LONGEST)
    words = max(len(value) for *_, value in rows)
    room = max(width - names - words - 3, 8)
    low = min(0.0, *(min(start, end) for _, start, end, _ in rows))
    high = max(0.0, *(max(start, end) for _, start, end, _ in rows))
    scale = room / ((high - low) or 1.0)
    lines = []
    for name, start, end, value in rows:
        first, last = (min(start, end) - low) * scale, (max(start, end) - low) * scale
        shown = name if len(name) <= names else name[: names - 1] + "…"
        lines.append(f"{shown:<{names}} {_bar(first, last, room)} {value:>{words}}")
    return lines


def _bar(first: float, last: float, room: int) -> str:
    """Blocks between two places; what is not nothing is seen."""
    if last <= first:
        return " " * room
    begin = min(int(first), room - 1)
    eighths = max(round((last - begin) * 8), 1)
    full, part = divmod(eighths, 8)
    return (" " * begin + "█" * full + (_PARTS[part] if part else ""))[:room].ljust(room)


def _lines(chart: Chart, width: int) -> list[str]:
    values = [value for line in chart.series for value in line.values if value is not None]
    low, high = min(0.0, *values), max(0.0, *values)
    if math.isclose(low, high):
        high = low + 1.0
    ends = (said(chart, high), said(chart, low))
    side = max(len(end) for end in ends)
    room = max(width - side - 2, 8)
    rows: list[str] = []
    shown = _together(chart)
    for line in shown:
        if len(shown) > 1 or len(chart.series) > 1:
            rows.append(f"{'':>{side}}  {line.name}")
        drawn = _dotted(line.values, len(chart.x), low, high, room)
        for place, letters in enumerate(drawn):
            end = ends[0] if place == 0 else ends[1] if place == _HIGH - 1 else ""
            rows.append(f"{end:>{side}} ┤{letters}")
    first, last = chart.x[0], chart.x[-1]
    between = max(room - len(first) - len(last), 1)
    return [*rows, f"{'':>{side}}  {first}{' ' * between}{last if len(chart.x) > 1 else ''}"]


def _together(chart: Chart) -> list[Line]:
    """The rows of a chart, those in one that never have a value at the same place: what was, and what is expected after it."""
    found: list[Line] = []
    for line in chart.series:
        values = [*line.values[: len(chart.x)], *[None] * (len(chart.x) - len(line.values))]
        last = found[-1] if found else None
        if last is not None and all(a is None or b is None for a, b in zip(last.values, values, strict=True)):
            both = [b if a is None else a for a, b in zip(last.values, values, strict=True)]
            found[-1] = Line(name=f"{last.name} · {line.name}", values=both)
        else:
            found.append(Line(name=line.name, values=values))
    return found


def _dotted(values: Sequence[float | None], places: int, low: float, high: float, room: int) -> list[str]:
    """A row of values as lines of braille, two by four dots a letter; a gap stays a gap."""
    grid = [[0] * room for _ in range(_HIGH)]
    across, up = 2 * room - 1, 4 * _HIGH - 1
    before: tuple[int, int] | None = None
    for place, value in enumerate(values[:places]):
        if value is None:
            before = None
            continue
        x = round(place * across / max(places - 1, 1))
        y = round((high - value) * up / (high - low))
        for column, row in _between(before or (x, y), (x, y)):
            grid[row // 4][column // 2] |= _DOTS[row % 4][column % 2]
        before = (x, y)
    return ["".join(chr(_BRAILLE + dots) if dots else " " for dots in row) for row in grid]


def _between(start: tuple[int, int], end: tuple[int, int]) -> list[tuple[int, int]]:
    far = max(abs(end[0] - start[0]), abs(end[1] - start[1]), 1)
    return [
        (round(start[0] + (end[0] - start[0]) * step / far), round(start[1] + (end[1] - start[1]) * step / far))
        for step in range(far + 1)
    ]
