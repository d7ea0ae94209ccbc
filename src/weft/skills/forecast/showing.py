"""A forecast as it is answered: by day or by week, rounded, with its history, its sentence and its charts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import numpy as np

from weft.charts import Chart, Line
from weft.demand.forecast import Forecast
from weft.demand.series import Floats
from weft.skills.forecast import Expect, Expected, Hindsight, Level, PastWeek, Peak, UnknownDays, wording
from weft.skills.forecast.history import Ground, Past
from weft.skills.forecast.wording import rounded

_WEEK: Final = 7
_DAYS_BEFORE: Final = 56
_WEEKS_BEFORE: Final = 26
_FEW_DAYS: Final = 28
_LOW, _HIGH = 0.1, 0.9
OTHERWISE: Final = "elsewhere"
"""What a place is called that no order names."""


@dataclass(frozen=True, slots=True)
class Name:
    """What a forecast is of."""

    level: Level
    product: str | None = None
    variant: str | None = None
    location: str | None = None
    category: str | None = None
    title: str | None = None


def horizon(asked: Expect) -> int:
    """How many days are forecast: whole weeks where weeks are asked for."""
    return asked.days if asked.by == "day" else -(-asked.days // _WEEK) * _WEEK


def shown(
    name: Name,
    forecast: Forecast,
    start: date,
    asked: Expect,
    *,
    sold: Floats | None = None,
    seen: date | None = None,
    **more: Any,
) -> Expected:
    """One forecast for the days that were asked for; `sold` is what was sold by day up to the day before `start`."""
    paths = forecast.paths.astype(np.float64)
    mean = np.maximum(forecast.mean, 0.0)
    if asked.by == "week":
        paths, mean = _by_week(paths), _by_week(mean)
    sums = forecast.paths.sum(axis=1, dtype=np.float64)
    total = float(forecast.mean.sum())
    low, high = (float(np.quantile(sums, level)) for level in (_LOW, _HIGH))
    history, since = _before(sold, start, asked.by)
    return Expected(
        **{field: getattr(name, field) for field in Name.__dataclass_fields__},
        demand_class=forecast.demand_class,
        way=forecast.way,
        start=start,
        step=asked.by,
        mean=[rounded(value) for value in mean],
        quantiles=_quantiles(forecast, paths, asked),
        sum=rounded(total),
        sum_quantiles={
            f"{level:g}": rounded(value)
            for level, value in zip(asked.levels, _ordered(np.quantile(sums, asked.levels)), strict=True)
        },
        says=wording.expectation(forecast.demand_class, total, low, high, len(forecast.mean)),
        history=history,
        history_start=since,
        seen=seen,
        **more,
    )


def _by_week(values: Floats) -> Floats:
    """Sums of seven days, of whole weeks."""
    shape = (*values.shape[:-1], values.shape[-1] // _WEEK, _WEEK)
    return np.asarray(values.reshape(shape).sum(axis=-1))


def _quantiles(forecast: Forecast, paths: Floats, asked: Expect) -> dict[str, list[float]]:
    own = asked.by == "day" and all(level in forecast.quantiles for level in asked.levels)
    rows = (
        np.array([forecast.quantiles[level] for level in asked.levels])
        if own
        else np.quantile(paths, asked.levels, axis=0)
    )
    ordered = _ordered(rows)
    return {f"{level:g}": [rounded(value) for value in row] for level, row in zip(asked.levels, ordered, strict=True)}


def _ordered(rows: Floats) -> Floats:
    """Quantiles of rising levels, which never cross and are never below zero."""
    return np.asarray(np.maximum.accumulate(np.maximum(rows, 0.0), axis=0))


def _before(sold: Floats | None, start: date, by: str) -> tuple[list[float], date | None]:
    if sold is None or not len(sold):
        return [], None
    if by == "day":
        some = sold[-_DAYS_BEFORE:]
        return [rounded(value) for value in some], start - timedelta(len(some))
    weeks = min(-(-len(sold) // _WEEK), _WEEKS_BEFORE)
    padded = np.concatenate([np.zeros(max(weeks * _WEEK - len(sold), 0)), sold])[-weeks * _WEEK :]
    return [rounded(value) for value in _by_week(padded)], start - timedelta(weeks * _WEEK)


def peaks(past: Past) -> list[Peak]:
    """The outliers of a past, by day."""
    return [
        Peak(day=past.series.start + timedelta(one.place), units=rounded(one.units), counted=rounded(one.counted))
        for one in past.outliers
    ]


def gaps(past: Past) -> list[UnknownDays]:
    """The days of a past that say nothing about demand."""
    return [
        UnknownDays(
            first=past.series.start + timedelta(one.first),
            last=past.series.start + timedelta(one.last),
            why=one.why,
            guessed=one.guessed,
            probability=None if one.probability is None else float(f"{one.probability:.3g}"),
        )
        for one in past.gaps
    ]


def charts(told: Expected) -> list[Chart]:
    """What was sold and what is expected, with its bounds; and how wrong it was by the week."""
    found = [_ahead(told)]
    if told.backtest is not None and told.backtest.weeks:
        found.append(_behind(told, told.backtest.weeks, told.backtest))
    return found


def _ahead(told: Expected) -> Chart:
    days = 1 if told.step == "day" else _WEEK
    before, after = len(told.history), len(told.mean)
    first = told.start - timedelta(before * days)
    nothing: list[float | None] = [None] * before
    bounds = [level for level in ("0.1", "0.9") if level in told.quantiles]
    return Chart(
        kind="line",
        title=f"{_called(told)}: sold and expected by {told.step}",
        x=[(first + timedelta(days * at)).isoformat() for at in range(before + after)],
        series=[
            Line(name="sold", values=[*told.history, *[None] * after]),
            Line(name="expected", values=[*nothing, *told.mean]),
            *(
                Line(
                    name=f"{'less' if level == '0.1' else 'more'} in one of ten cases",
                    values=[*nothing, *told.quantiles[level]],
                )
                for level in bounds
            ),
        ],
    )


def _behind(told: Expected, weeks: Sequence[PastWeek], judged: Hindsight) -> Chart:
    return Chart(
        kind="line",
        title=f"{_called(told)}: what would have been told, and what was sold by week",
        x=[week.first.isoformat() for week in weeks],
        series=[
            Line(name="sold", values=[week.sold for week in weeks]),
            Line(name="told", values=[week.told for week in weeks]),
            Line(name=judged.rule, values=[week.rule for week in weeks]),
            Line(name="less in one of ten cases", values=[week.low for week in weeks]),
            Line(name="more in one of ten cases", values=[week.high for week in weeks]),
        ],
    )


def _called(told: Expected) -> str:
    names = (told.title or told.product or told.category, told.variant, told.location)
    return " · ".join(name for name in names if name) or "Everything"


def notes(known: Ground) -> list[str]:
    """What was left out of all histories, and since when nothing is known."""
    found = []
    left = known.left_out
    if len(known) < _FEW_DAYS:
        found.append(
            f"Only {wording.many(len(known), 'day')} of sales {'is' if len(known) == 1 else 'are'} known: this is a guess."
        )
    if (known.today - known.through).days > 1:
        found.append(
            f"The last day with sales is {wording.day(known.through)}; the forecast begins the day after. "
            "What was sold since is not there yet."
        )
    for count, said in (
        (left.undated, "without a date left out"),
        (left.future, "dated in the future left out"),
        (left.unplaced, "of no known product left out"),
        (left.called_off, "called off within two days not counted"),
    ):
        if count:
            found.append(f"{wording.many(count, 'line')} {said}.")
    found += [
        f"Nothing at all was sold from {wording.day(known.day(gap.first))} to {wording.day(known.day(gap.last))}: the business "
        "was closed, or its orders are missing. These days do not count as no demand."
        for gap in known.closed[-3:]
    ]
    return found
