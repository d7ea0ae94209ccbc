"""Meaning by a model that a business has a route to, in place of the small one of this machine, and hits put in order by another.

Vectors belong to the model that made them and to their width, which the name of what made them says: `provider/model (1536)`. A query
is compared with vectors of its own model alone. A shopper never waits long for a model, nor sees that one fails: words answer then,
and a model that failed is left alone for some seconds.
"""

import contextlib
import logging
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from weft.errors import NoAnswer, WeftError
from weft.gateway import errand
from weft.gateway.handle import Models
from weft.postgres import lockfile

EMBED: Final = "embed"
RERANK: Final = "rerank"
"""The names of the routes."""

FEW: Final = 50
"""How many of the first hits are put in order."""

_LOG: Final = logging.getLogger(__name__)
_MADE: Final = re.compile(r"(?P<model>[^/]+/.+) \((?P<width>\d+)\)")
_AT_ONCE: Final = 64
_TRIES: Final = 4
_PAUSE: Final = 2.0
_LONGEST_PAUSE: Final = 30.0
_BUILD_SECONDS: Final = 120.0
_EDITED_SECONDS: Final = 5.0
_EMBED_SECONDS: Final = 2.0
_RERANK_SECONDS: Final = 2.0
_REST_SECONDS: Final = 15.0
_LONGEST: Final = 4000
_DOCUMENT: Final = 600
_QUERIES_KEPT: Final = 10_000
_KEPT: Final[OrderedDict[tuple[UUID, str, str], NDArray[np.float32]]] = OrderedDict()
_LOCK: Final = threading.Lock()
_RESTING: Final[dict[tuple[UUID, str], float]] = {}
_OUTGROWN: Final[set[tuple[UUID, str]]] = set()


