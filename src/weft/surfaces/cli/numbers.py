"""`weft numbers` and `weft rates`: what happened, by one definition of each figure, with the lines behind it."""

import csv
import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from weft.surfaces.cli import output
from weft.surfaces.cli.output import BusinessOption, JsonOption, LimitOption

if TYPE_CHECKING:
    from weft.business import Business
    from weft.numbers.query import Query, Value

app = typer.Typer(help="What happened: sales, orders, customers, stock, by any dimension.", no_args_is_help=True)
rates = typer.Typer(help="What currencies were worth, by day.", no_args_is_help=True)

Metrics = Annotated[list[str], typer.Argument(help="Metrics such as revenue orders; weft numbers list names them.")]
By = Annotated[list[str] | None, typer.Option("--by", help="A dimension such as month or country; as often as needed.")]
Where = Annotated[
    list[str] | None,
    typer.Option("--where", help="dimension=value,value or dimension!=value; blank is what is not known."),
]
Span = Annotated[
    str | None,
    typer.Option("--period", help="A day, month, quarter or year: 2026-05-31, 2026-05, 2026-Q2, 2026; or all."),
]
First = Annotated[str | None, typer.Option("--from", help="The first day.")]
Last = Annotated[str | None, typer.Option("--to", help="The last day.")]
Money = Annotated[str | None, typer.Option("--currency", help="The currency of the answer.")]


@app.command("list")
def list_numbers(business: BusinessOption = None, json_: JsonOption = False) -> None:
    """The metrics and dimensions, with what each means."""
    with output.business(business) as shop:
        output.rows(
            [one.model_dump() for one in shop.numbers.definitions()],
            [
                ("name", "left", lambda one: one["name"]),
                ("kind", "left", lambda one: one["unit"] or "dimension"),
                ("what it is", "left", lambda one: one["definition"]),
            ],
            as_json=json_,
            empty="",
        )


@app.command()
def show(
    metrics: Metrics,
    by: By = None,
    where: Where = None,
    period: Span = None,
    first: First = None,
    last: Last = None,
    compare: Annotated[
        str | None,
        typer.Option("--compare", help="previous (as many days before) or year (the same days a year before)."),
    ] = None,
    top: Annotated[int | None, typer.Option("--top", min=1, help="So many rows, and the others as one.")] = None,
    order: Annotated[str | None, typer.Option("--order", help="Rows by this metric.")] = None,
    ascending: Annotated[bool, typer.Option("--ascending", help="The least first.")] = False,
    currency: Money = None,
    sql: Annotated[bool, typer.Option("--sql", help="The statement that computes it from the order lines.")] = False,
    business: BusinessOption = None,
    json_: JsonOption = False,
) -> None:
    """Figures over a period, in total and by dimensions; the last 28 days with sales if no period is said."""
    with output.business(business) as shop:
        query = _query(
            shop, metrics, where, (period, first, last),
            by=by or [], compare=compare, top=top, order=order, ascending=ascending, currency=currency,
        )  # fmt: skip
        table = shop.numbers.answer(query)
    if json_:
        output.emit(table.model_dump(mode="json", by_alias=True))
    elif sql:
        output.out.print(table.sql, markup=False, soft_wrap=True)
    else:
        _shown(table)


@app.command("rows")
def show_rows(
    metrics: Metrics,
    where: Where = None,
    period: Span = None,
    first: First = None,
    last: Last = None,
    currency: Money = None,
    limit: LimitOption = 50,
    business: BusinessOption = None,
    json_: JsonOption = False,
) -> None:
    """The order lines and refunds behind a figure; what they show sums to it."""
    from weft.numbers.definitions import FIGURES

    with output.business(business) as shop:
        query = _query(shop, metrics, where, (period, first, last), currency=currency)
        found = shop.numbers.rows(query, limit=limit)
    if json_:
        for one in found.rows:
            output.emit(one.model_dump(mode="json"))
        return
    names = [name for name in found.total if name in metrics or name in ("units", "net_sales")]
    output.rows(
        [*(one.model_dump() for one in found.rows), {"order": f"all {found.count:,}", "counts": found.total}],
        [
            ("order", "left", lambda one: one["order"]),
            ("day", "left", lambda one: one.get("day")),
            ("product", "left", lambda one: one.get("product") or one.get("title")),
            *(
                (name, "right", lambda one, name=name: written(one["counts"][name], FIGURES[name].unit, found.currency))
                for name in names
            ),
        ],
        as_json=False,
        empty="",
    )


