"""Forecasts in sentences: what to expect, how wrong it was, what was left out."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from weft.demand import hindsight
from weft.demand.forecast import Backtest
from weft.demand.hindsight import Week
from weft.skills.forecast import Hindsight, PastWeek, Peak, UnknownDays

RULE: Final = "the same as last week"
_FEW: Final = 3.0
_CLASSES: Final = {
    "smooth": "It sells steadily.",
    "intermittent": "It sells now and then, in numbers that hardly differ.",
    "lumpy": "It sells now and then, in numbers that differ much.",
    "erratic": "It sells often, in numbers that differ much.",
    "seasonal": "It sells by the season.",
    "new": "It is new.",
    "dying": "It sells less and less.",
    "none": "It does not sell.",
}


def day(one: date) -> str:
    """A day as a sentence has it: 3 November 2026."""
    return f"{one.day} {one:%B %Y}"


def number(value: float) -> str:
    """A number of pieces: whole from ten on, one decimal below, two below one."""
    if value >= 9.95:
        return f"{round(value):,}"
    return f"{value:.1f}".removesuffix(".0") if value >= 0.95 else f"{value:.2f}".rstrip("0").rstrip(".") or "0"


def share(value: float) -> str:
    """A share in percent."""
    return f"{value:.0%}".replace("%", " %")


def many(count: int, noun: str) -> str:
    """A count with its noun."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def expectation(demand_class: str, mean: float, low: float, high: float, days: int) -> str:
    """What to expect of all days together."""
    if demand_class == "none" and mean <= 0:
        return f"Nothing is expected to be sold in the next {many(days, 'day')}."
    said = f"About {number(mean)} in the next {many(days, 'day')}"
    return f"{said}; in eight of ten cases {number(low)} to {number(high)}. {_CLASSES[demand_class]}".strip()


def looked_back(weeks: Sequence[Week], backtest: Backtest | None, demand_class: str) -> Hindsight:
    """How wrong it was, in numbers and in a sentence."""
    wrong, rule = hindsight.wrong(weeks), hindsight.wrong(weeks, rule=True)
    folds = backtest.folds if backtest is not None else 0
    tried = backtest if backtest is not None and folds else None
    return Hindsight(
        says=_says(weeks, wrong, rule, tried, demand_class),
        weeks=[
            PastWeek(
                first=week.first,
                sold=rounded(week.sold),
                told=rounded(week.said),
                low=rounded(week.low),
                high=rounded(week.high),
                rule=rounded(week.rule),
            )
            for week in weeks
        ],
        wrong=_rounded(wrong),
        rule=RULE,
        rule_wrong=_rounded(rule),
        bias=_rounded(hindsight.bias(weeks)),
        inside=_rounded(hindsight.inside(weeks)),
        folds=folds,
        mase=_rounded(tried.mase) if tried else None,
        rule_mase=_rounded(tried.simple_mase) if tried else None,
        coverage={f"{level:g}": round(part, 4) for level, part in tried.coverage.items()} if tried else {},
    )


def _says(
    weeks: Sequence[Week], wrong: float | None, rule: float | None, tried: Backtest | None, demand_class: str
) -> str:
    if weeks and wrong is not None and rule is not None:
        count = many(len(weeks), "week")
        sold = sum(week.sold for week in weeks)
        if sold < _FEW * len(weeks):
            return _in_pieces(weeks, sold, wrong, rule)
        against = f"“{RULE}” would have been by {share(rule)}"
        leaning = hindsight.bias(weeks) or 0.0
        lean = (
            f", it told {share(abs(leaning))} too {'much' if leaning > 0 else 'little'} in all"
            if abs(leaning) >= 0.05
            else ""
        )
        inside = sum(week.low <= week.sold <= week.high for week in weeks)
        sentence = f"Over the last {count} it was wrong by {share(wrong)} a week; {against}{lean}."
        return f"{sentence} {inside} of {len(weeks)} weeks lay within what was to be expected in eight of ten."
    if weeks:
        told = sum(week.said for week in weeks)
        return f"Nothing was sold in the last {many(len(weeks), 'week')}; {number(told)} would have been told."
    if tried is not None:
        return (
            f"In {many(tried.folds, 'trial')} on the past it was off by {number(tried.mae)} a day on average; the simple rule "
            f"({tried.simple}) by {number(tried.simple_mae)}."
        )
    if demand_class == "new":
        return "It is too new to be judged by its own past."
    return "There are not eight weeks of sales yet, by which it could be judged."


def _in_pieces(weeks: Sequence[Week], sold: float, wrong: float, rule: float) -> str:
    """How wrong it was of what sells little: shares of next to nothing say nothing."""
    said, count = sum(week.said for week in weeks), len(weeks)
    return (
        f"Over the last {many(count, 'week')} {number(sold)} were sold, and {number(said)} would have been told: wrong by "
        f"{number(wrong * sold / count)} a week; “{RULE}” would have been by {number(rule * sold / count)}. "
        f"{sum(week.low <= week.sold <= week.high for week in weeks)} of {count} weeks lay within what was to be expected in "
        "eight of ten."
    )


def rounded(value: float, places: int = 3) -> float:
    """A number as it is answered: finite, and without digits that say nothing."""
    return round(float(value), places) + 0.0


def _rounded(value: float | None) -> float | None:
    return None if value is None else rounded(value, 4)


def notes_on(outliers: Sequence[Peak], gaps: Sequence[UnknownDays], on_sale: float | None) -> list[str]:
    """What was counted otherwise than it was sold, in sentences."""
    found = [
        f"{number(one.units)} on {day(one.day)} is far above all days around it, and is counted as {number(one.counted)}."
        for one in outliers[-3:]
    ]
    for why, said in (
        ("out of stock", "It was out of stock on {days} ({spans}), which say nothing about what was wanted."),
        ("probably out of stock", "It was probably out of stock on {days} ({spans}): guessed, as it hardly sells so little "
         "by chance; these are not counted as no demand."),
    ):  # fmt: skip
        some = [gap for gap in gaps if gap.why == why]
        if some:
            days = sum((gap.last - gap.first).days + 1 for gap in some)
            shown = "; ".join(_span(gap.first, gap.last) for gap in some[-3:])
            found.append(said.format(days=many(days, "day"), spans=f"{'… ' if len(some) > 3 else ''}{shown}"))
    if on_sale is not None:
        found.append(f"It is {share(on_sale)} cheaper than usual now, and is taken to stay so.")
    return found


def _span(first: date, last: date) -> str:
    return day(first) if first == last else f"{day(first)} to {day(last)}"