class Routed:
    """The model that a business's route `embed` names first, as what texts are embedded with for an index.

    Texts that it does not embed after some tries have vectors of nothing, which are like no other, and `problem` says why: what is
    found by words is not to wait for it.
    """

    def __init__(self, models: Models, name: str, *, tries: int = _TRIES, seconds: float = _BUILD_SECONDS) -> None:
        """`name` says the model and the width of its vectors."""
        told = _MADE.fullmatch(name)
        assert told is not None
        self.name = name
        self.problem: str | None = None
        self._model, self._width = told["model"], int(told["width"])
        self._models, self._tries, self._seconds = models, tries, seconds

    def embedded(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One row of unit length for each text, float32 (texts, width); nothing but zeros where the model did not answer."""
        found = np.zeros((len(texts), self._width), np.float32)
        for start in range(0, len(texts), _AT_ONCE):
            try:
                rows = self._rows(texts[start : start + _AT_ONCE])
            except WeftError as problem:
                _LOG.warning("what products mean is not known of all of them: %s", problem)
                self.problem = problem.message
                break
            found[start : start + len(rows)] = rows
        return found

    def _rows(self, texts: Sequence[str]) -> NDArray[np.float32]:
        # What failed once is tried once a time from then on: a model that is down must not hold up a build for hours.
        tries = 1 if self.problem else self._tries
        pause = _PAUSE
        for turn in range(1, tries + 1):
            try:
                rows = _asked(self._models, self._model, texts, self._seconds)
            except WeftError as problem:
                wait = problem.details.get("retry_after")
                if turn == tries or problem.status in (401, 402, 403, 404):
                    raise
                time.sleep(min(float(wait) if isinstance(wait, int | float) else pause, _LONGEST_PAUSE))
                pause *= 2
            else:
                if rows.shape[1] != self._width:
                    raise NoAnswer(f"{self._model} gave vectors of {rows.shape[1]} numbers in place of {self._width}.")
                return rows
        raise AssertionError


def _asked(models: Models, model: str, texts: Sequence[str], seconds: float) -> NDArray[np.float32]:
    # Servers refuse an empty text.
    sent = [text[:_LONGEST].strip() or "-" for text in texts]
    with errand.on(skill="search", bulk=True):
        return _unit(models.embedded(sent, seconds=seconds, **_to(models, model)).rows)


def _to(models: Models, model: str) -> dict[str, str]:
    """How one model is asked: by the route, or by its own name once the route has others."""
    return {"route": EMBED, "only": model} if model in models.behind(EMBED) else {"route": model}


def now(models: Models) -> Routed | None:
    """What a catalog is to be embedded with, its width told by one short text; None where there is no route `embed`.

    Raises what asking the model raises.
    """
    model = wanted(models)
    if model is None:
        return None
    return Routed(models, f"{model} ({_asked(models, model, ['width'], _BUILD_SECONDS).shape[1]})")


def late(models: Models, made: str) -> Routed:
    """The model that made an index's vectors, for the few products that were edited since: asked once, and not for long."""
    return Routed(models, made, tries=1, seconds=_EDITED_SECONDS)


def _unit(rows: Sequence[Sequence[float]]) -> NDArray[np.float32]:
    found = np.array(rows, np.float64)
    unit: NDArray[np.float32] = (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)
    return unit


def wanted(models: Models) -> str | None:
    """The model that a business's texts are to be embedded with, as provider/model; None where it has no route `embed`."""
    return next(iter(models.behind(EMBED)), None) if EMBED in models.routes else None


def by_route(made: str | None) -> bool:
    """Whether vectors were made by a route's model, by the name of what made them."""
    return made is not None and _MADE.fullmatch(made) is not None


def outdated(models: Models, business: UUID, made: str | None) -> bool:
    """Whether the vectors of an index are by now of another model, or of another width, than texts are embedded with."""
    model, found = wanted(models), _MADE.fullmatch(made or "")
    if found is None or model is None:
        return (found is None) != (model is None)
    return found["model"] != model or (business, made or "") in _OUTGROWN


def vector(models: Models, business: UUID, made: str, query: str) -> NDArray[np.float32] | None:
    """The vector of a query by the model that made an index's vectors; None where it does not answer in time or with another width."""
    key = (business, made, query)
    with _LOCK:
        if (kept := _KEPT.get(key)) is not None:
            _KEPT.move_to_end(key)
            return kept
    told = _MADE.fullmatch(made)
    if told is None or _rests(business, EMBED):
        return None
    try:
        with errand.on(skill="search"):
            rows = models.embedded([query[:_LONGEST]], seconds=_EMBED_SECONDS, **_to(models, told["model"])).rows
    except WeftError as problem:
        _failed(business, EMBED, problem)
        return None
    found: NDArray[np.float32] = _unit(rows)[0]
    if len(found) != int(told["width"]):
        _OUTGROWN.add((business, made))
        return None
    with _LOCK:
        _KEPT[key] = found
        while len(_KEPT) > _QUERIES_KEPT:
            _KEPT.popitem(last=False)
    return found


def scores(
    models: Models, business: UUID, query: str, documents: Sequence[str]
) -> tuple[NDArray[np.float64], str] | None:
    """How well texts answer a query, from 0 for the worst of them to 1 for the best, and by which model; None where none says so.

    None as well where the business has no route `rerank`, or its models do not answer in time.
    """
    if len(documents) < 2 or _rests(business, RERANK) or RERANK not in models.routes:
        return None
    try:
        with errand.on(skill="search"):
            told = models.ranked(query, [one[:_DOCUMENT] for one in documents], route=RERANK, seconds=_RERANK_SECONDS)
    except WeftError as problem:
        _failed(business, RERANK, problem)
        return None
    found: NDArray[np.float64] = np.array(told.scores, np.float64)
    low, span = float(found.min()), float(np.ptp(found))
    return ((found - low) / span, told.model) if span > 0 else None


def _rests(business: UUID, route: str) -> bool:
    return time.monotonic() < _RESTING.get((business, route), 0.0)


def _failed(business: UUID, route: str, problem: WeftError) -> None:
    _LOG.warning("the route %s does not answer, and is left alone for %g s: %s", route, _REST_SECONDS, problem)
    _RESTING[business, route] = time.monotonic() + _REST_SECONDS


@contextlib.contextmanager
def embedding(home: Path, business: UUID) -> Iterator[bool]:
    """Whether this process may embed a business's catalog now: of all on this machine, one may."""
    place = home / "index" / str(business)
    place.mkdir(parents=True, exist_ok=True)
    with (place / "meaning.lock").open("ab") as file:
        yield lockfile.held(file)
