"""The requests of a Weft server, a method each; written by docs/generate_client.py from the OpenAPI document."""

# ruff: noqa: A002
from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, Literal, NotRequired, TypedDict, cast

from weft.client.base import AsyncRuns as _AsyncRuns
from weft.client.base import AsyncSkills as _AsyncSkills
from weft.client.base import Runs as _Runs
from weft.client.base import Skills as _Skills
from weft.client.wire import AsyncWire, Event, File, Wire, call, named


class Done(TypedDict):
    """What a verb did."""

    verb: str
    done: int
    left: int
    problems: list[dict[str, str]]
    run: str | None


class Edit(TypedDict):
    """One proposed edit of one field of one record."""

    record: str
    field: str
    after: NotRequired[Any]
    before: NotRequired[Any]
    confidence: NotRequired[float | None]
    facts: NotRequired[list[Any]]
    checks: NotRequired[list[dict[str, Any]]]


class Fix(TypedDict):
    """A product to mend, with what is at stake (minor units of its revenue, or of its stock where nothing was sold)."""

    product: str
    title: str | None
    score: int
    at_stake: int
    reasons: list[str]


class Found(TypedDict):
    """An attribute that the product's own text states, and where it does."""

    name: str
    value: Any
    unit: str | None
    confidence: float
    field: str
    start: int
    end: int
    text: str
    how: str
    model: str | None


class Gap(TypedDict):
    """A reason, and how many products have it."""

    code: str
    products: int
    at_stake: int


class Imported(TypedDict):
    """An import and how far it is."""

    id: str
    kind: str
    format: str
    file: str
    state: str
    rows: int
    records: int
    created: int
    updated: int
    unchanged: int
    rejected: int
    problem: str | None
    resumed: int


class KeyLine(TypedDict):
    """A key without its secret."""

    id: str
    scope: str
    note: str
    created_at: str
    expires_at: str | None
    revoked_at: str | None


class MadeKey(TypedDict):
    """A key with its secret, which is shown this once."""

    id: str
    key: str
    scope: str
    business: str
    expires_at: str | None


class Organized(TypedDict):
    """A product's place, what its text states, how good it is, and the edits that follow."""

    engine: Literal["local", "model"]
    model: str | None
    note: str | None
    changes: list[Edit]
    category: Placed | None
    attributes: list[Found]
    quality: Quality | None
    proposed: Proposed | None


class Page(TypedDict):
    """One page of records; `next` is the cursor of the page behind it, or null at the end."""

    items: list[dict[str, Any]]
    next: str | None


class Place(TypedDict):
    """A category with how sure it is."""

    category: str
    confidence: float


class Placed(TypedDict):
    """Where the product belongs; `category` is null where that cannot be said."""

    category: str | None
    confidence: float
    sure: bool
    runners_up: list[Place]
    words: list[str]
    how: Literal["given", "learned", "taxonomy", "model"]
    model: str | None
    node: str | None
    path: str | None


class Proof(TypedDict):
    """The whole chain holds."""

    whole: bool
    batches: int
    entries: int
    head: str


class Proposed(TypedDict):
    """What became of an answer's edits: how many are changes now, and why others are not."""

    done: int
    left: int
    problems: list[dict[str, str]]
    run: str | None


class Quality(TypedDict):
    """How complete and sound a product is: 100 less the points of the reasons."""

    score: int
    reasons: list[Reason]


class Reason(TypedDict):
    """Why a product is worth less than it could be, and what would mend that."""

    code: str
    field: str
    points: int
    words: str
    fix: str


class Run(TypedDict):
    """A run: `done` counts records that have an answer or failed, `made` the answers made now, `remembered` those not."""

    id: str
    skill: str
    engine: str
    state: str
    records: int | None
    done: int
    made: int
    remembered: int
    changes: int
    failed: int
    seconds: float
    problem: str | None


class SkillLine(TypedDict):
    """A skill in the list."""

    name: str
    does: str
    writes: str | None
    long: bool
    streams: bool
    over: str | None
    request: dict[str, Any]
    answer: dict[str, Any]


class Tidied(TypedDict):
    """What the rules would mend."""

    engine: Literal["local", "model"]
    model: str | None
    note: str | None
    changes: list[Edit]
    proposed: Proposed | None


class Told(TypedDict):
    """The catalog's state: the mean score, the gaps, what to mend first, and what is suspected to be there twice."""

    engine: Literal["local", "model"]
    model: str | None
    note: str | None
    products: int
    score: float | None
    currency: str
    gaps: list[Gap]
    queue: list[Fix]
    duplicates: list[Twice]


class Twice(TypedDict):
    """Two products that are suspected to be one."""

    a: str
    b: str
    kind: Literal["exact", "near"]
    confidence: float
    why: str


