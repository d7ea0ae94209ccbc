"""Charts as figures: where the bars of a drawing stand, as a template draws them in SVG."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

WIDTH: Final = 1000.0
HEIGHT: Final = 100.0
_GAP: Final = 0.2
_LEAST: Final = 0.8
_TOPS: Final = (10, 12, 15, 20, 30, 40, 50, 60, 80, 100)


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of a chart (in units of the drawing) and what it says when it is pointed at."""

    x: float
    y: float
    width: float
    height: float
    says: str


@dataclass(frozen=True, slots=True)
class Columns:
    """A chart of columns over a line that begins at nothing; `ticks` are the words at the top, half-way and at the line."""

    bars: tuple[Bar, ...]
    ticks: tuple[str, str, str]
    first: str
    last: str


def ceiling(most: int) -> int:
    """The top of a scale that holds a value from 0 on: a round number of which half is whole."""
    if most <= 10:
        return max(most + most % 2, 2)
    size = 1
    while True:
        for top in _TOPS:
            if top * size >= most and top * size % 2 == 0:
                return top * size
        size *= 10


def columns(values: Sequence[tuple[str, int]], words: Callable[[int], str]) -> Columns:
    """A column for each named value from 0 on, in order, with the values in words."""
    top = ceiling(max((value for _, value in values), default=0))
    step = WIDTH / max(len(values), 1)
    bars = []
    for place, (name, value) in enumerate(values):
        # What is not nothing can be seen.
        height = max(HEIGHT * value / top, _LEAST) if value else 0.0
        x = (place + _GAP / 2) * step
        bars.append(Bar(round(x, 2), round(HEIGHT - height, 2), round(step * (1 - _GAP), 2), round(height, 2),
                        f"{name}: {words(value)}"))  # fmt: skip
    names = [name for name, _ in values] or [""]
    return Columns(tuple(bars), (words(top), words(top // 2), words(0)), names[0], names[-1])


def share(part: int, whole: int) -> float:
    """A part of a whole in hundredths of it, from 0 to 100."""
    return round(min(max(100 * part / whole, 0.0), 100.0), 2) if whole > 0 else 0.0
