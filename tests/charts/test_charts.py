"""Charts: one chart's data as an option of ECharts, as a picture, in letters; whatever the values."""

import io
import json
import math
import unicodedata
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import settings as tried
from hypothesis import strategies as st
from PIL import Image
from rich.cells import cell_len
from typer.testing import CliRunner

from weft.charts import Chart, Line, tables
from weft.charts.drawing import drawn
from weft.charts.echarts import option
from weft.charts.terminal import text
from weft.errors import InputError
from weft.surfaces.cli.root import app

BRIDGE = Chart(
    kind="waterfall",
    title="Revenue, week 40 to week 41",
    x=["week 40", "price", "returns", "week 41"],
    series=[Line(name="revenue", values=[120450, 15000, -150000, -14550])],
    unit="money",
    currency="EUR",
)
UNITS = Chart(
    kind="line", title="Units", x=["2026-01-01", "2026-01-02", "2026-01-03"], series=[Line(name="units", values=[3, None, 8])]
)  # fmt: skip
SHARES = Chart(
    kind="bar",
    title="Share of orders",
    x=["Germany", "France"],
    series=[Line(name="now", values=[0.5, 0.25]), Line(name="before", values=[0.4, None])],
    unit="share",
)
VALUES = st.one_of(
    st.none(), st.floats(-1e18, 1e18), st.floats(-1e12, 1e12), st.integers(-10, 10).map(float), st.just(0.0)
)


@st.composite
def charts(draw: st.DrawFn) -> Chart:
    names = draw(st.lists(st.text(max_size=30), max_size=8))
    rows = draw(st.integers(0, 3))
    values = st.lists(VALUES, min_size=max(len(names) - 1, 0), max_size=len(names) + 1) | st.just([])
    return Chart(
        kind=draw(st.sampled_from(["line", "bar", "waterfall"])),
        title=draw(st.text(max_size=50)),
        x=names,
        series=[Line(name=draw(st.text(max_size=9)), values=draw(values)) for _ in range(rows)],
        unit=draw(st.sampled_from(["money", "count", "share", "days"])),
        currency=draw(st.sampled_from([None, "EUR", "JPY", "KWD"])),
    )


def numbers(found: Any) -> list[float]:
    if isinstance(found, dict):
        return [one for value in found.values() for one in numbers(value)]
    if isinstance(found, list):
        return [one for value in found for one in numbers(value)]
    return [found] if isinstance(found, (int, float)) and not isinstance(found, bool) else []


def test_an_option_holds_the_values_in_whole_units_and_gaps_as_null() -> None:
    line = option(UNITS)
    assert line["series"] == [{"type": "line", "name": "units", "data": [3, None, 8], "showSymbol": False}]
    assert line["xAxis"]["data"] == UNITS.x
    bars = option(SHARES)
    assert [one["data"] for one in bars["series"]] == [[50, 25], [40, None]]
    assert (bars["yAxis"]["name"], "legend" in bars, "legend" in line) == ("%", True, False)
    (steps,) = option(BRIDGE)["series"]
    assert [one["value"][:2] for one in steps["data"]] == [[0, 1204.5], [1204.5, 1354.5], [1354.5, -145.5], [0, -145.5]]
    assert option(BRIDGE)["yAxis"]["name"] == "EUR"


def test_a_terminal_shows_each_value_and_where_a_step_begins() -> None:
    first, price, returns, last = text(BRIDGE).splitlines()[1:]
    assert first.endswith("1,204.50 EUR")
    assert price.endswith("+150.00 EUR")
    assert returns.endswith("-1,500.00 EUR")
    assert last.endswith("-145.50 EUR")
    assert price.index("█") > first.index("█")
    shown = text(SHARES, 60).splitlines()
    assert [line.split()[-2:] for line in shown[1:3]] == [["50", "%"], ["40", "%"]]
    assert shown[4].endswith("–")
    assert "█" not in shown[4]
    assert shown[1].count("█") > shown[2].count("█") > shown[3].count("█")
    drawn_line = text(UNITS, 50).splitlines()
    assert drawn_line[1].startswith("8 ┤")
    assert drawn_line[-1].split() == ["2026-01-01", "2026-01-03"]
    assert "nothing to show" in text(Chart(kind="line", title="Nothing", x=[], series=[]))


