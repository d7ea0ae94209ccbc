"""An answer told: how the question was understood, a sentence with its figures, a chart's data, and all of it as plain text."""

import unicodedata
from collections.abc import Sequence
from typing import Final

from weft.charts import Chart, Line
from weft.numbers.query import TIMES, Dimension, Metric, Row, Table, Unit, Value
from weft.skills.analyze import Action, Analysis, Asked, Figure, Sentence
from weft.skills.analyze.words import saying
from weft.skills.analyze.words.grammar import Understood
from weft.skills.analyze.words.times import Language

_NAMED: Final = 3
_PRINTED: Final = 50
_DRAWN: Final = 60
_LINES: Final = 8


def told(read: Understood, table: Table, notes: Sequence[str]) -> Analysis:
    """The answer to a question as it was understood."""
    teller = _Teller(read, table)
    sentence, figures = teller.sentence() if read.shares is None else teller.shares(read.shares)
    says = saying.query(table.query, read.language, read.titles)
    if read.shares is not None:
        says += saying.of((", as shares", ", als Anteile", "，占比"), read.language)
    mended = [f"{one} → {other}" for one, other in read.mended]
    asked = Asked(
        understood=table.query.model_dump(mode="json", by_alias=True, exclude_defaults=True),
        says=says,
        table=table.model_dump(mode="json", by_alias=True),
        sentence=sentence,
        figures=figures,
        language=read.language,
        actions=teller.actions(),
        notes=[*notes, *mended, *table.notes],
    )
    text = "\n".join([says, "", sentence.text, "", *teller.printed(), *(f"· {note}" for note in asked.notes)])
    return Analysis(asked=asked, charts=teller.charts(), text=text.replace("\n\n\n", "\n\n").rstrip())


