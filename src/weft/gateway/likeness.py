"""How like texts are, by the models of a route: vectors that tell, and documents by how well they answer a query.

The shapes are OpenAI's (`/v1/embeddings`) and Cohere's and Jina's (`/v1/rerank`). What a model says is checked before anybody counts
on it: a vector for each text, all of one width, of numbers that are not all nothing; a score for each document, once.
"""

import asyncio
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import orjson

from weft.access.keys import Limits
from weft.errors import ModelTimeout, NoAnswer
from weft.gateway import errand
from weft.gateway.door import Door
from weft.gateway.models import Kind
from weft.gateway.request import BULK, PERSON, Call, Whole

_SHOWN: Final = 80


@dataclass(frozen=True, slots=True)
class Vectors:
    """A vector for each text, all of one width and none of them nothing, and the model that made them, as provider/model."""

    rows: Sequence[Sequence[float]]
    model: str


@dataclass(frozen=True, slots=True)
class Ranked:
    """How well each document answers the query, the higher the better, and the model that says so, as provider/model."""

    scores: Sequence[float]
    model: str


async def embedded(
    door: Door, business: UUID, texts: Sequence[str], route: str, only: str | None, seconds: float
) -> Vectors:
    """The vectors of texts; raises NoAnswer where what came back are none, and what the door raises."""
    payload, model = await _asked(door, business, "embeddings", {"model": route, "input": list(texts)}, only, seconds)
    rows: list[Sequence[float] | None] = [None] * len(texts)
    for place, one in enumerate(payload["data"]):
        index = one.get("index", place) if isinstance(one, Mapping) else None
        if not isinstance(index, int) or not 0 <= index < len(rows) or rows[index] is not None:
            raise NoAnswer(f"{model} gave vectors of other texts than were sent.")
        rows[index] = _vector(one.get("embedding"), model)
    found = [row for row in rows if row is not None]
    if len(found) != len(texts):
        raise NoAnswer(f"{model} gave {len(found):,} vectors for {len(texts):,} texts.")
    if len({len(row) for row in found}) > 1:
        raise NoAnswer(f"{model} gave vectors of several widths.")
    return Vectors(found, model)


def _vector(value: Any, model: str) -> Sequence[float]:
    if not isinstance(value, list) or not value or not all(map(_finite, value)) or not any(value):
        raise NoAnswer(f"{model} gave what is no vector: {str(value)[:_SHOWN]}")
    return value


def _finite(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


async def ranked(
    door: Door, business: UUID, query: str, documents: Sequence[str], route: str, seconds: float
) -> Ranked:
    """How well documents answer a query; raises NoAnswer where what came back does not tell, and what the door raises."""
    body = {"model": route, "query": query, "documents": list(documents), "top_n": len(documents)}
    payload, model = await _asked(door, business, "rerank", body, None, seconds)
    scores: dict[int, float] = {}
    for one in payload["results"]:
        index, score = (one.get("index"), one.get("relevance_score")) if isinstance(one, Mapping) else (None, None)
        if not isinstance(index, int) or not 0 <= index < len(documents) or index in scores or not _finite(score):
            raise NoAnswer(f"{model} gave what is no score of a document: {str(one)[:_SHOWN]}")
        scores[index] = float(score)  # type: ignore[arg-type]
    if len(scores) != len(documents):
        raise NoAnswer(f"{model} gave scores for {len(scores):,} of {len(documents):,} documents.")
    return Ranked([scores[place] for place in range(len(documents))], model)


async def _asked(
    door: Door, business: UUID, kind: Kind, body: Mapping[str, Any], only: str | None, seconds: float
) -> tuple[Any, str]:
    """What a model of a route says, and which; raises ModelTimeout where none does in time."""
    now = errand.current()

    def counted(row: Mapping[str, Any]) -> None:
        if now.bill is not None:
            now.bill.cost += row["cost"]
            now.bill.requests += row["attempts"]
            now.bill.seconds += (row.get("total_ms") or 0.0) / 1000

    call = Call(
        kind,
        body,
        orjson.dumps(body),
        business,
        key=now.key,
        limits=now.limits or Limits(),
        skill=now.skill,
        priority=BULK if now.bulk else PERSON,
        # An answer that is kept belongs to a route, and vectors to a model.
        control="no-store",
        only=only,
        told=counted,
    )
    try:
        async with asyncio.timeout(seconds):
            given = await door.answer(call)
    except TimeoutError:
        raise ModelTimeout(f"No model of {body['model']} answered within {seconds:g} s.") from None
    assert isinstance(given, Whole)
    return orjson.loads(given.body), given.target
