"""`weft rules`: what a merchant says about searches, and what of it would move."""

import functools
import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from weft.surfaces.cli import output
from weft.surfaces.cli.output import BusinessOption, JsonOption

if TYPE_CHECKING:
    from weft.store.merchandising import Rule

app = typer.Typer(help="Merchandising: pins, boosts, redirects, synonyms and the like.", no_args_is_help=True)

Said = Mapping[str, Any]
# The options by which a rule is said, by the fields of a rule.
_OPTIONS: Final[Said] = {
    "query": Annotated[list[str] | None, typer.Option("--query", help="The query it is for; as often as needed.")],
    "match": Annotated[
        str | None, typer.Option("--match", help="exact, contains or any; contains if only --query is said.")
    ],
    "category": Annotated[str | None, typer.Option("--category", help="For searches within this category.")],
    "pins": Annotated[
        list[str] | None, typer.Option("--pin", help="PRODUCT=PLACE, such as mug=1; as often as needed.")
    ],
    "products": Annotated[list[str] | None, typer.Option("--product", help="Whom it moves; as often as needed.")],
    "filters": Annotated[
        list[str] | None,
        typer.Option(
            "--filter", help="Or all with name=value, such as vendor=Acme or price=10..50; as often as needed."
        ),
    ],
    "times": Annotated[float | None, typer.Option("--times", help="What the score is multiplied by.")],
    "url": Annotated[str | None, typer.Option("--url", help="Where a redirect leads.")],
    "words": Annotated[list[str] | None, typer.Option("--word", help="A synonym; as often as needed.")],
    "typed": Annotated[
        list[str] | None, typer.Option("--typed", help="Of synonyms one way: what is typed; as often as needed.")
    ],
    "starts": Annotated[
        str | None, typer.Option("--starts", help="From when, such as 2026-11-27 or 2026-11-27T08:00.")
    ],
    "ends": Annotated[str | None, typer.Option("--ends", help="Until when; a day alone is that whole day.")],
    "zone": Annotated[str | None, typer.Option("--zone", help="The zone of these times, such as Europe/Berlin.")],
    "name": Annotated[str | None, typer.Option("--name", help="What people call it.")],
}
DialOption = Annotated[float | None, typer.Option(min=-1, max=1, help="The dial, from -1 to 1.", show_default=False)]


@app.command("list")
def list_rules(
    text: Annotated[str | None, typer.Argument(help="Those with this text in them alone.")] = None,
    kind: Annotated[str | None, typer.Option("--kind", help="pin, boost, bury, hide, redirect or synonyms.")] = None,
    limit: output.LimitOption = 100,
    business: BusinessOption = None,
    json_: JsonOption = False,
) -> None:
    """The rules of a business."""
    with output.business(business) as shop:
        found = shop.rules.listed(kind, text)
    output.rows(
        [{**rule.model_dump(mode="json"), "says": rule.says, "for": rule.for_} for rule in found[:limit]],
        [
            ("id", "left", lambda one: one["id"]),
            ("on", "left", lambda one: "on" if one["on"] else "off"),
            ("rule", "left", lambda one: f"{one['name']}: {one['says']}" if one["name"] else one["says"]),
            ("for", "left", lambda one: one["for"]),
            ("from", "left", lambda one: one["starts"] or ""),
            ("to", "left", lambda one: one["ends"] or ""),
        ],
        as_json=json_,
        empty="There are no such rules: weft rules add pin --query mug --pin blue-mug=1",
    )