@app.command()
def values(
    dimension: Annotated[str, typer.Argument(help="Such as country, category, promotion.")],
    like: Annotated[str | None, typer.Argument(help="Those with this in them alone.")] = None,
    limit: LimitOption = 100,
    business: BusinessOption = None,
    json_: JsonOption = False,
) -> None:
    """The values that a dimension has."""
    from weft.errors import InputError
    from weft.numbers.query import DIMENSIONS

    name = next((one for one in DIMENSIONS if one == dimension), None)
    if name is None:
        raise InputError(f"There is no dimension {dimension!r}. There are: {', '.join(DIMENSIONS)}.")
    with output.business(business) as shop:
        output.rows(
            [one._asdict() for one in shop.numbers.values(name, like, limit)],
            [("value", "left", lambda one: one["value"]), ("title", "left", lambda one: one["title"])],
            as_json=json_,
            empty="There are no such values.",
        )


@app.command()
def calendar(
    zone: Annotated[str | None, typer.Option("--zone", help="Set the zone, such as Europe/Berlin.")] = None,
    week: Annotated[
        str | None, typer.Option("--week", help="Set the day on which the week begins, such as monday.")
    ] = None,
    business: BusinessOption = None,
    json_: JsonOption = False,
) -> None:
    """The zone by whose days figures are told, and when the week begins."""
    from weft.numbers.basis import DAYS, day_of_week

    with output.business(business) as shop:
        basis = shop.numbers.basis
        week_start = day_of_week(week) if week else None
        held = basis.set_calendar(output.who(), zone=zone, week_start=week_start) if zone or week else basis.calendar()
    if json_:
        output.emit(held.model_dump())
    else:
        output.out.print(
            f"{held.zone}; weeks begin on {DAYS[held.week_start - 1].title()}; money is in {held.currency}."
        )


@rates.command("list")
def list_rates(
    currency: Annotated[str | None, typer.Argument(help="Of this currency alone.")] = None,
    limit: LimitOption = 100,
    business: BusinessOption = None,
    json_: JsonOption = False,
) -> None:
    """The stored rates, the latest first."""
    with output.business(business) as shop:
        output.rows(
            [one.model_dump(mode="json") for one in shop.numbers.basis.rates(currency, limit)],
            [
                ("day", "left", lambda one: one["day"]),
                ("currency", "left", lambda one: one["currency"]),
                ("rate", "right", lambda one: one["rate"]),
                ("base", "left", lambda one: one["base"]),
            ],
            as_json=json_,
            empty="There are no rates: weft rates set USD 0.92",
        )


@rates.command("set")
def set_rate(
    currency: Annotated[str, typer.Argument(help="Such as USD.")],
    rate: Annotated[str, typer.Argument(help="What one unit of it was worth.")],
    base: Annotated[str | None, typer.Option("--in", help="In which currency; the business's own if not said.")] = None,
    day: Annotated[str | None, typer.Option("--day", help="From this day on; today if not said.")] = None,
    business: BusinessOption = None,
    json_: JsonOption = False,
) -> None:
    """Store what a currency was worth from a day on; figures in it are converted by the latest rate on or before their day."""
    with output.business(business) as shop:
        said = {
            "currency": currency.upper(), "base": (base or shop.currency).upper(), "rate": rate,
            "day": day or shop.numbers.today().isoformat(),
        }  # fmt: skip
        count = shop.numbers.basis.put_rates([_rate(said)], output.who())
    _stored(count, json_)