class Products:
    """/products"""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def page(self, *, where: str | None = None, after: str | None = None, limit: int | None = None) -> Page:
        """Products by id, in short."""
        return cast(
            "Page", self._wire.json(call("GET", "/products", query={"where": where, "after": after, "limit": limit}))
        )

    def all(self, *, where: str | None = None, limit: int | None = None) -> Iterator[dict[str, Any]]:
        """All of them, a page of `limit` at a time: products by id, in short."""
        cursor: str | None = None
        while True:
            found = self.page(after=cursor, where=where, limit=limit)
            yield from found["items"]
            if found["next"] is None:
                return
            cursor = found["next"]

    def get(self, product: str) -> dict[str, Any]:
        """One whole product: variants, stock per location, facts with source and confidence; with an ETag."""
        return cast("dict[str, Any]", self._wire.json(call("GET", "/products/{}", product)))

    def edit(self, product: str, *, fields: dict[str, Any], if_match: str | None = None) -> dict[str, Any]:
        """Edit fields at once, as changes that can be undone; with `If-Match` only if the product is still that version."""
        return cast(
            "dict[str, Any]",
            self._wire.json(
                call("PATCH", "/products/{}", product, headers={"if-match": if_match}, body={"fields": fields})
            ),
        )


class Orders:
    """/orders"""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def page(self, *, where: str | None = None, after: str | None = None, limit: int | None = None) -> Page:
        """Orders by id, with their lines."""
        return cast(
            "Page", self._wire.json(call("GET", "/orders", query={"where": where, "after": after, "limit": limit}))
        )

    def all(self, *, where: str | None = None, limit: int | None = None) -> Iterator[dict[str, Any]]:
        """All of them, a page of `limit` at a time: orders by id, with their lines."""
        cursor: str | None = None
        while True:
            found = self.page(after=cursor, where=where, limit=limit)
            yield from found["items"]
            if found["next"] is None:
                return
            cursor = found["next"]

    def get(self, order: str) -> dict[str, Any]:
        """One order with its lines, refunds and cancellation."""
        return cast("dict[str, Any]", self._wire.json(call("GET", "/orders/{}", order)))


class Customers:
    """/customers"""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def page(self, *, where: str | None = None, after: str | None = None, limit: int | None = None) -> Page:
        """Customers by id."""
        return cast(
            "Page", self._wire.json(call("GET", "/customers", query={"where": where, "after": after, "limit": limit}))
        )

    def all(self, *, where: str | None = None, limit: int | None = None) -> Iterator[dict[str, Any]]:
        """All of them, a page of `limit` at a time: customers by id."""
        cursor: str | None = None
        while True:
            found = self.page(after=cursor, where=where, limit=limit)
            yield from found["items"]
            if found["next"] is None:
                return
            cursor = found["next"]

    def get(self, customer: str) -> dict[str, Any]:
        """One customer."""
        return cast("dict[str, Any]", self._wire.json(call("GET", "/customers/{}", customer)))


class Exports:
    """/exports"""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def save(
        self,
        kind: str,
        to: str | Path,
        *,
        format: str | None = None,
        dialect: str | None = None,
        where: str | None = None,
        workbook: bool | None = None,
        one_file: bool | None = None,
        set: list[str] | None = None,
    ) -> Path:
        """Everything of a kind as a file, in a platform's format or Weft's own."""
        return self._wire.save(
            call(
                "GET",
                "/exports/{}",
                kind,
                query={
                    "format": format,
                    "dialect": dialect,
                    "where": where,
                    "workbook": workbook,
                    "one_file": one_file,
                    "set": set,
                },
            ),
            to,
        )


