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
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

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
from weft.gateway.register import PERIODS, Register
from weft.gateway.seal import Seal
from weft.postgres import embedded

CONNECTIONS, ROUNDS, SECONDS = 64, 5, 4.0
WEFT, LITELLM, NGINX, BARE = "Weft", "LiteLLM", "nginx", "bare proxy"
_STANDIN = [sys.executable, "-m", "bench.model_server", PORT]
_MODELS = ("chat", "swift", "shaky")
_QUESTION = (
    "Write one sentence that sells this mug: stoneware, glazed by hand, 0.33 l, made in a small town by the sea."
)
# One request in so many is a stream, and one is asked of the model that breaks.
_STREAMS_EVERY = 20
_DRAIN_SECONDS = 30.0


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

    def watch(self) -> Watch:
        """Watch both cores from now on."""
        return Watch((self.gateway_core, self.other_core), (os.getpid(), self.postgres()))

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
        for period in PERIODS:
            register.set_budget(whose, of, period, 1_000_000)
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
        measured["latency"] = _latency(gateways, direct)
        measured["streams"] = _streams(given, gateways, direct)
    with given.weft() as weft:
        measured["cached"] = _cached(given, weft)
        measured["tls"] = _over_tls(weft)
    measured["memory"] = _memory(given)
    measured["two"] = _two(given)
    return measured


def _requests(given: Given, gateways: Sequence[Asked]) -> dict[str, dict[str, list[float]]]:
    """Of each gateway and round: requests a second, µs of its CPU for each, and how busy the client's core and neighbors were."""
    found: dict[str, dict[str, list[float]]] = {}
    for _ in range(ROUNDS):
        for asked in gateways:
            watch, before = given.watch(), cpu_seconds(asked.server.pid)
            load = asked.loaded(SECONDS)
            _told(
                found.setdefault(asked.name, {}),
                rate=load.rate,
                cost=_each(asked, before, len(load.latencies)),
                busy=watch.busy(given.other_core),
                neighbors=watch.neighbors(),
            )
    return found


def _told(values: dict[str, list[float]], **more: float) -> None:
    for name, value in more.items():
        values.setdefault(name, []).append(value)


def _each(asked: Asked, before: float, count: int) -> float:
    """The CPU that a server used since `before` for each of so many (µs)."""
    return (cpu_seconds(asked.server.pid) - before) / count * 1e6


def _latency(gateways: Sequence[Asked], direct: Asked) -> dict[str, dict[str, list[float]]]:
    """Of each gateway and round: the latency that it adds at one connection, at half and at 99 % of the requests (ms)."""
    found: dict[str, dict[str, list[float]]] = {}
    for _ in range(ROUNDS):
        alone = direct.loaded(SECONDS / 2, connections=1)
        for asked in gateways:
            through = asked.loaded(SECONDS / 2, connections=1)
            added = {f"p{part}": through.part(part) - alone.part(part) for part in (50, 99)}
            _told(found.setdefault(asked.name, {}), **added)
    return found


def _streams(given: Given, gateways: Sequence[Asked], direct: Asked) -> dict[str, dict[str, list[float]]]:
    """Of each gateway and round: ms to the first chunk over the stand-in's, µs of CPU a stream, chunks by themselves."""
    found: dict[str, dict[str, list[float]]] = {}
    for _ in range(ROUNDS):
        alone = direct.listened(SECONDS)
        _told(found.setdefault(direct.name, {}), alone=alone.alone)
        for asked in gateways:
            watch, before = given.watch(), cpu_seconds(asked.server.pid)
            through = asked.listened(SECONDS)
            _told(
                found.setdefault(asked.name, {}),
                over=through.part(50) - alone.part(50),
                cost=_each(asked, before, through.streams),
                alone=through.alone,
                busy=watch.busy(given.other_core),
            )
    return found


def _cached(given: Given, weft: Asked) -> dict[str, list[float]]:
    """Of each round: answers a second that were given before, and µs of CPU for each."""
    found: dict[str, list[float]] = {}
    weft.loaded(1, temperature=0)
    for _ in range(ROUNDS):
        watch, before = given.watch(), cpu_seconds(weft.server.pid)
        load = weft.loaded(SECONDS, temperature=0)
        cost = _each(weft, before, len(load.latencies))
        _told(found, rate=load.rate, cost=cost, busy=watch.busy(given.other_core))
    return found


def _over_tls(weft: Asked) -> dict[str, list[float]]:
    """Of each round: requests a second to the stand-in over TLS, and without."""
    found: dict[str, list[float]] = {}
    weft.loaded(1, model="secure/chat")
    for _ in range(ROUNDS):
        secure = weft.loaded(SECONDS / 2, model="secure/chat").rate
        _told(found, secure=secure, plain=weft.loaded(SECONDS / 2).rate)
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


