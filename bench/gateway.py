"""Requests, streams and kept answers through the gateway, everything on; beside it the stand-in alone, a limit and peers.

The gateway under test has one core for itself; the stand-in model server, PostgreSQL and the client share the other.
"""

import argparse
import asyncio
import contextlib
import itertools
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

import orjson
import psutil
import uvloop

from bench import certificate, peers, place
from bench.cores import Watch, cpu_seconds
from bench.figures import Figure
from bench.model_server import CHUNKS
from bench.pressure import PORT, Load, Server, loaded, started
from bench.streams import Heard, listened
from bench.visitors import Visit, visited
from weft.access import keys
from weft.gateway.register import Register
from weft.gateway.seal import Seal
from weft.postgres import embedded

CONNECTIONS, ROUNDS, SECONDS = 64, 5, 2.0
# A round is made again, up to so many times in all, where others take a larger share of the cores than this.
TRIES, QUIET = 2, 0.1
WEFT, LITELLM, NGINX, BARE = "Weft", "LiteLLM", "nginx", "bare proxy"
_STANDIN = [sys.executable, "-m", "bench.model_server", PORT]
_MODELS = ("chat", "swift", "shaky")
_QUESTION = (
    "Write one sentence that sells this mug: stoneware, glazed by hand, 0.33 l, made in a small town by the sea."
)
# One request in so many is a stream, and one is asked of the model that breaks.
_STREAMS_EVERY = 20
_DRAIN_SECONDS = 30.0
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom a client asks: a server, under which name in the figures, and with which headers."""

    name: str
    server: Server
    headers: Mapping[str, str] = field(default_factory=dict)

    def request(self, **fields: Any) -> bytes:
        """A request for a chat, with these fields beside its message."""
        body = orjson.dumps(
            {"model": "chat", "max_tokens": 256, "messages": [{"role": "user", "content": _QUESTION}], **fields}
        )
        told = {"Host": "localhost", "Authorization": "Bearer sk-bench", "Content-Type": "application/json"}
        told |= {**self.headers, "Content-Length": str(len(body))}
        head = "".join(f"{name}: {value}\r\n" for name, value in told.items())
        return f"POST /v1/chat/completions HTTP/1.1\r\n{head}\r\n".encode() + body

    def loaded(self, seconds: float, connections: int = CONNECTIONS, **fields: Any) -> Load:
        """What clients see that ask again as soon as they are answered."""
        requests = [self.request(**fields)] * connections
        return uvloop.run(loaded(self.server.port, requests, seconds, connections))

    def listened(self, seconds: float, connections: int = CONNECTIONS) -> Heard:
        """What clients hear of streams."""
        return uvloop.run(listened(self.server.port, self.request(stream=True), seconds, connections, CHUNKS))


@dataclass(frozen=True, slots=True)
class Given:
    """A Weft folder whose gateway knows the stand-ins, a key, and the two cores."""

    place: place.Place
    secret: str
    standin: Server
    secure: Server
    authority: str
    gateway_core: int
    other_core: int
    large: bool
    beside: list[float] = field(default_factory=list)

    @contextlib.contextmanager
    def weft(self, core: int | None = None) -> Iterator[Asked]:
        """One process of Weft that serves on a core, the gateway's where none is named."""
        environment = self.place.environment() | {"SSL_CERT_FILE": self.authority}
        cores = {self.gateway_core if core is None else core}
        with started(environment, cores, [place.WEFT, "serve", "--port", PORT]) as server:
            yield Asked(WEFT, server, {"Authorization": f"Bearer {self.secret}"})

    def postgres(self) -> int:
        """PostgreSQL's first process."""
        found = embedded.postmaster(embedded.place(self.place.home))
        assert found is not None
        return found

    def quietest(self, measure: Callable[[], Result]) -> Result:
        """Measure until others leave the cores alone, or often enough; answers what was measured when they took the least."""
        tries: list[tuple[float, Result]] = []
        while len(tries) < TRIES and not any(share < QUIET for share, _ in tries):
            watch = Watch((self.gateway_core, self.other_core), (os.getpid(), self.postgres()))
            found = measure()
            tries.append((watch.neighbors(), found))
        share, found = min(tries, key=lambda one: one[0])
        self.beside.append(share)
        return found

    def rows(self) -> int:
        """The rows of the ledger."""
        with self.place.owner() as connection:
            row = connection.execute("select count(*) from ledger").fetchone()
        return int(row[0]) if row else 0


