"""Changes: proposed edits of one field each, approved, applied, corrected and undone, never silent writes.

The field tells of which kind the record is: `lines.…` is of a purchase order (`weft.store.purchase_lines`), all else of a product.

    proposed ──approve──▶ approved ──apply──▶ applied ──undo──▶ undone
        │  └──correct───────▲ │ └─(the field holds another value)─▶ stale
        └──reject──▶ rejected ◀┘

Every verb takes a selection and works on all of it at once, in one transaction, with one batch in the journal.
"""

import contextlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal
from uuid import UUID

from psycopg import Connection

from weft.errors import Conflict, InputError, NotFound, Stale
from weft.ids import uuid7
from weft.postgres.database import Database
from weft.store import edits, fields, journal, purchase_lines, where
from weft.store.records import Product

FIELDS: Final = where.Fields(
    fixed={
        "state": where.Field("c.state"),
        "skill": where.Field("c.skill"),
        "record": where.Field("c.record"),
        "field": where.Field("c.field"),
        "engine": where.Field("c.engine"),
        "confidence": where.Field("c.confidence::numeric", "number"),
        "before": where.Field("c.before #>> '{}'"),
        "after": where.Field("c.after #>> '{}'"),
        "run": where.Field("c.run::text"),
        "reason": where.Field("c.reason"),
        "created": where.Field("c.created_at", "time"),
        "applied": where.Field("c.applied_at", "time"),
        "vendor": where.Field("(select p.vendor from product p where p.id = c.record)"),
        "category": where.Field("(select p.category from product p where p.id = c.record)"),
        "title": where.Field("(select p.title from product p where p.id = c.record)"),
        "supplier": where.Field("fact_said(c.facts, 'supplier') #>> '{}'"),
    },
    open={},
)
STATES: Final = ("proposed", "approved", "applied", "rejected", "stale", "undone")
FROM: Final = {
    "approve": ("proposed",),
    "reject": ("proposed", "approved", "stale"),
    "apply": ("approved",),
    "undo": ("applied",),
    "correct": ("proposed", "approved", "stale"),
}
_SHOWN: Final = (
    "c.uid, c.run, c.skill, c.record, c.field, c.before, c.after, c.suggested, c.confidence, c.facts, c.checks, c.engine, "
    "c.state, c.reason, c.created_at, c.decided_at, c.decided_by, c.applied_at, "
    "case when starts_with(c.field, 'lines.') then 'Order to ' || coalesce((select coalesce(s.name, s.id) from supplier s where s.id = "
    "coalesce((select o.supplier from purchase o where o.id = c.record), fact_said(c.facts, 'supplier') #>> '{}')), 'a supplier') "
    "else (select p.title from product p where p.id = c.record) end as title"
)
_TALLIED_BY: Final = {
    "skill": "c.skill",
    "field": "regexp_replace(c.field, '^(variants|images|lines)\\..+\\.([^.]+)$', '\\1.*.\\2')",
}
_WRITTEN_AS: Final = {
    "text": "w.after #>> '{}'",
    "status": "w.after #>> '{}'",
    "policy": "w.after #>> '{}'",
    "flag": "(w.after #>> '{}')::boolean",
    "number": "(w.after #>> '{}')::double precision",
    "integer": "(w.after #>> '{}')::integer",
    "money": "(w.after ->> 'amount')::bigint",
    "list": "array(select jsonb_array_elements_text(nullif(w.after, 'null')))",
}


