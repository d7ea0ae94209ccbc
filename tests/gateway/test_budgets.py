"""Money is reserved before it is spent: whatever processes do, die of, or are not told, no cap is passed and nothing is lost."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
import psycopg
import pytest
from hypothesis import HealthCheck
from hypothesis import settings as tried
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from weft.business import Business
from weft.errors import BudgetExhausted, DatabaseUnavailable
from weft.gateway.budgets import Hold, Purse, accounts_of
from weft.gateway.register import Budget, Register
from weft.gateway.seal import Seal
from weft.ids import uuid7
from weft.postgres import embedded
from weft.postgres.database import Database
from weft.settings import Settings

KEY = "k_model"
MIDDAY = datetime(2026, 3, 3, 12, tzinfo=UTC).timestamp()
DAY = 86_400.0


class Forgetful:
    """A database whose word is not heard: what was done is done, and the connection broke before it was said."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.deaf = False

    @contextlib.contextmanager
    def plain(self) -> Iterator[psycopg.Connection[Any]]:
        with self._database.plain() as connection:
            yield connection
        if self.deaf:
            raise DatabaseUnavailable("the connection broke")


@dataclass
class Process:
    """A process as the model sees it: its portions, its open requests, what it wrote ahead, what it has not entered yet."""

    purse: Purse
    database: Forgetful
    uid: UUID = field(default_factory=uuid7)
    open: list[tuple[dict[str, Any], Hold]] = field(default_factory=list)
    ahead: dict[str, dict[str, Any]] = field(default_factory=dict)
    waiting: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Account:
    """What the model knows of an account: what was promised or spent by requests that were let in, and what was billed beyond."""

    budget: Budget
    promised: int = 0
    beyond: int = 0