@contextlib.contextmanager
def load(options: argparse.Namespace) -> Iterator[Given]:
    """A business with providers, and a key with limits and budgets that never bind; all of it on the second core."""
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        raise SystemExit("bench gateway: it needs two cores.")
    os.sched_setaffinity(0, {cores[-1]})
    try:
        with contextlib.ExitStack() as stack:
            made = stack.enter_context(place.place())
            files = [str(file) for file in certificate.made(made.scratch)]
            standin = stack.enter_context(started(os.environ, {cores[-1]}, _STANDIN))
            secure = stack.enter_context(started(os.environ, {cores[-1]}, [*_STANDIN, *files]))
            secret = _known(made, standin, secure)
            yield Given(made, secret, standin, secure, files[0], cores[0], cores[-1], options.large)
    finally:
        os.sched_setaffinity(0, cores)


def _known(made: place.Place, standin: Server, secure: Server) -> str:
    """Make the stand-ins known, as `chat`, `swift`, `shaky`, and `secure/chat` over TLS; answers the secret of a key."""
    business = made.business("bench")
    key, secret = keys.created(made.database, business.uid, "read")
    keys.limited(made.database, business.uid, key.id, {"requests": 10**10, "tokens": 10**12, "concurrency": 10_000})
    register = Register(made.database, made.home, Seal(made.home))
    prices = {"prices": {"input": 0.1, "output": 0.4}}
    for name, url, models in (
        ("standin", f"http://127.0.0.1:{standin.port}/v1", _MODELS),
        ("secure", f"https://127.0.0.1:{secure.port}/v1", _MODELS[:1]),
    ):
        body = {"base_url": url, "models": dict.fromkeys(models, prices)}
        register.add_provider(business.uid, name, body, key="sk-upstream", reach="loopback")
    for model in _MODELS:
        register.add_route(business.uid, model, {"targets": [{"provider": "standin", "model": model}]})
    for whose, of in ((business.uid, key.id), (business.uid, None), (None, None)):
        register.set_budget(whose, of, "month", 1_000_000)
    return secret


def run(given: Given) -> dict[str, Any]:
    """Ask Weft, the stand-in itself, the limit and the peers by turns; then what only Weft is asked."""
    measured: dict[str, Any] = {"absent": {}}
    with contextlib.ExitStack() as stack:
        weft = stack.enter_context(given.weft())
        gateways = [weft]
        for name in peers.KINDS:
            try:
                peer = stack.enter_context(peers.serving(name, {given.gateway_core}, given.standin.port))
            except (OSError, RuntimeError) as problem:
                measured["absent"][name] = str(problem)
            else:
                gateways.append(Asked(name, peer.server, peer.headers))
        direct = Asked("stand-in", given.standin)
        for asked in (*gateways, direct):
            asked.loaded(1)
        measured["requests"] = _requests(given, gateways)
        measured["latency"] = _latency(given, gateways, direct)
        measured["streams"] = _streams(given, gateways, direct)
    with given.weft() as weft:
        measured["cached"] = _cached(given, weft)
        measured["tls"] = _over_tls(given, weft)
    measured["memory"] = _memory(given)
    measured["two"] = _two(given)
    measured["beside"] = given.beside
    return measured


Rounds = dict[str, list[float]]


def _told(values: Rounds, more: Mapping[str, float]) -> None:
    """Add a round."""
    for name, value in more.items():
        values.setdefault(name, []).append(value)