@dataclass(frozen=True, slots=True)
class Selection:
    """Which changes a verb acts on: `ids` (whole, or their last four or more characters), a `run`, a filter, a state, or all.

    What is given narrows together.
    """

    ids: Sequence[str] = ()
    run: str | None = None
    where: str | None = None
    all: bool = False
    state: str | None = None

    def condition(self) -> tuple[str, list[Any]]:
        """The SQL condition on `c` and its parameters; raises InputError when nothing is selected."""
        parts: list[str] = []
        parameters: list[Any] = []
        if self.ids:
            whole, ends = _ids(self.ids)
            parts.append("(c.uid = any(%s) or right(c.uid::text, 12) like any(%s))" if ends else "c.uid = any(%s)")
            parameters.append(whole)
            if ends:
                parameters.append(["%" + end for end in ends])
        if self.run is not None:
            parts.append("c.run = %s")
            parameters.append(_uuid(self.run, "run"))
        if self.where is not None:
            parsed = where.parse(self.where, FIELDS)
            parts.append(parsed.sql)
            parameters.extend(parsed.parameters)
        if self.state is not None:
            parts.append("c.state = %s")
            parameters.append(self.state)
        if not parts and not self.all:
            raise InputError("Say which changes: their ids, --run ID, --where FILTER or --all.")
        return " and ".join(parts) or "true", parameters


@dataclass(slots=True)
class Outcome:
    """What a verb did: how many changes it took there, how many it left and why (the first hundred, in words)."""

    verb: str
    done: int = 0
    left: int = 0
    problems: list[dict[str, str]] = field(default_factory=list)
    run: str | None = None


@dataclass(frozen=True, slots=True)
class Who:
    """Who acts: a person at the command line, a key, a skill."""

    name: str = "local administrator"


