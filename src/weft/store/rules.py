"""Merchandising rules, kept: each with what it was before its last edit, and read for searches at the price of one small query."""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import orjson
from psycopg import Connection
from pydantic import ValidationError

from weft.errors import Conflict, InputError, NotFound, TooLarge
from weft.ids import uuid7
from weft.postgres.database import Database
from weft.store import journal
from weft.store.merchandising import Dials, Rule, circles, compared, rivals
from weft.store.rows import Counts

_LOG: Final = logging.getLogger(__name__)
MOST: Final = 50_000
_SAID: Final = 10
_LOOK_EVERY: Final = 0.5
_BOOKS_KEPT: Final = 1_000


@dataclass(frozen=True, slots=True)
class Book:
    """The rules of a business that are on, its dials, and a stamp that is another whenever one of these is."""

    rules: tuple[Rule, ...]
    dials: Dials
    stamp: tuple[Any, ...] = ()


@dataclass(slots=True)
class _Held:
    due: float
    book: Book


_BOOKS: Final[OrderedDict[tuple[str, UUID], _Held]] = OrderedDict()
_LOCK: Final = threading.Lock()


class Rules:
    """One business's rules."""

    def __init__(self, database: Database, business: UUID) -> None:
        self._database = database
        self._business = business

    def listed(self, kind: str | None = None, text: str | None = None) -> list[Rule]:
        """The rules in the order in which they were made; of one kind, or with a text in them, if that is said."""
        with self._database.tenant(self._business) as connection:
            found = _read(connection)
        wanted = compared(text or "")
        return [
            rule
            for rule in found
            if (kind is None or rule.kind == kind) and (not wanted or any(wanted in one for one in _texts(rule)))
        ]

    def get(self, rule: str) -> Rule:
        """One rule; raises NotFound."""
        with self._database.tenant(self._business) as connection:
            body = _row(connection, _uid(rule))[0]
        if body is None:
            raise NotFound(f"There is no rule {rule!r}.")
        return Rule.model_validate({**body, "id": rule})

    def put(self, rules: Iterable[Rule], who: str) -> Counts:
        """Make new rules and change those that have an id, all or none; a synonym that is there already is not made again.

        Raises NotFound for an id that nothing has, InputError for a product that is not there and for words that go round in
        a circle, Conflict where two pins would stand on one place.
        """
        return self.made(rules, who)[0]

    def made(self, rules: Iterable[Rule], who: str) -> tuple[Counts, list[Rule]]:
        """What `put` does, and the rules as they are kept now, with their ids."""
        given = list(rules)
        with self._database.tenant(self._business) as connection:
            self._alone(connection)
            held: dict[str | None, Rule] = {rule.id: rule for rule in _read(connection)}
            fresh = [rule if rule.id else self._again(rule, held.values()) for rule in given]
            for rule in fresh:
                if rule.id and rule.id not in held:
                    _refused(connection, rule.id)
            after = held | {rule.id: rule for rule in fresh if rule.id}
            _refuse(connection, fresh, after)
            counts, kept = self._written(connection, fresh, held, who)
            if counts.created + counts.updated:
                self._settle(connection)
        self._forgotten()
        return counts, kept

    @staticmethod
    def _again(rule: Rule, held: Iterable[Rule]) -> Rule:
        """The rule itself, or, where synonyms say just what is kept, those that are kept."""
        if rule.kind != "synonyms":
            return rule
        said = _meaning(rule)
        return next((one for one in held if one.kind == "synonyms" and _meaning(one) == said), rule)

    def _written(
        self, connection: Connection[Any], rules: Sequence[Rule], held: dict[str | None, Rule], who: str
    ) -> tuple[Counts, list[Rule]]:
        counts, kept, told = Counts(), [], []
        for rule in rules:
            before = held.get(rule.id) if rule.id else None
            if before is not None and before.kept() == rule.kept():
                counts.unchanged += 1
                kept.append(before)
                continue
            uid = UUID(rule.id) if rule.id else uuid7()
            body = rule.kept()
            connection.execute(
                "insert into rule (uid, body, by) values (%s, %s::jsonb, %s) on conflict (uid) do update set "
                "before = rule.body, body = excluded.body, by = excluded.by, at = now()",
                (uid, orjson.dumps(body).decode(), who),
            )
            counts.updated += before is not None
            counts.created += before is None
            kept.append(rule.model_copy(update={"id": str(uid)}))
            told.append({"id": str(uid), "before": before.kept() if before else None, "after": body})
        if told:
            detail = {"created": counts.created, "updated": counts.updated, "rules": told[:_SAID]}
            journal.record(connection, self._business, who, "rules.put", detail)
        return counts, kept

    def check(self, rules: Sequence[Rule]) -> None:
        """Raise what `put` would, and keep nothing."""
        with self._database.tenant(self._business) as connection:
            after: dict[str | None, Rule] = {rule.id: rule for rule in _read(connection)}
            _refuse(connection, rules, after | {rule.id: rule for rule in rules if rule.id})

    def switch(self, rule: str, on: bool, who: str) -> Rule:
        """Turn a rule on or off; raises NotFound, and what `put` does."""
        changed = Rule.model_validate({**self.get(rule).model_dump(exclude_defaults=True), "on": on})
        return self.made([changed], who)[1][0]

    def remove(self, rules: Sequence[str], who: str) -> int:
        """Take rules away, and answer how many; those that are not there are passed over."""
        uids = [_uid(one) for one in rules]
        with self._database.tenant(self._business) as connection:
            self._alone(connection)
            rows = connection.execute(
                "update rule set before = body, body = null, by = %s, at = now() where uid = any(%s) and body is not null "
                "returning uid, before",
                (who, uids),
            ).fetchall()
            if rows:
                told = [{"id": str(uid), "before": before, "after": None} for uid, before in rows[:_SAID]]
                journal.record(connection, self._business, who, "rules.remove", {"removed": len(rows), "rules": told})
                self._settle(connection)
        self._forgotten()
        return len(rows)

    def undo(self, rule: str, who: str) -> Rule | None:
        """Put back what the last edit of a rule replaced; None where that was no rule. Undone once more, it is as it was.

        Raises NotFound, and what `put` does where the rule of before cannot be any more.
        """
        uid = _uid(rule)
        with self._database.tenant(self._business) as connection:
            self._alone(connection)
            body, before = _row(connection, uid)
            back = Rule.model_validate({**before, "id": rule}) if before is not None else None
            if back is not None:
                others = {one.id: one for one in _read(connection)}
                _refuse(connection, [back], {**others, back.id: back})
            connection.execute(
                "update rule set body = before, before = body, by = %s, at = now() where uid = %s", (who, uid)
            )
            detail = {"id": rule, "before": body, "after": before}
            journal.record(connection, self._business, who, "rules.undo", detail)
            self._settle(connection)
        self._forgotten()
        return back

    def book(self) -> Book:
        """What holds for searches, as it was half a second ago at most."""
        key = (self._database.conninfo, self._business)
        with _LOCK:
            held = _BOOKS.get(key)
            if held is not None:
                _BOOKS.move_to_end(key)
                if time.monotonic() < held.due:
                    return held.book
        book = self._current(held.book if held is not None else None)
        with _LOCK:
            _BOOKS[key] = _Held(time.monotonic() + _LOOK_EVERY, book)
            _BOOKS.move_to_end(key)
            while len(_BOOKS) > _BOOKS_KEPT:
                _BOOKS.popitem(last=False)
        return book

    def _current(self, held: Book | None) -> Book:
        """The book as it is now, read again only where its stamp is another."""
        with self._database.tenant(self._business) as connection:
            row = connection.execute(
                "select (select digest from ground where name = 'rules'), "
                "(select at from preference where section = 'search'), "
                "(select body from preference where section = 'search')"
            ).fetchone()
            edits, turned_at, body = row or (None, None, None)
            stamp = (edits, turned_at)
            if held is not None and held.stamp == stamp:
                return held
            rules = tuple(rule for rule in _read(connection) if rule.on) if edits else ()
        known = {name: value for name, value in (body or {}).items() if name in Dials.model_fields}
        return Book(rules, Dials.model_validate(known), stamp)

    def _forgotten(self) -> None:
        """Let this process look again at once; others do within half a second."""
        with _LOCK:
            held = _BOOKS.get((self._database.conninfo, self._business))
            if held is not None:
                held.due = 0.0

    def _alone(self, connection: Connection[Any]) -> None:
        # One writer at a time: two could each be right, and contradict each other together.
        connection.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"rules {self._business}",))

    def _settle(self, connection: Connection[Any]) -> None:
        """Note that the rules are others now; raises TooLarge."""
        row = connection.execute(
            "insert into ground (name, entries, digest) select 'rules', count(*), 1 from rule where body is not null "
            "on conflict (business, name) do update set entries = excluded.entries, digest = ground.digest + 1 "
            "returning entries"
        ).fetchone()
        if row and row[0] > MOST:
            raise TooLarge(f"There may be up to {MOST:,} rules; with these there would be {row[0]:,}.")