@rates.command("import")
def import_rates(
    file: Annotated[
        Path, typer.Argument(help="A CSV file with the columns day, currency, rate and, if need be, base.")
    ],
    business: BusinessOption = None,
    json_: JsonOption = False,
) -> None:
    """Store rates out of a file, all or none."""
    from weft.errors import InputError, UnreadableFile

    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            given = [
                {(name or "").strip().lower(): cell for name, cell in row.items()} for row in csv.DictReader(lines)
            ]
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        raise UnreadableFile(f"{file} cannot be read: {problem}.") from problem
    with output.business(business) as shop:
        found = []
        for at, row in enumerate(given, 2):
            try:
                found.append(
                    _rate({"base": shop.currency, **{name: (cell or "").strip() for name, cell in row.items() if cell}})
                )
            except InputError as problem:
                raise InputError(f"Line {at}: {problem.message}") from None
        count = shop.numbers.basis.put_rates(found, output.who())
    _stored(count, json_)


@rates.command("remove")
def remove_rate(
    currency: Annotated[str, typer.Argument(help="Such as USD.")],
    day: Annotated[str, typer.Argument(help="The day of the rate.")],
    base: Annotated[str | None, typer.Option("--in", help="In which currency; the business's own if not said.")] = None,
    business: BusinessOption = None,
    json_: JsonOption = False,
) -> None:
    """Take the rate of a day away."""
    from weft.errors import NotFound

    with output.business(business) as shop:
        held = (base or shop.currency).upper()
        count = shop.numbers.basis.remove_rates(currency.upper(), held, _day(day), output.who())
        if not count:
            raise NotFound(f"There is no rate from {currency.upper()} to {held} of {day}.")
    if json_:
        output.emit({"removed": count})
    else:
        output.out.print("Taken away.")


def _stored(count: int, json_: bool) -> None:
    if json_:
        output.emit({"stored": count})
    else:
        output.out.print(f"Stored {count:,} rate{'' if count == 1 else 's'}.")


def _rate(said: Mapping[str, Any]) -> Any:
    from weft.errors import InputError
    from weft.numbers.basis import Rate

    names = {name: said.get(name) for name in ("currency", "base", "day", "rate")}
    missing = [name for name, value in names.items() if not value]
    if missing:
        raise InputError(f"A rate needs a {missing[0]}.")
    try:
        return Rate.model_validate(names)
    except ValueError:
        raise InputError(
            f"{names['day']} {names['currency']} {names['rate']} {names['base']} is no rate: it needs a day such as 2026-05-31, "
            "two currencies such as USD and EUR, and a number above zero."
        ) from None


def _day(said: str) -> date:
    from weft.errors import InputError

    try:
        return date.fromisoformat(said)
    except ValueError:
        raise InputError(f"{said!r} is no day: write it as 2026-05-31.") from None


def _query(
    shop: "Business",
    metrics: Iterable[str],
    where: Iterable[str] | None,
    period: tuple[str | None, str | None, str | None],
    **said: Any,
) -> "Query":
    """What the options ask; raises InputError."""
    from pydantic import ValidationError

    from weft.errors import InputError
    from weft.numbers.query import DIMENSIONS, METRICS, Query

    for names, known, what in ((metrics, METRICS, "metric"), (said.get("by", ()), DIMENSIONS, "dimension")):
        for name in names:
            if name not in known:
                raise InputError(f"There is no {what} {name!r}. There are: {', '.join(known)}.")
    given = {
        "metrics": list(metrics),
        "where": [_condition(one) for one in where or ()],
        "period": _period(shop, *period),
        **{name: value for name, value in said.items() if value not in (None, [])},
    }
    try:
        return Query.model_validate(given)
    except ValidationError as problem:
        first = problem.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise InputError(f"{place or 'The question'}: {first['msg'].removeprefix('Value error, ')}.") from None


