"""A run's work: planned as shards of hundreds of records, each worked off in parts that are committed whole.

A part's changes, remembered answers and counts are written in one transaction, and only by who still holds the shard: a
process that was thought dead and comes back writes nothing.
"""

import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final
from uuid import UUID

import orjson
from psycopg import Connection
from pydantic import BaseModel

from weft import skill as skills
from weft import timed
from weft.business import Business
from weft.errors import InputError, SkillFailed, WeftError
from weft.gateway import errand
from weft.ids import uuid7
from weft.runs.book import SHARD, Runs
from weft.skill import Skill
from weft.store.changes import Who
from weft.store.edits import clean, has_nul
from weft.store.remembered import Asked, Made, digest

RECORDS_A_SHARD: Final = 500
# A model is waited for: where one shard ends and the next begins fewer requests are under way, so these are longer,
# and a process of its own works on two.
_RECORDS_A_SHARD_OF_A_MODEL: Final = 1_000
_LINES_AT_A_MODEL: Final = 2
_READ_AT_ONCE: Final = 64
_FIRST_PART: Final = 64
_LARGEST_PART: Final = 500
_SECONDS_A_PART: Final = 1.0
# What a model has answered is paid: a process that is killed loses no more of it than this.
_SECONDS_A_FLOWING_PART: Final = 0.5
_SECONDS_A_BEAT: Final = 10.0
# A shard whose worker died twice is worked off record by record, so that the one that kills workers is found.
_CAREFUL_FROM: Final = 3
_HARMLESS: Final = ("this is already proposed", "the field already holds this value")


class Lost(Exception):
    """The shard is held by somebody else by now, or the run is over."""


