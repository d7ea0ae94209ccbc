"""The glossary: words that a business insists on, in two languages, and words that stay as they are."""

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final
from uuid import UUID

from psycopg import Connection
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from weft.errors import Conflict, InputError, TooLarge, WeftError
from weft.ids import uuid7
from weft.postgres.database import Database
from weft.store import bulk, journal, languages
from weft.store.rows import Counts, array_text
from weft.store.wording import Found, Phrase, Phrases, folded

MOST: Final = 200_000
_COLUMNS: Final = (
    *("uid", "source_language", "target_language", "key", "source", "target", "also", "forbidden"),
    *("case_sensitive", "note"),
)
_SHOWN: Final = "uid, source_language, target_language, source, target, also, forbidden, case_sensitive, note"
_SAID: Final = 10
# A letter that no folded text has.
_EXACTLY: Final = "\uff1d"


def _language(text: str) -> str:
    try:
        return languages.tag(text) if text.strip() not in ("", "*") else ""
    except WeftError as problem:
        raise ValueError(problem.message) from None


def _trimmed(text: str) -> str:
    return " ".join(text.split())


def _phrases(given: list[str]) -> list[str]:
    return list(dict.fromkeys(filter(None, map(_trimmed, given))))


_Language = Annotated[str, Field(max_length=40), AfterValidator(_language)]
_Words = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_trimmed)]
_Listed = Annotated[list[Annotated[str, Field(max_length=500)]], Field(max_length=100), AfterValidator(_phrases)]


class Term(BaseModel):
    """A word or phrase, and what it is to be in another language."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str | None = Field(None, description="Weft's own key, which a new term does not have.")
    source_language: _Language = Field("", description="Empty, of a term that is not translated: any.")
    source: _Words
    target_language: _Language = Field("", description="Empty, of a term that is not translated: any.")
    target: Annotated[str | None, Field(max_length=500)] = Field(None, description="Null: it is not translated.")
    also: _Listed = Field(default_factory=list, description="What may stand for it as well.")
    forbidden: _Listed = Field(default_factory=list, description="What may never stand for it.")
    case_sensitive: bool = False
    note: str = Field("", max_length=5_000)

    @model_validator(mode="after")
    def _whole(self) -> "Term":
        if self.target is not None:
            object.__setattr__(self, "target", _trimmed(self.target) or None)
        if not self.source:
            raise ValueError("a term needs a source")
        if self.target is not None and not (self.source_language and self.target_language):
            raise ValueError("a translated term needs both languages")
        return self

    @property
    def key(self) -> str:
        """The source as terms are compared: with its letters' case, and apart from all others, where that matters."""
        return f"{_EXACTLY}{self.source}" if self.case_sensitive else folded(self.source)

    @property
    def pair(self) -> str:
        """The languages, for a person."""
        return f"{self.source_language or 'any'} → {self.target_language or 'any'}"

    @property
    def kept(self) -> bool:
        """Whether it stays as it is."""
        return self.target is None or self.target == self.source


def termed(given: Mapping[str, Any]) -> Term:
    """A term as somebody says it; raises InputError with a sentence for what is wrong with it."""
    try:
        return Term.model_validate(given)
    except ValidationError as problem:
        raise InputError(" ".join(f"{said_of(error)}." for error in problem.errors()[:3])) from None


