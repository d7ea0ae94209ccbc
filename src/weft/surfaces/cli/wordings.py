"""`weft glossary` and `weft memory`: the words that a business insists on, and what it has translated before."""

from pathlib import Path
from typing import Annotated, Any

import typer

from weft.surfaces.cli import files, output
from weft.surfaces.cli.output import BusinessOption, JsonOption

glossary = typer.Typer(help="Terms: how words are translated, and which stay as they are.", no_args_is_help=True)
memory = typer.Typer(help="The translation memory: what was translated before.", no_args_is_help=True)

FileArgument = Annotated[Path, typer.Argument(help="The file; - for standard input.", allow_dash=True)]
SourceOption = Annotated[str, typer.Option("--source", help="The language translated from, such as en.")]
TargetOption = Annotated[str, typer.Option("--target", help="The language translated into, such as de.")]
FromOption = Annotated[str | None, typer.Option("--source", help="Those from this language alone.")]
IntoOption = Annotated[str | None, typer.Option("--target", help="Those into this language alone.")]
MapOption = Annotated[
    list[str] | None, typer.Option("--map", help="field=column, such as source=Term; as often as needed.")
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Say what would happen and change nothing.")]
RejectsOption = Annotated[
    Path | None, typer.Option("--rejects", help="The folder for the rejects file; the file's own if not said.")
]
ReplaceOption = Annotated[
    bool, typer.Option("--replace", help="Let these terms take the place of what they contradict.")
]


@glossary.command("import")
def import_glossary(
    file: FileArgument,
    format_: Annotated[str | None, typer.Option("--format", help="tbx, csv or jsonl; recognized if not said.")] = None,
    source: SourceOption = "",
    target: TargetOption = "",
    map_: MapOption = None,
    replace: ReplaceOption = False,
    dry_run: DryRunOption = False,
    rejects: RejectsOption = None,
    business: BusinessOption = None,
    json_: JsonOption = False,
) -> None:
    """Take a glossary; terms that contradict each other or what is kept go to the rejects file, and none of them wins."""
    files.take(
        "glossary", file, format_=format_, map_=map_, dry_run=dry_run, rejects=rejects, business=business, json_=json_,
        source=source, target=target, replace=replace,
    )  # fmt: skip


@memory.command("import")
def import_memory(
    file: FileArgument,
    format_: Annotated[str | None, typer.Option("--format", help="tmx, csv or jsonl; recognized if not said.")] = None,
    source: SourceOption = "",
    target: TargetOption = "",
    map_: MapOption = None,
    dry_run: DryRunOption = False,
    rejects: RejectsOption = None,
    business: BusinessOption = None,
    json_: JsonOption = False,
) -> None:
    """Take a translation memory."""
    files.take(
        "memory", file, format_=format_, map_=map_, dry_run=dry_run, rejects=rejects, business=business, json_=json_,
        source=source, target=target,
    )  # fmt: skip


def _export(kind: str, file: Path, format_: str | None, business: str | None, json_: bool) -> None:
    from weft.connectors.exporting import export_file

    # What the file's name says, if that is one of them.
    said = {".tmx": "tmx", ".tbx": "tbx", ".jsonl": "jsonl"}.get(file.suffix.lower(), "csv")
    with output.business(business) as shop:
        written = export_file(shop, kind, file, format_name=format_ or said)
    files.tell_written("terms" if kind == "glossary" else "segments", written, json_)


@glossary.command("export")
def export_glossary(
    file: Annotated[Path, typer.Argument(help="The file to write.")],
    format_: Annotated[
        str | None, typer.Option("--format", help="tbx, csv or jsonl; by the file's name if not said.")
    ] = None,
    business: BusinessOption = None,
    json_: JsonOption = False,
) -> None:
    """Write all terms to a file."""
    _export("glossary", file, format_, business, json_)


@memory.command("export")
def export_memory(
    file: Annotated[Path, typer.Argument(help="The file to write.")],
    format_: Annotated[
        str | None, typer.Option("--format", help="tmx, csv or jsonl; by the file's name if not said.")
    ] = None,
    business: BusinessOption = None,
    json_: JsonOption = False,
) -> None:
    """Write all segments to a file."""
    _export("memory", file, format_, business, json_)


@glossary.command()
def add(
    term: Annotated[str, typer.Argument(metavar="TERM", help="The word or phrase.")],
    translation: Annotated[str | None, typer.Argument(help="What it is in the other language.")] = None,
    source: SourceOption = "",
    target: TargetOption = "",
    keep: Annotated[bool, typer.Option("--keep", help="It is not translated: a brand, a product line.")] = False,
    also: Annotated[list[str] | None, typer.Option("--also", help="What may stand for it as well.")] = None,
    forbidden: Annotated[list[str] | None, typer.Option("--forbidden", help="What may never stand for it.")] = None,
    case_sensitive: Annotated[bool, typer.Option("--case-sensitive", help="Only in just these letters.")] = False,
    note: Annotated[str, typer.Option("--note", help="A note for people.")] = "",
    replace: ReplaceOption = False,
    business: BusinessOption = None,
    json_: JsonOption = False,
) -> None:
    """Add a term, or change the one of the same word and languages."""
    from weft.errors import InputError
    from weft.store.glossary import termed

    if translation is None and not keep:
        raise InputError(f"Say what {term!r} is in the other language, or --keep where it is not translated.")
    if translation is not None and keep:
        raise InputError(f"{term!r} cannot have a translation and be kept as it is.")
    with output.business(business) as shop:
        if translation is not None and not source:
            source = shop.preferences.languages().main
        given = termed(
            {
                "source": term, "target": translation, "source_language": source, "target_language": target,
                "also": also or [], "forbidden": forbidden or [], "case_sensitive": case_sensitive, "note": note,
            }
        )  # fmt: skip
        counts = shop.glossary.put([given], output.who(), replace=replace)
    done = {"created": counts.created, "updated": counts.updated, "unchanged": counts.unchanged}
    if json_:
        output.emit(done)
        return
    verb = next((name for name, count in done.items() if count), "unchanged")
    said = "is not translated" if given.kept else f"is “{given.target}”"
    output.out.print(f"“{given.source}” ({given.pair}) {said} [{verb}].", markup=False)


@glossary.command("list")
def list_terms(
    text: Annotated[str | None, typer.Argument(help="Those with this text in them alone.")] = None,
    source: FromOption = None,
    target: IntoOption = None,
    limit: output.LimitOption = 50,
    business: BusinessOption = None,
    json_: JsonOption = False,
) -> None:
    """The terms of a business."""
    with output.business(business) as shop:
        found = shop.glossary.listed(source, target, text)
    output.rows(
        [term.model_dump() for term in found[:limit]],
        [
            ("id", "left", lambda t: t["id"]),
            ("term", "left", lambda t: t["source"]),
            ("languages", "left", lambda t: f"{t['source_language'] or 'any'} → {t['target_language'] or 'any'}"),
            ("translation", "left", lambda t: "stays as it is" if t["target"] is None else t["target"]),
            ("never", "left", lambda t: ", ".join(t["forbidden"])),
        ],
        as_json=json_,
        empty="There are no such terms: weft glossary add TERM TRANSLATION, or weft glossary import FILE.",
    )
    if len(found) > limit and not json_:
        output.err.print(f"… and {len(found) - limit:,} more; --limit shows them.")


@memory.command("list")
def list_segments(
    text: Annotated[str | None, typer.Argument(help="Those with this text in them alone.")] = None,
    source: FromOption = None,
    target: IntoOption = None,
    counts: Annotated[bool, typer.Option("--counts", help="How many there are of each pair of languages.")] = False,
    limit: output.LimitOption = 50,
    business: BusinessOption = None,
    json_: JsonOption = False,
) -> None:
    """The segments of a business, newest first."""

    def pair(one: Any) -> str:
        return f"{one['source_language']} → {one['target_language']}"

    empty = "Nothing is remembered: weft memory import FILE; what is translated and applied comes by itself."
    with output.business(business) as shop:
        if counts:
            columns: list[Any] = [
                ("languages", "left", pair),
                ("segments", "right", lambda one: f"{one['segments']:,}"),
            ]
            output.rows(shop.memory.counted(), columns, as_json=json_, empty=empty)
            return
        output.rows(
            shop.memory.listed(text, limit, source=source, target=target),
            [
                ("languages", "left", pair),
                ("text", "left", lambda one: " ".join(one["source"].split())),
                ("translation", "left", lambda one: " ".join(one["target"].split())),
                ("from", "left", lambda one: one["origin"]),
            ],
            as_json=json_,
            empty=empty,
        )


@glossary.command("forget")
def forget_terms(
    ids: Annotated[list[str] | None, typer.Argument(help="The terms' ids.")] = None,
    all_: Annotated[bool, typer.Option("--all", help="All of them.")] = False,
    business: BusinessOption = None,
    json_: JsonOption = False,
) -> None:
    """Forget terms."""
    from weft.errors import InputError

    if bool(ids) == all_:
        raise InputError("Say which terms to forget by their ids, or --all.")
    with output.business(business) as shop:
        count = shop.glossary.forget(None if all_ else ids, output.who())
    _told(count, "term", json_)


@memory.command("forget")
def forget_segments(
    source: FromOption = None,
    target: IntoOption = None,
    origin: Annotated[str | None, typer.Option("--origin", help="Those that came from there, such as a file.")] = None,
    product: Annotated[str | None, typer.Option("--product", help="Those of this product alone.")] = None,
    all_: Annotated[bool, typer.Option("--all", help="All of them.")] = False,
    business: BusinessOption = None,
    json_: JsonOption = False,
) -> None:
    """Forget segments."""
    from weft.errors import InputError

    if bool(source or target or origin or product) == all_:
        raise InputError("Say which segments to forget with --source, --target, --origin or --product, or --all.")
    with output.business(business) as shop:
        count = shop.memory.forget(output.who(), source=source, target=target, origin=origin, product=product)
    _told(count, "segment", json_)


def _told(count: int, what: str, json_: bool) -> None:
    if json_:
        output.emit({"forgotten": count})
    else:
        output.out.print(f"Forgot {count:,} {what}{'' if count == 1 else 's'}.")
