"""Money is reserved before it is spent: settled plus reserved never exceeds a cap, in however many processes.

PostgreSQL grants a process a portion of each account that it needs (`budget_grant`), so that reserving is arithmetic in memory
and only a used-up portion waits for the database. What is granted counts as taken; what a process does not need it gives back
(`budget_keep`: what it keeps in all, so that it can be said again where the answer was not heard); what a killed one had reserved
is settled in full when its file is read. The invariant, per account:

    spent  ≤  what is granted to processes or settled (`taken`)  ≤  the cap

but for what a provider bills beyond a proven bound, which is counted as overshot. A cap that is lowered below what is taken holds
for what is reserved from then on.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar
from uuid import UUID

from weft.errors import BudgetExhausted
from weft.gateway.models import dollars
from weft.gateway.register import Budget
from weft.postgres.database import Database

_LOG = logging.getLogger(__name__)
_EVER: Final = datetime(2000, 1, 1, tzinfo=UTC)
_FAR: Final = datetime(9999, 1, 1, tzinfo=UTC)
_REFUSED_SECONDS: Final = 0.5
_PARTS: Final = 32
_AHEAD: Final = 16
_MOST: Final = 2**62
Result = TypeVar("Result")
Aside = Callable[[Callable[[], Result]], Awaitable[Result]]


def period_of(budget: Budget, now: datetime) -> tuple[datetime, datetime]:
    """When the period of a budget that holds now began, and when it ends (UTC)."""
    if budget.period == "day":
        starts = now.replace(hour=0, minute=0, second=0, microsecond=0)
        return starts, starts + timedelta(days=1)
    if budget.period == "month":
        starts = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        return starts, (starts + timedelta(days=32)).replace(day=1)
    return _EVER, _FAR


@dataclass(slots=True)
class Account:
    """What this process holds of one period of a budget (nanodollars): `free` can be reserved at once.

    `kept` is what it was granted and has not given back, `idle` what it gives back next; `unsure` says that the database may
    have granted more than was heard of. What was reserved before turn `lowered` was so under a cap that is lower now.
    """

    budget: Budget
    starts: datetime
    since: float
    ends: float
    uid: UUID | None = None
    name: str = ""
    free: int = 0
    reserved: int = 0
    kept: int = 0
    idle: int = 0
    lowered: int = 0
    unsure: bool = False
    used: int = 0
    left: int = 0
    refused_from: int = 0
    refused_until: float = 0.0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def let_go(self, amount: int, spent: int, turn: int) -> None:
        """Take a reservation back, of which `spent` is gone."""
        self.reserved -= amount
        if turn < self.lowered:
            self.idle += amount - spent
        else:
            self.free += amount - spent


@dataclass(frozen=True, slots=True)
class Hold:
    """An amount that is reserved in some accounts; `turn` tells whether that was before a cap was lowered."""

    amount: int
    accounts: tuple[Account, ...]
    turn: int = 0

    @property
    def uids(self) -> list[str]:
        """The accounts, as the ledger's rows name them."""
        return [account.name for account in self.accounts]