def _uuid(text: str, what: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise InputError(f"{text!r} is not the id of a {what}.") from None


def _ids(ids: Sequence[str]) -> tuple[list[UUID], list[str]]:
    whole: list[UUID] = []
    ends: list[str] = []
    for text in ids:
        if re.fullmatch("[0-9a-fA-F]{4,12}", text):
            ends.append(text.lower())
        else:
            whole.append(_uuid(text, "change"))
    return whole, ends


class Changes:
    """One business's changes."""

    def __init__(self, database: Database, business: UUID, currency: str) -> None:
        self._database = database
        self._business = business
        self._currency = currency

    def propose(
        self,
        proposed: Iterable[Mapping[str, Any]],
        *,
        skill: str = "edit",
        engine: str = "local",
        run: UUID | None = None,
        who: Who | None = None,
        within: Connection[Any] | None = None,
    ) -> Outcome:
        """Propose edits: each `record`, `field`, `after`, and if known `before`, `confidence`, `facts`, `checks`, and its own `engine`.

        `within` is a transaction of the caller's. An edit that changes nothing, or that is already proposed, is left; so is one that cannot be made, with its reason.
        """
        outcome = Outcome("propose")
        run = run or uuid7()
        outcome.run = str(run)
        rows: list[tuple[Any, ...]] = []
        for number, edit in enumerate(proposed, 1):
            try:
                rows.append(edits.row(number, edit))
            except InputError as problem:
                self._leave(outcome, str(edit.get("record", "")), str(edit.get("field", "")), str(problem))
        with contextlib.nullcontext(within) if within else self._database.tenant(self._business) as connection:
            # Who proposes the same at the same moment waits, and then sees that it is proposed.
            connection.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"propose {self._business}",))
            edits.stage(connection, rows, self._currency)
            edits.compare(connection)
            edits.refuse_proposed(connection)
            for record, name, reason in connection.execute(
                "select record, field, problem from edit where problem is not null order by n"
            ):
                self._leave(outcome, record, name, reason)
            outcome.done = self._insert(connection, run, skill, engine, who)
            if within:
                connection.execute("drop table edit")
        return outcome

    def _insert(self, connection: Connection[Any], run: UUID, skill: str, engine: str, who: Who | None) -> int:
        inserted = connection.execute(
            "insert into change (uid, run, skill, record, field, before, after, confidence, facts, checks, engine) "
            "select uid, %s, %s, record, field, before, after, confidence, facts, checks, coalesce(engine, %s) from edit "
            "where problem is null",
            (run, skill, engine),
        ).rowcount
        self._journal(connection, who, "propose", "edit where problem is null", "null::text", "proposed", run=run)
        return inserted

    def edit(
        self, record: str, values: Mapping[str, Any], *, versions: Sequence[str] | None = None, who: Who | None = None
    ) -> Outcome:
        """Edit fields of one product, or of one purchase order, at once, as changes that can be undone: all of them or none.

        Raises NotFound, Stale where the record is at none of the `versions` any more, InputError for a value that cannot be.
        """
        table, noun = ("purchase", "purchase order") if _of_purchase(values) else ("product", "product")
        run = uuid7()
        rows: list[tuple[Any, ...]] = []
        for number, (name, value) in enumerate(values.items(), 1):
            try:
                rows.append(edits.row(number, {"record": record, "field": name, "after": value}))
            except InputError as problem:
                raise InputError(f"{edits.clean(name)}: {str(problem).rstrip('.')}.") from None
        with self._database.tenant(self._business) as connection:
            held = connection.execute(f"select version from {table} where id = %s for update", (record,)).fetchone()
            if held is None:
                raise NotFound(f"There is no {noun} {record!r}.")
            if versions is not None and str(held[0]) not in versions:
                raise Stale(f"The {noun} {record!r} is at version {held[0]} by now; read it again before you edit it.")
            edits.stage(connection, rows, self._currency)
            wrong = connection.execute(
                "select field, problem from edit where problem is not null order by n"
            ).fetchone()
            if wrong is not None:
                raise InputError(f"{wrong[0]}: {wrong[1]}.")
            edits.compare(connection)
            chosen = Selection(run=str(run))
            if self._insert(connection, run, "edit", "person", who):
                self._decided(connection, "approve", "approved", chosen, who)
                outcome = self._applied(connection, chosen, who)
                if outcome.left:
                    raise Conflict(f"{outcome.problems[0]['problem']}; two of these edits are of one value.")
                outcome.run = str(run)
                return outcome
        return Outcome("apply")

    @staticmethod
    def _leave(outcome: Outcome, record: str, name: str, problem: str) -> None:
        outcome.left += 1
        if len(outcome.problems) < 100:
            outcome.problems.append(
                {"record": edits.clean(record), "field": edits.clean(name), "problem": edits.clean(problem)}
            )

    def listed(
        self,
        selection: Selection | None = None,
        *,
        limit: int = 100,
        after: str | None = None,
        newest: bool = False,
    ) -> list[dict[str, Any]]:
        """Changes in the order in which they were made, the first `limit` after the change `after`; or the `newest` first."""
        condition, parameters = (selection or Selection(all=True)).condition()
        if after is not None:
            condition += " and c.uid > %s"
            parameters.append(_uuid(after, "change"))
        with self._database.tenant(self._business) as connection:
            cursor = connection.execute(
                f"select {_SHOWN} from change c where {condition} order by c.uid {'desc' if newest else 'asc'} limit %s",
                [*parameters, limit],
            )
            names = [column.name for column in cursor.description or ()]
            return [self._shown(dict(zip(names, row, strict=True))) for row in cursor]

    def decided(self, skill: str, records: Sequence[str] | None = None) -> list[dict[str, Any]]:
        """What people decided about a skill's changes, newest last: record, field, before, after, suggested, state.

        Those of `records` alone where they are given; states are approved, applied, rejected and undone.
        """
        of_records = " and record = any(%s)" if records is not None else ""
        with self._database.tenant(self._business) as connection:
            rows = connection.execute(
                "select record, field, before, after, suggested, state from change where skill = %s "
                f"and state in ('approved', 'applied', 'rejected', 'undone'){of_records} order by uid",
                [skill, *([list(records)] if records is not None else [])],
            ).fetchall()
        return [
            dict(zip(("record", "field", "before", "after", "suggested", "state"), row, strict=True)) for row in rows
        ]

    def accepted(
        self, skill: str, *, records: Sequence[str] | None = None, most: int | None = None
    ) -> list[dict[str, Any]]:
        """What people took of a skill's changes: of each field of a product the newest that is approved or applied, newest first.

        Each has record, field, before, after, suggested, facts, and of its product category, type and title. Where a person edited
        the field by hand later, `after` is what the person wrote, and `suggested` what the skill had. Of `records` alone where they
        are given; no more than the newest `most` changes are looked at.
        """
        of_records = " and c.record = any(%s)" if records is not None else ""
        with self._database.tenant(self._business) as connection:
            cursor = connection.execute(
                "with taken as materialized (select c.* from change c where c.skill = %s and c.state in ('approved', 'applied')"
                f"{of_records} order by c.uid desc limit %s), newest as (select distinct on (record, field) * from taken "
                "order by record, field, uid desc) select n.record, n.field, n.before, coalesce(e.after, n.after) as after, "
                "case when e.uid is null then n.suggested else coalesce(n.suggested, n.after) end as suggested, n.facts, "
                "p.category, p.type, p.title from newest n join product p on p.id = n.record left join lateral "
                "(select c.uid, c.after from change c where c.record = n.record and c.field = n.field and c.skill = 'edit' "
                "and c.state = 'applied' and c.uid > n.uid order by c.uid desc limit 1) e on true order by n.uid desc",
                [skill, *([list(records)] if records is not None else []), most],
            )
            names = [column.name for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor]

    def accepted_records(self, skill: str) -> list[str]:
        """The products of which people took a skill's changes, by id, those taken last first."""
        with self._database.tenant(self._business) as connection:
            rows = connection.execute(
                "select record from change where skill = %s and state in ('approved', 'applied') "
                "group by record order by max(uid::text) desc",
                (skill,),
            ).fetchall()
        return [row[0] for row in rows]

    def replaced(
        self, skill: str, records: Sequence[str], fields: Sequence[str]
    ) -> dict[tuple[str, str], list[tuple[Any, Any]]]:
        """What a skill's applied changes replaced, by record and field: before and after of each, newest first."""
        with self._database.tenant(self._business) as connection:
            rows = connection.execute(
                "select record, field, before, after from change where skill = %s and state = 'applied' "
                "and record = any(%s) and field = any(%s) order by uid desc",
                (skill, list(records), list(fields)),
            ).fetchall()
        found: dict[tuple[str, str], list[tuple[Any, Any]]] = {}
        for record, name, before, after in rows:
            found.setdefault((record, name), []).append((before, after))
        return found

    def counted(self, selection: Selection | None = None) -> dict[str, int]:
        """How many changes there are in each state."""
        condition, parameters = (selection or Selection(all=True)).condition()
        with self._database.tenant(self._business) as connection:
            rows = connection.execute(
                f"select c.state, count(*) from change c where {condition} group by 1",
                parameters,
            ).fetchall()
        return {state: dict(rows).get(state, 0) for state in STATES}

    def open_of(self, records: Sequence[str]) -> dict[str, int]:
        """How many changes of these products are proposed or approved, by the product's id."""
        with self._database.tenant(self._business) as connection:
            rows = connection.execute(
                "select record, count(*) from change where record = any(%s) and state in ('proposed', 'approved') group by 1",
                (list(records),),
            ).fetchall()
        return dict(rows)

    def tallied(self, by: str, selection: Selection | None = None, limit: int = 12) -> list[tuple[str, int]]:
        """How many changes there are of each skill or each field, most first; all variants' fields count as one.

        `by` is "skill" or "field". Variants, and images, are written as `*`, such as `variants.*.price`.
        """
        condition, parameters = (selection or Selection(all=True)).condition()
        with self._database.tenant(self._business) as connection:
            return connection.execute(
                f"select {_TALLIED_BY[by]}, count(*) from change c where {condition} group by 1 order by 2 desc, 1 limit %s",
                [*parameters, limit],
            ).fetchall()

    def shown(self, change: str) -> dict[str, Any]:
        """One change with the field's value as it is now (`now`); raises NotFound."""
        found = self.listed(Selection(ids=[change]), limit=2)
        if not found:
            raise NotFound(f"There is no change {change!r}.")
        if len(found) > 1:
            raise InputError(f"More than one change ends in {change!r}; give more of its id.")
        with self._database.tenant(self._business) as connection:
            field, record = found[0]["field"], found[0]["record"]
            row = connection.execute(
                "select held_value(%s, (select p.uid from product p where p.id = %s), %s)", (record, record, field)
            ).fetchone()
        return {**found[0], "now": row[0] if row else None}

    @staticmethod
    def _shown(row: dict[str, Any]) -> dict[str, Any]:
        change = {"id": str(row.pop("uid")), **row}
        change["run"] = str(change["run"]) if change["run"] else None
        return change

    def approve(self, selection: Selection, who: Who | None = None) -> Outcome:
        """Approve the selected changes that are proposed; nothing is written to a record yet."""
        return self._decide("approve", "approved", selection, who)

    def reject(self, selection: Selection, who: Who | None = None, reason: str | None = None) -> Outcome:
        """Reject the selected changes that are proposed, approved or stale."""
        return self._decide("reject", "rejected", selection, who, reason)

    def _decide(
        self, verb: str, state: str, selection: Selection, who: Who | None, reason: str | None = None
    ) -> Outcome:
        with self._database.tenant(self._business) as connection:
            return self._decided(connection, verb, state, selection, who, reason)

    def _decided(
        self,
        connection: Connection[Any],
        verb: str,
        state: str,
        selection: Selection,
        who: Who | None,
        reason: str | None = None,
    ) -> Outcome:
        outcome = Outcome(verb)
        self._pick(connection, verb, selection, outcome)
        outcome.done = connection.execute(
            "update change c set state = %s, reason = coalesce(%s, c.reason), decided_at = now(), decided_by = %s "
            "from picked p where p.uid = c.uid",
            (state, reason, (who or Who()).name),
        ).rowcount
        self._journal(connection, who, verb, "picked", "state", state, reason=reason)
        return outcome

    def correct(self, change: str, value: Any, who: Who | None = None) -> dict[str, Any]:
        """Put a person's own value in place of the suggested one and approve it; the suggestion is kept beside it."""
        old = self.shown(change)
        row = edits.row(1, {"record": old["record"], "field": old["field"], "after": value})
        with self._database.tenant(self._business) as connection:
            edits.stage(connection, [row], self._currency)
            wrong = connection.execute("select problem from edit where problem is not null").fetchone()
            if wrong is not None:
                raise InputError(f"{old['field']}: {wrong[0]}.")
            self._pick(connection, "correct", Selection(ids=[old["id"]]), Outcome("correct"))
            corrected = connection.execute(
                "update change c set suggested = coalesce(c.suggested, c.after), after = e.after, state = 'approved', "
                "before = case when c.state = 'stale' then held_value(c.record, p.product, c.field) else c.before end, "
                "reason = null, exported_at = null, decided_at = now(), decided_by = %s "
                "from picked p, edit e where p.uid = c.uid",
                ((who or Who()).name,),
            ).rowcount
            if not corrected:
                now = connection.execute("select state from change where uid = %s", (UUID(old["id"]),)).fetchone()
                raise Conflict(f"The change is {now[0] if now else 'gone'}, and can no longer be corrected.")
            connection.execute(
                "update picked p set before = c.before, after = c.after from change c where c.uid = p.uid"
            )
            self._journal(connection, who, "correct", "picked", "state", "approved")
        return self.shown(old["id"])

    def apply(self, selection: Selection, who: Who | None = None) -> Outcome:
        """Write the selected approved changes, each only if its field still holds what it held; else it becomes stale."""
        with self._database.tenant(self._business) as connection:
            return self._applied(connection, selection, who)

    def _applied(self, connection: Connection[Any], selection: Selection, who: Who | None) -> Outcome:
        outcome = Outcome("apply")
        self._pick(connection, "apply", selection, outcome)
        self._write(connection, skus="last")
        outcome.done = connection.execute(
            "update change c set state = 'applied', applied_at = now(), reason = null from picked p "
            "where p.uid = c.uid and p.done"
        ).rowcount
        self._explain(connection, outcome, "as when it was proposed")
        connection.execute(
            "update change c set state = 'stale', reason = p.problem from picked p where p.uid = c.uid and not p.done"
        )
        self._journal(connection, who, "apply", "picked where done", "state", "applied")
        self._journal(connection, who, "apply", "picked where not done", "state", "stale")
        return outcome

    def undo(self, selection: Selection, who: Who | None = None) -> Outcome:
        """Put back what the selected applied changes had replaced, newest first, wherever their value still stands."""
        outcome = Outcome("undo")
        with self._database.tenant(self._business) as connection:
            self._pick(connection, "undo", selection, outcome)
            connection.execute("update picked set before = after, after = before")
            self._write(connection, skus="first")
            outcome.done = connection.execute(
                "update change c set state = 'undone', decided_at = now(), decided_by = %s from picked p "
                "where p.uid = c.uid and p.done",
                ((who or Who()).name,),
            ).rowcount
            self._explain(connection, outcome, "as the change had left it")
            self._journal(connection, who, "undo", "picked where done", "state", "undone")
        return outcome

    def exportable(self, selection: Selection) -> list[dict[str, Any]]:
        """The selected changes that are approved or applied, or taken back since they were exported, in their order.

        With `all`, those whose value was not exported yet.
        """
        condition, parameters = selection.condition()
        fresh = "c.exported_at is null and " if selection.all else ""
        with self._database.tenant(self._business) as connection:
            cursor = connection.execute(
                "select c.uid, c.record, c.field, c.after, c.state, c.facts from change c "
                f"where {condition} and ({fresh}c.state in ('approved', 'applied') "
                "or c.state in ('undone', 'rejected') and c.exported_at < c.decided_at) "
                "order by c.applied_at nulls last, c.uid",
                parameters,
            )
            names = ("id", "record", "field", "after", "state", "facts")
            return [dict(zip(names, row, strict=True)) for row in cursor]

    @staticmethod
    def overlaid(products: Iterable[Product], changed: Sequence[Mapping[str, Any]]) -> Iterator[Product]:
        """Products with the values of approved changes that are not applied yet."""
        waiting: dict[str, list[Mapping[str, Any]]] = {}
        for change in changed:
            if change["state"] == "approved" and not change["field"].startswith("lines."):
                waiting.setdefault(change["record"], []).append(change)
        for product in products:
            for change in waiting.get(product["id"], ()):
                fields.put_into(product, change["field"], change["after"])
            yield product

    def mark_exported(self, changes: Sequence[Any]) -> None:
        """Remember that these changes were taken home."""
        with self._database.tenant(self._business) as connection:
            connection.execute("update change set exported_at = now() where uid = any(%s)", (list(changes),))

    def _pick(self, connection: Connection[Any], verb: str, selection: Selection, outcome: Outcome) -> None:
        """Lock the selected changes in a state from which the verb goes, with their products, in a table `picked`."""
        condition, parameters = selection.condition()
        states = list(FROM[verb])
        order = "applied_at desc, uid desc" if verb == "undo" else "uid"
        connection.execute("drop table if exists picked")
        connection.execute(
            "create temporary table picked on commit drop as with chosen as materialized (select c.uid, c.record, c.field, "
            "c.before, c.after, c.state, c.applied_at from change c "
            f"where {condition} and c.state = any(%s) order by c.uid for update) "
            "select uid, record, field, before, after, state, null::uuid as product, null::uuid as variant, "
            f"row_number() over (order by {order}) as n, 1::bigint as turn, false as done, null::text as problem from chosen",
            [*parameters, states],
        )
        connection.execute("create index on picked (uid)")
        connection.execute(
            "update picked k set product = p.uid from product p where p.id = k.record",
        )
        connection.execute("analyze picked")
        self._left_out(connection, verb, condition, parameters, states, selection, outcome)

    def _left_out(
        self,
        connection: Connection[Any],
        verb: str,
        condition: str,
        parameters: list[Any],
        states: list[str],
        selection: Selection,
        outcome: Outcome,
    ) -> None:
        """Name what was asked for by id and cannot be taken; filters and `all` mean what is in a fitting state."""
        if not selection.ids:
            return
        for uid, record, name, state in connection.execute(
            f"select c.uid, c.record, c.field, c.state from change c where {condition} and not c.state = any(%s) order by 1",
            [*parameters, states],
        ).fetchall():
            problem = f"the change {str(uid)[-8:]} is {state}; only {' or '.join(states)} ones can be taken by {verb}"
            self._leave(outcome, record, name, problem)
        whole, ends = _ids(selection.ids)
        found = {
            row[0] for row in connection.execute("select uid from change where uid = any(%s)", (whole,)).fetchall()
        }
        for uid in whole:
            if uid not in found:
                raise NotFound(f"There is no change {str(uid)!r}.")
        for end in ends:
            rows = connection.execute(
                "select uid from change where right(uid::text, 12) like %s limit 2", ("%" + end,)
            ).fetchall()
            if len(rows) != 1:
                raise NotFound(f"{'No' if not rows else 'More than one'} change ends in {end!r}.")

    @staticmethod
    def _write(connection: Connection[Any], skus: Literal["first", "last"]) -> None:
        """Write `picked` into the records, turn by turn where several changes touch one value.

        Changes name variants by the SKUs of before any of them was applied, so SKUs are written last and undone first.
        """
        connection.execute(
            "select p.uid from product p where p.uid in (select product from picked) order by p.uid for update"
        )
        purchase_lines.refuse_written(connection)
        _find_variants(connection, "true")
        connection.execute(
            "update picked k set turn = t.turn from (select uid, row_number() over (partition by "
            "coalesce(variant::text, product::text, record), "
            "case when field ~ '^(translations|images)\\.' then '' when variant is not null then "
            "substring(field from '[^.]+$') else field end order by n) as turn from picked) t where t.uid = k.uid and t.turn > 1"
        )
        later = f"{'' if skus == 'last' else 'not '}field like 'variants.%.sku'"
        connection.execute(
            f"update picked set turn = turn + (select coalesce(max(turn), 0) from picked where not {later}) where {later}"
        )
        last = connection.execute("select coalesce(max(turn), 0) from picked").fetchone()
        for turn in range(1, (last[0] if last else 0) + 1):
            _find_variants(connection, f"variant is null and turn = {turn}")
            connection.execute(
                "update picked set done = held_value(record, product, field) is not distinct from "
                "nullif(nullif(before, 'null'), '\"\"') and problem is null and (product is not null or starts_with(field, 'lines.')) "
                "and (variant is not null or field not like 'variants.%%') where turn = %s",
                (turn,),
            )
            _write_turn(connection, turn)
        connection.execute(
            "update product set version = version + 1, updated_at = now() where uid in (select product from picked where done)"
        )

    def _explain(self, connection: Connection[Any], outcome: Outcome, when: str) -> None:
        rows = connection.execute(
            "select uid, record, field, before, product is null and not starts_with(field, 'lines.'), held_value(record, product, field), "
            "variant is null and field like 'variants.%', problem from picked where not done order by n"
        ).fetchall()
        problems: list[str] = []
        for _, record, name, before, gone, now, homeless, known in rows:
            problem = known or (
                f"there is no product {record!r} any more"
                if gone
                else "the product has no one variant of that name any more"
                if homeless
                else f"{name} now holds {fields.quoted(now)}, not {fields.quoted(before)} {when}"
            )
            problems.append(problem)
            self._leave(outcome, record, name, problem)
        connection.execute(
            "update picked p set problem = o.problem from unnest(%s::uuid[], %s::text[]) as o (uid, problem) where o.uid = p.uid",
            ([row[0] for row in rows], problems),
        )

    def _journal(
        self,
        connection: Connection[Any],
        who: Who | None,
        action: str,
        rows: str,
        old_state: str,
        state: str,
        **detail: Any,
    ) -> None:
        any_row = connection.execute(f"select count(*) from {rows}").fetchone()
        if not any_row or not any_row[0]:
            return
        described = {
            "count": any_row[0],
            "to": state,
            **{k: str(v) for k, v in detail.items() if v is not None},
        }
        journal.record(
            connection,
            self._business,
            (who or Who()).name,
            f"change.{action}",
            described,
            "select jsonb_build_object('change', uid, 'record', record, 'field', field, 'before', before, "
            f"'after', after, 'from', {old_state}, 'to', '{state}')::text as body from {rows} order by n",
        )


