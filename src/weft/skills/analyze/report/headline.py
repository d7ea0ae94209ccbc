"""The head of a report: its metrics beside the period before and the year before, and the sentences that say them."""

import itertools
from collections.abc import Mapping
from typing import Final

import numpy as np

from weft.skills.analyze import Headline, Sentence, Unit
from weft.skills.analyze.report import feasts
from weft.skills.analyze.report.figures import Book, query
from weft.skills.analyze.report.known import Known, Values
from weft.skills.analyze.report.periods import Days, Periods
from weft.skills.analyze.report.wording import Words

UNITS: Final[Mapping[str, Unit]] = {
    "revenue": "money",
    "orders": "count",
    "units": "count",
    "average_order": "money",
    "margin": "money",
    "margin_rate": "share",
    "discounts": "money",
    "returns": "money",
    "refund_rate": "share",
    "new_customers": "count",
    "returning_customers": "count",
    "cancelled_orders": "count",
}
_CHANGES_LOOKED_AT: Final = 26
_FEWEST_CHANGES: Final = 8
_SAME: Final = 0.0005


def rows(known: Known, words: Words) -> list[Headline]:
    """The metrics, each beside the other periods."""
    usual = usual_changes(known)
    return [
        Headline(
            metric=metric,
            title=words.word(f"metric.{metric}"),
            unit=unit,
            now=known.now.get(metric),
            before=known.before.get(metric),
            year_before=known.year_before.get(metric),
            change=change(known.now.get(metric), known.before.get(metric)),
            year_change=change(known.now.get(metric), known.year_before.get(metric)),
            usual=usual if metric == "revenue" else None,
        )
        for metric, unit in UNITS.items()
        if any(values.get(metric) is not None for values in (known.now, known.before, known.year_before))
    ]


def change(now: float | None, before: float | None) -> float | None:
    """A change as a share of what was; None where there was nothing, or less."""
    return None if now is None or before is None or before <= 0 else (now - before) / before


def usual_changes(known: Known) -> tuple[float, float] | None:
    """Between which changes nine of ten of the periods before lay, from one to the next; None where there are too few."""
    at, length = known.periods.now, len(known.periods.now)
    step = 7 if known.periods.span == "day" else max(length, 1)
    totals = []
    for back in range(1, _CHANGES_LOOKED_AT + 2):
        first = at.first.toordinal() - back * step
        if first < known.past.first.toordinal():
            break
        rows_ = (known.daily.day >= first) & (known.daily.day < first + length)
        totals.append(int(known.daily.measures["net"][rows_].sum()))
    changes = [later / earlier - 1 for later, earlier in itertools.pairwise(totals) if earlier > 0]
    if len(changes) < _FEWEST_CHANGES:
        return None
    low, high = np.quantile(changes, (0.05, 0.95))
    return float(low), float(high)


def summary(known: Known, book: Book, words: Words) -> list[Sentence]:
    """What a merchant reads first."""
    now, periods = known.now, known.periods
    revenue = book.money("revenue.now", now.get("revenue"), query("revenue", periods.now))
    said = [
        words.say(
            f"revenue.{periods.span}",
            days=book.span("period.now", periods.now),
            revenue=revenue,
            before=_against(f"before.{periods.span}", known.before, known, book, words, "before", periods.before),
            year=_against("year", known.year_before, known, book, words, "year", periods.year_before),
        )
    ]
    usual = usual_changes(known)
    moved = change(now.get("revenue"), known.before.get("revenue"))
    if usual is not None and moved is not None:
        low, high = (
            book.share(f"revenue.usual.{name}", value, reckoned=_USUAL, signed=True)
            for name, value in zip(("low", "high"), usual, strict=True)
        )
        said.append(words.say(f"usual.{'inside' if usual[0] <= moved <= usual[1] else 'outside'}", low=low, high=high))
    if now.get("orders"):
        said.append(
            words.say(
                "orders",
                orders=book.count("orders.now", now["orders"], query("orders", periods.now)),
                average=book.money("average_order.now", now.get("average_order"), query("average_order", periods.now)),
            )
        )
    if now.get("returns"):
        said.append(
            words.say("returned", returns=book.money("returns.now", now["returns"], query("returns", periods.now)))
        )
    if now.get("margin") is not None and now.get("margin_rate") is not None:
        said.append(
            words.say(
                "margin",
                margin=book.money("margin.now", now["margin"], query("margin", periods.now)),
                rate=book.share("margin_rate.now", now["margin_rate"], query("margin_rate", periods.now)),
            )
        )
    if now.get("new_customers") is not None and (now["new_customers"] or now.get("returning_customers")):
        said.append(
            words.say(
                "customers",
                new=book.count("new_customers.now", now["new_customers"], query("new_customers", periods.now)),
                back=book.count(
                    "returning_customers.now", now.get("returning_customers"), query("returning_customers", periods.now)
                ),
            )
        )
    return said


_USUAL: Final = "the 5th and the 95th percentile of the changes from period to period before this one"


def _against(key: str, values: Values, known: Known, book: Book, words: Words, name: str, days: Days) -> Sentence:
    """How revenue compares with another period."""
    moved = change(known.now.get("revenue"), values.get("revenue"))
    if moved is None:
        return words.say(f"{key}.none")
    book.money(f"revenue.{name}", values["revenue"], query("revenue", days))
    share = book.share(
        f"revenue.change.{name}", abs(moved), reckoned=f"|revenue.now − revenue.{name}| ÷ revenue.{name}"
    )
    if abs(moved) < _SAME:
        return words.say(f"{key}.same")
    return words.say(f"{key}.{'more' if moved > 0 else 'less'}", share=share)


def notes(known: Known, book: Book, words: Words) -> list[str]:
    """What makes the figures hard to compare: a period that is not over, months of other lengths, days without sales."""
    periods: Periods = known.periods
    said = []
    if not periods.whole:
        said.append(words.say("note.partial").text)
    lengths = [len(one) for one in (periods.now, periods.before, periods.year_before)]
    if len(set(lengths)) > 1:
        daily = [
            values.get("revenue") and float(values["revenue"] or 0) / length
            for values, length in zip((known.now, known.before), lengths, strict=False)
        ]
        moved = change(*daily) if None not in daily else None
        if moved is not None:
            now, before, year = (
                book.days(f"period.{name}.days", length)
                for name, length in zip(("now", "before", "year"), lengths, strict=True)
            )
            said.append(
                words.say(
                    "note.lengths",
                    now=now,
                    before=before,
                    year=year,
                    share=book.share(
                        "revenue.change.daily",
                        abs(moved),
                        reckoned="revenue.now ÷ its days against revenue.before ÷ its days",
                    ),
                    direction=words.word("direction.more" if moved > 0 else "direction.less"),
                ).text
            )
    first, last = periods.now.first.toordinal(), min(periods.now.last, known.today).toordinal()
    empty = sum(1 for day in range(first, last + 1) if day not in known.daily.sold_on)
    if empty and empty <= last - first:
        said.append(words.say("note.gap", days=book.days("period.empty", empty)).text)
    for name, days, other in (("now", periods.now, periods.before), ("before", periods.before, periods.now)):
        told = feasts.of(known.country, days, book.language)
        also = {title for _, title in feasts.of(known.country, other, book.language)}
        said += [
            words.say(f"note.holiday.{name}", name=title, day=book.date(f"holiday.{name}.{day}", day)).text
            for day, title in told
            if title not in also
        ]
    return [*said, *(words.say(key).text for key in known.notes)]