def _each(asked: Asked, before: float, count: int) -> float:
    """The CPU that a server used since `before` for each of so many (µs)."""
    return (cpu_seconds(asked.server.pid) - before) / count * 1e6


def _requests(given: Given, gateways: Sequence[Asked]) -> dict[str, Rounds]:
    """Of each gateway and round, what `_rate` tells."""
    found: dict[str, Rounds] = {asked.name: {} for asked in gateways}
    for _, asked in itertools.product(range(ROUNDS), gateways):
        _told(found[asked.name], given.quietest(partial(_rate, given, asked)))
    return found


def _rate(given: Given, asked: Asked, **fields: Any) -> Mapping[str, float]:
    """Requests a second, µs of the gateway's CPU for each, and how busy the client's core was."""
    watch, before = Watch((given.other_core,), ()), cpu_seconds(asked.server.pid)
    load = asked.loaded(SECONDS, **fields)
    cost = _each(asked, before, len(load.latencies))
    return {"rate": load.rate, "cost": cost, "busy": watch.busy(given.other_core)}


def _latency(given: Given, gateways: Sequence[Asked], direct: Asked) -> dict[str, Rounds]:
    """Of each gateway and round: the latency that it adds at one connection, at half and at 99 % of the requests (ms)."""

    def added(asked: Asked) -> Mapping[str, float]:
        alone, through = (one.loaded(SECONDS / 2, connections=1) for one in (direct, asked))
        return {f"p{part}": through.part(part) - alone.part(part) for part in (50, 99)}

    found: dict[str, Rounds] = {asked.name: {} for asked in gateways}
    for _, asked in itertools.product(range(ROUNDS), gateways):
        _told(found[asked.name], given.quietest(partial(added, asked)))
    return found


def _streams(given: Given, gateways: Sequence[Asked], direct: Asked) -> dict[str, Rounds]:
    """Of each gateway and round: ms to the first chunk over the stand-in's, µs of CPU a stream, chunks by themselves."""

    def heard(asked: Asked) -> Mapping[str, float]:
        itself = direct.listened(SECONDS)
        watch, before = Watch((given.other_core,), ()), cpu_seconds(asked.server.pid)
        through = asked.listened(SECONDS)
        cost = _each(asked, before, through.streams)
        over = {f"p{part}": through.part(part) - itself.part(part) for part in (50, 99)}
        return {
            **over,
            "cost": cost,
            "alone": through.alone,
            "standin": itself.alone,
            "busy": watch.busy(given.other_core),
        }

    found: dict[str, Rounds] = {asked.name: {} for asked in gateways}
    for _, asked in itertools.product(range(ROUNDS), gateways):
        _told(found[asked.name], given.quietest(partial(heard, asked)))
    return found


def _cached(given: Given, weft: Asked) -> Rounds:
    """Of each round, what `_rate` tells of answers that were given before."""
    found: Rounds = {}
    weft.loaded(1, temperature=0)
    for _ in range(ROUNDS):
        _told(found, given.quietest(partial(_rate, given, weft, temperature=0)))
    return found


def _over_tls(given: Given, weft: Asked) -> Rounds:
    """Of each round: requests a second to the stand-in over TLS, and without."""

    def compared() -> Mapping[str, float]:
        return {name: weft.loaded(SECONDS, model=model).rate for name, model in models.items()}

    found: Rounds = {}
    models = {"secure": "secure/chat", "plain": "chat"}
    weft.loaded(1, model=models["secure"])
    for _ in range(ROUNDS):
        _told(found, given.quietest(compared))
    return found


def _memory(given: Given) -> dict[str, Any]:
    """What a process holds (MB) at the start and after each tenth of many requests, and whether each left one row."""
    tenth = 100_000 if given.large else 4_000
    with given.weft() as weft:
        weft.loaded(1)
        time.sleep(1)
        rows = given.rows()
        held = [place.memory(weft.server.pid)]
        for _ in range(10):
            uvloop.run(visited(weft.server.port, _visits(weft, tenth), CONNECTIONS))
            held.append(place.memory(weft.server.pid))
        until = time.monotonic() + _DRAIN_SECONDS
        while (missing := 10 * tenth - (given.rows() - rows)) and time.monotonic() < until:
            time.sleep(0.5)
        return {"held": held, "most": place.memory(weft.server.pid, "VmHWM"), "tenth": tenth, "missing": missing}


