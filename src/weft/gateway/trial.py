"""A trial: what a model can do, found out by asking it, so that nobody has to guess.

Each question is one request through the door, with its row in the ledger. What a server refuses, the model cannot do; where a
question fails in another way, a plain one is asked again, and only if that is answered the ability is what is missing.
"""

import base64
import re
import struct
import time
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import orjson

from weft.errors import (
    Forbidden,
    InputError,
    LimitReached,
    ModelBusy,
    ModelFailed,
    ModelRefused,
    ModelTimeout,
    WeftError,
)
from weft.gateway.bounds import Size
from weft.gateway.door import Door
from weft.gateway.models import ABILITIES, Kind, Route, Target
from weft.gateway.providers import openai
from weft.gateway.request import Call, Flow, Whole
from weft.gateway.utterance import without_thoughts

LIMIT: Final = 1024
_MOST_WORDS: Final = 300
_LEAST_SECONDS: Final = 0.05
_SIDE: Final = 64
_THOUGHTS: Final = ("reasoning_content", "reasoning")
_PLAIN: Final = "Answer with the one word: ready"
_LONG: Final = "Count from one to forty in English words, with commas between them."
_TOOL: Final = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "The weather in a city at this moment.",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
            "additionalProperties": False,
        },
    },
}
# No model comes upon these names by itself: an answer that has them was held to the schema.
_SCHEMA: Final = {
    "type": "object",
    "properties": {"verdict": {"type": "string", "enum": ["keep", "drop"]}, "grade": {"type": "integer"}},
    "required": ["verdict", "grade"],
    "additionalProperties": False,
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one question: yes, no, or (None) nothing that can be relied on; and how it was."""

    question: str
    verdict: bool | None
    words: str


@dataclass(slots=True)
class Trial:
    """What was found of one model; milliseconds to the first token, tokens a second behind it, nanodollars."""

    target: Target
    findings: list[Finding] = field(default_factory=list)
    first_ms: float | None = None
    tokens_per_second: float | None = None
    requests: int = 0
    cost: int = 0

    @property
    def answers(self) -> bool:
        """Whether it answered at all."""
        return any(found.question in ("answers", "stream") and found.verdict for found in self.findings)

    @property
    def abilities(self) -> dict[str, bool]:
        """The abilities that are sure, as a model keeps them; of a model that does not answer, none are."""
        if not self.answers:
            return {}
        return {
            found.question: found.verdict
            for found in self.findings
            if found.question in ABILITIES and found.verdict is not None
        }


class _Over(Exception):
    """Nothing more is asked: the server is not well, or money or patience has run out."""


class _Examiner:
    """Asks one model one question after the other."""

    def __init__(
        self, door: Door, business: UUID, target: Target, seconds: float, told: Callable[[Finding], None]
    ) -> None:
        self._door, self._business, self._seconds, self._told = door, business, seconds, told
        self._route = Route(
            target.id, (target,), retries=0, first_seconds=seconds, idle_seconds=seconds, seconds=seconds
        )
        self._target = target
        self._control: Callable[[], Awaitable[object]] = self._answered
        self._beside: list[Finding] = []
        self.trial = Trial(target)

    async def examine(self) -> None:
        """Ask all that there is to ask of a model of this kind."""
        kind = self._target.model.kind
        questions = {"chat": self._chat, "embeddings": self._embeddings, "rerank": self._rerank}[kind]
        try:
            await questions()
        except _Over:
            return

    async def _chat(self) -> None:
        await self._asked("answers", self._answers, control=False)
        if not self.trial.answers:
            self._control = self._streamed
        await self._asked("stream", self._streams, control=self.trial.answers)
        if self._control == self._streamed:
            # What it answers only as a stream, or not at all, has no more to be asked whole.
            return
        await self._asked("tools", self._calls)
        await self._asked("json_schema", self._holds_schema)
        await self._asked("json_object", self._makes_json)
        await self._asked("vision", self._sees)

    async def _asked(self, name: str, question: Callable[[], Awaitable[Finding]], *, control: bool = True) -> None:
        """Ask one question and note what came; raises _Over."""
        try:
            self._note(await question())
        except (LimitReached, ModelBusy, Forbidden, InputError) as problem:
            self._note(Finding(name, None, f"could not be asked: {self._said(problem)}"))
            raise _Over from problem
        except ModelRefused as problem:
            self._note(Finding(name, False, f"refused: {self._said(problem)}"))
        except ModelFailed as problem:
            words, late = self._said(problem), isinstance(problem, ModelTimeout)
            if not control:
                self._note(Finding(name, False, words))
                if late:
                    raise _Over from problem
            elif await self._well():
                self._note(Finding(name, None if late else False, words))
            else:
                self._note(Finding(name, None, f"{words} A plain question is not answered any more either."))
                raise _Over from problem

    def _said(self, problem: WeftError) -> str:
        """A problem's words, without the name of the one model that is asked."""
        name = self._target.id
        words = problem.message
        for before in (
            f"No model of {name} answered in time: ",
            f"No model of {name} answered: ",
            f"{name}: ",
            f"{name} broke off: ",
            f"{name} ",
        ):
            words = words.removeprefix(before)
        return clean(words)

    async def _well(self) -> bool:
        """Whether a plain question is still answered."""
        try:
            await self._control()
        except WeftError:
            return False
        return True

    def _note(self, finding: Finding) -> None:
        found, self._beside = [finding, *self._beside], []
        for one in found:
            self.trial.findings.append(one)
            self._told(one)

    async def _sent(self, kind: Kind, body: Mapping[str, Any]) -> Whole | Flow:
        whole = {"model": self._target.id, **body}
        call = Call(kind, whole, orjson.dumps(whole), self._business, control="no-store", told=self._count)
        return await self._door.tried(call, self._route)

    def _count(self, row: Mapping[str, Any]) -> None:
        self.trial.requests += 1
        self.trial.cost += int(row["cost"])

    async def _whole(self, kind: Kind, body: Mapping[str, Any]) -> dict[str, Any]:
        """The reply to one question; raises WeftError."""
        reply = await self._sent(kind, body)
        assert isinstance(reply, Whole)
        payload: dict[str, Any] = orjson.loads(reply.body)
        return payload

    async def _message(self, content: Any, **more: Any) -> dict[str, Any]:
        """The message that answers a chat; empty where its shape is no message's."""
        return message_of(await self._whole("chat", self._chat_body(content, **more)))

    def _chat_body(self, content: Any, **more: Any) -> dict[str, Any]:
        limit = {openai.limit_field(self._target.provider): LIMIT}
        return {"messages": [{"role": "user", "content": content}], **limit, **more}

    async def _answered(self) -> object:
        return await self._message(_PLAIN)

    async def _answers(self) -> Finding:
        body = self._chat_body(_PLAIN)
        payload = await self._whole("chat", body)
        message = message_of(payload)
        text, thoughts = text_of(message), thoughts_of(message)
        self._beside.append(self._usage("chat", payload, body))
        if thoughts:
            self._beside.append(Finding("reasoning", True, "is told apart from the answer"))
        elif without_thoughts(text) != text:
            self._beside.append(Finding("reasoning", False, "stands inside the answer"))
        if text:
            return Finding("answers", True, f"says “{clean(text, 60)}”")
        if message.get("tool_calls"):
            return Finding("answers", True, "calls a tool that it was not given, and says nothing")
        if thoughts:
            return Finding("answers", True, f"was still thinking when its {LIMIT:,} tokens were used up")
        return Finding("answers", bool(message), "says nothing" if message else "its answer holds no message")

    def _usage(self, kind: Kind, payload: Mapping[str, Any], body: Mapping[str, Any]) -> Finding:
        """Whether the server tells what it used, and whether that can be."""
        usage = openai.usage(payload)
        if usage is None:
            return Finding("usage", False, "is not told: what requests used is taken from their size")
        most = Size.of(kind, body, orjson.dumps(body)).tokens_in(self._target)
        told = f"{usage.tokens_in:,} tokens in, {usage.tokens_out:,} out"
        if usage.tokens_in > most or usage.tokens_out > LIMIT:
            return Finding("usage", False, f"is told wrongly: {told} is more than it can have been")
        return Finding("usage", True, f"is told: {told}")

    async def _streamed(self) -> "_Heard":
        body = self._chat_body(_LONG, stream=True, stream_options={"include_usage": True})
        began = time.perf_counter()
        reply = await self._sent("chat", body)
        assert isinstance(reply, Flow)
        heard = _Heard(began)
        try:
            async for event in _events(reply):
                heard.take(event)
        finally:
            await reply.close()
        if heard.problem is not None:
            raise ModelFailed(heard.problem)
        return heard

    async def _streams(self) -> Finding:
        heard = await self._streamed()
        if heard.first is None or heard.last is None:
            return Finding("stream", True, "streams, and says nothing")
        self.trial.first_ms = round((heard.first - heard.began) * 1000, 1)
        took = heard.last - heard.first
        tokens = heard.usage.tokens_out if heard.usage is not None else heard.pieces
        if took >= _LEAST_SECONDS and tokens > 1:
            self.trial.tokens_per_second = round((tokens - 1) / took, 1)
        usage = "tells usage at the end" if heard.usage is not None else "never tells usage"
        if heard.pieces == 1:
            return Finding("stream", True, f"streams, but all in one piece; {usage}")
        return Finding("stream", True, f"streams in {heard.pieces:,} pieces; {usage}")

    async def _calls(self) -> Finding:
        words = "What is the weather in Paris at this moment? Call the tool; do not answer yourself."
        found = _called(await self._message(words, tools=[_TOOL]))
        if found.verdict:
            return found
        choice = {"type": "function", "function": {"name": "weather"}}
        try:
            forced = _called(await self._message(words, tools=[_TOOL], tool_choice=choice))
        except ModelRefused:
            return found
        return Finding("tools", True, "calls a tool if it has to (tool_choice)") if forced.verdict else found

    async def _holds_schema(self) -> Finding:
        schema = {"name": "judgement", "strict": True, "schema": _SCHEMA}
        text = text_of(
            await self._message(
                "Describe a blue mug in JSON.", response_format={"type": "json_schema", "json_schema": schema}
            )
        )
        held, why = _object(text)
        if held is None:
            return Finding("json_schema", False, f"ignores it: {why}")
        sound = set(held) == {"verdict", "grade"} and held["verdict"] in ("keep", "drop") and type(held["grade"]) is int
        if not sound:
            return Finding("json_schema", False, "ignores it: answers JSON of another shape")
        return Finding("json_schema", True, "keeps to a schema")

    async def _makes_json(self) -> Finding:
        asked = "Describe a blue mug as a JSON object with its color and its material."
        text = text_of(await self._message(asked, response_format={"type": "json_object"}))
        held, why = _object(text)
        if held is None:
            return Finding("json_object", False, f"ignores it: {why}")
        return Finding("json_object", True, "answers a JSON object where that is asked for")

    async def _sees(self) -> Finding:
        text = text_of(
            await self._message(
                [
                    {"type": "text", "text": "Which color fills this picture? Answer with one English word."},
                    {"type": "image_url", "image_url": {"url": picture()}},
                ]
            )
        )
        if re.search(r"\b(red|crimson|scarlet)\b|红|紅", text.lower()):
            return Finding("vision", True, "sees what a picture shows")
        said = f"says “{clean(text, 60)}” of a red one" if text else "says nothing"
        return Finding("vision", False, f"takes a picture and does not see it: {said}")

    async def _embeddings(self) -> None:
        await self._asked("answers", self._vectors, control=False)

    async def _vectors(self) -> Finding:
        body = {"input": ["a blue mug", "wool scarf"]}
        payload = await self._whole("embeddings", body)
        vectors = [one.get("embedding") if isinstance(one, dict) else None for one in payload["data"]]
        sizes = {len(one) if isinstance(one, list) and all(_number(part) for part in one) else 0 for one in vectors}
        if len(vectors) != 2 or len(sizes) != 1 or 0 in sizes:
            return Finding(
                "answers", False, f"answers two texts with what are not two vectors ({len(vectors)} entries)"
            )
        self._beside.append(self._usage("embeddings", payload, body))
        return Finding("answers", True, f"makes vectors of {sizes.pop():,} numbers, several texts at once")

    async def _rerank(self) -> None:
        await self._asked("answers", self._ranks, control=False)

    async def _ranks(self) -> Finding:
        documents = ["The bus leaves at noon.", "This mug is blue and holds a third of a liter."]
        body = {"query": "blue mug", "documents": documents}
        payload = await self._whole("rerank", body)
        results = [one for one in payload["results"] if isinstance(one, dict) and _number(one.get("relevance_score"))]
        if sorted(str(one.get("index")) for one in results) != ["0", "1"]:
            return Finding("answers", False, "ranks two documents with what are not two scores")
        self._beside.append(self._usage("rerank", payload, body))
        best = max(results, key=lambda one: float(one["relevance_score"]))["index"]
        right = "the right one first" if best == 1 else "but not the right one first"
        return Finding("answers", True, f"ranks documents, {right}")


class _Heard:
    """What came of a stream, and when (seconds of a clock that only differences are told by)."""

    def __init__(self, began: float) -> None:
        self.began = began
        self.first: float | None = None
        self.last: float | None = None
        self.pieces = 0
        self.usage: openai.Usage | None = None
        self.problem: str | None = None

    def take(self, event: Any) -> None:
        """Take the payload of one event."""
        self.problem = self.problem or openai.error(event)
        self.usage = openai.usage(event) or self.usage
        delta = first_of(event).get("delta")
        if isinstance(delta, dict) and any(delta.get(name) for name in ("content", "tool_calls", *_THOUGHTS)):
            self.last = time.perf_counter()
            self.first = self.first or self.last
            self.pieces += 1


async def examined(
    door: Door, business: UUID, target: Target, seconds: float, told: Callable[[Finding], None] = lambda _: None
) -> Trial:
    """Find out what a model can do; each question has `seconds`, and `told` is called with each finding as it comes.

    Raises DatabaseError; whatever the server does is a finding.
    """
    examiner = _Examiner(door, business, target, seconds, told)
    await examiner.examine()
    return examiner.trial


async def _events(flow: Flow) -> AsyncIterator[Any]:
    """The payloads of a stream's events, those that are JSON."""
    async for piece in flow.pieces:
        for event in piece.split(b"\n\n"):
            data = event.strip().removeprefix(b"data:").strip()
            if data and data != b"[DONE]":
                try:
                    yield orjson.loads(data)
                except orjson.JSONDecodeError:
                    continue


def clean(text: str, most: int = _MOST_WORDS) -> str:
    """A server's words as they can be shown: on one line, nothing in them that a terminal obeys."""
    plain = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return plain if len(plain) <= most else f"{plain[: most - 1]}…"


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def first_of(payload: Any) -> dict[str, Any]:
    """The first choice of an answer or an event; empty where there is none."""
    choices = payload.get("choices") if isinstance(payload, dict) else None
    first = choices[0] if isinstance(choices, list) and choices else None
    return first if isinstance(first, dict) else {}


def message_of(payload: Mapping[str, Any]) -> dict[str, Any]:
    """The message of an answer; empty where it holds none."""
    message = first_of(payload).get("message")
    return message if isinstance(message, dict) else {}


def text_of(message: Mapping[str, Any]) -> str:
    """The text of a message, whatever shape its content has."""
    content = message.get("content")
    if isinstance(content, list):
        content = "".join(str(part.get("text") or "") for part in content if isinstance(part, dict))
    return content.strip() if isinstance(content, str) else ""


def thoughts_of(message: Mapping[str, Any]) -> str:
    """What a message tells of its thinking apart from its content."""
    told = next((message[name] for name in _THOUGHTS if message.get(name)), "")
    return str(told)


def _called(message: Mapping[str, Any]) -> Finding:
    """Whether a message calls the tool that was given."""
    calls = message.get("tool_calls")
    call = calls[0] if isinstance(calls, list) and calls else None
    function = call.get("function") if isinstance(call, dict) else None
    if not isinstance(function, dict):
        return Finding("tools", False, f"answers in words instead: “{clean(text_of(message), 60)}”")
    if function.get("name") != "weather":
        return Finding("tools", False, f"calls a tool that there is not: {clean(str(function.get('name')), 60)}")
    arguments = function.get("arguments")
    held, why = _object(arguments if isinstance(arguments, str) else "")
    if held is None or not isinstance(held.get("city"), str):
        return Finding("tools", False, f"calls the tool with arguments of no use: {why or 'no city'}")
    return Finding("tools", True, "calls tools")


def _object(text: str) -> tuple[dict[str, Any] | None, str]:
    """A text as a JSON object, or why it is none."""
    if not text:
        return None, "answers nothing"
    try:
        held = orjson.loads(text)
    except orjson.JSONDecodeError:
        if "{" in text and ("```" in text or text.strip()[0] != "{"):
            return None, "wraps JSON in other text"
        return None, f"answers what is no JSON, “{clean(text, 60)}”"
    return (held, "") if isinstance(held, dict) else (None, "answers JSON that is no object")


def picture() -> str:
    """A red square as the data URL of a PNG, large enough for models that refuse the smallest pictures."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = (b"\x00" + b"\xff\x00\x00" * _SIDE) * _SIDE
    head = struct.pack(">IIBBBBB", _SIDE, _SIDE, 8, 2, 0, 0, 0)
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return "data:image/png;base64," + base64.b64encode(png).decode()