def _of_purchase(values: Mapping[str, Any]) -> bool:
    """Whether edits are of a purchase order, which has lines and no other field."""
    return any(name.startswith("lines.") for name in values)


def _find_variants(connection: Connection[Any], condition: str) -> None:
    connection.execute(
        "update picked set variant = variant_named(product, substring(field from '^variants\\.(.+)\\.[^.]+$')) "
        f"where field like 'variants.%' and product is not null and {condition}"
    )


def _write_turn(connection: Connection[Any], turn: int) -> None:
    """Write one turn of `picked`: at most one change of any one value."""
    fields_there = connection.execute(
        "select distinct case when field like 'variants.%%' then 'variants..' || substring(field from '[^.]+$') "
        "when field ~ '^(attributes|translations|images|lines)\\.' then split_part(field, '.', 1) else field end "
        "from picked where turn = %s and done",
        (turn,),
    ).fetchall()
    for (name,) in sorted(fields_there):
        if name == "attributes":
            _write_attributes(connection, turn)
        elif name == "translations":
            connection.execute(
                "update product p set translations = jsonb_strip_nulls(jsonb_set(jsonb_set(coalesce(p.translations, '{}'), "
                "array[split_part(w.field, '.', 2)], coalesce(p.translations -> split_part(w.field, '.', 2), '{}')), "
                "array[split_part(w.field, '.', 2), substring(w.field from '^[^.]+\\.[^.]+\\.(.+)$')], "
                "coalesce(w.after, 'null'))) from picked w where w.turn = %s and w.done and w.product = p.uid "
                "and w.field like 'translations.%%'",
                (turn,),
            )
            # A language of which nothing is left goes too: the product is again as it was before it was translated.
            connection.execute(
                "update product p set translations = (select jsonb_object_agg(e.key, e.value) "
                "from jsonb_each(p.translations) e where e.value <> '{}') from picked w where w.turn = %s and w.done "
                "and w.product = p.uid and w.field like 'translations.%%' and coalesce(w.after, 'null') = 'null'",
                (turn,),
            )
        elif name == "images":
            connection.execute(
                "update product p set images = jsonb_set(p.images, array[(split_part(w.field, '.', 2)::integer - 1)::text, "
                "split_part(w.field, '.', 3)], coalesce(w.after, '\"\"')) from picked w "
                "where w.turn = %s and w.done and w.product = p.uid and w.field like 'images.%%'",
                (turn,),
            )
        elif name == "lines":
            purchase_lines.write(connection, turn)
        elif name.startswith("variants.."):
            _write_variants(connection, turn, name.removeprefix("variants.."))
        else:
            written = _WRITTEN_AS[fields.PRODUCT[name]]
            connection.execute(
                f"update product p set {name} = {written} from picked w "
                "where w.turn = %s and w.done and w.product = p.uid and w.field = %s",
                (turn, name),
            )


