"""`weft suppliers|purchases`: of whom goods are ordered, and what was ordered."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from weft.surfaces.cli import output
from weft.surfaces.cli.nouns import After, money, whole
from weft.surfaces.cli.output import BusinessOption, JsonOption, LimitOption, WhereOption

suppliers = typer.Typer(help="Of whom you order, and on which terms.", no_args_is_help=True)
purchases = typer.Typer(help="What you ordered of your suppliers.", no_args_is_help=True)

Supplier = Annotated[str, typer.Argument(help="Its id.")]
Purchase = Annotated[str, typer.Argument(help="The purchase order's id, such as PO-20260601-kiln.")]


@suppliers.command("list")
def list_suppliers(
    where: WhereOption = None,
    after: After = None,
    limit: LimitOption = 50,
    business: BusinessOption = None,
    json_: JsonOption = False,
) -> None:
    """Suppliers by id."""
    with output.business(business) as shop:
        output.rows(
            shop.suppliers.listed(where, limit=limit, after=after),
            [
                ("id", "left", lambda s: s["id"]),
                ("name", "left", lambda s: s.get("name")),
                ("items", "right", lambda s: len(s.get("supplies") or ())),
                ("lead days", "right", _lead),
                ("review days", "right", lambda s: s.get("review_days")),
                ("minimum", "right", lambda s: money(s.get("minimum_order"), s.get("currency"))),
            ],
            as_json=json_,
            empty="There are no such suppliers. Bring some in with weft import suppliers FILE.",
        )


def _lead(supplier: Mapping[str, Any]) -> str:
    lead, spread = supplier.get("lead_days"), supplier.get("lead_spread_days")
    return "" if lead is None else f"{lead} ± {spread:g}" if spread else str(lead)


@suppliers.command("show")
def show_supplier(supplier: Supplier, business: BusinessOption = None, json_: JsonOption = False) -> None:
    """One supplier with all that it delivers."""
    with output.business(business) as shop:
        whole(shop.suppliers.get(supplier), json_)


@suppliers.command("remove")
def remove_supplier(
    supplier: Supplier,
    sku: Annotated[str | None, typer.Option("--sku", help="Only its terms for this item.")] = None,
    business: BusinessOption = None,
    json_: JsonOption = False,
) -> None:
    """Remove a supplier with its terms, or its terms for one item; purchase orders stay."""
    with output.business(business) as shop:
        if sku is None:
            shop.suppliers.remove(supplier, output.who())
        else:
            shop.suppliers.remove_supply(supplier, sku, output.who())
    if json_:
        output.emit({"removed": supplier, "sku": sku})
    else:
        output.out.print(f"Removed {supplier}{f' for {sku}' if sku else ''}.", markup=False)


@purchases.command("list")
def list_purchases(
    where: WhereOption = None,
    after: After = None,
    limit: LimitOption = 50,
    business: BusinessOption = None,
    json_: JsonOption = False,
) -> None:
    """Purchase orders by id."""
    with output.business(business) as shop:
        output.rows(
            shop.purchases.listed(where, limit=limit, after=after),
            [
                ("id", "left", lambda o: o["id"]),
                ("supplier", "left", lambda o: o.get("supplier")),
                ("state", "left", lambda o: o.get("state")),
                ("expected", "left", lambda o: o.get("expected")),
                ("lines", "right", lambda o: len(o["lines"])),
                ("total", "right", lambda o: money(o.get("total"), o.get("currency"))),
            ],
            as_json=json_,
            empty="There are no such purchase orders. Draft some with weft replenish --propose.",
        )


@purchases.command("show")
def show_purchase(purchase: Purchase, business: BusinessOption = None, json_: JsonOption = False) -> None:
    """One purchase order with its lines."""
    with output.business(business) as shop:
        whole(shop.purchases.get(purchase), json_)


def _moved(purchase: str, state: str, business: str | None, json_: bool, location: str | None = None) -> None:
    with output.business(business) as shop:
        found = shop.purchases.move(purchase, state, output.who(), location)
    if json_:
        output.emit(found)
        return
    output.out.print(f"{purchase} is {state}.", markup=False)
    if stocked := found.get("stocked"):
        did = "added to" if state == "received" else "taken out of"
        output.out.print(f"{stocked['pieces']:,} pieces of {stocked['items']:,} items are {did} stock.")
        if left := stocked["not_counted"]:
            why = "is not counted" if state == "received" else "was set anew since by another source"
            output.out.print(
                f"Left as it is, for it {why}: {', '.join(left[:10])}{' …' if len(left) > 10 else ''}.", markup=False
            )


@purchases.command("order")
def order_purchase(purchase: Purchase, business: BusinessOption = None, json_: JsonOption = False) -> None:
    """Say that a draft was sent to its supplier: its lines can no longer be changed."""
    _moved(purchase, "ordered", business, json_)


@purchases.command("receive")
def receive_purchase(
    purchase: Purchase,
    location: Annotated[
        str | None, typer.Option("--location", help="Where it is put; where most of each item lies if not said.")
    ] = None,
    undo: Annotated[
        bool, typer.Option("--undo", help="It has not come after all: take it out of stock again.")
    ] = False,
    business: BusinessOption = None,
    json_: JsonOption = False,
) -> None:
    """Say that all of an order has come: it is added to stock, until your next file of stock says how much there is."""
    _moved(purchase, "ordered" if undo else "received", business, json_, location)


@purchases.command("cancel")
def cancel_purchase(purchase: Purchase, business: BusinessOption = None, json_: JsonOption = False) -> None:
    """Cancel an order that is a draft or was sent."""
    _moved(purchase, "cancelled", business, json_)