class Spending(RuleBasedStateMachine):
    """Some processes on one database: a key's, a business's and the platform's budget."""

    def __init__(self, business: Business, owner: psycopg.Connection[Any], register: Register) -> None:
        super().__init__()
        self.business, self.owner, self.register = business, owner, register
        self.loop = asyncio.new_event_loop()
        self.processes: list[Process] = []
        self.dead: list[Process] = []
        self.now = MIDDAY
        self.accounts: dict[str, Account] = {}
        self.rows = 0

    @initialize(cap=st.integers(200, 1000))
    def begin(self, cap: int) -> None:
        self.budgets: dict[tuple[UUID | None, str | None], list[Budget]] = {}
        for scope in ((self.business.uid, KEY), (self.business.uid, None), (None, None)):
            self.capped(scope, cap)
        self.processes = [self.process(), self.process()]

    def process(self) -> Process:
        database = Forgetful(self.business.database)
        uid = uuid7()
        return Process(Purse(database, uid), database, uid)  # type: ignore[arg-type]

    def capped(self, scope: tuple[UUID | None, str | None], cap: int) -> None:
        period = "day" if scope[1] else "total"
        self.budgets[scope] = [self.register.set_budget(*scope, period, f"0.{cap:09}")]

    def run(self, work: Any) -> Any:
        return self.loop.run_until_complete(work)

    def requested(self, process: Process) -> Any:
        return accounts_of(process.purse, self.budgets, self.business.uid, KEY, self.now)

    @rule(data=st.data(), amount=st.integers(0, 120))
    @precondition(lambda self: self.processes)
    def let_in(self, data: st.DataObject, amount: int) -> None:
        process = data.draw(st.sampled_from(self.processes))
        try:
            hold = self.run(process.purse.reserve(self.requested(process), amount))
        except (BudgetExhausted, DatabaseUnavailable):
            return
        row = {"uid": str(uuid7()), "business": str(self.business.uid), "at": self.now, "kind": "chat", "key": KEY}
        row |= {"route": "r", "outcome": "lost", "cost": amount, "reserved": amount, "accounts": hold.uids}
        process.ahead[row["uid"]] = row
        process.open.append((row, hold))
        for account in hold.accounts:
            known = self.accounts.setdefault(account.name, Account(account.budget))
            known.budget = account.budget
            known.promised += amount
            assert amount == 0 or known.promised <= account.budget.amount, "more was let in than the cap allows"

    @rule(data=st.data(), amount=st.integers(1, 120), turns=st.integers(0, 3))
    @precondition(lambda self: self.processes)
    def goes_away(self, data: st.DataObject, amount: int, turns: int) -> None:
        """A client that leaves while its process waits for a portion."""
        process = data.draw(st.sampled_from(self.processes))

        async def leave() -> None:
            task = asyncio.ensure_future(process.purse.reserve(self.requested(process), amount))
            for _ in range(turns):
                await asyncio.sleep(0)
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError, BudgetExhausted, DatabaseUnavailable):
                process.purse.settle(await task, 0)
            await asyncio.gather(*process.purse._tasks, return_exceptions=True)

        self.run(leave())

    @rule(data=st.data(), share=st.floats(0, 1.3))
    @precondition(lambda self: any(process.open for process in self.processes))
    def answered(self, data: st.DataObject, share: float) -> None:
        process = data.draw(st.sampled_from([one for one in self.processes if one.open]))
        row, hold = process.open.pop(data.draw(st.integers(0, len(process.open) - 1)))
        cost = int(hold.amount * share)
        beyond = process.purse.settle(hold, cost)
        assert beyond == max(cost - hold.amount, 0)
        settled = {**row, "outcome": "ok", "cost": cost}
        process.ahead[row["uid"]] = settled
        process.waiting.append(settled)
        for account in hold.accounts:
            self.accounts[account.name].promised -= hold.amount - (cost - beyond)
            self.accounts[account.name].beyond += beyond

    @rule(data=st.data(), twice=st.booleans())
    @precondition(lambda self: self.processes)
    def entered(self, data: st.DataObject, twice: bool) -> None:
        process = data.draw(st.sampled_from(self.processes))
        count = data.draw(st.integers(0, len(process.waiting)))
        for _ in range(1 + twice):
            self.settle(process, process.waiting[:count])
        del process.waiting[:count]

    def settle(self, process: Process, rows: list[dict[str, Any]]) -> None:
        with self.business.database.plain() as connection:
            connection.execute("select ledger_settle(%s, %s::jsonb)", (process.uid, orjson.dumps(rows).decode()))

    @rule(data=st.data())
    @precondition(lambda self: self.processes)
    def tidied(self, data: st.DataObject) -> None:
        process = data.draw(st.sampled_from(self.processes))
        with contextlib.suppress(DatabaseUnavailable):
            self.run(process.purse.tidy(self.now))

    @rule(data=st.data())
    @precondition(lambda self: self.processes)
    def turns_deaf(self, data: st.DataObject) -> None:
        process = data.draw(st.sampled_from(self.processes))
        process.database.deaf = not process.database.deaf

    @rule(data=st.data())
    @precondition(lambda self: self.processes)
    def killed(self, data: st.DataObject) -> None:
        process = data.draw(st.sampled_from(self.processes))
        self.processes.remove(process)
        self.dead.append(process)
        self.processes.append(self.process())

    @rule(data=st.data(), part=st.floats(0, 1))
    @precondition(lambda self: self.dead)
    def found(self, data: st.DataObject, part: float) -> None:
        """Somebody brings in what a dead process left, and may be killed at it."""
        process = data.draw(st.sampled_from(self.dead))
        rows = list(process.ahead.values())
        self.settle(process, rows[: int(len(rows) * part)])
        if part > 0.5:
            self.settle(process, rows)
            self.close(process)
            self.dead.remove(process)

    def close(self, process: Process) -> None:
        with self.business.database.plain() as connection:
            connection.execute("select lease_close(%s)", (process.uid,))

    @rule(cap=st.integers(0, 1000), whose=st.integers(0, 2))
    def cap_changed(self, cap: int, whose: int) -> None:
        scopes = list(self.budgets)
        if scopes:
            self.capped(scopes[whose % len(scopes)], cap)

    @rule(whose=st.integers(0, 2))
    def budget_lifted_and_set_again(self, whose: int) -> None:
        scopes = list(self.budgets)
        scope = scopes[whose % len(scopes)]
        (budget,) = self.budgets[scope]
        self.register.remove_budget(*scope, budget.period)
        self.capped(scope, budget.amount)

    @rule()
    def a_day_goes_by(self) -> None:
        self.now += DAY

    @invariant()
    def holds(self) -> None:
        """What is taken is what was spent and what processes hold, and the promises of requests are within it."""
        for name, taken, spent, overshot, held in self.state():
            assert taken == spent + held, name
            assert held >= 0
            assert overshot <= self.accounts[name].beyond if name in self.accounts else not overshot
            if name in self.accounts:
                # What was let in is covered by what was granted, whatever was entered of it by now.
                assert self.accounts[name].promised <= taken - overshot

    def state(self) -> list[tuple[str, int, int, int, int]]:
        return self.owner.execute(
            "select a.uid::text, a.taken, a.spent, a.overshot, coalesce(sum(l.granted - l.settled), 0)::bigint "
            "from budget_account a left join lease l on l.account = a.uid where a.budget = any (%s) group by a.uid",
            ([budget.uid for budgets in self.budgets.values() for budget in budgets],),
        ).fetchall()

    def teardown(self) -> None:
        for process in self.processes:
            process.database.deaf = False
            for row, hold in process.open:
                process.purse.settle(hold, row["cost"])
            self.run(process.purse.tidy(self.now + 40 * DAY))
        for process in (*self.processes, *self.dead):
            self.settle(process, list(process.ahead.values()))
            self.close(process)
        ledger = self.owner.execute(
            "select coalesce(sum(cost), 0)::bigint from ledger where business = %s", (self.business.uid,)
        )
        total = ledger.fetchone()
        assert total is not None
        for name, taken, spent, overshot, held in self.state():
            assert taken == spent
            assert not held
            if name in self.accounts:
                assert spent == self.accounts[name].promised + self.accounts[name].beyond
                assert overshot == self.accounts[name].beyond
                assert spent <= total[0]
        processes = [process.uid for process in (*self.processes, *self.dead)]
        leases = self.owner.execute("select count(*) from lease where process = any (%s)", (processes,)).fetchone()
        assert leases == (0,)
        for scope, (budget,) in self.budgets.items():
            self.register.remove_budget(*scope, budget.period)
        self.loop.close()