def _write_variants(connection: Connection[Any], turn: int, column: str) -> None:
    kind = fields.VARIANT[column]
    currency = ", currency = coalesce(w.after ->> 'currency', v.currency)" if kind == "money" else ""
    connection.execute(
        f"update variant v set {column} = {_WRITTEN_AS[kind]}{currency} from picked w where w.turn = %s and w.done "
        "and w.variant = v.uid and substring(w.field from '[^.]+$') = %s",
        (turn, column),
    )


def _write_attributes(connection: Connection[Any], turn: int) -> None:
    chosen = "from picked w where w.turn = %s and w.done and w.field like 'attributes.%%'"
    name = "substr(w.field, 12)"
    connection.execute(
        f"delete from fact f using (select w.product, {name} as name {chosen} and w.after is null) as w "
        "where f.record = w.product and f.name = w.name",
        (turn,),
    )
    composite = "jsonb_typeof(w.after) = 'object' and w.after ? 'value' and w.after ? 'unit'"
    connection.execute(
        "insert into fact (record, name, value, unit, source, confidence, at) "
        f"select w.product, {name}, case when {composite} then w.after -> 'value' else w.after end, "
        f"case when {composite} then w.after ->> 'unit' end, 'change', 1, now() {chosen} and w.after is not null "
        "on conflict (record, name) do update set value = excluded.value, unit = excluded.unit, source = excluded.source, "
        "confidence = excluded.confidence, at = excluded.at",
        (turn,),
    )
