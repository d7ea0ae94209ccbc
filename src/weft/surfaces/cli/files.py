"""`weft import` and `weft export`: files in, files out."""

import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from weft.surfaces.cli import output
from weft.surfaces.cli.output import BusinessOption, JsonOption, WhereOption

if TYPE_CHECKING:
    from weft.connectors import Written
    from weft.connectors.importing import Moment, Report

app = typer.Typer()
_CALLED = {"glossary": "terms", "memory": "segments", "purchases": "purchase orders"}
SourceOption = Annotated[
    str, typer.Option("--source", help="Of texts in two languages: the one that they are translated from, such as en.")
]
imports = typer.Typer(help="What was imported.", no_args_is_help=True)


@app.command("import")
def import_(
    kind: Annotated[
        str,
        typer.Argument(
            help="products, orders, customers, stock, suppliers, purchases, translations, conversations, documents, behaviors, memory or glossary."
        ),
    ],
    file: Annotated[Path, typer.Argument(help="The file; - for standard input.", allow_dash=True)],
    format_: Annotated[
        str | None,
        typer.Option(
            "--format", help="shopify, woocommerce, google, google-xml, jsonl or tables; recognized if not said."
        ),
    ] = None,
    map_: Annotated[
        list[str] | None, typer.Option("--map", help="field=column, as often as needed; -=column ignores one.")
    ] = None,
    currency: Annotated[
        str | None, typer.Option("--currency", help="The currency of prices that name none, such as EUR.")
    ] = None,
    source: SourceOption = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen and change nothing.")] = False,
    rejects: Annotated[
        Path | None, typer.Option("--rejects", help="The folder for the rejects file; the file's own if not said.")
    ] = None,
    business: BusinessOption = None,
    json_: JsonOption = False,
) -> None:
    """Import a file: streamed, resumable, and every row that cannot be taken goes to a rejects file with the reason."""
    take(
        kind, file, format_=format_, map_=map_, currency=currency, dry_run=dry_run, rejects=rejects, business=business,
        json_=json_, source=source,
    )  # fmt: skip


def take(
    kind: str,
    file: Path,
    *,
    format_: str | None,
    map_: list[str] | None,
    dry_run: bool,
    rejects: Path | None,
    business: str | None,
    json_: bool,
    currency: str | None = None,
    source: str = "",
    target: str = "",
    replace: bool = False,
) -> None:
    """Import a file of a kind and tell what came of it, as every command does that takes one."""
    from weft.connectors.importing import import_file, mapping_of, recognized
    from weft.errors import InputError

    mapping = mapping_of(map_ or ())
    if currency is not None and (len(currency) != 3 or not currency.isalpha()):
        raise InputError(f"--currency {currency}: write it as three letters, such as EUR.")
    currency = currency.upper() if currency else None
    with tempfile.TemporaryDirectory(prefix="weft-") as scratch:
        path = _given(file, Path(scratch))
        # A file that is none of ours must not leave an empty business behind.
        recognized(kind, path, format_, mapping)
        with (
            output.business(business, create=True, rehearse=dry_run, currency=currency or "EUR") as shop,
            _progress(json_) as watch,
        ):
            report = import_file(
                shop,
                kind,
                path,
                format_name=format_,
                mapping=mapping,
                currency=currency,
                dry_run=dry_run,
                who=output.who(),
                rejects_folder=rejects or (Path.cwd() if str(file) == "-" else None),
                watch=watch,
                source_language=source,
                target_language=target,
                replace=replace,
            )
            if json_:
                output.emit(_line(report))
            else:
                _tell(report, shop.id)


def _given(file: Path, scratch: Path) -> Path:
    """The file; standard input is kept first, so that what it says can be known again."""
    if str(file) != "-":
        return file
    path = scratch / "stdin"
    with path.open("wb") as kept:
        while chunk := sys.stdin.buffer.read(1 << 20):
            kept.write(chunk)
    return path


class _progress:  # noqa: N801 - used as a function
    """Progress on standard error: a bar for a person, nothing for a program."""

    def __init__(self, quiet: bool) -> None:
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        self._bar = Progress(
            TextColumn("[bold]{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f}%"),
            TextColumn("{task.fields[rate]}"), TimeRemainingColumn(), console=output.err, transient=True,
            disable=quiet or not output.err.is_terminal,
        )  # fmt: skip

    def __enter__(self) -> Any:
        self._bar.start()
        self._task = self._bar.add_task("importing", total=1.0, rate="")
        return self.watch

    def watch(self, moment: "Moment") -> None:
        text = f"{moment.rows:,} rows, {moment.rate:,.0f} rows/s"
        self._bar.update(self._task, completed=moment.fraction, rate=text)

    def __exit__(self, *_: object) -> None:
        self._bar.stop()


def _line(report: "Report") -> dict[str, Any]:
    names = ("rows", "created", "updated", "unchanged", "rejected", "rejects_file", "records", "resumed")
    line = {name: getattr(report, name) for name in names}
    line |= {
        "import": report.id or None,
        "kind": report.kind,
        "format": report.format,
        "seconds": round(report.seconds, 3),
    }
    if report.dry_run:
        line |= {"dry_run": True, "columns": report.columns or {}}
    return line