def test_a_picture_has_its_size_and_more_than_one_color() -> None:
    for chart in (BRIDGE, UNITS, SHARES):
        picture = Image.open(io.BytesIO(drawn(chart, "png", 640, 320)))
        assert picture.size == (640, 320)
        assert len(np.unique(np.asarray(picture.convert("RGB")).reshape(-1, 3), axis=0)) > 10
    with pytest.raises(InputError, match="120 to 4,000 dots"):
        drawn(UNITS, "png", 5000, 10)


@tried(max_examples=120)
@given(charts())
def test_whatever_the_values_are_no_drawing_fails_and_none_holds_what_is_no_number(chart: Chart) -> None:
    made = option(chart)
    assert all(math.isfinite(one) for one in numbers(made))
    json.dumps(made, allow_nan=False)
    shown = text(chart, 72)
    assert "nan" not in shown.removeprefix(chart.title).lower() or any("nan" in one.lower() for one in chart.x)
    assert len([one for one in shown if unicodedata.category(one) == "Cs"]) == 0


@tried(max_examples=12)
@given(charts())
@example(Chart(kind="line", title="", x=["a"], series=[Line(name="_hidden", values=[1]), Line(name="", values=[2])]))
@example(Chart(kind="bar", title="", x=["a"], series=[Line(name="_hidden", values=[1]), Line(name="", values=[2])]))
def test_a_picture_comes_of_any_chart(chart: Chart) -> None:
    assert drawn(chart, "png", 300, 200).startswith(b"\x89PNG")


def test_the_command_draws_all_charts_of_an_answer(tmp_path: Any) -> None:
    answer = {"engine": "local", "charts": [BRIDGE.model_dump(), UNITS.model_dump()]}
    file = tmp_path / "answer.json"
    file.write_text(json.dumps(answer), "utf-8")
    runner = CliRunner()
    shown = runner.invoke(app, ["chart", str(file)])
    assert "Revenue, week 40" in shown.stdout
    assert "8 ┤" in shown.stdout
    kept = runner.invoke(app, ["chart", str(file), "--form", "png", "--to", str(tmp_path / "shown.png")])
    assert kept.exit_code == 0, kept.output
    assert (tmp_path / "shown.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "shown-2.png").read_bytes().startswith(b"\x89PNG")
    only = runner.invoke(app, ["chart", "-", "--form", "echarts"], input=json.dumps(UNITS.model_dump()))
    assert json.loads(only.stdout)["series"][0]["data"] == [3, None, 8]
    file.write_text('{"kind": "pie"}', "utf-8")
    assert isinstance(runner.invoke(app, ["chart", str(file)]).exception, InputError)


def test_rows_that_never_stand_at_one_place_are_drawn_in_one() -> None:
    days = [f"2026-01-0{day}" for day in range(1, 7)]
    past = Line(name="sold", values=[1, 2, 3, None, None, None])
    ahead = Line(name="expected", values=[None, None, None, 3, 2, 1])
    over = Line(name="last year", values=[1, 1, 1, 1, 1, 1])
    said = text(Chart(kind="line", title="Units", x=days, series=[past, ahead, over]), 60).split("\n")
    assert [line.strip() for line in said if not set(line) & set("┤-")][1:] == ["sold · expected", "last year"]
    whole = text(Chart(kind="line", title="Units", x=days, series=[Line(name="sold", values=[1, 2, 3, 3, 2, 1])]), 60)
    assert whole.split("\n")[1:9] == said[2:10]


@given(st.lists(st.tuples(st.text(max_size=90), st.text(max_size=12)), min_size=1, max_size=5), st.integers(40, 100))
def test_a_table_fits_whatever_stands_in_it(cells: list[tuple[str, str]], width: int) -> None:
    lines = tables.table(("what", "number"), cells, ("left", "right"), width, [name for name, _ in cells])
    assert all(cell_len(line) <= width for line in lines)
    assert len(lines) == 1 + len(cells) + sum(1 for name, _ in cells if name)
