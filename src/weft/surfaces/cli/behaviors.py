"""`weft behaviors`: what people did in the shop, and what came of what they were shown."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final

import typer

from weft.surfaces.cli import output
from weft.surfaces.cli.output import BusinessOption, JsonOption, LimitOption

app = typer.Typer(help="What people did in the shop: searches, clicks, carts, purchases.", no_args_is_help=True)
# How wide the figures beside a query are.
_FIGURES: Final = 60
DaysOption = Annotated[int, typer.Option("--days", min=1, max=3_650, help="The last so many days with behaviors.")]


@app.command()
def searches(
    days: DaysOption = 28, limit: LimitOption = 30, business: BusinessOption = None, json_: JsonOption = False
) -> None:
    """What came of searches, by query: how often, found nothing, clicked, put in the cart, bought, revenue."""
    _report("query", days, limit, business, json_)


@app.command()
def strips(
    days: DaysOption = 28, limit: LimitOption = 30, business: BusinessOption = None, json_: JsonOption = False
) -> None:
    """What came of strips of recommendations, by their places."""
    _report("strip", days, limit, business, json_)


def _report(by: Any, days: int, limit: int, business: str | None, json_: bool) -> None:
    with output.business(business) as shop:
        told = shop.behaviors.told(by, days, limit)
    if json_:
        for row in told.rows:
            output.emit(row)
        output.emit({"since": told.since, "until": told.until, "bots": told.bots, "total": told.total})
        return
    noun = "searches" if by == "query" else "strips"
    output.rows(
        [*told.rows, {**told.total, by: "all of them"}] if told.rows else [],
        [
            (by, "left", lambda one: _cut(one[by])),
            ("times", "right", lambda one: f"{one['times']:,}"),
            ("none", "right", lambda one: f"{one['found_nothing']:,}"),
            ("clicked", "right", lambda one: f"{one['click_through']:.0%}"),
            ("place", "right", lambda one: "" if one["position"] is None else f"{one['position']:.1f}"),
            ("cart", "right", lambda one: f"{one['carted']:,}"),
            ("bought", "right", lambda one: f"{one['bought']:,}"),
            ("revenue", "right", _revenue),
        ],
        as_json=False,
        empty=f"No {noun} yet: your shop sends them to POST /api/v1/behaviors, and weft import behaviors FILE takes a file.",
    )
    if told.bots:
        output.out.print(f"{told.bots:,} behaviors of bots are not in this.", markup=False)


def _cut(text: str) -> str:
    """A query that leaves the figures beside it room."""
    room = max(output.out.width - _FIGURES, 16)
    return text if len(text) <= room else f"{text[: room - 1]}…"


def _revenue(one: Mapping[str, Any]) -> str:
    from weft.money import decimal

    return ", ".join(f"{decimal(sum_['amount'], sum_['currency'])} {sum_['currency']}" for sum_ in one["revenue"])


@app.command()
def unmet(
    days: DaysOption = 28,
    limit: Annotated[int, typer.Option("--limit", min=1, max=500, help="How many demands at most.")] = 30,
    people: Annotated[
        int, typer.Option("--people", min=1, max=1_000, help="How many people have to agree on what is proposed.")
    ] = 2,
    propose: Annotated[
        bool, typer.Option("--propose", help="Propose attributes as changes, and make synonyms rules that are off.")
    ] = False,
    business: BusinessOption = None,
    json_: JsonOption = False,
) -> None:
    """What people looked for and did not get, and what would mend it: synonyms, missing attributes, products."""
    from weft.skill import named, requested
    from weft.store.changes import Who
    from weft.surfaces import asking, mending
    from weft.surfaces.cli.skills import waited_for

    skill, values = named("unmet"), {"days": days, "limit": limit, "people": people}
    with output.business(business) as shop:
        if propose:
            found = waited_for(lambda: mending.proposed(shop, values, Who(output.who())))
        else:
            found = waited_for(lambda: asking.ask(skill, requested(skill, values), shop))
    if json_:
        output.emit(found)
        return
    output.rows(
        found["demands"],
        [
            ("looked for", "left", lambda one: _cut(one["query"])),
            ("people", "right", lambda one: f"{one['people']:,}"),
            ("none", "right", lambda one: f"{one['found_nothing']:,}"),
            ("why", "left", lambda one: one["why"]),
            ("then", "left", lambda one: ", ".join(f"{each['query']} ({each['people']:,})" for each in one["instead"])),
            ("took", "left", lambda one: ", ".join(f"{each['id']} ({each['people']:,})" for each in one["took"])),
        ],
        as_json=False,
        empty="Everybody found something to click on.",
    )
    for one in found["synonyms"]:
        output.out.print(
            f"Synonym: {', '.join(one['typed'])} → {', '.join(one['words'])} ({one['says']}).",
            markup=False,
            soft_wrap=True,
        )
    for change in found["changes"]:
        output.out.print(f"{change['record']}: {change['field']} = {change['after']!r}", markup=False, soft_wrap=True)
    if proposed := found.get("proposed"):
        where = f": weft changes list --run {proposed['run']}" if proposed["run"] else ""
        output.out.print(f"Proposed {proposed['done']:,} changes{where}.", markup=False)
        for rule in found["rules"]:
            output.out.print(f"A rule that is off yet: weft rules change {rule} --on", markup=False, soft_wrap=True)


@app.command("list")
def list_(
    person: Annotated[str | None, typer.Option("--person", help="Of this visitor, customer or session alone.")] = None,
    action: Annotated[str | None, typer.Option("--action", help="Of this kind alone, such as click.")] = None,
    limit: LimitOption = 50,
    business: BusinessOption = None,
    json_: JsonOption = False,
) -> None:
    """What was done last, newest first."""
    with output.business(business) as shop:
        found = shop.behaviors.listed(person, action, limit)
    output.rows(
        found,
        [
            ("at", "left", lambda one: f"{one['at']:%Y-%m-%d %H:%M:%S}"),
            ("action", "left", lambda one: one["action"] + (" (bot)" if one.get("bot") else "")),
            ("who", "left", lambda one: one.get("customer") or one.get("visitor") or one.get("session")),
            ("query", "left", lambda one: one.get("query")),
            ("product", "left", lambda one: one.get("product")),
            ("place", "left", lambda one: one.get("place")),
        ],
        as_json=json_,
        empty="Nobody did anything yet.",
    )


@app.command()
def forget(
    person: Annotated[
        str | None, typer.Argument(metavar="[VISITOR]", help="A visitor, a customer or a session.")
    ] = None,
    before: Annotated[
        datetime | None,
        typer.Option("--before", formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"], help="All before this day."),
    ] = None,
    business: BusinessOption = None,
    json_: JsonOption = False,
) -> None:
    """Forget all that one person did, or all before a day; what was forgotten cannot be brought back."""
    from datetime import UTC

    from weft.errors import InputError

    if (person is None) == (before is None):
        raise InputError("Say whose behaviors to forget, or those of which time with --before.")
    with output.business(business) as shop:
        if person is not None:
            gone = shop.behaviors.forget(output.who(), person)
        else:
            assert before is not None
            gone = shop.behaviors.forget_before(output.who(), before.replace(tzinfo=UTC))
    if json_:
        output.emit({"forgotten": gone})
        return
    output.out.print(f"{gone:,} behaviors are forgotten.", markup=False)
