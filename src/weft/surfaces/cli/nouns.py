"""`weft products|orders|customers|keys|journal`: the store's nouns, listed and shown."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from weft.surfaces.cli import output
from weft.surfaces.cli.output import BusinessOption, JsonOption, LimitOption, WhereOption

products = typer.Typer(help="The catalog.", no_args_is_help=True)
orders = typer.Typer(help="What was sold.", no_args_is_help=True)
customers = typer.Typer(help="Who buys.", no_args_is_help=True)
keys = typer.Typer(help="API keys: made once, shown once, kept as a hash.", no_args_is_help=True)
journal = typer.Typer(help="The chained account of what was done.", no_args_is_help=True)

After = Annotated[str | None, typer.Option("--after", help="Go on behind this id.")]


def money(amount: Any, currency: str | None) -> str:
    """An amount of minor units for a person to read."""
    from weft.money import decimal

    return "" if amount is None else f"{decimal(int(amount), currency or 'EUR')} {currency or ''}".strip()


def _prices(product: Mapping[str, Any]) -> str:
    low, high = product["price_from"], product["price_to"]
    return money(low, product["currency"]) if low == high else f"{money(low, None)}–{money(high, product['currency'])}"


@products.command("list")
def list_products(
    where: WhereOption = None,
    after: After = None,
    limit: LimitOption = 50,
    business: BusinessOption = None,
    json_: JsonOption = False,
) -> None:
    """Products by id."""
    with output.business(business) as shop:
        output.rows(
            shop.catalog.listed(where, limit=limit, after=after),
            [
                ("id", "left", lambda p: p["id"]),
                ("title", "left", lambda p: p["title"]),
                ("vendor", "left", lambda p: p["vendor"]),
                ("category", "left", lambda p: p["category"] or p["type"]),
                ("variants", "right", lambda p: p["variants"]),
                ("price", "right", _prices),
                ("stock", "right", lambda p: p["stock"]),
            ],
            as_json=json_,
            empty="There are no such products.",
        )


@products.command("show")
def show_product(
    product: Annotated[str, typer.Argument(help="Its id.")], business: BusinessOption = None, json_: JsonOption = False
) -> None:
    """One whole product with its variants and facts."""
    with output.business(business) as shop:
        whole(shop.catalog.get(product), json_)


def whole(found: Mapping[str, Any], json_: bool) -> None:
    """Show one record, whole."""
    if json_:
        output.emit(found)
    else:
        from rich.json import JSON

        kept = {name: value for name, value in found.items() if value not in (None, "", [], {})}
        output.out.print(JSON.from_data(kept, default=str))


@orders.command("list")
def list_orders(
    where: WhereOption = None,
    after: After = None,
    limit: LimitOption = 50,
    business: BusinessOption = None,
    json_: JsonOption = False,
) -> None:
    """Orders by id."""
    with output.business(business) as shop:
        output.rows(
            shop.orders.listed(where, limit=limit, after=after),
            [
                ("id", "left", lambda o: o["id"]),
                ("kind", "left", lambda o: o.get("kind")),
                ("placed", "left", lambda o: (o.get("placed_at") or "")[:16].replace("T", " ")),
                ("customer", "left", lambda o: o.get("customer") or o.get("email")),
                ("lines", "right", lambda o: len(o.get("lines") or ())),
                ("total", "right", lambda o: money(o.get("total"), o.get("currency"))),
                ("status", "left", lambda o: o.get("financial_status")),
            ],
            as_json=json_,
            empty="There are no such orders.",
        )


@orders.command("show")
def show_order(
    order: Annotated[str, typer.Argument(help="Its id.")], business: BusinessOption = None, json_: JsonOption = False
) -> None:
    """One order with its lines."""
    with output.business(business) as shop:
        whole(shop.orders.get(order), json_)


@customers.command("list")
def list_customers(
    where: WhereOption = None,
    after: After = None,
    limit: LimitOption = 50,
    business: BusinessOption = None,
    json_: JsonOption = False,
) -> None:
    """Customers by id."""
    with output.business(business) as shop:
        output.rows(
            shop.customers.listed(where, limit=limit, after=after),
            [
                ("id", "left", lambda c: c["id"]),
                ("name", "left", lambda c: f"{c.get('first_name') or ''} {c.get('last_name') or ''}".strip()),
                ("email", "left", lambda c: c.get("email")),
                ("orders", "right", lambda c: c.get("total_orders")),
                ("spent", "right", lambda c: money(c.get("total_spent"), c.get("currency"))),
            ],
            as_json=json_,
            empty="There are no such customers.",
        )


@customers.command("show")
def show_customer(
    customer: Annotated[str, typer.Argument(help="Their id.")],
    business: BusinessOption = None,
    json_: JsonOption = False,
) -> None:
    """One customer."""
    with output.business(business) as shop:
        whole(shop.customers.get(customer), json_)


ModelsOption = Annotated[
    str | None,
    typer.Option("--models", help="The models it may ask, with commas between; write-* is all that begin so."),
]
RequestsOption = Annotated[int | None, typer.Option("--requests", help="Requests to models a minute.")]
TokensOption = Annotated[int | None, typer.Option("--tokens", help="Tokens a minute.")]
ConcurrencyOption = Annotated[int | None, typer.Option("--concurrency", help="Requests to models at once.")]


def _limits(models: str | None, requests: int | None, tokens: int | None, concurrency: int | None) -> dict[str, Any]:
    """The limits that were said; None lifts one, as 0 and an empty list of models do."""
    said: dict[str, Any] = {"requests": requests, "tokens": tokens, "concurrency": concurrency}
    kept = {name: value or None for name, value in said.items() if value is not None}
    if models is not None:
        kept["models"] = [name.strip() for name in models.split(",") if name.strip()] or None
    return kept


def _limits_said(limits: Mapping[str, Any]) -> str:
    words = {"requests": "{:,} requests/min", "tokens": "{:,} tokens/min", "concurrency": "{:,} at once"}
    said = [text.format(limits[name]) for name, text in words.items() if limits.get(name)]
    return ", ".join([*(["only " + " ".join(limits["models"])] if limits.get("models") is not None else []), *said])


@keys.command("create")
def create_key(
    scope: Annotated[
        str,
        typer.Option(
            "--scope",
            help="read, propose, approve or admin, each including those before it; browser for a shop's pages.",
        ),
    ] = "read",
    origin: Annotated[
        list[str] | None,
        typer.Option(
            "--origin", help="Of a browser key: where its pages are, such as https://shop.example; repeatable."
        ),
    ] = None,
    days: Annotated[int | None, typer.Option("--days", help="How long it lasts; without end if not said.")] = None,
    note: Annotated[str, typer.Option("--note", help="What it is for.")] = "",
    models: ModelsOption = None,
    requests: RequestsOption = None,
    tokens: TokensOption = None,
    concurrency: ConcurrencyOption = None,
    business: BusinessOption = None,
    json_: JsonOption = False,
) -> None:
    """Make a key; it is shown this once."""
    from weft.access import keys as access

    limits = _limits(models, requests, tokens, concurrency)
    with output.opened() as database, output.business_on(database, business) as shop:
        key, secret = access.created(database, shop.uid, scope, days, note, limits, origins=origin or ())
        if json_:
            output.emit(
                {
                    "id": key.id,
                    "key": secret,
                    "scope": key.scope,
                    "business": shop.id,
                    "expires_at": key.expires_at,
                    "limits": key.limits,
                    "origins": key.origins,
                }
            )
        else:
            output.out.print(secret, soft_wrap=True)
            until = f" until {key.expires_at:%Y-%m-%d}" if key.expires_at else ""
            if key.shown is not None:
                output.err.print(
                    f"{key.id}: for pages of {', '.join(key.origins)}{until}, in {shop.id}.", soft_wrap=True
                )
                return
            output.err.print(f"{key.id}: may {key.scope} in {shop.id}{until}. It is not shown again.")


def _key_line(key: Any) -> dict[str, Any]:
    names = ("id", "scope", "note", "created_at", "expires_at", "revoked_at", "limits", "origins", "shown")
    return {name: getattr(key, name) for name in names}


@keys.command("limit")
def limit_key(
    key: Annotated[str, typer.Argument(help="Its id.")],
    models: ModelsOption = None,
    requests: RequestsOption = None,
    tokens: TokensOption = None,
    concurrency: ConcurrencyOption = None,
    business: BusinessOption = None,
    json_: JsonOption = False,
) -> None:
    """Say what a key may ask of models; what is not said stays, 0 (or an empty list of models) lifts a limit."""
    from weft.access import keys as access

    limits = _limits(models, requests, tokens, concurrency)
    with output.opened() as database, output.business_on(database, business) as shop:
        before = access.named(database, shop.uid, key)
        found = access.limited(database, shop.uid, key, {**before.limits, **limits}) if limits else before
        if json_:
            output.emit(_key_line(found))
        else:
            output.out.print(f"{found.id}: {_limits_said(found.limits) or 'without a limit'}.", markup=False)


@keys.command("list")
def list_keys(business: BusinessOption = None, json_: JsonOption = False) -> None:
    """The keys of a business, without their secrets."""
    from weft.access import keys as access

    with output.opened() as database, output.business_on(database, business) as shop:
        output.rows(
            [_key_line(key) for key in access.listed(database, shop.uid)],
            [
                ("id", "left", lambda k: k["id"]),
                ("scope", "left", lambda k: k["scope"]),
                ("created", "left", lambda k: f"{k['created_at']:%Y-%m-%d}"),
                ("expires", "left", lambda k: f"{k['expires_at']:%Y-%m-%d}" if k["expires_at"] else "never"),
                ("state", "left", lambda k: "revoked" if k["revoked_at"] else "valid"),
                ("limits", "left", lambda k: _limits_said(k["limits"])),
                ("origins", "left", lambda k: " ".join(k["origins"])),
                ("note", "left", lambda k: k["note"]),
            ],
            as_json=json_,
            empty="There are no keys yet: weft keys create --scope read.",
        )


@keys.command("revoke")
def revoke_key(
    key: Annotated[str, typer.Argument(help="Its id.")], business: BusinessOption = None, json_: JsonOption = False
) -> None:
    """End a key now."""
    from weft.access import keys as access

    with output.opened() as database, output.business_on(database, business) as shop:
        found = access.revoked(database, shop.uid, key)
        if json_:
            output.emit(_key_line(found))
        else:
            output.out.print(f"Revoked {found.id}.")


@journal.command("list")
def list_journal(limit: LimitOption = 50, business: BusinessOption = None, json_: JsonOption = False) -> None:
    """What was done, newest first."""
    with output.business(business) as shop:
        output.rows(
            shop.journal.listed(limit),
            [
                ("#", "right", lambda b: b["seq"]),
                ("at", "left", lambda b: f"{b['at']:%Y-%m-%d %H:%M:%S}"),
                ("who", "left", lambda b: b["actor"]),
                ("what", "left", lambda b: b["action"]),
                ("entries", "right", lambda b: b["entries"]),
                ("hash", "left", lambda b: b["hash"][:12]),
            ],
            as_json=json_,
            empty="Nothing was done yet.",
        )


@journal.command("show")
def show_journal(
    seq: Annotated[int, typer.Argument(help="The batch's number.")],
    limit: LimitOption = 100,
    business: BusinessOption = None,
) -> None:
    """The entries of one batch, one JSON line each."""
    with output.business(business) as shop:
        for entry in shop.journal.entries(seq, limit):
            output.emit(entry)


@journal.command()
def verify(
    head: Annotated[
        str | None, typer.Option("--head", help="The hash that the chain had to go through, noted down before.")
    ] = None,
    business: BusinessOption = None,
    json_: JsonOption = False,
) -> None:
    """Prove the whole chain; names the first batch that was changed, removed or reordered."""
    from weft.errors import Tampered

    with output.business(business) as shop:
        proof = shop.journal.verify()
        if head is not None and not shop.journal.passed(head):
            raise Tampered(f"The journal holds in itself, but never had the hash {head}: it was replaced as a whole.")
    if json_:
        output.emit({"whole": True, "batches": proof.batches, "entries": proof.entries, "head": proof.head})
    else:
        output.out.print(
            f"The journal is whole: {proof.entries:,} entries in {proof.batches:,} batches, ending with {proof.head}.",
            soft_wrap=True,
        )
