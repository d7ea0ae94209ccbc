"""The book of a business's runs: entered, read, paused, resumed, cancelled.

queued ──plan──▶ running ──▶ finished          (failed: it could not be planned)
   │ pause ▲       │ pause ▲
   ▼ resume│       ▼ resume│     cancel: from all but finished
   └──── paused ───┘───────┘
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import orjson
from psycopg import Connection

from weft import skill as skills
from weft.business import Business
from weft.errors import Conflict, InputError, NotFound
from weft.ids import uuid7
from weft.skill import Skill
from weft.store import catalog, where
from weft.store.changes import Who

QUEUE: Final = "runs"
PLAN: Final = "weft.runs.plan"
SHARD: Final = "weft.runs.shard"
STATES: Final = ("queued", "running", "paused", "cancelled", "finished", "failed")
OVER: Final = ("cancelled", "finished", "failed")
_FROM: Final[Mapping[str, tuple[str, ...]]] = {
    "pause": ("queued", "running"),
    "resume": ("paused", "failed", "running"),
    "cancel": ("queued", "running", "paused", "failed"),
}
# A run in a process that was killed stays "running"; after this long without a sign of life anyone may go on with it.
_SILENT: Final = "60 seconds"
_SHOWN: Final = (
    "r.uid, r.skill, r.engine, r.state, r.asked, r.selection, r.queued, r.records, r.remembered, r.who, r.problem, "
    "r.created_at, r.started_at, r.finished_at, s.*, "
    "extract(epoch from coalesce(r.finished_at, now()) - coalesce(r.started_at, r.created_at))::float8 as seconds, "
    f"(r.state = 'running' and not r.queued and r.beat_at < now() - interval '{_SILENT}') as interrupted"
)
_COUNTED: Final = (
    "cross join lateral (select count(*)::integer as shards, count(*) filter (where state = 'done')::integer as shards_done, "
    "coalesce(sum(place), 0)::bigint as done, coalesce(sum(made), 0)::bigint as made, "
    "coalesce(sum(changes), 0)::bigint as changes, coalesce(sum(failed), 0)::bigint as failed "
    "from shard where run = r.uid) s"
)


@dataclass(frozen=True, slots=True)
class Selection:
    """Which records a run is over: those of a filter, those of these ids, both narrowing together, or all."""

    where: str | None = None
    ids: Sequence[str] | None = None

    def as_json(self) -> dict[str, Any]:
        """As the book keeps it."""
        return {"where": self.where, "ids": list(self.ids) if self.ids is not None else None}


class Runs:
    """One business's runs."""

    def __init__(self, business: Business) -> None:
        self._business = business

    def enter(
        self,
        skill: Skill,
        selection: Selection,
        *,
        asked: Mapping[str, Any] | None = None,
        engine: str = "auto",
        again: bool = False,
        queued: bool,
        who: Who,
    ) -> str:
        """Enter a run and answer its id; one that is `queued` is planned and worked off by workers.

        Raises InputError, BadFilter, Conflict for what cannot be run.
        """
        if skill.over is None:
            raise InputError(f"The skill {skill.name} is not asked about one record, so it cannot be run over many.")
        given = dict(asked or {})
        if skill.over in given:
            raise InputError(f"A run fills {skill.over} itself; select records with a filter or ids.")
        try:
            request = orjson.dumps(given).decode()
        except TypeError as problem:
            raise InputError(f"The request cannot be kept: {problem}.") from None
        # What JSON has no word for, such as an infinity, is judged as it will be read again.
        given = orjson.loads(request)
        skills.requested(skill, {**given, skill.over: {"id": "rehearsal"}})
        chosen = skills.engine_of(skill, engine, self._business)
        if selection.where is not None:
            where.parse(selection.where, catalog.FIELDS)
        if selection.ids is not None:
            self._refuse_unknown(selection.ids)
        uid = uuid7()
        with self._business.transaction() as connection:
            connection.execute(
                "insert into run (uid, skill, version, engine, asked, selection, again, queued, who) "
                "values (%s, %s, %s, %s, %s::jsonb, %s::jsonb, %s, %s, %s)",
                (
                    *(uid, skill.name, skill.version, chosen, request),
                    *(orjson.dumps(selection.as_json()).decode(), again, queued, who.name),
                ),
            )
            if queued:
                self.defer(connection, PLAN, uid)
        return str(uid)

    def _refuse_unknown(self, ids: Sequence[str]) -> None:
        with self._business.transaction() as connection:
            rows = connection.execute(
                "select g from unnest(%s::text[]) g where not exists (select from product p where p.id = g) limit 4",
                (list(ids),),
            ).fetchall()
        if rows:
            raise NotFound(f"There is no product {' and no '.join(repr(row[0]) for row in rows)}.")

    def defer(self, connection: Connection[Any], task: str, run: UUID, shards: Sequence[int] | None = None) -> None:
        """Put jobs of a run into the queue, inside the caller's transaction: they are there if and only if the run is."""
        connection.execute(
            "select procrastinate_defer_jobs_v1(array_agg(row(%s, %s, 0, null, null, jsonb_build_object('business', %s::text, "
            "'run', %s::text, 'shard', n), null)::procrastinate_job_to_defer_v1 order by n)) from unnest(%s::integer[]) n",
            (QUEUE, task, str(self._business.uid), str(run), list(shards) if shards is not None else [0]),
        )

    def get(self, run: str) -> dict[str, Any]:
        """One run with its counts: records, done, remembered, made, changes, failed, seconds; raises NotFound."""
        rows = self._read("where r.uid = %s", [_uuid(run)])
        if not rows:
            raise NotFound(f"There is no run {run!r}.")
        return rows[0]

    def listed(self, limit: int = 50, before: str | None = None) -> list[dict[str, Any]]:
        """Runs, newest first, the first `limit` before the run `before`."""
        condition, given = ("where r.uid < %s ", [_uuid(before)]) if before is not None else ("", [])
        return self._read(f"{condition}order by r.uid desc limit %s", [*given, limit])

    def _read(self, condition: str, given: Sequence[Any]) -> list[dict[str, Any]]:
        with self._business.transaction() as connection:
            cursor = connection.execute(f"select {_SHOWN} from run r {_COUNTED} {condition}", given)
            names = [column.name for column in cursor.description or ()]
            return [_shown(dict(zip(names, row, strict=True))) for row in cursor]

    def failures(self, run: str, limit: int = 100, after: str = "") -> list[dict[str, Any]]:
        """The records that failed in a run, by id, each with the reason; raises NotFound."""
        self.get(run)
        with self._business.transaction() as connection:
            rows = connection.execute(
                "select record, reason, at from run_failure where run = %s and record > %s order by record limit %s",
                (_uuid(run), after, limit),
            ).fetchall()
        return [dict(zip(("record", "reason", "at"), row, strict=True)) for row in rows]

    def pause(self, run: str) -> dict[str, Any]:
        """Let no further part of a run begin; what is being worked on is finished and kept. Raises NotFound, Conflict."""
        return self._turned(run, "pause", "paused")

    def cancel(self, run: str) -> dict[str, Any]:
        """End a run for good; what it has proposed stays. Raises NotFound, Conflict."""
        return self._turned(run, "cancel", "cancelled")

    def resume(self, run: str, *, queued: bool | None = None) -> dict[str, Any]:
        """Go on with a run that is paused, failed or was interrupted, by workers or (not `queued`) in the caller's process.

        Raises NotFound, Conflict.
        """
        return self._turned(run, "resume", "running", queued)

    def fail(self, run: str, reason: str) -> None:
        """Note that a run cannot go on, and why; it can be resumed once that is mended."""
        with self._business.transaction() as connection:
            connection.execute(
                "update run set state = 'failed', problem = %s, finished_at = now() "
                "where uid = %s and state in ('queued', 'running')",
                (reason, _uuid(run)),
            )

    def _turned(self, run: str, verb: str, state: str, queued: bool | None = None) -> dict[str, Any]:
        uid = _uuid(run)
        with self._business.transaction() as connection:
            row = connection.execute(
                "select state, queued, records is not null, beat_at < now() - %s::interval from run "
                "where uid = %s for update",
                (_SILENT, uid),
            ).fetchone()
            if row is None:
                raise NotFound(f"There is no run {run!r}.")
            now, was_queued, planned, silent = row
            if verb == "resume" and now == "running" and not silent:
                raise Conflict(
                    f"The run goes on. Where its process was killed, it can be resumed {_SILENT} after its last sign of "
                    "life, or at once after a pause."
                )
            if now not in _FROM[verb]:
                raise Conflict(f"The run is {now}; it cannot be taken by {verb}.")
            queued = was_queued if queued is None else queued
            connection.execute(
                "update run set state = %s, queued = %s, problem = null, beat_at = now(), "
                "finished_at = case when %s = 'cancelled' then now() end where uid = %s",
                (state if planned or verb != "resume" else "queued", queued, state, uid),
            )
            if verb == "resume":
                left = connection.execute(
                    "update shard set state = 'waiting', claim = null where run = %s and state <> 'done' returning n",
                    (uid,),
                ).fetchall()
                if queued and not planned:
                    self.defer(connection, PLAN, uid)
                elif queued and left:
                    self.defer(connection, SHARD, uid, [row[0] for row in left])
        return self.get(run)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise InputError(f"{text!r} is not the id of a run.") from None


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    run = {"id": str(row.pop("uid")), **row}
    open_ = (run["records"] or 0) - run["remembered"]
    run["done"] = run["remembered"] + run["done"]
    run["left"] = max(open_ + run["remembered"] - run["done"], 0)
    if run.pop("interrupted"):
        run["state"] = "interrupted"
    return run