def _two(given: Given) -> dict[str, list[float]]:
    """Of each round: requests a second of one process and of two on two cores, and µs of their CPU for each.

    There is no third core: beside two processes the client, the stand-in and PostgreSQL are spread over the same two.
    """
    found: dict[str, list[float]] = {}
    with given.weft() as first, given.weft(given.other_core) as second:
        both = (first, second)
        for asked in both:
            asked.loaded(1)
        for _ in range(ROUNDS):
            before = cpu_seconds(first.server.pid)
            one = first.loaded(SECONDS)
            _told(found, one=one.rate, one_cost=_each(first, before, len(one.latencies)))
            with _spread(given):
                used = sum(cpu_seconds(asked.server.pid) for asked in both)
                rate, count = uvloop.run(_split(both))
                used = sum(cpu_seconds(asked.server.pid) for asked in both) - used
            _told(found, two=rate, two_cost=used / count * 1e6)
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
        *_of_requests(measured["requests"], measured["absent"]),
        *_of_latency(measured["latency"]),
        *_of_streams(measured["streams"]),
        *_of_itself(measured),
    ]


def _median(values: Sequence[float]) -> float:
    return statistics.median(values)


def _note(found: Mapping[str, Sequence[float]]) -> str:
    low, high = min(found["rate"]), max(found["rate"])
    return (
        f"{low:,.0f} to {high:,.0f}; {_median(found['cost']):,.0f} µs of its CPU each; "
        f"the client's core {_median(found['busy']):.0%} busy"
    )


def _of_requests(found: Mapping[str, Mapping[str, Sequence[float]]], absent: Mapping[str, str]) -> Iterator[Figure]:
    rates = {name: _median(values["rate"]) for name, values in found.items()}
    own = rates[WEFT]
    yield Figure(f"requests, {CONNECTIONS} connections", own, "req/s", 4000, False, _note(found[WEFT]))
    for name, rate in rates.items():
        if name != WEFT:
            said = "limit" if name == BARE else "peer"
            yield Figure(f"{said}: {name}", rate, "req/s", note=_note(found[name]))
    if LITELLM in rates:
        yield Figure("Weft to LiteLLM", own / rates[LITELLM], "times", 40, False)
    for name in (NGINX, BARE):
        if name in rates:
            yield Figure(f"Weft to the {name}" if name == BARE else f"Weft to {name}", own / rates[name], "times")
    for name, why in absent.items():
        yield Figure(f"peer: {name}", 0, "req/s", note=f"absent: {why}")
    beside = [value for values in found.values() for value in values["neighbors"]]
    yield Figure("other work on the two cores", _median(beside) * 100, "%", note="meanwhile; not the bench's own")


def _of_latency(found: Mapping[str, Mapping[str, Sequence[float]]]) -> Iterator[Figure]:
    for part, asked in ((50, 0.5), (99, 3.0)):
        added = {name: _median(values[f"p{part}"]) for name, values in found.items()}
        others = "; ".join(f"{name} {value:,.2f}" for name, value in added.items() if name != WEFT)
        yield Figure(f"added at 1 connection, p{part}", added[WEFT], "ms", asked, note=others)


def _of_streams(found: Mapping[str, Mapping[str, Sequence[float]]]) -> Iterator[Figure]:
    def others(what: str, form: str) -> str:
        return "; ".join(
            f"{name} {_median(values[what]):{form}}"
            for name, values in found.items()
            if name != WEFT and what in values
        )

    own = found[WEFT]
    said = f"the client's core {_median(own['busy']):.0%} busy; {others('over', ',.2f')}"
    yield Figure(f"first chunk over the stand-in's, {CONNECTIONS} streams", _median(own["over"]), "ms", 3, note=said)
    yield Figure("chunks that come by themselves", _median(own["alone"]) * 100, "%", note=others("alone", ".0%"))
    cost = _median(own["cost"])
    yield Figure(f"CPU for a stream of {CHUNKS} chunks", cost, "µs", 4000, note=others("cost", ",.0f"))


def _of_itself(measured: Mapping[str, Any]) -> Iterator[Figure]:
    cached, tls, memory, two = (measured[name] for name in ("cached", "tls", "memory", "two"))
    yield Figure("a cached answer", _median(cached["rate"]), "req/s", 12_000, False, _note(cached))
    share = _median([a / b for a, b in zip(tls["secure"], tls["plain"], strict=True)])
    yield Figure("upstream over TLS", _median(tls["secure"]), "req/s", note=f"{share:.2f} times that without")
    count, held = memory["tenth"] * 10, memory["held"]
    said = f"{count:,} requests, {count // _STREAMS_EVERY:,} of them streams, broken ones among them"
    yield Figure("memory, at most", memory["most"], "MB", 150, note=f"{held[0]:.0f} MB before {said}")
    yield Figure("memory at the end to that after a tenth", held[-1] / held[1], "times", 1.05)
    yield Figure("requests without a row in the ledger", memory["missing"], "requests", 0)
    ratio = _median([b / a for a, b in zip(two["one"], two["two"], strict=True)])
    by_cpu = 2 * _median([a / b for a, b in zip(two["one_cost"], two["two_cost"], strict=True)])
    said = f"the client on the same cores; by the CPU of the two alone {by_cpu:.2f} times"
    yield Figure("two processes to one", ratio, "times", 1.8, False, said)