def _condition(text: str) -> dict[str, Any]:
    from weft.errors import InputError
    from weft.numbers.query import DIMENSIONS

    found = re.fullmatch(r"\s*(\w+)\s*(!?=)\s*(.*)", text, re.DOTALL)
    if found is None or found[1] not in DIMENSIONS:
        raise InputError(
            f"{text!r} is no condition: write country=DE,FR or channel!=pos, of one of these: {', '.join(DIMENSIONS)}."
        )
    # A name may have commas in it: it stands alone then, in quotation marks.
    said = [found[3][1:-1]] if found[3][:1] == found[3][-1:] == '"' and len(found[3]) > 1 else found[3].split(",")
    return {"dimension": found[1], "is": [value.strip() or None for value in said], "isnt": found[2] == "!="}


def _period(shop: "Business", period: str | None, first: str | None, last: str | None) -> dict[str, date]:
    """The days that are meant; the last 28 with sales where none are said."""
    from weft.errors import InputError

    if period and period != "all":
        if first or last:
            raise InputError("Say either --period or --from and --to.")
        return _stretch(period)
    span = shop.numbers.span() or (shop.numbers.today(), shop.numbers.today())
    if period == "all":
        return {"first": span[0], "last": span[1]}
    known = max(min(span[1], shop.numbers.today()), span[0])
    to = _day(last) if last else known if first is None else max(known, _day(first))
    return {"first": _day(first) if first else to - timedelta(27), "last": to}


def _stretch(period: str) -> dict[str, date]:
    from weft.errors import InputError

    try:
        if found := re.fullmatch(r"(\d{4})-?[Qq]([1-4])", period):
            start = date(int(found[1]), int(found[2]) * 3 - 2, 1)
            return {"first": start, "last": (start + timedelta(95)).replace(day=1) - timedelta(1)}
        if re.fullmatch(r"\d{4}-\d\d", period):
            start = date.fromisoformat(f"{period}-01")
            return {"first": start, "last": (start + timedelta(32)).replace(day=1) - timedelta(1)}
        if re.fullmatch(r"\d{4}", period):
            return {"first": date(int(period), 1, 1), "last": date(int(period), 12, 31)}
        return {"first": date.fromisoformat(period), "last": date.fromisoformat(period)}
    except ValueError:
        raise InputError(
            f"{period!r} is no period: write a day 2026-05-31, a month 2026-05, a quarter 2026-Q2, a year 2026, or all."
        ) from None


def written(value: "Value", unit: str | None, currency: str) -> str:
    """A figure for a person to read: money in major units, shares in per cent, a dash for what nobody knows."""
    from weft.money import exponent

    if value is None:
        return "–"
    if unit == "money":
        places = exponent(currency)
        return f"{value / 10**places:,.{places}f}"
    if unit == "share":
        return f"{value:.1%}"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}" if unit == "days" else f"{value:,.2f}"


def _shown(table: Any) -> None:
    query, currency = table.query, table.currency
    dimensions = [column for column in table.columns if column.name in query.by]
    metrics = [column for column in table.columns if column.name not in query.by]

    def cells(row: Any, name: str) -> dict[str, str]:
        said = {
            column.name: row.titles.get(column.name) or row.key.get(column.name) or "(not known)"
            for column in dimensions
        }
        if name:
            said = dict.fromkeys(said, "") | ({dimensions[0].name: name} if dimensions else {})
        for column in metrics:
            said[column.name] = written(row.values[column.name], column.unit, currency)
            if row.before is not None:
                said[f"{column.name} before"] = written(row.before[column.name], column.unit, currency)
        return said

    rows = [cells(row, "") for row in table.rows]
    rows += [cells(table.others, "others")] if table.others else []
    rows.append(cells(table.total, "total"))
    columns: list[Any] = [(one.title, "left", lambda row, name=one.name: row[name]) for one in dimensions]
    for one in metrics:
        heading = f"{one.title} ({currency})" if one.unit == "money" else one.title
        columns.append((heading, "right", lambda row, name=one.name: row[name]))
        if query.compare:
            columns.append(("before", "right", lambda row, name=f"{one.name} before": row[name]))
    output.out.print(f"{query.period.first} to {query.period.last}", markup=False)
    output.rows(rows, columns, as_json=False, empty="", whole=True)
    for note in table.notes:
        output.out.print(note, markup=False, style="dim")