def _says_rules(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options by which a rule is said; it gets what they say together, as `said`."""
    own = list(inspect.signature(command).parameters.values())
    at = next(place for place, one in enumerate(own) if one.name == "said")
    how = inspect.Parameter.POSITIONAL_OR_KEYWORD
    shared = [inspect.Parameter(name, how, default=None, annotation=option) for name, option in _OPTIONS.items()]

    @functools.wraps(command)
    def told(**arguments: Any) -> None:
        said = {name: arguments.pop(name) for name in _OPTIONS}
        command(**arguments, said=said)

    parameters = [*own[:at], *shared, *own[at + 1 :]]
    told.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    told.__annotations__ = {one.name: one.annotation for one in parameters}
    return told


def _given(said: Said) -> dict[str, Any]:
    """What options say of a rule; raises InputError."""
    from weft.errors import InputError

    said = dict(said)
    pairs: dict[str, list[tuple[str, str]]] = {}
    for name in ("pins", "filters"):
        for pair in said.pop(name) or ():
            left, separator, right = pair.rpartition("=") if name == "pins" else pair.partition("=")
            if not separator or not left.strip():
                raise InputError(f"{pair!r} says nothing: write {'PRODUCT=PLACE' if name == 'pins' else 'name=value'}.")
            pairs.setdefault(name, []).append((left.strip(), right.strip()))
    given = {name: value for name, value in said.items() if value not in (None, [])}
    if "pins" in pairs:
        given["pins"] = [{"product": product, "place": place} for product, place in pairs["pins"]]
    filters: dict[str, Any] = {}
    for name, value in pairs.get("filters", ()):
        before = filters.get(name, [])
        filters[name] = value if not before else [*(before if isinstance(before, list) else [before]), value]
    return {**given, "filters": filters} if filters else given


def _kept(shop: Any, rule: "Rule", json_: bool) -> None:
    from weft.surfaces import ruling

    counts, kept = ruling.made(shop, [rule], output.who())
    for warning in kept[0].warnings:
        output.err.print(f"Note: {warning}", markup=False)
    if json_:
        output.emit(kept[0].model_dump(mode="json", exclude_unset=True))
        return
    did = "Made" if counts.created else "Changed" if counts.updated else "Nothing changed of"
    output.out.print(f"{did} {kept[0].id}: {kept[0].says}, for {kept[0].for_}.", markup=False)


@app.command()
@_says_rules
def add(
    kind: Annotated[str, typer.Argument(help="pin, boost, bury, hide, redirect or synonyms.")],
    said: Said,
    off: Annotated[bool, typer.Option("--off", help="Make it, and leave it off.")] = False,
    business: BusinessOption = None,
    json_: JsonOption = False,
) -> None:
    """Make a rule."""
    from weft.store.merchandising import ruled

    given = {"kind": kind, **_given(said)}
    with output.business(business) as shop:
        _kept(shop, ruled({**given, "on": not off}), json_)


@app.command()
@_says_rules
def change(
    rule: Annotated[str, typer.Argument(metavar="ID", help="The rule's id.")],
    said: Said,
    on: Annotated[bool | None, typer.Option("--on/--off", help="Turn it on or off.", show_default=False)] = None,
    business: BusinessOption = None,
    json_: JsonOption = False,
) -> None:
    """Change what is said of a rule; all else stays as it is."""
    from weft.errors import InputError
    from weft.store.merchandising import ruled

    given = _given(said) | ({} if on is None else {"on": on})
    if not given:
        raise InputError("Say what to change, such as --off or --times 2.")
    with output.business(business) as shop:
        held = shop.rules.get(rule)
        _kept(shop, ruled({**held.kept(), **given, "id": held.id}), json_)


@app.command()
def remove(
    ids: Annotated[list[str], typer.Argument(help="The rules' ids.")],
    business: BusinessOption = None,
    json_: JsonOption = False,
) -> None:
    """Take rules away; `weft rules undo ID` brings one back."""
    from weft.errors import NotFound

    with output.business(business) as shop:
        count = shop.rules.remove(ids, output.who())
    if not count:
        raise NotFound(f"There is no rule {ids[0]!r}.")
    if json_:
        output.emit({"removed": count})
    else:
        output.out.print(f"Took away {count:,} rule{'' if count == 1 else 's'}.")


@app.command()
def undo(
    rule: Annotated[str, typer.Argument(metavar="ID", help="The rule's id.")],
    business: BusinessOption = None,
    json_: JsonOption = False,
) -> None:
    """Put back what the last edit of a rule replaced."""
    with output.business(business) as shop:
        back = shop.rules.undo(rule, output.who())
    if json_:
        output.emit(back.model_dump(mode="json") if back is not None else None)
    else:
        output.out.print(f"It is again: {back.says}." if back is not None else "It is gone again.", markup=False)


@app.command("import")
def import_rules(
    file: Annotated[Path, typer.Argument(help="The file.")],
    format_: Annotated[
        str | None, typer.Option("--format", help="csv, solr, elasticsearch, algolia or jsonl; recognized if not said.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen and change nothing.")] = False,
    business: BusinessOption = None,
    json_: JsonOption = False,
) -> None:
    """Take a file of synonyms, or of rules as `weft rules export` writes them."""
    from weft.connectors import synonyms

    with output.business(business) as shop:
        report = synonyms.take(shop.rules, synonyms.read(file, format_), output.who(), dry_run=dry_run)
    counts = report.counts
    if json_:
        problems = [{"line": line, "says": says} for line, says in report.rejected]
        output.emit(
            {"created": counts.created, "updated": counts.updated, "unchanged": counts.unchanged, "problems": problems}
        )
        return
    for line, says in report.rejected[:20]:
        output.err.print(f"{file.name}, line {line}: {says}", markup=False)
    would = "Would take" if dry_run else "Took"
    output.out.print(
        f"{would} {counts.created:,} new rules; {counts.unchanged:,} were there, {len(report.rejected):,} not taken."
    )


@app.command("export")
def export_rules(
    file: Annotated[Path, typer.Argument(help="The file to write.")],
    format_: Annotated[
        str | None, typer.Option("--format", help="csv or solr (synonyms alone), or jsonl (all); by the file's name.")
    ] = None,
    business: BusinessOption = None,
    json_: JsonOption = False,
) -> None:
    """Write synonyms, or all rules, to a file."""
    from weft.connectors import synonyms

    said = {".jsonl": "jsonl", ".txt": "solr"}.get(file.suffix.lower(), "csv")
    with output.business(business) as shop:
        count = synonyms.write(shop.rules.listed(), file, format_ or said)
    if json_:
        output.emit({"file": str(file), "rules": count})
    else:
        output.out.print(f"Wrote {count:,} rules to {file}.", markup=False)


@app.command()
def preview(
    queries: Annotated[list[str] | None, typer.Argument(help="The searches; those of most people if none.")] = None,
    rules: Annotated[
        Path | None, typer.Option("--rules", help="A file of rules that would be made, as JSON Lines.")
    ] = None,
    without: Annotated[list[str] | None, typer.Option("--without", help="The id of a rule that would be gone.")] = None,
    stock: DialOption = None,
    margin: DialOption = None,
    velocity: DialOption = None,
    newness: DialOption = None,
    returns: DialOption = None,
    depth: Annotated[int, typer.Option("--depth", min=1, max=100, help="How many hits are compared.")] = 20,
    business: BusinessOption = None,
    json_: JsonOption = False,
) -> None:
    """What rules and dials would move in some searches, before anything is saved."""
    from weft.connectors import synonyms
    from weft.errors import InputError
    from weft.skill import answer
    from weft.skills.search import PREVIEW, Preview
    from weft.store.merchandising import Dials
    from weft.surfaces.cli.skills import waited_for

    found = list(synonyms.read(rules, "jsonl")) if rules is not None else []
    if wrong := [f"Line {line}: {one}" for line, one in found if isinstance(one, str)]:
        raise InputError(" ".join(wrong[:3]))
    turned = {"stock": stock, "margin": margin, "velocity": velocity, "newness": newness, "returns": returns}
    said = {name: value for name, value in turned.items() if value is not None}
    with output.business(business) as shop:
        held = {name: getattr(shop.preferences.search(), name) for name in turned}
        asked = Preview(
            queries=queries or [], rules=[one for _, one in found if not isinstance(one, str)], without=without or [],
            dials=Dials(**{**held, **said}) if said else None, depth=depth,
        )  # fmt: skip
        told: Any = waited_for(lambda: answer(PREVIEW, asked, shop))
    if json_:
        output.emit(told.model_dump(mode="json"))
        return
    for one in told.searches:
        output.out.print(f"“{one.query}”: {_summary(one)}", markup=False)
        for move in one.moves:
            why = f"  ({'; '.join(move.why)})" if move.why else ""
            output.out.print(f"  {move.before or '–'} → {move.after or '–'}  {move.title}{why}", markup=False)
    output.out.print(f"{told.changed:,} of {len(told.searches):,} searches would be others.")


def _summary(one: Any) -> str:
    if one.redirect_after != one.redirect_before:
        return f"leads to {one.redirect_after}" if one.redirect_after else "leads nowhere else any more"
    found = f"{one.total_before:,} → {one.total_after:,} found" if one.total_before != one.total_after else ""
    return ", ".join(filter(None, [found, f"{len(one.moves):,} move" if one.moves else "nothing moves"]))