def said_of(error: Mapping[str, Any]) -> str:
    """What an error of validation says, without a period."""
    place = ".".join(str(part) for part in error["loc"])
    text = str(error["msg"]).removeprefix("Value error, ").rstrip(".")
    return f"{place}: {text}" if place else text[:1].upper() + text[1:]


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Terms that cannot all be obeyed, by their places in what was looked at, and a sentence that says why."""

    places: tuple[int, ...]
    why: str


def contradictions(terms: Sequence[Term], where: Sequence[str] = ()) -> list[Contradiction]:
    """What in a list of terms contradicts itself; `where` says of each where it stands, such as `line 7`."""
    groups: dict[str, list[int]] = {}
    for place, term in enumerate(terms):
        groups.setdefault(term.key, []).append(place)
    found = [one for place, term in enumerate(terms) if (one := _with_itself(place, term, where))]
    for places in groups.values():
        if len(places) > 1:
            found += _between(places, terms, where)
    return found


def _at(place: int, where: Sequence[str]) -> str:
    return f" ({where[place]})" if place < len(where) and where[place] else ""


def _with_itself(place: int, term: Term, where: Sequence[str]) -> Contradiction | None:
    wanted = {folded(text) for text in (term.target or term.source, *term.also)}
    both = next((text for text in term.forbidden if folded(text) in wanted), None)
    if both is None:
        return None
    why = f"“{term.source}” ({term.pair}) is to be “{both}” and may not be “{both}”{_at(place, where)}."
    return Contradiction((place,), why)


def _between(places: Sequence[int], terms: Sequence[Term], where: Sequence[str]) -> Iterator[Contradiction]:
    """Contradictions among terms of one source, a sentence for all those of a pair of languages."""
    seen: set[tuple[int, ...]] = set()
    for place in places:
        at_odds = tuple(other for other in places if other == place or _at_odds(terms[place], terms[other]))
        if len(at_odds) > 1 and at_odds not in seen:
            seen.add(at_odds)
            each: dict[str, str] = {}
            for other in at_odds:
                term = terms[other]
                said = "is not to be translated" if term.kept else f"is to be “{term.target}”"
                each.setdefault(said, said + _at(other, where))
            first = terms[place]
            yield Contradiction(at_odds, f"“{first.source}” ({first.pair}) {' and '.join(each.values())}.")


def _at_odds(one: Term, other: Term) -> bool:
    """Whether two terms of one source say different things for the same languages; a region's own term is no contradiction."""
    for first, second in (
        (one.source_language, other.source_language),
        (one.target_language, other.target_language),
    ):
        if first and second and first != second:
            return False
    if one.kept or other.kept:
        return one.kept != other.kept
    return folded(one.target or "") != folded(other.target or "")


