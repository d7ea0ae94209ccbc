"""A measured figure, and how figures are shown: one table for people, one JSON line each for programs."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: `asked` is the most (`most`) or the least it may be; without it the figure is a peer or only told."""

    name: str
    value: float
    unit: str
    asked: float | None = None
    most: bool = True
    note: str = ""

    @property
    def holds(self) -> bool | None:
        """Whether the figure is what was asked; None where nothing was."""
        if self.asked is None:
            return None
        return self.value <= self.asked if self.most else self.value >= self.asked


def number(value: float) -> str:
    """A figure as people read it: whole from a hundred on, else with three figures that count; a dash for what could not be measured."""
    if math.isnan(value):
        return "–"
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"


def show(name: str, figures: Sequence[Figure], as_json: bool) -> None:
    """Print a bench's figures."""
    if as_json:
        for one in figures:
            line = {
                "bench": name,
                "figure": one.name,
                "value": None if math.isnan(one.value) else round(one.value, 4),
                "unit": one.unit,
            }
            if one.asked is not None:
                line |= {"asked": one.asked, "most": one.most, "holds": one.holds}
            print(json.dumps(line | ({"note": one.note} if one.note else {})))
        return
    table = Table(title=name, title_justify="left")
    for column, side in (("figure", "left"), ("measured", "right"), ("asked", "right"), ("", "left"), ("note", "left")):
        table.add_column(column, justify="right" if side == "right" else "left", overflow="fold")
    for one in figures:
        asked = "" if one.asked is None else f"{'≤' if one.most else '≥'} {number(one.asked)} {one.unit}"
        verdict = {None: "", True: "[green]holds[/]", False: "[red]misses[/]"}[one.holds]
        table.add_row(one.name, f"{number(one.value)} {one.unit}", asked, verdict, one.note)
    Console(width=None if Console().is_terminal else 150).print(table)