def _uid(rule: str) -> UUID:
    try:
        return UUID(rule)
    except ValueError:
        raise NotFound(f"There is no rule {rule[:60]!r}; `weft rules list` shows them with their ids.") from None


def _row(connection: Connection[Any], uid: UUID) -> tuple[Any, Any]:
    row = connection.execute("select body, before from rule where uid = %s", (uid,)).fetchone()
    if row is None:
        raise NotFound(f"There is no rule {str(uid)!r}.")
    return row[0], row[1]


def _read(connection: Connection[Any]) -> list[Rule]:
    rows = connection.execute("select uid, body from rule where body is not null order by uid").fetchall()
    return list(_understood(rows))


def _understood(rows: Iterable[tuple[UUID, dict[str, Any]]]) -> Iterator[Rule]:
    """Rules as they are kept; one that another Weft has kept and this one does not understand moves nothing, and stops nobody."""
    for uid, body in rows:
        try:
            yield Rule.model_validate({**body, "id": str(uid)})
        except ValidationError as problem:
            _LOG.warning("the rule %s is passed over: %s", uid, problem.errors(include_url=False)[0]["msg"])


def _texts(rule: Rule) -> list[str]:
    named = [*rule.query, *rule.words, *rule.typed, *rule.named]
    return [compared(text) for text in (rule.name, rule.category, rule.url, *named)]


