"""A report put together from what is known: pure, so that a test and a benchmark can make one."""

from typing import Any, Final

from weft.skills.analyze import Analysis, Dead, Finding, Language, Report
from weft.skills.analyze.report import headline, page, pictures, shelf
from weft.skills.analyze.report.figures import Book
from weft.skills.analyze.report.known import Known
from weft.skills.analyze.report.oddities import Oddities
from weft.skills.analyze.report.whys import Reasons
from weft.skills.analyze.report.wording import Words

_FIRST: Final = ("change", "shortage", "unusual")
"""What a report is about comes before what stands so for longer."""


def composed(known: Known, language: Language, lying: list[Dead], cuts: int, asked: dict[str, Any]) -> Analysis:
    """The report of what is known, in a language; `cuts` is how many price cuts are proposed, `asked` the request itself."""
    book = Book(language, known.currency)
    words = Words(book)
    periods = known.periods
    reasons = Reasons(known, book, words)
    odd = Oddities(known, book, words, reasons.short)
    summary = headline.summary(known, book, words)
    nothing = odd.nothing()
    if nothing is not None:
        summary.append(nothing)
    told_pairs, told_segments = shelf.pairs(known), shelf.segments(known, words)
    findings = [
        *reasons.findings(),
        *odd.findings(),
        *shelf.dead_finding(lying, cuts, known, book, words, asked),
        *shelf.lapsed(told_segments, known, book, words),
        *shelf.pair_findings(told_pairs, book, words),
    ]
    report = Report(
        span=periods.span,
        title=words.say(f"title.{periods.span}", days=book.span("period.now", periods.now)).text,
        language=language,
        currency=known.currency,
        now=(periods.now.first, periods.now.last),
        before=(periods.before.first, periods.before.last),
        year_before=(periods.year_before.first, periods.year_before.last),
        headline=headline.rows(known, words),
        summary=summary,
        why=reasons.why(),
        unusual=odd.rows(),
        looked_at=odd.looked.tests,
        findings=sorted(findings, key=_weight),
        segments=told_segments,
        cohorts=shelf.cohorts(known),
        together=told_pairs,
        dead=lying,
        notes=headline.notes(known, book, words),
        figures=book.figures(),
    )
    return Analysis(
        report=report, charts=pictures.charts(report, known, odd, words), text=page.page(report, book, words)
    )


def _weight(one: Finding) -> tuple[int, float]:
    """What comes first: the change itself, then what happened by what it is worth, then what stands so for longer."""
    rank = 0 if one.kind == "change" else 1 if one.kind in _FIRST else 2
    return rank, -abs(one.amount or 0)
