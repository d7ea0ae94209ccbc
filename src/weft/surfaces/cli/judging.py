"""`weft eval search`: search measured by a business's own judged queries, and what parts of the score do to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from weft.surfaces.cli import output, skills

if TYPE_CHECKING:
    from weft.business import Business
    from weft.skills.search.judging import Report
    from weft.skills.search.judgments import Judgments

_TOLD = 3


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be measured: see the options of `weft eval`."""

    judgments: Path | None
    queries: Path | None
    gain: str
    without: Sequence[str]
    weights: Sequence[str]
    worst: int
    limit: int | None


def shown(asked: Asked, business: str | None, as_json: bool) -> None:
    """Measure, and show each way's figures, how they differ, and the queries that are answered worst."""
    from weft.errors import InputError
    from weft.skills.search import judging, judgments

    if asked.judgments is None:
        raise InputError(
            "Name a file of judged queries: weft eval search JUDGMENTS. Its lines are query,product,grade."
        )
    if asked.gain not in judging.GAINS:
        raise InputError(f"--gain: there is no {asked.gain!r}; there are {', '.join(judging.GAINS)}.")
    judging.ways(asked.without, asked.weights)
    read = judgments.read(asked.judgments, asked.queries)
    with output.business(business) as shop:
        reports = skills.waited_for(lambda: _measured(asked, read, shop))
    if as_json:
        _emit(asked, read, reports)
    else:
        _print(asked, read, reports)


def _measured(asked: Asked, read: "Judgments", shop: "Business") -> "list[Report]":
    from weft.skills.search import judging

    by = judging.ways(asked.without, asked.weights)
    reports: list[Report] = []
    with output.err.status("") as status:
        for report, most in judging.measured(shop, read, by, asked.gain, asked.limit):
            if not reports or reports[-1] is not report:
                reports.append(report)
            status.update(f"{report.way}: {len(report.marks):,} of {most:,} queries…")
    return reports


def _emit(asked: Asked, read: "Judgments", reports: "Sequence[Report]") -> None:
    first = reports[0]
    for mark in first.worst(asked.worst):
        output.emit(mark.shown())
    for report in reports[1:]:
        output.emit(report.shown(first))
    output.emit({**first.shown(), "judgments": read.rows, "problems": list(read.problems)})


def _print(asked: Asked, read: "Judgments", reports: "Sequence[Report]") -> None:
    first = reports[0]
    if asked.worst:
        output.rows(
            [mark.shown() for mark in first.worst(asked.worst)],
            [
                ("query", "left", lambda one: one["query"]),
                ("nDCG", "right", lambda one: f"{one['ndcg']:.3f}"),
                ("found", "right", lambda one: f"{one['found']:,}"),
                ("first", "left", lambda one: (one["first"] or [""])[0]),
                ("not in the first ten", "left", lambda one: ", ".join(one["missed"])),
            ],
            as_json=False,
            empty="",
        )
        output.out.print()
    output.rows(
        [report.shown() for report in reports],
        [
            ("search", "left", lambda one: one["way"]),
            ("queries", "right", lambda one: f"{one['queries']:,}"),
            *((heading, "right", _figure(name)) for heading, name in _FIGURES),
            ("nothing", "right", lambda one: f"{one['found_nothing']:,}"),
        ],
        as_json=False,
        empty="",
    )
    for report in reports[1:]:
        output.out.print(report.sentence(first), markup=False, soft_wrap=True)
    for problem in read.problems[:_TOLD]:
        output.err.print(f"  {problem}", markup=False, soft_wrap=True)
    if len(read.problems) > _TOLD:
        output.err.print(f"  {len(read.problems):,} of {read.rows:,} lines were left out.", markup=False)


_FIGURES = (
    ("nDCG", "ndcg"), ("known", "condensed"), ("MRR", "reciprocal"), ("recall", "recall"), ("judged", "judged"),
)  # fmt: skip


def _figure(name: str) -> Any:
    return lambda one: f"{one[name]:.3f}"