def _tell(report: "Report", business: str) -> None:
    if report.resumed:
        output.out.print(f"Resumed: {report.resumed:,} rows were committed before and were skipped.")
    if report.dry_run and report.columns:
        output.out.print("Columns: " + ", ".join(f"{field} ← {column}" for field, column in report.columns.items()))
    verb = "Would take" if report.dry_run else "Took"
    rate = report.rows / report.seconds if report.seconds else 0
    output.out.print(
        f"{verb} {report.records:,} {_CALLED.get(report.kind, report.kind)} from {report.rows:,} rows into [bold]{business}[/bold] "
        f"({report.format}, {report.seconds:.1f} s, {rate:,.0f} rows/s)."
    )
    output.out.print(
        f"  created {report.created:,} · updated {report.updated:,} · unchanged {report.unchanged:,} · rejected {report.rejected:,}"
    )
    if not (report.created or report.updated or report.rejected):
        output.out.print("  Nothing changed: everything in this file is known already.")
    if report.rejects_file:
        output.out.print(f"  Rows that could not be taken, with the reasons: {report.rejects_file}")
    elif report.rejected and report.dry_run:
        output.out.print("  A real import writes the rows that cannot be taken to a rejects file, with the reasons.")


@app.command("export")
def export(
    kind: Annotated[
        str,
        typer.Argument(
            help="products, orders, customers, stock, suppliers, purchases, translations, conversations, documents, behaviors, memory or glossary."
        ),
    ],
    file: Annotated[Path, typer.Argument(help="The file to write; a table that ends in .xlsx is a workbook.")],
    format_: Annotated[
        str | None,
        typer.Option(
            "--format",
            help="shopify (if not said), woocommerce, jsonl, google, google-xml, openai, or for orders tables (one row a line); "
            "suppliers and purchases are tables.",
        ),
    ] = None,
    dialect: Annotated[str, typer.Option("--dialect", help="Shopify's product columns: new or old.")] = "new",
    where: WhereOption = None,
    one_file: Annotated[
        bool, typer.Option("--one-file", help="One file with the columns of all: a blank cell there may erase.")
    ] = False,
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="NAME=VALUE", help="With a feed: a setting, such as link=https://shop.example/{id}."
        ),
    ] = None,
    order: Annotated[
        str | None, typer.Option("--order", help="Of purchases: this purchase order alone, by its id.")
    ] = None,
    business: BusinessOption = None,
    json_: JsonOption = False,
) -> None:
    """Export everything of a kind; what is not known of a product is never blanked."""
    from weft.connectors.exporting import export_file, settings_of

    if order is not None:
        where = _of_order(kind, order, where)
    options = {"dialect": dialect, "set": settings_of(set_ or ()), "one_file": one_file}
    with output.business(business) as shop:
        if order is not None:
            shop.purchases.get(order)
        written = export_file(shop, kind, file, format_name=format_, where=where, options=options)
    tell_written(kind, written, json_)
    if len(written) > 1 and not json_:
        output.out.print(
            "More than one file, because not the same columns are known of all: a blank cell would erase. Where the "
            "platform holds nothing that Weft has not seen, --one-file writes them together."
        )


def _of_order(kind: str, order: str, where: str | None) -> str:
    """The filter that takes one purchase order; raises InputError."""
    from weft.errors import InputError
    from weft.store.where import quoted

    if kind != "purchases" or where is not None:
        raise InputError("--order names a purchase order; it goes with purchases, and without --where.")
    return f"id = {quoted(order)}"


def tell_written(kind: str, written: Iterable["Written"], json_: bool) -> None:
    """Tell of each file that an export wrote, and of what it left out."""
    for part in written:
        if json_:
            told = {"file": str(part.path), "records": part.records, "rows": part.rows}
            output.emit(told | ({"left_out": part.left_out, "reasons": part.reasons} if part.left_out else {}))
        else:
            for reason in part.reasons:
                output.err.print(f"Left out: {reason}", markup=False)
            if part.left_out > len(part.reasons):
                output.err.print(f"Left out: {part.left_out - len(part.reasons):,} more.")
            output.out.print(f"Wrote {part.records:,} {kind} in {part.rows:,} rows to {part.path}.")


@imports.command("list")
def list_(business: BusinessOption = None, limit: output.LimitOption = 50, json_: JsonOption = False) -> None:
    """The imports of a business, newest first."""
    with output.business(business) as shop:
        output.rows(
            shop.imports.listed(limit),
            [
                ("started", "left", lambda i: f"{i['started_at']:%Y-%m-%d %H:%M}"),
                ("kind", "left", lambda i: i["kind"]),
                ("file", "left", lambda i: i["file"]),
                ("state", "left", lambda i: i["state"]),
                *[
                    (n, "right", lambda i, n=n: f"{i[n]:,}")
                    for n in ("rows", "created", "updated", "unchanged", "rejected")
                ],
            ],
            as_json=json_,
            empty="Nothing was imported yet: weft import products FILE.",
        )
