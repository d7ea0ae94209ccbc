"""The translation memory: texts that were translated before, found again when the same or nearly the same is to be translated."""

import importlib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from psycopg import Connection

from weft.errors import InputError, SkillFailed
from weft.ids import uuid7
from weft.postgres.database import Database
from weft.store import bulk, journal, languages, signatures
from weft.store.rows import Counts, array_text

LONGEST: Final = 100_000
_COLUMNS: Final = (
    *("uid", "source_language", "target_language", "source", "target", "hash", "pair", "signature", "size"),
    *("origin", "field", "product", "at"),
)
_SHOWN: Final = "source_language, target_language, source, target, origin, field, product, at"
_BATCH: Final = 2_000
_LOOKED_AT: Final = 64
_LONGEST_ALIKE: Final = 5_000


@dataclass(frozen=True, slots=True)
class Segment:
    """A text and its translation: `origin` says where it comes from, `field` and `product` what it is the text of."""

    source_language: str
    target_language: str
    source: str
    target: str
    origin: str = ""
    field: str = ""
    product: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """A text that was translated before, how close it is to the one asked for (1: the same), and its segment's origin."""

    source: str
    target: str
    score: float
    source_language: str = ""
    target_language: str = ""
    origin: str = ""
    field: str = ""
    product: str = ""
    at: datetime | None = None


def checked(given: Mapping[str, Any] | Segment) -> Segment:
    """A segment with its languages' usual tags and its texts in NFC; raises InputError for one that says nothing."""
    if isinstance(given, Segment):
        given = {name: getattr(given, name) for name in Segment.__slots__}
    unknown = given.keys() - set(Segment.__slots__)
    if unknown:
        raise InputError(f"A segment has no {min(unknown)!r}; it has {', '.join(Segment.__slots__)}.")
    texts = {name: given.get(name) or "" for name in Segment.__slots__ if name != "at"}
    if wrong := next((name for name, text in texts.items() if not isinstance(text, str)), None):
        raise InputError(f"A segment's {wrong} is a text.")
    for name in ("source", "target"):
        texts[name] = unicodedata.normalize("NFC", texts[name])
        if not texts[name].strip():
            raise InputError(f"A segment needs a {name}.")
        if len(texts[name]) > LONGEST:
            raise InputError(f"A segment's {name} has up to {LONGEST:,} characters, this one has {len(texts[name]):,}.")
        if "\x00" in texts[name]:
            raise InputError(f"A segment's {name} has a NUL character, which a database cannot hold.")
    for name in ("source_language", "target_language"):
        texts[name] = languages.tag(texts[name]) if texts[name] else _said(name)
    if texts["source_language"] == texts["target_language"]:
        raise InputError(f"A segment's two languages are different ones, not both {texts['source_language']}.")
    at = given.get("at")
    return Segment(**texts, at=at if isinstance(at, datetime) or at is None else _moment(at))


def _said(name: str) -> str:
    raise InputError(f"A segment needs a {name.replace('_', ' ')}.")


def _moment(text: Any) -> datetime:
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        raise InputError(f"{str(text)[:40]!r} is not a time such as 2026-05-31T12:00:00Z.") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