def _meaning(rule: Rule) -> tuple[frozenset[str], frozenset[str]]:
    return frozenset(map(compared, rule.typed)), frozenset(map(compared, rule.words))


def _refused(connection: Connection[Any], rule: str) -> None:
    """Raise NotFound, unless the rule was taken away and may come back by its id."""
    _row(connection, _uid(rule))


def _refuse(connection: Connection[Any], rules: Sequence[Rule], after: dict[str | None, Rule]) -> None:
    """Raise where these rules cannot be beside those there would be then."""
    wanted = list(dict.fromkeys(product for rule in rules for product in rule.named))
    there = {row[0] for row in connection.execute("select id from product where id = any(%s)", (wanted,))}
    if missing := [product for product in wanted if product not in there]:
        more = f", and {len(missing) - 3} more" if len(missing) > 3 else ""
        raise InputError(f"There is no product {', '.join(map(repr, missing[:3]))}{more}; nothing was saved.")
    pins = [rule for rule in after.values() if rule.kind == "pin"]
    for place, rule in enumerate(rules):
        beside = [*pins, *(one for one in rules[:place] if one.id is None)]
        if said := next(rivals(rule, beside), None):
            raise Conflict(said)
    new = [rule for rule in rules if rule.id is None]
    if any(rule.typed for rule in rules) and (said := circles([*after.values(), *new])):
        raise InputError(said)