class Glossary:
    """One business's terms. They never contradict each other: what would is refused where it comes in."""

    _lock: Final = threading.Lock()
    _matchers: Final[dict[tuple[UUID, str, str], tuple[str, Phrases[Term]]]] = {}

    def __init__(self, database: Database, business: UUID) -> None:
        self._database = database
        self._business = business

    def listed(self, source: str | None = None, target: str | None = None, text: str | None = None) -> list[Term]:
        """Terms by source; those alone from or into a language (with its regions), or with a text in them, if that is said."""
        wanted, given = ["true"], []
        for column, language in (("source_language", source), ("target_language", target)):
            if language:
                wanted.append(f"(split_part({column}, '-', 1) = %s or {column} = '')")
                given.append(languages.base(languages.tag(language)))
        if text:
            wanted.append("(position(lower(%s) in lower(source)) > 0 or position(lower(%s) in lower(target)) > 0)")
            given += [text, text]
        with self._database.tenant(self._business) as connection:
            rows = connection.execute(
                f"select {_SHOWN} from term where {' and '.join(wanted)} "
                "order by lower(source), source_language, target_language, uid",
                given,
            ).fetchall()
        return [_term(row) for row in rows]

    def counted(self) -> list[dict[str, Any]]:
        """How many terms there are for each pair of languages: source_language, target_language, terms."""
        with self._database.tenant(self._business) as connection:
            rows = connection.execute(
                "select source_language, target_language, count(*) from term group by 1, 2 order by 1, 2"
            ).fetchall()
        return [dict(zip(("source_language", "target_language", "terms"), row, strict=True)) for row in rows]

    def records(self) -> Iterator[dict[str, Any]]:
        """All terms as connectors write them."""
        for term in self.listed():
            yield term.model_dump(exclude={"id"})

    def contradictions(self, more: Sequence[Term] = (), where: Sequence[str] = ()) -> list[Contradiction]:
        """What contradicts itself among the terms kept and `more`, whose places come first; `where` says where those stand."""
        kept = self._alike(more) if more else self.listed()
        said = [*where, *[""] * (len(more) - len(where)), *["in the glossary"] * len(kept)]
        return contradictions([*more, *kept], said)

    def _alike(self, terms: Sequence[Term]) -> list[Term]:
        """The terms kept that have the source of one of these, but are not the same."""
        with self._database.tenant(self._business) as connection:
            rows = connection.execute(
                f"select {_SHOWN} from term where key = any(%s) order by uid", ([term.key for term in terms],)
            ).fetchall()
        return [_term(row) for row in rows]

    def put(self, terms: Iterable[Term], who: str, *, replace: bool = False) -> Counts:
        """Add terms, or change those of the same source and languages; all or none.

        Raises Conflict with a sentence for each contradiction, among them or with what is kept. With `replace` what is kept
        gives way.
        """
        given = list(terms)
        with self._database.tenant(self._business) as connection:
            counts = self.write(connection, given, replace=replace)
            if counts.created or counts.updated:
                shown = [term.model_dump(exclude={"id"}) for term in given[:_SAID]]
                detail = {"created": counts.created, "updated": counts.updated, "terms": shown}
                journal.record(connection, self._business, who, "glossary.put", detail)
        return counts

    def write(self, connection: Connection[Any], terms: Sequence[Term], *, replace: bool = False) -> Counts:
        """What `put` does, inside the caller's transaction and without an entry in the journal."""
        # One writer at a time: two could each be right, and contradict each other together.
        connection.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"glossary {self._business}",))
        rows = connection.execute(
            f"select {_SHOWN} from term where key = any(%s)", ([term.key for term in terms],)
        ).fetchall()
        held = [_term(row) for row in rows]
        staying = _staying(connection, held, terms) if replace else held
        _refuse(contradictions([*terms, *staying], [*[""] * len(terms), *["in the glossary"] * len(staying)]))
        counts = _placed(connection, terms, {_identity(term): term for term in held})
        self._settle(connection)
        return counts

    def _settle(self, connection: Connection[Any]) -> None:
        row = connection.execute("select count(*) from term").fetchone()
        if row and row[0] > MOST:
            raise TooLarge(f"A glossary has up to {MOST:,} terms; with these it would have {row[0]:,}.")
        connection.execute(
            "insert into ground (name, entries, digest) select 'glossary', count(*), coalesce(bit_xor(hashtextextended("
            "concat_ws(E'\\x1f', source_language, target_language, source, coalesce(target, E'\\x1e'), also::text, "
            "forbidden::text, case_sensitive::text, note), 0)), 0) from term "
            "on conflict (business, name) do update set entries = excluded.entries, digest = excluded.digest"
        )

    def forget(self, ids: Sequence[str] | None, who: str) -> int:
        """Forget the terms of these ids, or all where None is said, and answer how many; raises InputError."""
        try:
            uids = None if ids is None else [UUID(one) for one in ids]
        except ValueError:
            raise InputError("A term's id looks like 0190a1b2-…; `weft glossary list` shows them.") from None
        with self._database.tenant(self._business) as connection:
            rows = connection.execute(
                f"delete from term where %s::uuid[] is null or uid = any(%s) returning {_SHOWN}", (uids, uids)
            ).fetchall()
            if rows:
                self._settle(connection)
                terms = [_term(row).model_dump(exclude={"id"}) for row in rows[:_SAID]]
                journal.record(
                    connection, self._business, who, "glossary.forget", {"forgotten": len(rows), "terms": terms}
                )
        return len(rows)

    def digest(self) -> str:
        """A digest of all terms (hexadecimal)."""
        with self._database.tenant(self._business) as connection:
            row = connection.execute("select entries, digest from ground where name = 'glossary'").fetchone()
        entries, digest = row or (0, 0)
        return f"{entries:x}-{digest & (1 << 64) - 1:016x}"

    def found(self, text: str, source: str, target: str) -> list[Found[Term]]:
        """Where the terms from one language into another stand in a text: whole words in any form, the longest first."""
        return self.phrases(source, target).found(text)

    def within(self, text: str, source: str, target: str) -> list[Term]:
        """The terms that stand in a text, each once, in order."""
        return list({id(place.held): place.held for place in self.found(text, source, target)}.values())

    def phrases(self, source: str, target: str) -> Phrases[Term]:
        """The terms from one language into another, to be found in many texts; read again only where the glossary has changed."""
        source, target = languages.tag(source), languages.tag(target)
        digest, key = self.digest(), (self._business, source, target)
        with self._lock:
            kept = self._matchers.get(key)
        if kept is None or kept[0] != digest:
            terms = _fitting(self.listed(source, target), source, target)
            kept = digest, Phrases(source, [Phrase(term.source, term, term.case_sensitive) for term in terms])
            with self._lock:
                if len(self._matchers) > 64:
                    self._matchers.clear()
                self._matchers[key] = kept
        return kept[1]


