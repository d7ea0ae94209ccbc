"""Who used what: the ledger of one business added up, and what is left of budgets. Only reads, under row-level security."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from weft.errors import InputError
from weft.gateway.budgets import period_of
from weft.gateway.models import in_dollars, owner
from weft.gateway.register import Budget
from weft.postgres.database import Database

MOST_DAYS: Final = 3660
_NAMES: Final[Mapping[str, str]] = {
    "day": "to_char(at at time zone 'UTC', 'YYYY-MM-DD')",
    "key": "key",
    "route": "route",
    "model": "provider || '/' || model",
    "skill": "skill",
    "outcome": "outcome",
}
BY: Final = tuple(_NAMES)
FAILED: Final = ("failed", "refused", "timeout", "busy", "broken", "lost")
HELD_BACK: Final = ("exhausted", "limited")
_SUMS: Final = """
    count(*), coalesce(sum(tokens_in), 0), coalesce(sum(tokens_out), 0), coalesce(sum(cached), 0),
    coalesce(sum(reasoning), 0), coalesce(sum(cost), 0)::bigint,
    count(*) filter (where outcome = 'cached'), count(*) filter (where outcome = any (%(failed)s)),
    count(*) filter (where outcome = any (%(held_back)s)), count(*) filter (where estimated),
    percentile_disc(0.5) within group (order by total_ms) filter (where outcome = 'ok'),
    percentile_disc(0.95) within group (order by total_ms) filter (where outcome = 'ok'),
    percentile_disc(0.5) within group (order by first_ms) filter (where outcome = 'ok'),
    percentile_disc(0.95) within group (order by first_ms) filter (where outcome = 'ok')
"""


@dataclass(frozen=True, slots=True)
class Used:
    """Requests of one day, key, route, model, skill or outcome (`name`; None: of none), added up.

    `cost` is in nanodollars; `cached` tokens are among those in, `reasoning` among those out; `hits` are answers that were kept,
    `failed` and `held_back` (by a limit or a budget) requests without an answer, `estimated` those whose usage no server told.
    Milliseconds are the median and the 95th percentile of what was answered: the whole, and the first byte.
    """

    name: str | None
    requests: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cached: int = 0
    reasoning: int = 0
    cost: int = 0
    hits: int = 0
    failed: int = 0
    held_back: int = 0
    estimated: int = 0
    p50_ms: float | None = None
    p95_ms: float | None = None
    first_p50_ms: float | None = None
    first_p95_ms: float | None = None

    def shown(self) -> dict[str, Any]:
        """As programs read it, the cost in US dollars."""
        told = {name: getattr(self, name) for name in self.__slots__}
        return {**told, "cost": in_dollars(self.cost)}


def used(database: Database, business: UUID, by: str = "day", days: int = 30) -> list[Used]:
    """What a business used in so many days (UTC, today among them): days in order, else by what cost most. Raises InputError."""
    since = _since(days)
    if by not in _NAMES:
        raise InputError(f"Usage is told by {', '.join(BY[:-1])} or {BY[-1]}, not by {by!r}.")
    with database.tenant(business) as connection:
        rows = connection.execute(
            f"select {_NAMES[by]} as name, {_SUMS} from ledger where at >= %(since)s group by 1 order by 7 desc, 2 desc, 1",
            {"since": since, "failed": list(FAILED), "held_back": list(HELD_BACK)},
        ).fetchall()
    found = [Used(*row) for row in rows]
    return _each_day(found, since.date()) if by == "day" else found


def total(database: Database, business: UUID, days: int = 30) -> Used:
    """What a business used in so many days in all; raises InputError."""
    with database.tenant(business) as connection:
        row = connection.execute(
            f"select {_SUMS} from ledger where at >= %(since)s",
            {"since": _since(days), "failed": list(FAILED), "held_back": list(HELD_BACK)},
        ).fetchone()
    return Used(None, *(row or ()))


def _since(days: int) -> datetime:
    if not 0 < days <= MOST_DAYS:
        raise InputError(f"Usage is told of 1 to {MOST_DAYS:,} days, not of {days}.")
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=days - 1)


def _each_day(found: Sequence[Used], first: date) -> list[Used]:
    """The days from the first of all or the first on which anything was used, those without a request among them."""
    there = {one.name: one for one in found}
    if not there:
        return []
    day = max(first, min(date.fromisoformat(name) for name in there if name))
    names = []
    while day <= datetime.now(UTC).date():
        names.append(day.isoformat())
        day += timedelta(days=1)
    return [there.get(name, Used(name)) for name in names]


@dataclass(frozen=True, slots=True)
class State:
    """A budget in the period that holds now (nanodollars).

    `spent` is settled; `held` is reserved, or granted to a process that may reserve it; `overshot` is what providers billed
    beyond what could be; `ends` is None for a budget in total.
    """

    budget: Budget
    ends: datetime | None
    spent: int = 0
    held: int = 0
    overshot: int = 0

    @property
    def left(self) -> int:
        """What nobody holds yet."""
        return max(self.budget.amount - self.spent - self.held, 0)

    def shown(self) -> dict[str, Any]:
        """As programs read it, in US dollars."""
        amounts = {name: getattr(self, name) for name in ("spent", "held", "left", "overshot")}
        return {
            "owner": owner(self.budget.business is not None),
            "key": self.budget.key,
            "period": self.budget.period,
            "amount": in_dollars(self.budget.amount),
            **{name: in_dollars(value) for name, value in amounts.items()},
            "ends": self.ends,
        }


def budgets(database: Database, business: UUID | None) -> list[State]:
    """The budgets of a business and its keys, or (None) the platform's, with what is left of them."""
    now = datetime.now(UTC)
    with database.plain() if business is None else database.tenant(business) as connection:
        kept = [
            Budget(*row)
            for row in connection.execute(
                "select uid, business, key, period, amount from budget where business is not distinct from (select tenant()) "
                "order by key nulls first, period"
            )
        ]
        rows = connection.execute(
            "select budget, starts, taken, spent, overshot from budget_state(%s)", ([one.uid for one in kept],)
        ).fetchall()
    held = {(row[0], row[1]): row[2:] for row in rows}
    return [_state(budget, now, held) for budget in kept]


def _state(budget: Budget, now: datetime, held: Mapping[tuple[UUID, datetime], Sequence[int]]) -> State:
    starts, ends = period_of(budget, now)
    taken, spent, overshot = held.get((budget.uid, starts), (0, 0, 0))
    return State(budget, None if budget.period == "total" else ends, spent, max(taken - spent, 0), overshot)