class Memory:
    """One business's segments. Of several translations of one text all are kept; the newest is the first."""

    def __init__(self, database: Database, business: UUID) -> None:
        self._database = database
        self._business = business

    def put(self, segments: Iterable[Mapping[str, Any] | Segment], who: str) -> Counts:
        """Remember segments, all or none; a pair of texts that is there already is left as it is. Raises InputError."""
        given = [checked(segment) for segment in segments]
        counts = Counts()
        with self._database.tenant(self._business) as connection:
            for start in range(0, len(given), _BATCH):
                counts.add(self.write(connection, given[start : start + _BATCH]))
            if counts.created:
                origins = sorted({segment.origin for segment in given if segment.origin})[:10]
                detail = {"created": counts.created, "origins": origins}
                journal.record(connection, self._business, who, "memory.put", detail)
        return counts

    def write(self, connection: Connection[Any], segments: Sequence[Segment]) -> Counts:
        """What `put` does with checked segments, inside the caller's transaction and without an entry in the journal."""
        rows: dict[int, tuple[Any, ...]] = {}
        now = datetime.now(UTC)
        for segment in segments:
            pair = signatures.hash_of(segment.source_language, segment.target_language, segment.source, segment.target)
            alike = signatures.compared(segment.source)
            signature = signatures.of(self._salt(segment.source_language, segment.target_language), alike)
            rows[pair] = (
                uuid7(), segment.source_language, segment.target_language, segment.source, segment.target,
                signatures.hash_of(segment.source), pair, array_text(list(map(str, signature))), len(alike),
                segment.origin, segment.field, segment.product, segment.at or now,
            )  # fmt: skip
        staged = bulk.stage(connection, "segment", _COLUMNS, rows.values())
        listed = ", ".join(_COLUMNS)
        created = connection.execute(
            f"insert into segment ({listed}) select {listed} from {staged} on conflict (business, pair) do nothing "
            "returning pair"
        ).fetchall()
        # What is said again after something else was said in between is the newest again.
        connection.execute(
            f"update segment s set at = i.at from {staged} i where s.pair = i.pair and i.at > s.at and exists (select "
            "from segment o where o.hash = s.hash and o.target_language = s.target_language and o.pair <> s.pair "
            "and o.at > s.at and o.source_language = s.source_language)"
        )
        _settle(connection, len(created), [row[0] for row in created])
        return Counts(created=len(created), unchanged=len(segments) - len(created))

    def _salt(self, source: str, target: str) -> str:
        """What keeps the signatures of businesses and of pairs of languages apart."""
        return f"{self._business} {languages.base(source)} {languages.base(target)}"

    def exact(self, texts: Iterable[str], source: str, target: str) -> dict[str, Match]:
        """What is remembered of just these texts, by text: from the very languages first, then of their other regions."""
        source, target = languages.tag(source), languages.tag(target)
        wanted = {unicodedata.normalize("NFC", text): text for text in texts}
        with self._database.tenant(self._business) as connection:
            rows = connection.execute(
                f"select {_SHOWN} from segment where hash = any(%s) and split_part(source_language, '-', 1) = %s "
                "and split_part(target_language, '-', 1) = %s order by target_language <> %s, source_language <> %s, "
                "at desc, uid desc",
                (
                    [signatures.hash_of(text) for text in wanted],
                    *(languages.base(source), languages.base(target), target, source),
                ),
            ).fetchall()
        found: dict[str, Match] = {}
        for row in rows:
            match = _match(row, 1.0)
            if match.source in wanted:
                found.setdefault(wanted[match.source], match)
        return found

    def fuzzy(
        self, texts: Iterable[str], source: str, target: str, at_least: float = 0.75, limit: int = 3
    ) -> dict[str, list[Match]]:
        """What is remembered of texts like these, by text, the closest first; texts without any are not in it.

        `at_least` is a score from 0 to 1 as `weft.store.closeness` gives it; below 0.5 not all are found. Raises SkillFailed
        where rapidfuzz is not installed.
        """
        score = _closeness().score
        source, target = languages.tag(source), languages.tag(target)
        wanted = list(dict.fromkeys(texts))
        found: dict[str, list[Match]] = {}
        for text, rows in self._near(wanted, source, target, at_least).items():
            normal = unicodedata.normalize("NFC", text)
            matches = [_match(row, close) for row in rows if (close := score(normal, row[2], at_least)) >= at_least]
            # The sort is stable: of equally close ones the index's order holds, which has the newest first.
            matches.sort(key=lambda match: (-match.score, match.target_language != target))
            if matches:
                found[text] = matches[:limit]
        return found

    def _near(
        self, texts: Sequence[str], source: str, target: str, at_least: float
    ) -> dict[str, list[tuple[Any, ...]]]:
        """Candidates by text: those whose signature shares most with its own and whose length allows the score."""
        salt, rows = self._salt(source, target), []
        # Texts that differ in their numbers alone are compared as one, and have the same candidates.
        alikes: dict[str, list[str]] = {}
        for text in texts:
            alikes.setdefault(signatures.compared(text), []).append(text)
        groups = list(alikes.values())
        for place, alike in enumerate(alikes):
            if not 0 < len(alike) <= _LONGEST_ALIKE:
                continue
            # Lengths that differ more than this make one of the two similarities too small, and with it the mean.
            room = max(2 * at_least - 1, 0.25)
            rows.append((place, signatures.of(salt, alike), int(len(alike) * room), int(len(alike) / room) + 1))
        if not rows:
            return {}
        with self._database.tenant(self._business) as connection:
            found = connection.execute(
                "select a.place, n.* from unnest(%s::integer[], %s::text[], %s::integer[], %s::integer[]) "
                "as a (place, signs, shortest, longest) cross join lateral "
                "segments_near(a.signs::integer[], %s, %s, a.shortest, a.longest, %s) n",
                (
                    *([row[0] for row in rows], [array_text(list(map(str, row[1]))) for row in rows]),
                    *([row[2] for row in rows], [row[3] for row in rows]),
                    *(languages.base(source), languages.base(target), _LOOKED_AT),
                ),
            ).fetchall()
        near: dict[str, list[tuple[Any, ...]]] = {}
        for place, *row in found:
            for text in groups[place]:
                near.setdefault(text, []).append(tuple(row))
        return near

    def digest(self) -> str:
        """A digest of all segments (hexadecimal), at the price of one row."""
        with self._database.tenant(self._business) as connection:
            row = connection.execute("select entries, digest from ground where name = 'memory'").fetchone()
        entries, digest = row or (0, 0)
        return f"{entries:x}-{digest & (1 << 64) - 1:016x}"

    def counted(self) -> list[dict[str, Any]]:
        """How many segments there are for each pair of languages: source_language, target_language, segments."""
        with self._database.tenant(self._business) as connection:
            rows = connection.execute(
                "select source_language, target_language, count(*) from segment group by 1, 2 order by 1, 2"
            ).fetchall()
        return [dict(zip(("source_language", "target_language", "segments"), row, strict=True)) for row in rows]

    def listed(self, text: str | None = None, limit: int = 50, **only: str | None) -> list[dict[str, Any]]:
        """Segments, newest first, with a text in them if one is said; `only` as for `forget`."""
        wanted, given = _only(only)
        if text:
            wanted.append("(position(lower(%s) in lower(source)) > 0 or position(lower(%s) in lower(target)) > 0)")
            given += [text, text]
        with self._database.tenant(self._business) as connection:
            rows = connection.execute(
                f"select {_SHOWN} from segment where {' and '.join(wanted)} order by at desc, uid desc limit %s",
                [*given, limit],
            ).fetchall()
        return [_shown(row) for row in rows]

    def records(self, **only: str | None) -> Iterator[dict[str, Any]]:
        """All segments in the order in which they came, as connectors write them; `only` as for `forget`."""
        wanted, given = _only(only)
        with self._database.tenant(self._business) as connection, connection.cursor(name="segments") as cursor:
            cursor.itersize = 2_000
            cursor.execute(f"select {_SHOWN} from segment where {' and '.join(wanted)} order by uid", given)
            for row in cursor:
                yield _shown(row)

    def forget(self, who: str, **only: str | None) -> int:
        """Forget segments and answer how many: those of a `source` language, a `target` language, an `origin`, a `product`, or all."""
        wanted, given = _only(only)
        with self._database.tenant(self._business) as connection:
            row = connection.execute(
                f"with gone as (delete from segment where {' and '.join(wanted)} returning pair) "
                "select count(*), coalesce(bit_xor(pair), 0) from gone",
                given,
            ).fetchone()
            count, digest = row or (0, 0)
            if count:
                _settle(connection, -count, [digest])
                said = {name: value for name, value in only.items() if value}
                journal.record(connection, self._business, who, "memory.forget", {"forgotten": count, **said})
        return int(count)