@pytest.fixture
def owner(settings: Settings) -> Iterator[psycopg.Connection[Any]]:
    """A connection that sees accounts and leases."""
    where = embedded.place(settings.home).conninfo(embedded.OWNER)
    with psycopg.connect(where, options="-c search_path=weft", autocommit=True) as connection:
        yield connection


@pytest.fixture
def register(database: Database, settings: Settings) -> Register:
    return Register(database, settings.home, Seal(settings.home))


def test_no_cap_is_passed_and_nothing_is_lost_whatever_processes_do(
    business: Business, owner: psycopg.Connection[Any], register: Register
) -> None:
    with business.transaction() as connection:
        connection.execute(
            "insert into api_key (uid, id, hash, scope) values (%s, %s, %s, 'read')", (uuid7(), KEY, uuid7().bytes)
        )
    made: Callable[[], RuleBasedStateMachine] = lambda: Spending(business, owner, register)  # noqa: E731
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        made,
        settings=tried(max_examples=20, stateful_step_count=40, suppress_health_check=list(HealthCheck)),
    )


def test_a_portion_that_nobody_waits_for_any_more_is_there_for_the_next(
    business: Business, owner: psycopg.Connection[Any], register: Register
) -> None:
    budget = register.set_budget(business.uid, None, "total", "0.000001")

    async def ask() -> Purse:
        purse = Purse(business.database, uuid7())
        (account,) = accounts_of(purse, {(business.uid, None): [budget]}, business.uid, None, MIDDAY)
        for _ in range(40):
            task = asyncio.ensure_future(purse.reserve([account], 900))
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                purse.settle(await task, 0)
        await asyncio.sleep(0.2)
        purse.settle(await purse.reserve([account], 900), 0)
        await purse.tidy(MIDDAY)
        return purse

    asyncio.run(ask())
    assert owner.execute("select taken from budget_account where budget = %s", (budget.uid,)).fetchone() == (0,)
    register.remove_budget(business.uid, None, "total")


def test_a_portion_that_nobody_heard_of_goes_back(
    business: Business, owner: psycopg.Connection[Any], register: Register
) -> None:
    budget = register.set_budget(business.uid, None, "total", "0.000001")
    deaf = Forgetful(business.database)

    async def ask() -> None:
        purse = Purse(deaf, uuid7())  # type: ignore[arg-type]
        (account,) = accounts_of(purse, {(business.uid, None): [budget]}, business.uid, None, MIDDAY)
        deaf.deaf = True
        with pytest.raises(DatabaseUnavailable):
            await purse.reserve([account], 900)
        with pytest.raises(DatabaseUnavailable):
            await purse.tidy(MIDDAY)
        deaf.deaf = False
        await purse.tidy(MIDDAY)
        purse.settle(await purse.reserve([account], 900), 10)

    asyncio.run(ask())
    assert owner.execute("select taken - spent from budget_account where budget = %s", (budget.uid,)).fetchone() != (0,)
    register.remove_budget(business.uid, None, "total")


def test_a_cap_that_is_lowered_holds_at_once(business: Business, register: Register) -> None:
    async def ask() -> None:
        purse = Purse(business.database, uuid7())
        budget = register.set_budget(business.uid, None, "total", "0.000001")
        (account,) = accounts_of(purse, {(business.uid, None): [budget]}, business.uid, None, MIDDAY)
        hold = await purse.reserve([account], 400)
        lower = register.set_budget(business.uid, None, "total", "0.0000003")
        (account,) = accounts_of(purse, {(business.uid, None): [lower]}, business.uid, None, MIDDAY)
        with pytest.raises(BudgetExhausted):
            await purse.reserve([account], 1)
        purse.settle(hold, 250)
        with pytest.raises(BudgetExhausted, match="USD are left"):
            await purse.reserve([account], 60)
        await purse.tidy(MIDDAY)
        await asyncio.sleep(0.6)
        purse.settle(await purse.reserve([account], 50), 50)

    asyncio.run(ask())
    register.remove_budget(business.uid, None, "total")