class Changes:
    """/changes"""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def propose(self, *, edits: list[Edit], skill: str | None = None) -> Done:
        """Propose edits."""
        return cast("Done", self._wire.json(call("POST", "/changes", body={"edits": edits, "skill": skill})))

    def page(
        self,
        *,
        where: str | None = None,
        state: Literal["proposed", "approved", "applied", "rejected", "stale", "undone"] | None = None,
        run: str | None = None,
        after: str | None = None,
        limit: int | None = None,
    ) -> Page:
        """Changes in the order in which they were made."""
        return cast(
            "Page",
            self._wire.json(
                call(
                    "GET",
                    "/changes",
                    query={"where": where, "state": state, "run": run, "after": after, "limit": limit},
                )
            ),
        )

    def all(
        self,
        *,
        where: str | None = None,
        state: Literal["proposed", "approved", "applied", "rejected", "stale", "undone"] | None = None,
        run: str | None = None,
        limit: int | None = None,
    ) -> Iterator[dict[str, Any]]:
        """All of them, a page of `limit` at a time: changes in the order in which they were made."""
        cursor: str | None = None
        while True:
            found = self.page(after=cursor, where=where, state=state, run=run, limit=limit)
            yield from found["items"]
            if found["next"] is None:
                return
            cursor = found["next"]

    def export(
        self,
        to: str | Path,
        *,
        where: str | None = None,
        run: str | None = None,
        format: Literal["shopify", "jsonl"] | None = None,
        dialect: Literal["new", "old"] | None = None,
        workbook: bool | None = None,
        one_file: bool | None = None,
    ) -> Path:
        """Approved and applied changes as a platform's file that holds only what changed."""
        return self._wire.save(
            call(
                "GET",
                "/changes/export",
                query={
                    "where": where,
                    "run": run,
                    "format": format,
                    "dialect": dialect,
                    "workbook": workbook,
                    "one_file": one_file,
                },
            ),
            to,
        )

    def count(self) -> dict[str, int]:
        """How many changes there are in each state."""
        return cast("dict[str, int]", self._wire.json(call("GET", "/changes/counts")))

    def get(self, change: str) -> dict[str, Any]:
        """One change, with what the field holds now."""
        return cast("dict[str, Any]", self._wire.json(call("GET", "/changes/{}", change)))

    def approve(
        self,
        *,
        ids: list[str] | None = None,
        run: str | None = None,
        where: str | None = None,
        all: bool | None = None,
        reason: str | None = None,
    ) -> Done:
        """Approve proposed changes."""
        return cast(
            "Done",
            self._wire.json(
                call(
                    "POST",
                    "/changes/approve",
                    body={"ids": ids, "run": run, "where": where, "all": all, "reason": reason},
                )
            ),
        )

    def reject(
        self,
        *,
        ids: list[str] | None = None,
        run: str | None = None,
        where: str | None = None,
        all: bool | None = None,
        reason: str | None = None,
    ) -> Done:
        """Reject changes that are proposed, approved or stale."""
        return cast(
            "Done",
            self._wire.json(
                call(
                    "POST",
                    "/changes/reject",
                    body={"ids": ids, "run": run, "where": where, "all": all, "reason": reason},
                )
            ),
        )

    def apply(
        self,
        *,
        ids: list[str] | None = None,
        run: str | None = None,
        where: str | None = None,
        all: bool | None = None,
        reason: str | None = None,
    ) -> Done:
        """Write approved changes, each only if its field still holds what it did."""
        return cast(
            "Done",
            self._wire.json(
                call(
                    "POST",
                    "/changes/apply",
                    body={"ids": ids, "run": run, "where": where, "all": all, "reason": reason},
                )
            ),
        )

    def undo(
        self,
        *,
        ids: list[str] | None = None,
        run: str | None = None,
        where: str | None = None,
        all: bool | None = None,
        reason: str | None = None,
    ) -> Done:
        """Put back what applied changes replaced."""
        return cast(
            "Done",
            self._wire.json(
                call(
                    "POST", "/changes/undo", body={"ids": ids, "run": run, "where": where, "all": all, "reason": reason}
                )
            ),
        )

    def correct(self, change: str, *, value: Any) -> dict[str, Any]:
        """Put your own value in place of the suggested one and approve it."""
        return cast(
            "dict[str, Any]",
            self._wire.json(call("POST", "/changes/{}/correct", change, body={"value": value}, null=["value"])),
        )


class Journal:
    """/journal"""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def page(self, *, before: int | None = None, limit: int | None = None) -> Page:
        """What was done, newest first; `next` goes into `before`."""
        return cast("Page", self._wire.json(call("GET", "/journal", query={"before": before, "limit": limit})))

    def all(self, *, limit: int | None = None) -> Iterator[dict[str, Any]]:
        """All of them, a page of `limit` at a time: what was done, newest first; `next` goes into `before`."""
        cursor: int | None = None
        while True:
            found = self.page(before=cursor, limit=limit)
            yield from found["items"]
            if found["next"] is None:
                return
            cursor = int(found["next"])

    def verify(self) -> Proof:
        """Prove the whole chain; 409 names the first batch that does not hold."""
        return cast("Proof", self._wire.json(call("GET", "/journal/verify")))

    def get(self, seq: int, *, after: int | None = None, limit: int | None = None) -> Page:
        """The entries of one batch."""
        return cast("Page", self._wire.json(call("GET", "/journal/{}", seq, query={"after": after, "limit": limit})))


class Keys:
    """/keys"""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def all(self) -> list[KeyLine]:
        """The keys of the business."""
        return cast("list[KeyLine]", self._wire.json(call("GET", "/keys")))

    def make(
        self,
        *,
        scope: Literal["read", "propose", "approve", "admin"] | None = None,
        days: int | None = None,
        note: str | None = None,
    ) -> MadeKey:
        """Make a key; it is shown this once."""
        return cast(
            "MadeKey", self._wire.json(call("POST", "/keys", body={"scope": scope, "days": days, "note": note}))
        )

    def revoke(self, key: str) -> KeyLine:
        """End a key now."""
        return cast("KeyLine", self._wire.json(call("DELETE", "/keys/{}", key)))