def _visits(weft: Asked, count: int) -> Iterator[Visit]:
    """So many requests: streams among them, of which some break and some are left, and answers that break."""
    plain = Visit(weft.request())
    streams = itertools.cycle(
        [
            Visit(weft.request(model="swift", stream=True)),
            Visit(weft.request(model="shaky", stream=True)),
            Visit(weft.request(model="chat", stream=True), leaves=True),
            Visit(weft.request(model="shaky", stream=True)),
        ]
    )
    shaky = Visit(weft.request(model="shaky"))
    for number in range(count):
        turn = number % _STREAMS_EVERY
        yield next(streams) if turn == 0 else shaky if turn == _STREAMS_EVERY // 2 else plain


def _two(given: Given) -> Rounds:
    """Of each round: requests a second of one process and of two on two cores, and µs of their CPU for each.

    There is no third core: beside two processes the client, the stand-in and PostgreSQL are spread over the same two.
    """

    def compared(both: Sequence[Asked]) -> Mapping[str, float]:
        one = _rate(given, both[0])
        with _spread(given):
            used = sum(cpu_seconds(asked.server.pid) for asked in both)
            rate, count = uvloop.run(_split(both))
            used = sum(cpu_seconds(asked.server.pid) for asked in both) - used
        return {"one": one["rate"], "one_cost": one["cost"], "two": rate, "two_cost": used / count * 1e6}

    found: Rounds = {}
    with given.weft() as first, given.weft(given.other_core) as second:
        for asked in (first, second):
            asked.loaded(1)
        for _ in range(ROUNDS):
            _told(found, given.quietest(partial(compared, (first, second))))
    return found


async def _split(both: Sequence[Asked]) -> tuple[float, int]:
    """Requests a second of two servers that share the clients, and how many there were."""
    half = CONNECTIONS // len(both)
    loads = await asyncio.gather(
        *(loaded(asked.server.port, [asked.request()] * half, SECONDS, half) for asked in both)
    )
    return sum(load.rate for load in loads), sum(len(load.latencies) for load in loads)


@contextlib.contextmanager
def _spread(given: Given) -> Iterator[None]:
    """Let the client, the stand-in and PostgreSQL run on both cores for a while."""
    own = psutil.Process(given.postgres())
    processes = [psutil.Process(), psutil.Process(given.standin.pid), own, *own.children(recursive=True)]
    _placed(processes, [given.gateway_core, given.other_core])
    try:
        yield
    finally:
        _placed(processes, [given.other_core])


def _placed(processes: Sequence[psutil.Process], cores: list[int]) -> None:
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.cpu_affinity(cores)


def score(measured: dict[str, Any]) -> Sequence[Figure]:
    """The figures of the gateway."""
    return [
        *_of_requests(measured["requests"]),
        *(Figure(f"peer: {name}", 0, "req/s", note=f"absent: {why}") for name, why in measured["absent"].items()),
        *_of_latency(measured["latency"]),
        *_of_streams(measured["streams"]),
        *_of_itself(measured),
        Figure(
            "other work on the two cores",
            statistics.median(measured["beside"]) * 100,
            "%",
            note="in half of the rounds",
        ),
    ]


def _note(found: Rounds) -> str:
    low, high = min(found["rate"]), max(found["rate"])
    cost, busy = statistics.median(found["cost"]), statistics.median(found["busy"])
    return f"{low:,.0f} to {high:,.0f}; {cost:,.0f} µs of its CPU each; the client's core {min(busy, 1):.0%} busy"