class Purse:
    """The portions of one process."""

    def __init__(self, database: Database, process: UUID) -> None:
        self._database = database
        self._process = process
        self._accounts: dict[tuple[UUID, datetime], Account] = {}
        self._current: dict[UUID, Account] = {}
        self._tasks: set[asyncio.Future[None]] = set()
        self._turn = 0

    def account(self, budget: Budget, now: float) -> Account:
        """The account of the period that holds now; `now` is in seconds since 1970."""
        found = self._current.get(budget.uid)
        if found is None or now >= found.ends or now < found.since:
            starts, ends = period_of(budget, datetime.fromtimestamp(now, UTC))
            found = self._accounts.get((budget.uid, starts))
            if found is None:
                found = Account(budget, starts, starts.timestamp(), ends.timestamp())
                self._accounts[(budget.uid, starts)] = found
            self._current[budget.uid] = found
        if found.budget is not budget:
            if budget.amount < found.budget.amount:
                # The cap is lower: what was granted under the one before has to be granted anew.
                self._turn += 1
                found.idle, found.free, found.lowered = found.idle + found.free, 0, self._turn
            found.budget = budget
        return found

    async def reserve(self, accounts: Sequence[Account], amount: int) -> Hold:
        """Reserve an amount in all accounts or in none; raises BudgetExhausted."""
        done: list[Account] = []
        turn = self._turn
        try:
            for account in accounts:
                if account.free < amount or account.uid is None:
                    await self._filled(account, amount)
                else:
                    account.free -= amount
                    account.reserved += amount
                done.append(account)
        except BaseException:
            for account in done:
                account.let_go(amount, 0, turn)
            raise
        return Hold(amount, tuple(accounts), turn)

    @staticmethod
    def settle(hold: Hold, cost: int) -> int:
        """Let a reservation go, of which `cost` is spent; answers by how much that is beyond it.

        What is beyond is no part of any portion: the database counts it when the row is entered.
        """
        beyond = max(cost - hold.amount, 0)
        for account in hold.accounts:
            account.let_go(hold.amount, cost - beyond, hold.turn)
            account.used += cost
        return beyond

    async def _filled(self, account: Account, amount: int) -> None:
        """Have a portion granted that the amount fits into, and reserve it."""
        while account.free < amount or account.uid is None:
            # Who goes away takes nothing along: what is granted meanwhile is there for the next.
            task = asyncio.ensure_future(self._topped_up(account, amount))
            self._tasks.add(task)
            task.add_done_callback(self._topping_up_over)
            await asyncio.shield(task)
        account.free -= amount
        account.reserved += amount

    def _topping_up_over(self, task: "asyncio.Future[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            # Where everybody has gone away, nobody else looks at what went wrong.
            task.exception()

    async def _topped_up(self, account: Account, amount: int) -> None:
        async with account.lock:
            if account.free >= amount and account.uid is not None:
                return
            now = time.monotonic()
            if now < account.refused_until and amount >= account.refused_from:
                raise _exhausted(account, amount)
            needs = max(amount - account.free, 0)
            wishes = max(needs, min(account.budget.amount // _PARTS, needs * _AHEAD + account.used * 2))
            heard, account.unsure = account.unsure, True
            granted = await asyncio.to_thread(self._granted, account, needs, wishes)
            account.unsure = heard
            account.free += granted
            account.kept += granted
            if account.free < amount or account.uid is None:
                account.refused_from, account.refused_until = amount, now + _REFUSED_SECONDS
                raise _exhausted(account, amount)

    def _granted(self, account: Account, needs: int, wishes: int) -> int:
        with self._database.plain() as connection:
            row = connection.execute(
                "select account, granted, taken, amount from budget_grant(%s, %s, %s, %s, %s)",
                (self._process, account.budget.uid, account.starts, min(needs, _MOST), min(wishes, _MOST)),
            ).fetchone()
        if row is None:
            # The budget was lifted a moment ago; this request is still held to what is left of it, nothing.
            return 0
        account.uid, account.name = row[0], str(row[0])
        account.left = max(row[3] - row[2], 0)
        return int(row[1])

    async def tidy(self, now: float) -> None:
        """Give back what is not needed: of periods that are over, all; of others, what goes beyond a moment's use."""
        for key, account in list(self._accounts.items()):
            over = account.ends <= now
            async with account.lock:
                spare = account.free if over or not account.used else max(account.free - 4 * account.used, 0)
                account.used = 0
                account.free -= spare
                account.kept -= spare + account.idle
                account.unsure |= spare + account.idle > 0
                account.idle = 0
                if account.unsure:
                    await asyncio.to_thread(self._keeps, account)
                    account.unsure = False
            if over and not account.reserved:
                self._accounts.pop(key, None)
                if self._current.get(key[0]) is account:
                    del self._current[key[0]]

    def _keeps(self, account: Account) -> None:
        with self._database.plain() as connection:
            connection.execute(
                "select budget_keep(%s, %s, %s, %s)",
                (self._process, account.budget.uid, account.starts, account.kept),
            )


def _exhausted(account: Account, amount: int) -> BudgetExhausted:
    budget = account.budget
    whose = f"the key {budget.key}" if budget.key else "this business" if budget.business else "the platform"
    span = {"day": "for today", "month": "for this month", "total": "in total"}[budget.period]
    left = f"{dollars(account.left + max(account.free, 0))} USD are left" if budget.business else "too little is left"
    resets = (
        ""
        if budget.period == "total"
        else f" It begins anew at {datetime.fromtimestamp(account.ends, UTC):%Y-%m-%d %H:%M} UTC."
    )
    return BudgetExhausted(
        f"The budget of {whose} {span} does not allow this: {left}, and the request could cost up to {dollars(amount)} USD. "
        f"Ask for fewer tokens (max_tokens), or have the budget raised.{resets}",
        retry_after=max(min(account.ends - time.time(), 86_400.0), 1.0),
    )


def accounts_of(
    purse: Purse,
    budgets: Mapping[tuple[UUID | None, str | None], Sequence[Budget]],
    business: UUID,
    key: str | None,
    now: float,
) -> list[Account]:
    """The accounts that a request of a key of a business is held to: the key's, the business's, the platform's."""
    scopes: list[tuple[UUID | None, str | None]] = [(business, None), (None, None)]
    if key is not None:
        scopes.insert(0, (business, key))
    return [purse.account(budget, now) for scope in scopes for budget in budgets.get(scope, ())]
