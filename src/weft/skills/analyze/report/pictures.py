"""The charts of a report, as data."""

import datetime as dt

from weft.charts import Chart, Line
from weft.skills.analyze import Report
from weft.skills.analyze.report.known import Known
from weft.skills.analyze.report.oddities import Oddities
from weft.skills.analyze.report.periods import DAY, Days
from weft.skills.analyze.report.wording import Words

_SHOWN_DAYS = 28


def charts(report: Report, known: Known, odd: Oddities, words: Words) -> list[Chart]:
    """Revenue by day beside what was expected, how the period before became this one, and the change by each dimension."""
    found = [_by_day(known, odd, words)]
    if report.why.effects:
        found.append(_waterfall(report, words))
    found += [
        Chart(
            kind="bar",
            title=words.say("chart.dimension", dimension=dimension.title).text,
            x=[part.title for part in (*dimension.parts, *([dimension.others] if dimension.others else []))],
            series=[
                Line(
                    name=words.word("chart.change"),
                    values=[
                        part.change for part in (*dimension.parts, *([dimension.others] if dimension.others else []))
                    ],
                )
            ],
            unit="money",
            currency=report.currency,
        )
        for dimension in report.why.dimensions
    ]
    return found


def _by_day(known: Known, odd: Oddities, words: Words) -> Chart:
    now = known.periods.now
    shown = Days(max(known.past.first, min(now.first, now.last - (_SHOWN_DAYS - 1) * DAY)), now.last)
    values = known.daily.by_day("net", shown)
    days = [shown.first + at * DAY for at in range(len(shown))]
    lines = [Line(name=words.word("chart.actual"), values=[float(one) for one in values])]
    expected = odd.expected()
    if expected is not None:
        blank: list[float | None] = [None] * (len(shown) - len(expected))
        lines.append(Line(name=words.word("chart.expected"), values=[*blank, *(round(float(one)) for one in expected)]))
    return Chart(
        kind="line",
        title=words.word("chart.revenue"),
        x=[dt.date.isoformat(day) for day in days],
        series=lines,
        unit="money",
        currency=known.currency,
    )


def _waterfall(report: Report, words: Words) -> Chart:
    before, now = report.headline[0].before or 0, report.headline[0].now or 0
    told = [one for one in report.why.effects if one.amount]
    return Chart(
        kind="waterfall",
        title=words.word("chart.waterfall"),
        x=[words.word("chart.before"), *(one.title for one in told), words.word("chart.actual")],
        series=[Line(name=words.word("metric.revenue"), values=[before, *(one.amount for one in told), now])],
        unit="money",
        currency=report.currency,
    )