def _others(found: Mapping[str, Rounds], what: str, form: str) -> str:
    """What was measured of the limit and the peers, in one line."""
    named = {name: statistics.median(values[what]) for name, values in found.items() if name != WEFT}
    return "; ".join(f"{name} {value:{form}}" for name, value in named.items())


def _of_requests(found: Mapping[str, Rounds]) -> Iterator[Figure]:
    rates = {name: statistics.median(values["rate"]) for name, values in found.items()}
    costs = {name: statistics.median(values["cost"]) for name, values in found.items()}
    yield Figure(f"requests, {CONNECTIONS} connections", rates[WEFT], "req/s", 4000, False, _note(found[WEFT]))
    for name, rate in rates.items():
        if name != WEFT:
            yield Figure(f"{'limit' if name == BARE else 'peer'}: {name}", rate, "req/s", note=_note(found[name]))
    if LITELLM in rates:
        note = f"by the CPU that each takes {costs[LITELLM] / costs[WEFT]:,.0f} times"
        yield Figure("Weft to LiteLLM", rates[WEFT] / rates[LITELLM], "times", 40, False, note)
    for name in (NGINX, BARE):
        if name in rates:
            note = f"by the CPU that each takes {costs[name] / costs[WEFT]:.2g} times"
            yield Figure(f"Weft to {name}", rates[WEFT] / rates[name], "times", note=note)


def _of_latency(found: Mapping[str, Rounds]) -> Iterator[Figure]:
    for part, asked in (("p50", 0.5), ("p99", 3.0)):
        added = statistics.median(found[WEFT][part])
        yield Figure(f"added at 1 connection, {part}", added, "ms", asked, note=_others(found, part, ",.2f"))


def _of_streams(found: Mapping[str, Rounds]) -> Iterator[Figure]:
    own = {name: statistics.median(values) for name, values in found[WEFT].items()}
    note = f"p99 {own['p99']:.1f}; the client's core {min(own['busy'], 1):.0%} busy; {_others(found, 'p50', ',.2f')}"
    yield Figure(f"first chunk over the stand-in's, {CONNECTIONS} streams", own["p50"], "ms", 3, note=note)
    note = f"of the stand-in's own {own['standin']:.0%}; {_others(found, 'alone', '.0%')}"
    yield Figure("chunks that come by themselves", own["alone"] * 100, "%", note=note)
    note = _others(found, "cost", ",.0f")
    yield Figure(f"CPU for a stream of {CHUNKS} chunks", own["cost"], "µs", 4000, note=note)


def _of_itself(measured: Mapping[str, Any]) -> Iterator[Figure]:
    cached, tls, memory, two = (measured[name] for name in ("cached", "tls", "memory", "two"))
    yield Figure("a cached answer", statistics.median(cached["rate"]), "req/s", 12_000, False, _note(cached))
    share = statistics.median([a / b for a, b in zip(tls["secure"], tls["plain"], strict=True)])
    yield Figure("upstream over TLS", statistics.median(tls["secure"]), "req/s", note=f"{share:.2f} times that without")
    count, held = memory["tenth"] * 10, memory["held"]
    said = f"{count:,} requests, {count // _STREAMS_EVERY:,} of them streams, broken ones among them"
    yield Figure("memory, at most", memory["most"], "MB", 150, note=f"{held[0]:.0f} MB before {said}")
    said = f"{', '.join(f'{one:.0f}' for one in held[1:])} MB after each tenth"
    yield Figure("memory at the end to that after a tenth", held[-1] / held[1], "times", 1.05, note=said)
    yield Figure("requests without a row in the ledger", memory["missing"], "requests", 0)
    ratio = statistics.median([b / a for a, b in zip(two["one"], two["two"], strict=True)])
    by_cpu = 2 * statistics.median([a / b for a, b in zip(two["one_cost"], two["two_cost"], strict=True)])
    said = f"the client on the same cores; by the CPU of the two alone {by_cpu:.2f} times"
    yield Figure("two processes to one", ratio, "times", 1.8, False, said)