class Imports:
    """/imports"""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def start(
        self,
        file: File,
        *,
        kind: Literal["products", "orders", "customers", "stock", "conversations", "documents", "behaviors"],
        format: str | None = None,
        map: list[str] | None = None,
        currency: str | None = None,
        name: str | None = None,
        dry_run: bool | None = None,
        wait: bool | None = None,
    ) -> Imported:
        """Send a file: raw (`curl --data-binary @FILE`) or as a form (`curl -F file=@FILE`). Answers at once with its id."""
        return cast(
            "Imported",
            self._wire.json(
                call(
                    "POST",
                    "/imports",
                    query={
                        "kind": kind,
                        "format": format,
                        "map": map,
                        "currency": currency,
                        "name": named(file, name),
                        "dry_run": dry_run,
                        "wait": wait,
                    },
                    file=file,
                )
            ),
        )

    def all(self, *, limit: int | None = None) -> list[Imported]:
        """Imports, newest first."""
        return cast("list[Imported]", self._wire.json(call("GET", "/imports", query={"limit": limit})))

    def get(self, import_id: str) -> Imported:
        """One import and how far it is."""
        return cast("Imported", self._wire.json(call("GET", "/imports/{}", import_id)))

    def rejects(self, import_id: str, to: str | Path) -> Path:
        """The rows that could not be taken, with line, column, value and reason."""
        return self._wire.save(call("GET", "/imports/{}/rejects", import_id), to)

    def events(self, import_id: str) -> Iterator[Event]:
        """The import's progress as server-sent events: `progress` with rows, rate and seconds left, then `finished` or `failed`."""
        return self._wire.events(call("GET", "/imports/{}/events", import_id))


class Skills(_Skills):
    """/skills"""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def all(self) -> list[SkillLine]:
        """The skills, their marks and the schemas of what they ask and answer."""
        return cast("list[SkillLine]", self._wire.json(call("GET", "/skills")))

    def organize(
        self,
        *,
        product: str | dict[str, Any],
        engine: Literal["auto", "local", "model"] | None = None,
        propose: bool | None = None,
        parts: list[Literal["category", "attributes", "quality"]] | None = None,
    ) -> Organized:
        """Puts products into categories, fills attributes in from their own text, and says what is missing."""
        return cast(
            "Organized",
            self._wire.json(
                call(
                    "POST",
                    "/skills/organize",
                    query={"engine": engine, "propose": propose},
                    body={"product": product, "parts": parts},
                )
            ),
        )

    def quality(
        self,
        *,
        engine: Literal["auto", "local", "model"] | None = None,
        limit: int | None = None,
        days: int | None = None,
        duplicates: bool | None = None,
    ) -> Told:
        """Tells what is wrong with the catalog, and what to mend first by the value at stake."""
        return cast(
            "Told",
            self._wire.json(
                call(
                    "POST",
                    "/skills/quality",
                    query={"engine": engine},
                    body={"limit": limit, "days": days, "duplicates": duplicates},
                )
            ),
        )

    def tidy(
        self,
        *,
        product: str | dict[str, Any],
        engine: Literal["auto", "local", "model"] | None = None,
        propose: bool | None = None,
    ) -> Tidied:
        """Mends barcodes that cannot be, titles that shout and HTML that is broken."""
        return cast(
            "Tidied",
            self._wire.json(
                call("POST", "/skills/tidy", query={"engine": engine, "propose": propose}, body={"product": product})
            ),
        )


class Runs(_Runs):
    """/runs"""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def begin(
        self,
        *,
        skill: str,
        where: str | None = None,
        ids: list[str] | None = None,
        all: bool | None = None,
        request: dict[str, Any] | None = None,
        engine: Literal["auto", "local", "model"] | None = None,
        again: bool | None = None,
    ) -> Run:
        """Begin a run, which workers take up."""
        return cast(
            "Run",
            self._wire.json(
                call(
                    "POST",
                    "/runs",
                    body={
                        "skill": skill,
                        "where": where,
                        "ids": ids,
                        "all": all,
                        "request": request,
                        "engine": engine,
                        "again": again,
                    },
                )
            ),
        )

    def page(self, *, limit: int | None = None, before: str | None = None) -> Page:
        """Runs, newest first; `next` goes into `before`."""
        return cast("Page", self._wire.json(call("GET", "/runs", query={"limit": limit, "before": before})))

    def all(self, *, limit: int | None = None) -> Iterator[dict[str, Any]]:
        """All of them, a page of `limit` at a time: runs, newest first; `next` goes into `before`."""
        cursor: str | None = None
        while True:
            found = self.page(before=cursor, limit=limit)
            yield from found["items"]
            if found["next"] is None:
                return
            cursor = found["next"]

    def get(self, run: str) -> Run:
        """One run with its counts."""
        return cast("Run", self._wire.json(call("GET", "/runs/{}", run)))

    def failures(self, run: str, *, limit: int | None = None, after: str | None = None) -> Page:
        """The records that failed, each with its reason."""
        return cast(
            "Page", self._wire.json(call("GET", "/runs/{}/failures", run, query={"limit": limit, "after": after}))
        )

    def pause(self, run: str) -> Run:
        """Let no further part begin; what is being worked on is finished and kept."""
        return cast("Run", self._wire.json(call("POST", "/runs/{}/pause", run)))

    def resume(self, run: str) -> Run:
        """Go on with a run that is paused, failed or was interrupted."""
        return cast("Run", self._wire.json(call("POST", "/runs/{}/resume", run)))

    def cancel(self, run: str) -> Run:
        """End a run for good; what it has proposed stays."""
        return cast("Run", self._wire.json(call("POST", "/runs/{}/cancel", run)))

    def events(self, run: str) -> Iterator[Event]:
        """A run's progress while it goes on, as server-sent events; one that is over, or paused, is told once."""
        return self._wire.events(call("GET", "/runs/{}/events", run))


