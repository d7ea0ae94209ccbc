"""Suppliers with their terms, and purchase orders, over HTTP."""

from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from weft.errors import InputError, NotFound
from weft.store.records import Supplier
from weft.surfaces.rest.callers import Approver, Reader
from weft.surfaces.rest.idempotency import IdempotentRoute
from weft.surfaces.rest.problems import RESPONSES
from weft.surfaces.rest.records import After, Edits, Limit, Page, Where, page, tagged, text

router = APIRouter(responses=RESPONSES, route_class=IdempotentRoute)
_JSON = "application/json"
Name = Annotated[str, Field(max_length=1000)]
Days = Annotated[int, Field(ge=0, le=3650)]
Count = Annotated[int, Field(ge=0, le=1_000_000_000)]
Minor = Annotated[int, Field(ge=0, lt=1 << 62)]


class SupplyTerms(BaseModel):
    """On which terms an item is delivered; amounts are minor units of the supplier's currency."""

    model_config = ConfigDict(extra="forbid")

    sku: str = Field(min_length=1, max_length=1000, description="The item: its SKU, else its product's id.")
    supplier_sku: Name | None = None
    cost: Minor | None = Field(default=None, description="What one piece costs.")
    pack: Annotated[int, Field(ge=1, le=1_000_000_000)] | None = None
    minimum: Count | None = Field(default=None, description="The least that can be ordered of it.")
    lead_days: Days | None = None
    preferred: bool | None = None


class SupplierTerms(BaseModel):
    """A supplier; what is not said keeps its value."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    email: Name | None = None
    currency: str | None = Field(default=None, pattern="^[A-Z]{3}$")
    lead_days: Days | None = None
    lead_spread_days: float | None = Field(default=None, ge=0, le=3650)
    review_days: Annotated[int, Field(ge=1, le=3650)] | None = None
    minimum_order: Minor | None = Field(default=None, description="The least order, in minor units.")
    note: str | None = Field(default=None, max_length=10_000)
    supplies: list[SupplyTerms] = Field(default_factory=list, max_length=10_000)


def _refuse_nul(body: Any) -> None:
    if "\\u0000" in orjson.dumps(body).decode():
        raise InputError("The supplier has a NUL character, which no text can hold.")


@router.get("/suppliers", response_model=Page, tags=["suppliers"])
def list_suppliers(caller: Reader, where: Where = None, after: After = None, limit: Limit = 50) -> Response:
    """Suppliers by id, with what they deliver."""
    return page(caller.business.suppliers.listed(where, limit=limit, after=after), limit, lambda item: item["id"])


@router.get("/suppliers/{supplier:path}", response_model=dict[str, Any], tags=["suppliers"])
def get_supplier(supplier: str, request: Request, caller: Reader) -> Response:
    """One supplier with its terms."""
    found = caller.business.suppliers.get(supplier)
    return tagged(request, found["version"], orjson.dumps(found, default=text))


@router.put("/suppliers/{supplier:path}", response_model=dict[str, Any], tags=["suppliers"])
def put_supplier(supplier: str, terms: SupplierTerms, caller: Approver) -> Response:
    """Make a supplier, or change what is said of it; terms of items that are not named stay."""
    said = terms.model_dump(exclude_none=True)
    _refuse_nul({"id": supplier, **said})
    if not supplier.strip() or len(supplier) > 1000:
        raise InputError("A supplier's id is a text of at most 1,000 characters.")
    record: Supplier = {"id": supplier, **said}  # type: ignore[typeddict-item]
    return Response(
        orjson.dumps(caller.business.suppliers.save(record, caller.who.name), default=text), media_type=_JSON
    )


@router.delete("/suppliers/{supplier:path}", tags=["suppliers"])
def remove_supplier(
    supplier: str,
    caller: Approver,
    sku: Annotated[str | None, Query(max_length=1000, description="Only the terms for this item.")] = None,
) -> dict[str, str | None]:
    """Remove a supplier, or its terms for one item; purchase orders stay."""
    if sku is None:
        caller.business.suppliers.remove(supplier, caller.who.name)
    else:
        caller.business.suppliers.remove_supply(supplier, sku, caller.who.name)
    return {"removed": supplier, "sku": sku}


class Move(BaseModel):
    """What has become of a purchase order."""

    model_config = ConfigDict(extra="forbid")

    state: Literal["ordered", "received", "cancelled"]
    location: str | None = Field(
        default=None,
        max_length=200,
        description="Of what is received: the place; where most of each item lies if not said.",
    )


@router.get("/purchases", response_model=Page, tags=["purchases"])
def list_purchases(caller: Reader, where: Where = None, after: After = None, limit: Limit = 50) -> Response:
    """Purchase orders by id, with their lines."""
    return page(caller.business.purchases.listed(where, limit=limit, after=after), limit, lambda item: item["id"])


@router.get("/purchases/{purchase:path}", response_model=dict[str, Any], tags=["purchases"])
def get_purchase(purchase: str, request: Request, caller: Reader) -> Response:
    """One purchase order with its lines and total."""
    found = caller.business.purchases.get(purchase)
    return tagged(request, found["version"], orjson.dumps(found, default=text))


@router.patch("/purchases/{purchase:path}", response_model=dict[str, Any], tags=["purchases"])
def edit_purchase(purchase: str, edits: Edits, caller: Approver) -> Response:
    """Edit a draft's lines at once, `{"fields": {"lines.SKU.quantity": 12}}`, as changes that can be undone."""
    if unlike := next((name for name in edits.fields if not name.startswith("lines.")), None):
        raise InputError(f"{unlike[:100]!r} is not a field of a purchase order; its fields are lines.SKU.quantity.")
    caller.business.changes.edit(purchase, edits.fields, who=caller.who)
    try:
        found = caller.business.purchases.get(purchase)
    except NotFound:
        # A draft that changes had made is gone with its last line.
        found = {"id": purchase, "lines": []}
    return Response(orjson.dumps(found, default=text), media_type=_JSON)


@router.post("/purchases/{purchase:path}/state", response_model=dict[str, Any], tags=["purchases"])
def move_purchase(purchase: str, move: Move, caller: Approver) -> Response:
    """Say that an order was sent, has come whole (which adds it to stock), or was cancelled.

    One that was received becomes ordered again where that was said too early; what it had added to stock is taken back.
    """
    moved = caller.business.purchases.move(purchase, move.state, caller.who.name, move.location)
    return Response(orjson.dumps(moved, default=text), media_type=_JSON)