class _Teller:
    def __init__(self, read: Understood, table: Table) -> None:
        self.language: Language = read.language
        self.titles, self.shared = read.titles, read.shares is not None
        self.table, self.query = table, table.query
        self.units: dict[str, Unit] = {one.name: one.unit for one in table.columns if one.unit is not None}
        self.figures: list[Figure] = []

    def unit(self, metric: Metric) -> Unit:
        """The unit of a metric."""
        return self.units.get(metric) or saying.UNITS.get(metric, "count")

    def said(self, metric: Metric, value: Value) -> str:
        """A figure in words."""
        return saying.figure(value, self.unit(metric), self.table.currency, self.language)

    def named(self, row: Row) -> str:
        """What a row stands for."""
        cells = (saying.member(name, value, row.titles.get(name), self.language) for name, value in row.key.items())
        return " · ".join(cells)

    def _figure(self, name: str, metric: Metric, value: Value, row: Row | None = None) -> str:
        says = self.said(metric, value)
        unit = self.unit(metric)
        query = self.query.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        if row is not None:
            kept = [one for one in query.get("where", []) if one["dimension"] not in row.key]
            query = {key: one for key, one in query.items() if key not in ("by", "top", "order", "ascending")}
            query["where"] = [*kept, *({"dimension": key, "is": [value]} for key, value in row.key.items())]
        currency = self.table.currency if unit == "money" else None
        self.figures.append(Figure(id=name, value=value, unit=unit, currency=currency, says=says, query=query))
        return says

    def sentence(self) -> tuple[Sentence, list[Figure]]:
        """The answer in a sentence: the whole, what it was before, and the first rows."""
        colon, full = ("：", "。") if self.language == "zh" else (": ", ".")
        parts = []
        for metric in self.query.metrics:
            said = colon.join((self._title(metric), self._whole(metric)))
            parts.append(said + self._first_rows(metric, colon))
        text = ("；" if self.language == "zh" else "; ").join(parts) + full
        return Sentence(text=text, figures=[one.id for one in self.figures]), self.figures

    def shares(self, asked: Sequence[str]) -> tuple[Sentence, list[Figure]]:
        """Rows as shares of the whole: those asked for, else the first."""
        metric, by = self.query.metrics[0], self.query.by[0]
        rows = [row for row in self.table.rows if row.key[by] in asked] if asked else self.table.rows[:_NAMED]
        names = []
        for place, row in enumerate(rows[:_LINES], 1):
            says = self._share(row)
            amount = self._figure(f"{metric}.{place}", metric, row.values.get(metric), row)
            reckoned = f"{metric}.{place} / {metric}.total"
            self.figures.append(
                Figure(id=f"share.{place}", value=self._part(row), unit="share", says=says, reckoned=reckoned)
            )
            names.append(f"{self.named(row)} {says} ({amount})")
        if asked and not rows:
            names.append(saying.figure(0.0, "share", self.table.currency, self.language))
        whole = self._figure(f"{metric}.total", metric, self.table.total.values.get(metric))
        of = saying.of(("{} of {}: {}.", "{} von {}: {}.", "{}（共{}）：{}。"), self.language)
        text = of.format(self._title(metric), whole, saying.listed(names, self.language))
        return Sentence(text=text, figures=[one.id for one in self.figures]), self.figures

    def _part(self, row: Row) -> float | None:
        metric = self.query.metrics[0]
        part, whole = row.values.get(metric), self.table.total.values.get(metric)
        return part / whole if part is not None and whole else None

    def _share(self, row: Row) -> str:
        return saying.figure(self._part(row), "share", self.table.currency, self.language)

    def _title(self, metric: Metric) -> str:
        title = saying.metric(metric, self.language)
        return title[:1].upper() + title[1:]

    def _whole(self, metric: Metric) -> str:
        total = self.table.total
        now = total.values.get(metric)
        said = self._figure(f"{metric}.total", metric, now)
        if self.query.other is None or total.before is None:
            return said
        before = total.before.get(metric)
        words = self._figure(f"{metric}.before", metric, before)
        change = _change(now, before, self.unit(metric))
        moved = f", {change}" if change and self.language != "zh" else f"，{change}" if change else ""
        beside = saying.period(self.query.other, self.language)
        return f"{said} ({beside}: {words}{moved})" if self.language != "zh" else f"{said}（{beside}：{words}{moved}）"

    def _first_rows(self, metric: Metric, colon: str) -> str:
        rows = [row for row in self.table.rows if row.values.get(metric) is not None]
        if not rows or not self.query.by:
            return ""
        ascending = self.query.ascending
        if self.query.top is None or metric != (self.query.order or self.query.metrics[0]):
            rows = sorted(rows, key=lambda row: row.values[metric] or 0, reverse=not ascending)
        shown = rows[: min(_NAMED, self.query.top or _NAMED)]
        names = [
            f"{self.named(row)} {self._figure(f'{metric}.{place}', metric, row.values[metric], row)}"
            for place, row in enumerate(shown, 1)
        ]
        first = saying.of(
            ("least", "am wenigsten", "最低") if ascending else ("most", "am meisten", "最高"), self.language
        )
        joint = "；" if self.language == "zh" else "; "
        return f"{joint}{first}{colon}{saying.listed(names, self.language)}"

    def actions(self) -> list[Action]:
        """The same by the API, and the lines behind it."""
        query = self.query.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        same = ("The same by the API", "Dasselbe über die API", "通过 API 获取")
        rows = ("The order lines behind it", "Die Bestellzeilen dahinter", "相关订单行")
        return [
            Action(says=saying.of(same, self.language), path="/api/v1/numbers/answer", request=query),
            Action(says=saying.of(rows, self.language), path="/api/v1/numbers/rows", request={"query": query}),
        ]

    def charts(self) -> list[Chart]:
        """The rows as a chart's data, none where there is but one figure."""
        by, rows = self.query.by, self.table.rows[:_DRAWN]
        if not by or len(rows) < 2 or len(by) > 2:
            return []
        if len(by) == 2:
            return self._crossed()
        metric = self.query.metrics[0]
        series = [Line(name=self._title(metric), values=[row.values.get(metric) for row in rows])]
        if self.query.other is not None:
            before = saying.period(self.query.other, self.language)
            if any((self.table.total.before or {}).values()):
                series.append(Line(name=before, values=[(row.before or {}).get(metric) for row in rows]))
        return [self._chart(metric, [self._place(row, by[0]) for row in rows], series)]

    def _crossed(self) -> list[Chart]:
        """Two dimensions: one on the axis, a line for each value of the other."""
        across, along = self.query.by if self.query.by[1] in TIMES else (self.query.by[1], self.query.by[0])
        metric = self.query.metrics[0]
        places = list(dict.fromkeys(self._place(row, along) for row in self.table.rows))
        cells: dict[str, dict[str, float | None]] = {}
        for row in self.table.rows:
            name = saying.member(across, row.key.get(across), row.titles.get(across), self.language)
            cells.setdefault(name, {})[self._place(row, along)] = row.values.get(metric)
        largest = sorted(cells, key=lambda name: -sum(value or 0 for value in cells[name].values()))[:_LINES]
        shown = sorted(places)[:_DRAWN] if along in TIMES else places[:_DRAWN]
        series = [Line(name=name, values=[cells[name].get(place) for place in shown]) for name in largest]
        return [self._chart(metric, shown, series, along)]

    def _place(self, row: Row, along: Dimension) -> str:
        value = row.key.get(along)
        return value or "" if along in TIMES else saying.member(along, value, row.titles.get(along), self.language)

    def _chart(self, metric: Metric, x: list[str], series: list[Line], along: Dimension | None = None) -> Chart:
        unit = self.unit(metric)
        return Chart(
            kind="line" if (along or self.query.by[0]) in TIMES else "bar",
            title=saying.query(self.query, self.language, self.titles),
            x=x,
            series=series,
            unit=unit,
            currency=self.table.currency if unit == "money" else None,
        )

    def printed(self) -> list[str]:
        """The table as lines of text, columns one under the other."""
        if not self.query.by:
            return []
        beside = self.query.other is not None
        before = ("before", "davor", "之前")
        header = [saying.dimension(name, self.language) for name in self.query.by]
        for metric in self.query.metrics:
            header += [saying.metric(metric, self.language), *([saying.of(before, self.language)] if beside else [])]
        if self.shared:
            header.append(saying.of(("share", "Anteil", "占比"), self.language))
        rows = [self._cells(row) for row in self.table.rows[:_PRINTED]]
        total = [saying.of(("total", "gesamt", "合计"), self.language), *[""] * (len(self.query.by) - 1)]
        whole = [*total, *self._cells(self.table.total)[0 if not self.table.total.key else len(self.query.by) :]]
        left = len(self.table.rows) - _PRINTED
        more = (
            [saying.of(("… {} more rows", "… {} weitere Zeilen", "……其余{}行"), self.language).format(left)]
            if left > 0
            else []
        )
        return [*_aligned([header, *rows, whole], len(self.query.by)), *more]

    def _cells(self, row: Row) -> list[str]:
        names = [saying.member(name, value, row.titles.get(name), self.language) for name, value in row.key.items()]
        for metric in self.query.metrics:
            names.append(self.said(metric, row.values.get(metric)))
            if self.query.other is not None:
                unknown = not any((self.table.total.before or {}).values())
                names.append("–" if unknown else self.said(metric, (row.before or {}).get(metric)))
        if self.shared:
            names.append(self._share(row))
        return names


def _change(now: Value, before: Value, unit: Unit) -> str:
    """How far a figure moved: as a share of what it was, shares by points."""
    if now is None or not before:
        return ""
    if unit == "share":
        return f"{(now - before) * 100:+.1f} pp"
    return f"{(now - before) / abs(before) * 100:+.1f}%"


def _wide(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _aligned(rows: Sequence[Sequence[str]], left: int) -> list[str]:
    """Rows of cells as lines: the first columns to the left, figures to the right."""
    widths = [max(_wide(row[place]) for row in rows) for place in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = []
        for place, cell in enumerate(row):
            blank = " " * (widths[place] - _wide(cell))
            cells.append(cell + blank if place < left else blank + cell)
        lines.append("  ".join(cells).rstrip())
    return lines
