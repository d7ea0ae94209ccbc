"""Eight processes spend one small budget, are killed at random and started again; then the money is counted."""

import argparse
import asyncio
import contextlib
import functools
import json
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from bench import place, victims
from bench.figures import Figure
from weft.access import keys
from weft.gateway.door import Door
from weft.gateway.models import nano
from weft.gateway.register import Budget

_STEP: Final = 0.05
_STEP_SECONDS: Final = 1.5
_FIRST: Final = 0.05


@dataclass(frozen=True, slots=True)
class Given:
    """Where it happens, how long it is pressed (seconds), and by how many doors, servers (`weft serve`) and clients of each."""

    place: place.Place
    seconds: float = 20.0
    doors: int = 6
    servers: int = 2
    clients: int = 12


@contextlib.contextmanager
def load(options: argparse.Namespace) -> Iterator[Given]:
    """A fresh Weft folder."""
    with place.place() as made:
        yield Given(made, seconds=180.0 if options.large else 20.0)


class Herd:
    """The processes: started, killed, started again, and ended."""

    def __init__(self, given: Given, environment: Mapping[str, str]) -> None:
        self._given = given
        self._environment = dict(environment)
        self._commands: dict[str, list[str]] = {}
        self._signs: dict[str, Callable[[], float]] = {}
        self._before: dict[str, float] = {}
        self._alive: dict[str, subprocess.Popen[bytes]] = {}
        self.kills = 0

    def role(self, name: str, role: str, **what: Any) -> None:
        """Start a process of `bench.victims`; what it notes shows that it works."""
        notes = Path(what["notes"])
        command = [sys.executable, "-m", "bench.victims", role, json.dumps(what)]
        self.start(name, command, lambda: notes.stat().st_size if notes.exists() else -1)

    def start(self, name: str, command: list[str], sign: Callable[[], float]) -> None:
        """Start a process, whose sign of life grows once it works."""
        self._commands[name], self._signs[name], self._before[name] = command, sign, sign()
        self._alive[name] = subprocess.Popen(
            command, env=self._environment, cwd=Path(__file__).parents[1], stdout=subprocess.DEVNULL
        )

    def works(self, name: str) -> bool:
        """Tell whether a process does by now what it was started for."""
        return self._signs[name]() > self._before[name]

    def await_all(self, names: Sequence[str], seconds: float = 300.0) -> None:
        """Wait until all of these work."""
        until = time.monotonic() + seconds
        while not all(self.works(name) for name in names):
            if time.monotonic() > until:
                raise SystemExit(
                    f"bench attack: {', '.join(name for name in names if not self.works(name))} did not start."
                )
            time.sleep(0.05)

    def kill_one(self, names: Sequence[str]) -> None:
        """Kill one of these that works, and start it again; where half of them are not back yet, none is killed."""
        there = [name for name in names if self.works(name)]
        if len(there) * 2 <= len(names):
            return
        name = random.choice(there)
        self._alive[name].kill()
        self._alive[name].wait()
        self.kills += 1
        self.start(name, self._commands[name], self._signs[name])

    def end(self, names: Sequence[str]) -> None:
        """Ask these to end; who does not is killed."""
        for name in names:
            self._alive[name].send_signal(signal.SIGTERM)
        for name in names:
            try:
                self._alive[name].wait(40)
            except subprocess.TimeoutExpired:
                self._alive[name].kill()
                self._alive[name].wait()

    def close(self) -> None:
        """End what is left, however."""
        for process in self._alive.values():
            if process.poll() is None:
                process.kill()
                process.wait()


class Watch:
    """Looks again and again at what is taken of a budget."""

    def __init__(self, given: Given, budgets: Sequence[Budget]) -> None:
        self._given = given
        self._ids = [budget.uid for budget in budgets]
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self.looks = 0
        self.beyond = 0

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        with self._given.place.owner() as connection:
            connection.autocommit = True
            while not self._over.wait(0.02):
                for taken, spent, amount in connection.execute(
                    "select a.taken, a.spent, b.amount from budget_account a join budget b on b.uid = a.budget "
                    "where b.uid = any (%s)",
                    (self._ids,),
                ).fetchall():
                    self.looks += 1
                    self.beyond = max(self.beyond, taken - amount, spent - taken)


def _listens(port: int) -> float:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
        return 1
    return 0


def _ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [one.getsockname()[1] for one in sockets]