def _only(only: Mapping[str, str | None]) -> tuple[list[str], list[Any]]:
    wanted, given = ["true"], list[Any]()
    for name, value in only.items():
        if value is None:
            continue
        if name in ("source", "target"):
            language = languages.tag(value)
            exactly = "-" in language
            column = f"{name}_language"
            wanted.append(f"{column} = %s" if exactly else f"split_part({column}, '-', 1) = %s")
            given.append(language)
        elif name in ("origin", "product", "field"):
            wanted.append(f"{name} = %s")
            given.append(value)
        else:
            raise InputError(f"Segments are not told apart by {name!r}.")
    return wanted, given


def _settle(connection: Connection[Any], more: int, pairs: Iterable[int]) -> None:
    """Count and digest what came or went: a digest over which every pair is laid once by exclusive or."""
    if not more:
        return
    digest = 0
    for pair in pairs:
        digest ^= pair
    connection.execute(
        "insert into ground (name, entries, digest) values ('memory', %s, %s) on conflict (business, name) do update "
        "set entries = ground.entries + excluded.entries, digest = ground.digest # excluded.digest",
        (more, digest),
    )


def _closeness() -> Any:
    try:
        return importlib.import_module("weft.store.closeness")
    except ImportError as problem:
        raise SkillFailed(
            f"Texts that are nearly the same are found with {problem.name}, which is missing; install it with: "
            "pip install 'weft[content]'."
        ) from None


def _match(row: Sequence[Any], score: float) -> Match:
    source_language, target_language, source, target, origin, field, product, at = row
    return Match(source, target, score, source_language, target_language, origin, field, product, at)


def _shown(row: Sequence[Any]) -> dict[str, Any]:
    return dict(zip(Segment.__slots__, row, strict=True))