def _fitting(terms: Iterable[Term], source: str, target: str) -> list[Term]:
    """Of each source the term that fits the languages best: the region's own before the language's before anybody's."""
    best: dict[str, tuple[int, Term]] = {}
    for term in terms:
        rank = _nearness(term.target_language, target) * 4 + _nearness(term.source_language, source)
        held = best.get(term.key)
        if held is None or rank > held[0]:
            best[term.key] = rank, term
    return [term for _, term in best.values()]


def _nearness(language: str, wanted: str) -> int:
    return 3 if language == wanted else 2 if language == languages.base(wanted) else 1 if language else 0


def _identity(term: Term) -> tuple[str, str, str]:
    return term.source_language, term.target_language, term.key


def _staying(connection: Connection[Any], held: Sequence[Term], terms: Sequence[Term]) -> list[Term]:
    """Of the terms kept those that new ones leave standing; the others are deleted, or are about to be overwritten."""
    fresh: dict[str, list[Term]] = {}
    for term in terms:
        fresh.setdefault(term.key, []).append(term)
    new = {_identity(term) for term in terms}
    gone = [old for old in held if any(_at_odds(old, term) for term in fresh[old.key])]
    deleted = [old.id for old in gone if _identity(old) not in new]
    connection.execute("delete from term where uid = any(%s::uuid[])", (deleted,))
    return [old for old in held if old not in gone and _identity(old) not in new]


def _refuse(found: Sequence[Contradiction]) -> None:
    if found:
        more = f" And {len(found) - _SAID} more." if len(found) > _SAID else ""
        said = " ".join(one.why for one in found[:_SAID])
        raise Conflict(
            f"The glossary would contradict itself: {said}{more} Nothing was kept.",
            contradictions=[one.why for one in found],
        )


def _term(row: Sequence[Any]) -> Term:
    names = _SHOWN.split(", ")
    values = dict(zip(names, row, strict=True))
    return Term.model_construct(**{"id": str(values.pop("uid")), **values})


def _both(first: Term, again: Term) -> Term:
    """A term that is said twice in one breath: as it was said first, with what else either allows, forbids and notes."""
    return first.model_copy(
        update={
            "also": list(dict.fromkeys([*first.also, *again.also])),
            "forbidden": list(dict.fromkeys([*first.forbidden, *again.forbidden])),
            "note": first.note if again.note in first.note else "\n".join(filter(None, (first.note, again.note))),
        }
    )


def _placed(connection: Connection[Any], terms: Sequence[Term], held: dict[tuple[str, str, str], Term]) -> Counts:
    said: dict[tuple[str, str, str], Term] = {}
    for term in terms:
        key = _identity(term)
        said[key] = _both(said[key], term) if key in said else term
    fresh = {
        key: term
        for key, term in said.items()
        if key not in held or held[key].model_dump(exclude={"id"}) != term.model_dump(exclude={"id"})
    }
    updated = sum(key in held for key in fresh)
    counts = Counts(len(fresh) - updated, updated, len(terms) - len(fresh))
    staged = bulk.stage(
        connection,
        "term",
        _COLUMNS,
        (
            (uuid7(), *key, term.source, term.target, array_text(term.also), array_text(term.forbidden),
             term.case_sensitive, term.note)
            for key, term in fresh.items()
        ),
    )  # fmt: skip
    listed = ", ".join(_COLUMNS)
    changed = ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS[4:])
    connection.execute(
        f"insert into term ({listed}) select {listed} from {staged} on conflict (business, source_language, "
        f"target_language, key) do update set {changed}, at = now()"
    )
    return counts