def run(given: Given) -> dict[str, Any]:
    """Press, kill, let end, and count."""
    made = given.place
    business = made.business("attacked")
    key, secret = keys.created(made.database, business.uid, "read")
    register = Door(made.database, made.home).register
    upstream_port, *ports = _ports(1 + given.servers)
    models = {name: {"prices": victims.PRICES} for name in victims.MODELS}
    body = {"base_url": f"http://127.0.0.1:{upstream_port}/v1", "models": models}
    register.add_provider(business.uid, "billing", body, reach="loopback")
    cap = _FIRST
    budgets = [
        register.set_budget(business.uid, name, period, cap) for name, period in ((None, "total"), (key.id, "day"))
    ]
    herd = Herd(given, made.environment())
    try:
        herd.role("upstream", "upstream", notes=str(made.scratch / "billed"), port=upstream_port)
        herd.await_all(["upstream"])
        doors = [f"door-{n}" for n in range(given.doors)]
        for name in doors:
            what = {"home": str(made.home), "business": str(business.uid), "key": key.id, "clients": given.clients}
            herd.role(name, "door", notes=str(made.scratch / f"answered-{name}"), **what)
        servers = [f"serve-{port}" for port in ports]
        for name, port in zip(servers, ports, strict=True):
            herd.start(name, [place.WEFT, "serve", "--port", str(port)], functools.partial(_listens, port))
        if ports:
            clients = given.clients * len(ports)
            herd.role(
                "client",
                "client",
                notes=str(made.scratch / "answered-http"),
                secret=secret,
                ports=ports,
                clients=clients,
            )
        herd.await_all([*doors, *servers])
        with Watch(given, budgets) as watch:
            until, raised = time.monotonic() + given.seconds, time.monotonic()
            while time.monotonic() < until:
                time.sleep(random.uniform(0.1, 0.9))
                herd.kill_one([*doors, *servers])
                if time.monotonic() > raised + _STEP_SECONDS:
                    cap, raised = cap + _STEP, time.monotonic()
                    for budget in budgets:
                        register.set_budget(business.uid, budget.key, budget.period, f"{cap:.2f}")
            herd.end(["client"] if ports else [])
            herd.end([*doors, *servers])
    finally:
        herd.close()
    # Somebody finds what the dead have left.
    asyncio.run(_found(Door(made.database, made.home)))
    counted = _counted(given, business.uid, budgets)
    return {**counted, "kills": herd.kills, "watch": watch, "cap": nano(f"{cap:.2f}"), "seconds": given.seconds}


async def _found(door: Door) -> None:
    await door.start()
    await door.stop()


def _counted(given: Given, business: UUID, budgets: Sequence[Budget]) -> dict[str, Any]:
    """The ledger beside what processes and the models' server noted themselves."""
    answered = [line for file in given.place.scratch.glob("answered-*") for line in file.read_text().split()]
    billed: dict[str, int] = {}
    for line in (given.place.scratch / "billed").read_text().splitlines():
        name, _, cost = line.partition(" ")
        billed[name] = billed.get(name, 0) + int(cost)
    with given.place.owner() as connection:
        rows = connection.execute("select trace, outcome, cost from ledger where business = %s", (business,)).fetchall()
        accounts = connection.execute(
            "select taken, spent, overshot, budget from budget_account where budget = any (%s)",
            ([budget.uid for budget in budgets],),
        ).fetchall()
        (leases,) = connection.execute(
            "select count(*) from lease l join budget_account a on a.uid = l.account where a.budget = any (%s)",
            ([budget.uid for budget in budgets],),
        ).fetchone() or (0,)
    return {"answered": answered, "billed": billed, "rows": rows, "accounts": accounts, "leases": leases}


def score(measured: dict[str, Any]) -> Sequence[Figure]:
    """What was promised, each as a figure that has to be none."""
    rows, billed, answered, accounts = (measured[name] for name in ("rows", "billed", "answered", "accounts"))
    outcomes: dict[str, int] = {}
    costs: dict[str, int] = {}
    times: dict[str, int] = {}
    for trace, outcome, cost in rows:
        outcomes[outcome] = outcomes.get(outcome, 0) + 1
        costs[trace] = costs.get(trace, 0) + cost
        times[trace] = times.get(trace, 0) + 1
    entered = {trace for trace, outcome, _ in rows if outcome == "ok"}
    total = sum(cost for *_, cost in rows)
    watch: Watch = measured["watch"]
    told = ", ".join(f"{count:,} {outcome}" for outcome, count in sorted(outcomes.items(), key=lambda one: -one[1]))
    spent = max(account[1] for account in accounts)
    return [
        Figure("requests that models were asked", len(billed), "requests", 100, most=False, note=told),
        Figure("processes killed and started again", measured["kills"], "kills", 3, most=False),
        Figure("requests that the cap refused", outcomes.get("exhausted", 0), "requests", 1, most=False),
        Figure("spent beyond the cap", max(spent - measured["cap"], 0) / 1e9, "USD", 0, note=f"{spent / 1e9:.6f} spent"),
        Figure("taken beyond the cap at any look", watch.beyond / 1e9, "USD", 0, note=f"{watch.looks:,} looks"),
        Figure("overshoot", sum(account[2] for account in accounts) / 1e9, "USD", 0),
        Figure("answered requests without a row that says so", len(set(answered) - entered), "rows", 0,
               note=f"of {len(answered):,}"),
        Figure("rows that are there twice", sum(count - 1 for count in times.values()), "rows", 0),
        Figure("requests that were billed and have no row", len(set(billed) - set(times)), "requests", 0),
        Figure("rows of answers that no model gave", len(entered - set(billed)), "rows", 0),
        Figure("requests that were billed more than the ledger says",
               sum(cost > costs.get(name, 0) for name, cost in billed.items()), "requests", 0),
        Figure("the ledger less each budget", max(abs(total - account[1]) for account in accounts) / 1e9, "USD", 0),
        Figure("taken and not spent at the end", max(abs(account[0] - account[1]) for account in accounts) / 1e9, "USD", 0),
        Figure("portions left with the dead", measured["leases"], "leases", 0),
    ]  # fmt: skip