@dataclass(slots=True)
class Part:
    """What came of some records: answers made, answers that hold although the record moved on, failures by record's id.

    `edits` are by the engine that made them. Records that another engine answered than was asked are in `otherwise`: their
    answers rest on nothing that holds, so that the next run asks again.
    """

    place: int
    made: list[Made]
    held: dict[UUID, int]
    failures: dict[str, str]
    edits: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    otherwise: set[UUID] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked of one record: up to which place of the shard this is, the hash of what is read of it, and the request.

    The request is None where the remembered answer holds, and an error where there can be none.
    """

    place: int
    uid: UUID
    version: int
    made_from: bytes
    name: str
    request: BaseModel | WeftError | None


class Work:
    """One run as the process sees it that works on it."""

    def __init__(self, business: Business, run: str) -> None:
        self.business = business
        self.run = UUID(run)
        with business.transaction() as connection:
            row = connection.execute(
                "select skill, engine, asked, selection, again, queued, who, foundation from run where uid = %s",
                (self.run,),
            ).fetchone()
        if row is None:
            raise Lost
        name, self.engine, self.asked, self.selection, self.again, self.queued, self.who, foundation = row
        try:
            self.skill: Skill = skills.named(name)
        except WeftError as problem:
            Runs(business).fail(run, problem.message)
            raise
        self.key = Asked(name, digest([self.engine, self.asked]), bytes(foundation or b""))

    def plan(self) -> None:
        """Choose the records and write the shards, once; where that fails, the run has failed and says why."""
        if self.key.foundation:
            return
        with self.business.transaction() as connection:
            connection.execute("update run set started_at = coalesce(started_at, now()) where uid = %s", (self.run,))
        try:
            skills.engine_of(self.skill, self.engine, self.business)
            rests = skills.foundation(self.skill, self._request({"id": "rehearsal"}), self.business, self.engine)
        except WeftError as problem:
            Runs(self.business).fail(str(self.run), problem.message)
            raise
        self.key = Asked(self.key.skill, self.key.digest, digest([self.skill.version, rests]))
        with self.business.transaction() as connection:
            state = connection.execute(
                "select state, records is not null from run where uid = %s for update", (self.run,)
            ).fetchone()
            if state is None or state[0] != "queued" or state[1]:
                return
            selected = self.business.remembered.selected(
                connection, self.key, self.selection["where"], self.selection["ids"], again=self.again
            )
            most = _RECORDS_A_SHARD_OF_A_MODEL if self.engine == "model" else RECORDS_A_SHARD
            chosen = [selected.open[at : at + most] for at in range(0, len(selected.open), most)]
            with connection.cursor() as cursor:
                cursor.executemany(
                    "insert into shard (run, n, records) values (%s, %s, %s)",
                    [(self.run, number, uids) for number, uids in enumerate(chosen, 1)],
                )
            connection.execute(
                "update run set state = case when %s > 0 then 'running' else 'finished' end, records = %s, remembered = %s, "
                "foundation = %s, finished_at = case when %s = 0 then clock_timestamp() end, beat_at = now() "
                "where uid = %s",
                (
                    *(len(chosen), selected.records, selected.records - len(selected.open)),
                    *(self.key.foundation, len(chosen), self.run),
                ),
            )
            if self.queued and chosen:
                Runs(self.business).defer(connection, SHARD, self.run, range(1, len(chosen) + 1))

    def _request(self, record: Any) -> BaseModel:
        assert self.skill.over is not None
        return skills.requested(self.skill, {**self.asked, self.skill.over: record})

    def waiting(self) -> list[int]:
        """The shards that are not done, in their order."""
        with self.business.transaction() as connection:
            rows = connection.execute(
                "select n from shard where run = %s and state <> 'done' order by n", (self.run,)
            ).fetchall()
        return [row[0] for row in rows]

    def shard(
        self, n: int, *, stopping: Callable[[], bool] = lambda: False, told: Callable[[Part], None] | None = None
    ) -> bool:
        """Work a shard off, and tell whether it is done: not so where the run was paused or cancelled, or it is `stopping`."""
        claim = uuid7()
        with self.business.transaction() as connection:
            row = connection.execute(
                "update shard s set state = 'working', claim = %s, attempts = attempts + 1 from run r where s.run = %s "
                "and s.n = %s and r.uid = s.run and r.state = 'running' and s.state <> 'done' "
                "returning s.records, s.place, s.attempts, s.careful",
                (claim, self.run, n),
            ).fetchone()
        if row is None:
            return False
        records, place, attempts, careful = row
        taken = time.monotonic()
        if self.engine == "model" and not self.skill.streams and attempts < _CAREFUL_FROM:
            flow = _Flow(self, n, claim, records, place, stopping, told)
            return flow.worked() and self._done(n, claim, time.monotonic() - taken)
        size = _FIRST_PART
        while place < len(records):
            if stopping():
                self.release(n, claim)
                return False
            begun = time.monotonic()
            if attempts >= _CAREFUL_FROM:
                part = self._careful(n, claim, records, place, careful)
                careful = None
            else:
                part = self._part(records[place : place + size], place)
            try:
                running = self.commit(n, claim, part)
            except Lost:
                return False
            place = part.place
            if told is not None:
                told(part)
            if not running:
                self.release(n, claim)
                return False
            took = time.monotonic() - begun
            size = (
                min(size * 2, _LARGEST_PART)
                if took < _SECONDS_A_PART / 2
                else max(size // 2, 1)
                if took > _SECONDS_A_PART * 2
                else size
            )
        return self._done(n, claim, time.monotonic() - taken)

    def _careful(self, n: int, claim: UUID, records: Sequence[UUID], place: int, marked: int | None) -> Part:
        """One record, noted before it is begun; the one noted when a worker died is given up."""
        if marked == place:
            part = Part(place + 1, [], {}, {})
            reason = f"the process that worked on it ended, {_CAREFUL_FROM} times over"
            part.failures = {
                product["id"]: reason for _, _, product in self.business.catalog.read([records[place]], ["id"])
            }
            return part
        with self.business.transaction() as connection:
            connection.execute(
                "update shard set careful = %s where run = %s and n = %s and claim = %s", (place, self.run, n, claim)
            )
        return self._part(records[place : place + 1], place)

    def _part(self, uids: Sequence[UUID], place: int) -> Part:
        part = Part(place + len(uids), [], {}, {})
        asked = list(self.asked_of(uids, place))
        requests = [one.request for one in asked if isinstance(one.request, BaseModel)]
        with errand.on(bulk=True):
            answers = iter(skills.answers(self.skill, requests, self.business, self.engine))
        for one in asked:
            self._take_in(part, one, next(answers) if isinstance(one.request, BaseModel) else one.request)
        return part

    def asked_of(self, uids: Sequence[UUID], place: int) -> Iterator[_Asked]:
        """What is asked of the records of these uids, which begin at that place of the shard."""
        found = self.business.catalog.read(uids, self.skill.reads)
        known = {} if self.again else self.business.remembered.made_from(self.key, uids)
        places = {uid: number for number, uid in enumerate(uids, place + 1)}
        for uid, version, product in found:
            made_from = digest(product)
            request: BaseModel | WeftError | None = None
            if known.get(uid) != made_from:
                try:
                    request = self._request(product)
                except InputError as problem:
                    request = problem
            yield _Asked(places[uid], uid, version, made_from, product["id"], request)

    def took(self, part: Part, asked: deque[_Asked], answer: BaseModel | WeftError | None) -> None:
        """Take what was asked into a part: up to the request that has this answer, or where there is none all that is left."""
        while asked:
            one = asked.popleft()
            part.place = one.place
            if one.request is not None:
                self._take_in(part, one, answer)
                return
            self._take_in(part, one, None)

    def _take_in(self, part: Part, one: _Asked, answer: BaseModel | WeftError | None) -> None:
        """Note what came of one record; with no answer, the remembered one holds."""
        if answer is None:
            part.held[one.uid] = one.version
            return
        try:
            told, text = self._kept(answer)
        except WeftError as problem:
            part.failures[one.name] = problem.message
            return
        part.made.append(Made(one.uid, one.version, one.made_from, text))
        engine = told.get("engine", self.engine)
        if engine != self.engine:
            part.otherwise.add(one.uid)
        if self.skill.writes:
            for edit in told["changes"]:
                part.edits.setdefault(edit.get("engine") or engine, []).append(edit)

    def _kept(self, answer: BaseModel | WeftError) -> tuple[dict[str, Any], str]:
        """An answer as it is remembered, and its JSON text; raises the error that stands in its place."""
        if isinstance(answer, WeftError):
            raise answer
        told = skills.plain(self.skill, answer)
        text = orjson.dumps(told).decode()
        if has_nul(text):
            raise SkillFailed(
                f"The skill {self.skill.name} answered a text with a NUL character, which cannot be kept."
            )
        return told, text

    def commit(self, n: int, claim: UUID, part: Part) -> bool:
        """Write a part, and tell whether the run goes on; raises Lost where the shard is not ours any more."""
        with self.business.transaction() as connection:
            held = connection.execute(
                "select 1 from shard where run = %s and n = %s and claim = %s for update", (self.run, n, claim)
            )
            if held.fetchone() is None:
                raise Lost
            changes = self._propose(connection, part)
            if part.made:
                for key, otherwise in ((self.key, False), (replace(self.key, foundation=b""), True)):
                    made = [one for one in part.made if (one.record in part.otherwise) is otherwise]
                    self.business.remembered.keep(connection, key, made, self.run)
            if part.held:
                self.business.remembered.still_holds(connection, self.key, part.held)
            if part.failures:
                connection.execute(
                    "insert into run_failure (run, record, reason) select %s, r, w from unnest(%s::text[], %s::text[]) g (r, w) "
                    "on conflict (run, record) do update set reason = excluded.reason",
                    (self.run, [clean(name) for name in part.failures], [clean(why) for why in part.failures.values()]),
                )
            connection.execute(
                "update shard set place = %s, made = made + %s, changes = changes + %s, failed = failed + %s, "
                "careful = null where run = %s and n = %s",
                (part.place, len(part.made), changes, len(part.failures), self.run, n),
            )
            row = connection.execute(
                "select state, beat_at < now() - interval '5 seconds' from run where uid = %s", (self.run,)
            ).fetchone()
            if row is not None and row[1]:
                connection.execute("update run set beat_at = now() where uid = %s", (self.run,))
        return row is not None and row[0] == "running"

    def _propose(self, connection: Connection[Any], part: Part) -> int:
        done = 0
        for engine, edits in part.edits.items():
            outcome = self.business.changes.propose(
                edits, skill=self.skill.name, engine=engine, run=self.run, who=Who(self.who), within=connection
            )
            done += outcome.done
            for problem in outcome.problems:
                if problem["problem"] not in _HARMLESS:
                    part.failures.setdefault(problem["record"], f"{problem['field']}: {problem['problem']}")
        return done

    def release(self, n: int, claim: UUID) -> None:
        """Give a shard back in good order."""
        with self.business.transaction() as connection:
            row = connection.execute(
                "update shard s set state = 'waiting', claim = null, attempts = attempts - 1 from run r where s.run = %s "
                "and n = %s and claim = %s and r.uid = s.run returning r.state",
                (self.run, n, claim),
            ).fetchone()
            if self.queued and row is not None and row[0] == "running":
                Runs(self.business).defer(connection, SHARD, self.run, [n])

    def _done(self, n: int, claim: UUID, seconds: float) -> bool:
        with self.business.transaction() as connection:
            # Two workers that end at the same moment: the second to hold the run sees that nothing is left.
            connection.execute("select 1 from run where uid = %s for update", (self.run,))
            connection.execute(
                "update shard set state = 'done', claim = null, seconds = seconds + %s where run = %s and n = %s and claim = %s",
                (seconds, self.run, n, claim),
            )
            connection.execute(
                "update run set state = 'finished', finished_at = clock_timestamp() where uid = %s and state = 'running' "
                "and not exists (select from shard where run = %s and state <> 'done')",
                (self.run, self.run),
            )
        return True


class _Flow:
    """A shard worked off with the model engine: many answers are under way while those that have come are written.

    Where the run is stopped no further request begins, and what was asked is waited for and kept, since it is paid.
    """

    def __init__(
        self,
        work: Work,
        n: int,
        claim: UUID,
        records: Sequence[UUID],
        place: int,
        stopping: Callable[[], bool],
        told: Callable[[Part], None] | None,
    ) -> None:
        self._work, self._n, self._claim, self._records, self._place = work, n, claim, records, place
        self._stopping, self._told = stopping, told
        self._asked: deque[_Asked] = deque()
        self._part, self._written = Part(place, [], {}, {}), time.monotonic()
        self._open = True

    def worked(self) -> bool:
        """Tell whether all of the shard is done: not so where the run was stopped, or somebody else has the shard."""
        work = self._work
        try:
            with (
                errand.on(bulk=True),
                skills.answering(work.skill, self._requests(), work.business, self._write_if_due) as answers,
            ):
                for answer in answers:
                    work.took(self._part, self._asked, answer)
                    self._write_if_due()
            work.took(self._part, self._asked, None)
            if self._open:
                self._part.place = len(self._records)
            done = self._part.place == len(self._records)
            if not self._write() or not done:
                work.release(self._n, self._claim)
                return False
        except Lost:
            return False
        return True

    def _requests(self) -> Iterator[BaseModel | WeftError]:
        for one in timed.ahead(self._read(), _READ_AT_ONCE):
            if not self._open:
                return
            self._asked.append(one)
            if one.request is not None:
                yield one.request

    def _read(self) -> Iterator[_Asked]:
        work, records = self._work, self._records
        for at in range(self._place, len(records), _READ_AT_ONCE):
            batch = list(work.asked_of(records[at : at + _READ_AT_ONCE], at))
            requests = [one.request for one in batch if isinstance(one.request, BaseModel)]
            skills.look_ahead(work.skill, requests, work.business)
            yield from batch

    def _write_if_due(self) -> None:
        silent = time.monotonic() - self._written
        part = self._part
        if silent > _SECONDS_A_BEAT or (silent > _SECONDS_A_FLOWING_PART and (part.made or part.failures)):
            self._open = self._write() and not self._stopping() and self._open

    def _write(self) -> bool:
        part = self._part
        running = self._work.commit(self._n, self._claim, part)
        if self._told is not None:
            self._told(part)
        self._part, self._written = Part(part.place, [], {}, {}), time.monotonic()
        return running


def worked_here(business: Business, run: str, told: Callable[[Part], None] | None = None) -> None:
    """Plan a run and work it off in this process, to its end or until it is paused; an interruption pauses it."""
    work = Work(business, run)
    with _paused_if_interrupted(business, run):
        work.plan()
        shards, stopped = iter(work.waiting()), threading.Event()

        def line() -> None:
            # A list is gone through by several threads without an item being met twice.
            for n in shards:
                if stopped.is_set() or (
                    not work.shard(n, stopping=stopped.is_set, told=told)
                    and Runs(business).get(run)["state"] != "running"
                ):
                    return

        _worked(line, _LINES_AT_A_MODEL if work.engine == "model" else 1, stopped)


def _worked(line: Callable[[], None], lines: int, stopped: threading.Event) -> None:
    """Do the same in several threads, this one among them; what one throws is thrown once the others have stopped."""
    problems: list[BaseException] = []

    def beside() -> None:
        try:
            line()
        except BaseException as problem:
            problems.append(problem)
            stopped.set()

    threads = [threading.Thread(target=beside, name="weft-line", daemon=True) for _ in range(lines - 1)]
    for thread in threads:
        thread.start()
    try:
        line()
    except BaseException:
        stopped.set()
        raise
    for thread in threads:
        thread.join()
    if problems:
        raise problems[0]


@contextlib.contextmanager
def _paused_if_interrupted(business: Business, run: str) -> Iterator[None]:
    try:
        yield
    except BaseException:
        with contextlib.suppress(WeftError):
            Runs(business).pause(run)
        raise
