"""A forecast as a person reads it at a terminal: what to expect, how wrong it was, a chart, and one line each."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from weft.charts import Chart, Line
from weft.charts.tables import Side, paragraph, table
from weft.charts.terminal import text
from weft.skills.forecast import Expectation, Expected
from weft.skills.forecast.wording import number, share

_WIDEST: Final = 100
_STEPS: Final = 14
_BETWEEN: Final = ("0.1", "0.9")
_EACH: Final[tuple[Side, ...]] = ("left", "right", "right", "left", "right")
_WEEK: Final = 7


def told(answer: Expectation, width: int) -> str:
    """The whole answer in lines of at most `width` letters."""
    width = min(width, _WIDEST)
    whole = answer.total or (answer.forecasts[0] if len(answer.forecasts) == 1 else None)
    said: list[str] = []
    if whole is not None:
        said += _whole(whole, width)
    if len(answer.forecasts) > 1:
        said += ["", *_each(answer, width)]
    notes = [*(whole.notes if whole else []), *answer.notes, *([answer.note] if answer.note else [])]
    if notes:
        said.append("")
        for one in dict.fromkeys(notes):
            said += paragraph(one, width, "· ")
    return "\n".join(said).strip("\n")


def _called(one: Expected) -> str:
    names = (one.title or one.product or one.category, one.variant, one.location)
    return " · ".join(name.strip() for name in names if name) or "Everything"


def _whole(one: Expected, width: int) -> list[str]:
    title = _called(one)
    said = [title[:width], "-" * min(len(title), width), *paragraph(one.says, width)]
    if one.backtest is not None:
        said += paragraph(one.backtest.says, width)
    if one.stale and one.seen is not None:
        said += paragraph(f"There are sales since {one.seen} that it does not know: weft forecasts build.", width)
    if sum(one.mean) > 0 or sum(one.history) > 0:
        said += ["", *text(_chart(one), width).split("\n")]
    if len(one.mean) <= _STEPS:
        said += ["", *_steps(one, width)]
    return said


def _chart(one: Expected) -> Chart:
    """What was sold, and after it what is expected, on one line of time."""
    days = 1 if one.step == "day" else _WEEK
    before, after = len(one.history), len(one.mean)
    first = one.start - timedelta(before * days)
    return Chart(
        kind="line",
        title=f"Sold by {one.step}, and expected from {one.start} on",
        x=[(first + timedelta(days * at)).isoformat() for at in range(before + after)],
        series=[
            Line(name="sold", values=[*one.history, *[None] * after]),
            Line(name="expected", values=[*[None] * before, *one.mean]),
        ],
    )


def _steps(one: Expected, width: int) -> list[str]:
    """Step by step what is expected, and between what it lies in eight of ten cases; all together below."""
    days = 1 if one.step == "day" else _WEEK
    bounds = [one.quantiles.get(level) for level in _BETWEEN]
    rows = [
        (
            f"{one.start + timedelta(days * at):%a %d %b %Y}",
            number(mean),
            _between(bounds[0][at], bounds[1][at]) if bounds[0] and bounds[1] else "",
        )
        for at, mean in enumerate(one.mean)
    ]
    rows.append(("together", number(one.sum), _sum_between(one)))
    head = ("day" if one.step == "day" else "week from", "expected", "8 of 10 cases")
    return table(head, rows, ("left", "right", "right"), width)


def _between(low: float, high: float) -> str:
    return f"{number(low)} to {number(high)}"


def _sum_between(one: Expected) -> str:
    low, high = (one.sum_quantiles.get(level) for level in _BETWEEN)
    return "" if low is None or high is None else _between(low, high)


def _each(answer: Expectation, width: int) -> list[str]:
    shared = {title for title, count in Counter(one.title for one in answer.forecasts).items() if count > 1}

    def row(one: Expected) -> Sequence[str]:
        name = _called(one)
        name = f"{name} ({one.product})" if one.title in shared and one.product and not one.variant else name
        wrong = one.backtest.wrong if one.backtest is not None else None
        return (
            name,
            number(one.sum),
            _sum_between(one),
            one.demand_class,
            "" if wrong is None else share(wrong),
        )

    rows = [row(one) for one in answer.forecasts]
    if answer.total is not None:
        rows.append(("all together", *row(answer.total)[1:]))
    some = any(cells[-1] for cells in rows)
    head = ("what", "expected", "8 of 10 cases", "how it sells", "wrong by")
    used = len(head) if some else len(head) - 1
    said = table(head[:used], [cells[:used] for cells in rows], _EACH[:used], width)
    more = answer.count - len(answer.forecasts)
    return [*said, f"… and {more:,} more: --limit says how many are told."] if more > 0 else said