class Business:
    """/business"""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def get(self) -> dict[str, Any]:
        """The business that the key speaks for, and what there is of it."""
        return cast("dict[str, Any]", self._wire.json(call("GET", "/business")))


class Calls:
    """All requests, by what they are about."""

    def __init__(self, wire: Wire) -> None:
        self.products = Products(wire)
        self.orders = Orders(wire)
        self.customers = Customers(wire)
        self.exports = Exports(wire)
        self.changes = Changes(wire)
        self.journal = Journal(wire)
        self.keys = Keys(wire)
        self.imports = Imports(wire)
        self.skills = Skills(wire)
        self.runs = Runs(wire)
        self.business = Business(wire)


class AsyncProducts:
    """/products"""

    def __init__(self, wire: AsyncWire) -> None:
        self._wire = wire

    async def page(self, *, where: str | None = None, after: str | None = None, limit: int | None = None) -> Page:
        """Products by id, in short."""
        return cast(
            "Page",
            await self._wire.json(call("GET", "/products", query={"where": where, "after": after, "limit": limit})),
        )

    async def all(self, *, where: str | None = None, limit: int | None = None) -> AsyncIterator[dict[str, Any]]:
        """All of them, a page of `limit` at a time: products by id, in short."""
        cursor: str | None = None
        while True:
            found = await self.page(after=cursor, where=where, limit=limit)
            for item in found["items"]:
                yield item
            if found["next"] is None:
                return
            cursor = found["next"]

    async def get(self, product: str) -> dict[str, Any]:
        """One whole product: variants, stock per location, facts with source and confidence; with an ETag."""
        return cast("dict[str, Any]", await self._wire.json(call("GET", "/products/{}", product)))

    async def edit(self, product: str, *, fields: dict[str, Any], if_match: str | None = None) -> dict[str, Any]:
        """Edit fields at once, as changes that can be undone; with `If-Match` only if the product is still that version."""
        return cast(
            "dict[str, Any]",
            await self._wire.json(
                call("PATCH", "/products/{}", product, headers={"if-match": if_match}, body={"fields": fields})
            ),
        )


class AsyncOrders:
    """/orders"""

    def __init__(self, wire: AsyncWire) -> None:
        self._wire = wire

    async def page(self, *, where: str | None = None, after: str | None = None, limit: int | None = None) -> Page:
        """Orders by id, with their lines."""
        return cast(
            "Page",
            await self._wire.json(call("GET", "/orders", query={"where": where, "after": after, "limit": limit})),
        )

    async def all(self, *, where: str | None = None, limit: int | None = None) -> AsyncIterator[dict[str, Any]]:
        """All of them, a page of `limit` at a time: orders by id, with their lines."""
        cursor: str | None = None
        while True:
            found = await self.page(after=cursor, where=where, limit=limit)
            for item in found["items"]:
                yield item
            if found["next"] is None:
                return
            cursor = found["next"]

    async def get(self, order: str) -> dict[str, Any]:
        """One order with its lines, refunds and cancellation."""
        return cast("dict[str, Any]", await self._wire.json(call("GET", "/orders/{}", order)))


class AsyncCustomers:
    """/customers"""

    def __init__(self, wire: AsyncWire) -> None:
        self._wire = wire

    async def page(self, *, where: str | None = None, after: str | None = None, limit: int | None = None) -> Page:
        """Customers by id."""
        return cast(
            "Page",
            await self._wire.json(call("GET", "/customers", query={"where": where, "after": after, "limit": limit})),
        )

    async def all(self, *, where: str | None = None, limit: int | None = None) -> AsyncIterator[dict[str, Any]]:
        """All of them, a page of `limit` at a time: customers by id."""
        cursor: str | None = None
        while True:
            found = await self.page(after=cursor, where=where, limit=limit)
            for item in found["items"]:
                yield item
            if found["next"] is None:
                return
            cursor = found["next"]

    async def get(self, customer: str) -> dict[str, Any]:
        """One customer."""
        return cast("dict[str, Any]", await self._wire.json(call("GET", "/customers/{}", customer)))


