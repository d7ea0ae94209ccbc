"""A table and a paragraph in letters, for a terminal: columns one under the other, lines no longer than they may be."""

import textwrap
from collections.abc import Sequence
from typing import Final, Literal

from rich.cells import cell_len, set_cell_size

Side = Literal["left", "right"]
_BETWEEN: Final = 2
_LEAST: Final = 8


def table(
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    sides: Sequence[Side],
    width: int,
    below: Sequence[str] | None = None,
) -> list[str]:
    """Rows of cells as lines of at most `width` letters under a head; the first column gives way where there is no room.

    `below` is a line for each row that stands under it, a little to the right, and is cut where it is too long.
    """
    widths = [max(map(cell_len, cells)) for cells in zip(head, *rows, strict=True)]
    others = sum(widths[1:]) + _BETWEEN * (len(widths) - 1)
    widths[0] = max(min(widths[0], width - others), _LEAST)
    lines = [_line(head, sides, widths, width)]
    for place, cells in enumerate(rows):
        lines.append(_line(cells, sides, widths, width))
        if below is not None and below[place]:
            lines.append("  " + cut(below[place], width - 2))
    return lines


def _line(cells: Sequence[str], sides: Sequence[Side], widths: Sequence[int], width: int) -> str:
    laid = []
    for cell, side, room in zip(cells, sides, widths, strict=True):
        shown = cut(cell, room)
        blank = " " * (room - cell_len(shown))
        laid.append(blank + shown if side == "right" else shown + blank)
    return cut((" " * _BETWEEN).join(laid).rstrip(), width)


def cut(text: str, width: int) -> str:
    """A text on one line of at most `width` letters, with an ellipsis where it goes on."""
    text = " ".join(text.split()) if "\n" in text or "\t" in text else text
    return text if cell_len(text) <= width else set_cell_size(text, max(width - 1, 0)).rstrip() + "…"


def paragraph(text: str, width: int, before: str = "") -> list[str]:
    """A text in lines of at most `width` letters, `before` standing before the first and its room before the others."""
    room = " " * len(before)
    lines = textwrap.wrap(text, width, initial_indent=before, subsequent_indent=room, break_on_hyphens=False)
    return lines or ([before.rstrip()] if before else [])
