"""A report as plain text, as a terminal shows it: the head as a table, then why, what is unusual, what to do."""

import textwrap
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final

from weft.skills.analyze import Finding, Headline, Report
from weft.skills.analyze.report.figures import Book
from weft.skills.analyze.report.wording import Words

_WIDTH: Final = 80
_CONTRIBUTIONS: Final = 3
_DIMENSIONS: Final = ("category", "country", "product")
_BAR: Final = 20
_TITLE: Final = 38
_SECTIONS: Final = (
    ("why", ("change", "shortage")),
    ("unusual", ("unusual",)),
    ("standing", ("dead_stock", "customers", "together")),
)


def page(report: Report, book: Book, words: Words) -> str:
    """The report, laid out."""
    lines = [report.title, "=" * _wide(report.title), ""]
    lines += _wrapped(" ".join(one.text for one in report.summary))
    lines += ["", *_table(report.headline, book, words), ""]
    for name, kinds in _SECTIONS:
        found = [one for one in report.findings if one.kind in kinds]
        if found:
            lines += [words.word(f"section.{name}"), "-" * _wide(words.word(f"section.{name}"))]
            for one in found:
                lines += _finding(one)
            if name == "why":
                lines += _contributions(report, book)
            lines.append("")
    lines += [line for note in report.notes for line in _wrapped(f"· {note}")]
    return "\n".join(lines).rstrip()


def _finding(one: Finding) -> list[str]:
    told = _wrapped("• " + " ".join(said.text for said in one.says), "  ")
    return [*told, *(line for action in one.actions for line in _wrapped(f"  → {action.says}", "    "))]


def _wrapped(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(text, _WIDTH, subsequent_indent=indent, break_on_hyphens=False) or [""]


def _table(rows: Sequence[Headline], book: Book, words: Words) -> list[str]:
    """The metrics with what they were and how they changed."""
    head = ["", *(words.word(f"column.{name}") for name in ("now", "before", "change", "year", "year_change"))]
    cells = [head]
    for row in rows:
        values = [_said(value, row, book) for value in (row.now, row.before)]
        year = _said(row.year_before, row, book)
        # A share of a share would be taken for points of it.
        changes = [_change(one if row.unit != "share" else None, book) for one in (row.change, row.year_change)]
        cells.append([row.title, *values, changes[0], year, changes[1]])
    widths = [max(_wide(line[at]) for line in cells) for at in range(len(head))]
    return [
        "  ".join(
            _padded(cell, width, left=at == 0) for at, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in cells
    ]


def _said(value: float | None, row: Headline, book: Book) -> str:
    if value is None:
        return "–"
    if row.unit == "money":
        return book.amount(round(value))
    return book.percent(value) if row.unit == "share" else book.number(value)


def _change(share: float | None, book: Book) -> str:
    return "" if share is None else ("+" if share > 0 else "") + book.percent(share)


def _contributions(report: Report, book: Book) -> Iterable[str]:
    """What the members of some dimensions did to the change, the largest first."""
    for dimension in report.why.dimensions:
        if dimension.dimension not in _DIMENSIONS:
            continue
        shown = dimension.parts[:_CONTRIBUTIONS]
        most = max((abs(one.change) for one in shown), default=0)
        yield f"  {dimension.title}"
        for one in shown:
            amount = ("+" if one.change > 0 else "") + book.amount(one.change)
            bar = "█" * round(abs(one.change) / most * _BAR) if most else ""
            yield f"    {_padded(amount, 14)}  {_padded(_cut(one.title), _TITLE, left=True)}  {bar}".rstrip()


def _cut(text: str) -> str:
    return text if _wide(text) <= _TITLE else text[: _TITLE - 1] + "…"


def _wide(text: str) -> int:
    """How many columns a text takes in a terminal."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _padded(text: str, width: int, left: bool = False) -> str:
    space = " " * max(width - _wide(text), 0)
    return text + space if left else space + text