class AsyncExports:
    """/exports"""

    def __init__(self, wire: AsyncWire) -> None:
        self._wire = wire

    async def save(
        self,
        kind: str,
        to: str | Path,
        *,
        format: str | None = None,
        dialect: str | None = None,
        where: str | None = None,
        workbook: bool | None = None,
        one_file: bool | None = None,
        set: list[str] | None = None,
    ) -> Path:
        """Everything of a kind as a file, in a platform's format or Weft's own."""
        return await self._wire.save(
            call(
                "GET",
                "/exports/{}",
                kind,
                query={
                    "format": format,
                    "dialect": dialect,
                    "where": where,
                    "workbook": workbook,
                    "one_file": one_file,
                    "set": set,
                },
            ),
            to,
        )


class AsyncChanges:
    """/changes"""

    def __init__(self, wire: AsyncWire) -> None:
        self._wire = wire

    async def propose(self, *, edits: list[Edit], skill: str | None = None) -> Done:
        """Propose edits."""
        return cast("Done", await self._wire.json(call("POST", "/changes", body={"edits": edits, "skill": skill})))

    async def page(
        self,
        *,
        where: str | None = None,
        state: Literal["proposed", "approved", "applied", "rejected", "stale", "undone"] | None = None,
        run: str | None = None,
        after: str | None = None,
        limit: int | None = None,
    ) -> Page:
        """Changes in the order in which they were made."""
        return cast(
            "Page",
            await self._wire.json(
                call(
                    "GET",
                    "/changes",
                    query={"where": where, "state": state, "run": run, "after": after, "limit": limit},
                )
            ),
        )

    async def all(
        self,
        *,
        where: str | None = None,
        state: Literal["proposed", "approved", "applied", "rejected", "stale", "undone"] | None = None,
        run: str | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[dict[str, Any]]:
        """All of them, a page of `limit` at a time: changes in the order in which they were made."""
        cursor: str | None = None
        while True:
            found = await self.page(after=cursor, where=where, state=state, run=run, limit=limit)
            for item in found["items"]:
                yield item
            if found["next"] is None:
                return
            cursor = found["next"]

    async def export(
        self,
        to: str | Path,
        *,
        where: str | None = None,
        run: str | None = None,
        format: Literal["shopify", "jsonl"] | None = None,
        dialect: Literal["new", "old"] | None = None,
        workbook: bool | None = None,
        one_file: bool | None = None,
    ) -> Path:
        """Approved and applied changes as a platform's file that holds only what changed."""
        return await self._wire.save(
            call(
                "GET",
                "/changes/export",
                query={
                    "where": where,
                    "run": run,
                    "format": format,
                    "dialect": dialect,
                    "workbook": workbook,
                    "one_file": one_file,
                },
            ),
            to,
        )

    async def count(self) -> dict[str, int]:
        """How many changes there are in each state."""
        return cast("dict[str, int]", await self._wire.json(call("GET", "/changes/counts")))

    async def get(self, change: str) -> dict[str, Any]:
        """One change, with what the field holds now."""
        return cast("dict[str, Any]", await self._wire.json(call("GET", "/changes/{}", change)))

    async def approve(
        self,
        *,
        ids: list[str] | None = None,
        run: str | None = None,
        where: str | None = None,
        all: bool | None = None,
        reason: str | None = None,
    ) -> Done:
        """Approve proposed changes."""
        return cast(
            "Done",
            await self._wire.json(
                call(
                    "POST",
                    "/changes/approve",
                    body={"ids": ids, "run": run, "where": where, "all": all, "reason": reason},
                )
            ),
        )

    async def reject(
        self,
        *,
        ids: list[str] | None = None,
        run: str | None = None,
        where: str | None = None,
        all: bool | None = None,
        reason: str | None = None,
    ) -> Done:
        """Reject changes that are proposed, approved or stale."""
        return cast(
            "Done",
            await self._wire.json(
                call(
                    "POST",
                    "/changes/reject",
                    body={"ids": ids, "run": run, "where": where, "all": all, "reason": reason},
                )
            ),
        )

    async def apply(
        self,
        *,
        ids: list[str] | None = None,
        run: str | None = None,
        where: str | None = None,
        all: bool | None = None,
        reason: str | None = None,
    ) -> Done:
        """Write approved changes, each only if its field still holds what it did."""
        return cast(
            "Done",
            await self._wire.json(
                call(
                    "POST",
                    "/changes/apply",
                    body={"ids": ids, "run": run, "where": where, "all": all, "reason": reason},
                )
            ),
        )

    async def undo(
        self,
        *,
        ids: list[str] | None = None,
        run: str | None = None,
        where: str | None = None,
        all: bool | None = None,
        reason: str | None = None,
    ) -> Done:
        """Put back what applied changes replaced."""
        return cast(
            "Done",
            await self._wire.json(
                call(
                    "POST", "/changes/undo", body={"ids": ids, "run": run, "where": where, "all": all, "reason": reason}
                )
            ),
        )

    async def correct(self, change: str, *, value: Any) -> dict[str, Any]:
        """Put your own value in place of the suggested one and approve it."""
        return cast(
            "dict[str, Any]",
            await self._wire.json(call("POST", "/changes/{}/correct", change, body={"value": value}, null=["value"])),
        )


class AsyncJournal:
    """/journal"""

    def __init__(self, wire: AsyncWire) -> None:
        self._wire = wire

    async def page(self, *, before: int | None = None, limit: int | None = None) -> Page:
        """What was done, newest first; `next` goes into `before`."""
        return cast("Page", await self._wire.json(call("GET", "/journal", query={"before": before, "limit": limit})))

    async def all(self, *, limit: int | None = None) -> AsyncIterator[dict[str, Any]]:
        """All of them, a page of `limit` at a time: what was done, newest first; `next` goes into `before`."""
        cursor: int | None = None
        while True:
            found = await self.page(before=cursor, limit=limit)
            for item in found["items"]:
                yield item
            if found["next"] is None:
                return
            cursor = int(found["next"])

    async def verify(self) -> Proof:
        """Prove the whole chain; 409 names the first batch that does not hold."""
        return cast("Proof", await self._wire.json(call("GET", "/journal/verify")))

    async def get(self, seq: int, *, after: int | None = None, limit: int | None = None) -> Page:
        """The entries of one batch."""
        return cast(
            "Page", await self._wire.json(call("GET", "/journal/{}", seq, query={"after": after, "limit": limit}))
        )


class AsyncKeys:
    """/keys"""

    def __init__(self, wire: AsyncWire) -> None:
        self._wire = wire

    async def all(self) -> list[KeyLine]:
        """The keys of the business."""
        return cast("list[KeyLine]", await self._wire.json(call("GET", "/keys")))

    async def make(
        self,
        *,
        scope: Literal["read", "propose", "approve", "admin"] | None = None,
        days: int | None = None,
        note: str | None = None,
    ) -> MadeKey:
        """Make a key; it is shown this once."""
        return cast(
            "MadeKey", await self._wire.json(call("POST", "/keys", body={"scope": scope, "days": days, "note": note}))
        )

    async def revoke(self, key: str) -> KeyLine:
        """End a key now."""
        return cast("KeyLine", await self._wire.json(call("DELETE", "/keys/{}", key)))


class AsyncImports:
    """/imports"""

    def __init__(self, wire: AsyncWire) -> None:
        self._wire = wire

    async def start(
        self,
        file: File,
        *,
        kind: Literal["products", "orders", "customers", "stock", "conversations", "documents", "behaviors"],
        format: str | None = None,
        map: list[str] | None = None,
        currency: str | None = None,
        name: str | None = None,
        dry_run: bool | None = None,
        wait: bool | None = None,
    ) -> Imported:
        """Send a file: raw (`curl --data-binary @FILE`) or as a form (`curl -F file=@FILE`). Answers at once with its id."""
        return cast(
            "Imported",
            await self._wire.json(
                call(
                    "POST",
                    "/imports",
                    query={
                        "kind": kind,
                        "format": format,
                        "map": map,
                        "currency": currency,
                        "name": named(file, name),
                        "dry_run": dry_run,
                        "wait": wait,
                    },
                    file=file,
                )
            ),
        )

    async def all(self, *, limit: int | None = None) -> list[Imported]:
        """Imports, newest first."""
        return cast("list[Imported]", await self._wire.json(call("GET", "/imports", query={"limit": limit})))

    async def get(self, import_id: str) -> Imported:
        """One import and how far it is."""
        return cast("Imported", await self._wire.json(call("GET", "/imports/{}", import_id)))

    async def rejects(self, import_id: str, to: str | Path) -> Path:
        """The rows that could not be taken, with line, column, value and reason."""
        return await self._wire.save(call("GET", "/imports/{}/rejects", import_id), to)

    def events(self, import_id: str) -> AsyncIterator[Event]:
        """The import's progress as server-sent events: `progress` with rows, rate and seconds left, then `finished` or `failed`."""
        return self._wire.events(call("GET", "/imports/{}/events", import_id))


class AsyncSkills(_AsyncSkills):
    """/skills"""

    def __init__(self, wire: AsyncWire) -> None:
        self._wire = wire

    async def all(self) -> list[SkillLine]:
        """The skills, their marks and the schemas of what they ask and answer."""
        return cast("list[SkillLine]", await self._wire.json(call("GET", "/skills")))

    async def organize(
        self,
        *,
        product: str | dict[str, Any],
        engine: Literal["auto", "local", "model"] | None = None,
        propose: bool | None = None,
        parts: list[Literal["category", "attributes", "quality"]] | None = None,
    ) -> Organized:
        """Puts products into categories, fills attributes in from their own text, and says what is missing."""
        return cast(
            "Organized",
            await self._wire.json(
                call(
                    "POST",
                    "/skills/organize",
                    query={"engine": engine, "propose": propose},
                    body={"product": product, "parts": parts},
                )
            ),
        )

    async def quality(
        self,
        *,
        engine: Literal["auto", "local", "model"] | None = None,
        limit: int | None = None,
        days: int | None = None,
        duplicates: bool | None = None,
    ) -> Told:
        """Tells what is wrong with the catalog, and what to mend first by the value at stake."""
        return cast(
            "Told",
            await self._wire.json(
                call(
                    "POST",
                    "/skills/quality",
                    query={"engine": engine},
                    body={"limit": limit, "days": days, "duplicates": duplicates},
                )
            ),
        )

    async def tidy(
        self,
        *,
        product: str | dict[str, Any],
        engine: Literal["auto", "local", "model"] | None = None,
        propose: bool | None = None,
    ) -> Tidied:
        """Mends barcodes that cannot be, titles that shout and HTML that is broken."""
        return cast(
            "Tidied",
            await self._wire.json(
                call("POST", "/skills/tidy", query={"engine": engine, "propose": propose}, body={"product": product})
            ),
        )


class AsyncRuns(_AsyncRuns):
    """/runs"""

    def __init__(self, wire: AsyncWire) -> None:
        self._wire = wire

    async def begin(
        self,
        *,
        skill: str,
        where: str | None = None,
        ids: list[str] | None = None,
        all: bool | None = None,
        request: dict[str, Any] | None = None,
        engine: Literal["auto", "local", "model"] | None = None,
        again: bool | None = None,
    ) -> Run:
        """Begin a run, which workers take up."""
        return cast(
            "Run",
            await self._wire.json(
                call(
                    "POST",
                    "/runs",
                    body={
                        "skill": skill,
                        "where": where,
                        "ids": ids,
                        "all": all,
                        "request": request,
                        "engine": engine,
                        "again": again,
                    },
                )
            ),
        )

    async def page(self, *, limit: int | None = None, before: str | None = None) -> Page:
        """Runs, newest first; `next` goes into `before`."""
        return cast("Page", await self._wire.json(call("GET", "/runs", query={"limit": limit, "before": before})))

    async def all(self, *, limit: int | None = None) -> AsyncIterator[dict[str, Any]]:
        """All of them, a page of `limit` at a time: runs, newest first; `next` goes into `before`."""
        cursor: str | None = None
        while True:
            found = await self.page(before=cursor, limit=limit)
            for item in found["items"]:
                yield item
            if found["next"] is None:
                return
            cursor = found["next"]

    async def get(self, run: str) -> Run:
        """One run with its counts."""
        return cast("Run", await self._wire.json(call("GET", "/runs/{}", run)))

    async def failures(self, run: str, *, limit: int | None = None, after: str | None = None) -> Page:
        """The records that failed, each with its reason."""
        return cast(
            "Page", await self._wire.json(call("GET", "/runs/{}/failures", run, query={"limit": limit, "after": after}))
        )

    async def pause(self, run: str) -> Run:
        """Let no further part begin; what is being worked on is finished and kept."""
        return cast("Run", await self._wire.json(call("POST", "/runs/{}/pause", run)))

    async def resume(self, run: str) -> Run:
        """Go on with a run that is paused, failed or was interrupted."""
        return cast("Run", await self._wire.json(call("POST", "/runs/{}/resume", run)))

    async def cancel(self, run: str) -> Run:
        """End a run for good; what it has proposed stays."""
        return cast("Run", await self._wire.json(call("POST", "/runs/{}/cancel", run)))

    def events(self, run: str) -> AsyncIterator[Event]:
        """A run's progress while it goes on, as server-sent events; one that is over, or paused, is told once."""
        return self._wire.events(call("GET", "/runs/{}/events", run))


class AsyncBusiness:
    """/business"""

    def __init__(self, wire: AsyncWire) -> None:
        self._wire = wire

    async def get(self) -> dict[str, Any]:
        """The business that the key speaks for, and what there is of it."""
        return cast("dict[str, Any]", await self._wire.json(call("GET", "/business")))


class AsyncCalls:
    """All requests, by what they are about."""

    def __init__(self, wire: AsyncWire) -> None:
        self.products = AsyncProducts(wire)
        self.orders = AsyncOrders(wire)
        self.customers = AsyncCustomers(wire)
        self.exports = AsyncExports(wire)
        self.changes = AsyncChanges(wire)
        self.journal = AsyncJournal(wire)
        self.keys = AsyncKeys(wire)
        self.imports = AsyncImports(wire)
        self.skills = AsyncSkills(wire)
        self.runs = AsyncRuns(wire)
        self.business = AsyncBusiness(wire)
