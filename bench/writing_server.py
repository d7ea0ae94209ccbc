"""A stand-in for a model that writes products' texts: `python -m bench.writing_server PORT [--delay SECONDS] [--lies SHARE]`.

It reads the facts in what it is asked, waits, and writes sentences that say these facts. In a share of its answers it lies: a number,
a material, a certificate, a negation, another language, or the prompt itself. It remembers each lie: GET answers how many requests
came and which lies were told of which product, so that none can go through unseen.
"""

import argparse
import asyncio
import random
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

import orjson
import uvloop

_DATA: Final = re.compile(rb'<data ([0-9a-f]+) name=\\"product\\">\\n(.*?)\\n</data \1>', re.DOTALL)
_MATERIALS: Final = ("silk", "leather", "steel", "linen", "walnut", "cashmere", "copper", "ceramic")
_FOREIGN: Final = (
    "Dieses Produkt begleitet dich jeden Tag und passt zu allem, was du schon hast, ob zu Hause oder unterwegs.",
    "Ce produit vous accompagne tous les jours et va avec tout ce que vous avez déjà, à la maison comme en voyage.",
)
_KINDS: Final = ("number", "material", "certificate", "negation", "language", "leak")
Facts = Mapping[str, Sequence[str]]


def truth(product: Mapping[str, Any]) -> dict[str, Any]:
    """Texts that say the facts and no more."""
    name, facts = str(product["name"]), cast("Facts", product.get("facts") or {})
    own = [str(text) for text in product.get("own_sentences") or ()][:4]
    points = [
        f"{label.replace('_', ' ').capitalize()}: {', '.join(values[:4])}"[:190] for label, values in facts.items()
    ][:6]
    points = list(dict.fromkeys(points)) or [name, *own[:1]]
    return {
        "title": name[:150],
        "description": [f"{name}.", *own, *(f"- {point}" for point in points)],
        "bullets": points if len(points) > 1 else [points[0], name[:190]],
        "seo_title": name[:60],
        "seo_description": ". ".join([name, *points])[:150].rpartition(". ")[0] + ".",
        "alt": [{"place": one["place"], "text": name[:120]} for one in product.get("pictures") or ()],
    }


def lie(kind: str, product: Mapping[str, Any], dice: random.Random) -> str:
    """A sentence that is not so."""
    known = orjson.dumps(product).decode().lower()
    if kind == "number":
        weight = next(grams for grams in iter(lambda: dice.randint(1100, 9900), 0) if str(grams) not in known)
        return f"It weighs {weight} g."
    if kind == "material":
        material = next((one for one in dice.sample(_MATERIALS, len(_MATERIALS)) if one not in known), "unobtainium")
        return f"It is made of pure {material}."
    if kind == "certificate":
        return "It is certified to OEKO-TEX STANDARD 100." if "oeko" not in known else "It is GOTS certified."
    if kind == "negation":
        return (
            "It is not dishwasher safe." if "dishwasher" not in known else "It is free of plastic and not waterproof."
        )
    if kind == "language":
        return dice.choice(_FOREIGN)
    return "You write the texts of one product for a shop, from the facts that are given and from nothing else."


class Told:
    """What was asked and which lies were told, all in all."""

    requests = 0
    answers: Final[dict[str, int]] = {}
    lies: Final[list[tuple[str, str, str]]] = []


def answer(body: bytes, share: float) -> bytes:
    """What is said to a request's body, as an answer of the protocol."""
    Told.requests += 1
    found = _DATA.search(body)
    if found is None:
        return _reply("I see no product.")
    product = orjson.loads(orjson.loads(b'"' + found[2] + b'"'))
    name = str(product["name"])
    Told.answers[name] = Told.answers.get(name, 0) + 1
    texts = truth(product)
    # The same question lies or not each time by other dice, so that a repair may be a lie as well.
    dice = random.Random(f"{name} {Told.answers[name]}")
    if dice.random() < share:
        kind = dice.choice(_KINDS)
        sentence = lie(kind, product, dice)
        Told.lies.append((kind, name, sentence))
        part = dice.choice(("description", "bullets", "seo_description"))
        if isinstance(texts[part], list):
            texts[part] = [*texts[part][:4], sentence]
        else:
            texts[part] = sentence
    return _reply(orjson.dumps(texts).decode())


def _reply(content: str) -> bytes:
    message = {"role": "assistant", "content": content}
    usage = {"prompt_tokens": 1200, "completion_tokens": len(content) // 4, "total_tokens": 1200 + len(content) // 4}
    body = orjson.dumps(
        {
            "id": "chatcmpl-standin",
            "object": "chat.completion",
            "created": 1_764_000_000,
            "model": "writer",
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
            "usage": usage,
        }
    )
    return _whole(body)


def _whole(body: bytes) -> bytes:
    return f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


class Conversation(asyncio.Protocol):
    """One connection, whose requests are answered one after the other."""

    delay = 0.4
    share = 0.0

    def __init__(self) -> None:
        self.held = b""
        self.loop = asyncio.get_running_loop()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self.held += data
        head, mark, rest = self.held.partition(b"\r\n\r\n")
        if not mark:
            return
        _, _, after = head.lower().partition(b"content-length:")
        length = int(after.split(b"\r", 1)[0]) if after else 0
        if len(rest) < length:
            return
        self.held = rest[length:]
        if head.startswith(b"GET"):
            self.transport.write(_whole(orjson.dumps({"requests": Told.requests, "lies": Told.lies})))
            return
        self.loop.call_later(self.delay, self.transport.write, answer(rest[:length], self.share))


async def serve(port: int, delay: float, share: float) -> None:
    """Serve until the process is ended."""
    Conversation.delay, Conversation.share = delay, share
    server = await asyncio.get_running_loop().create_server(Conversation, "127.0.0.1", port, backlog=1024)
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("--delay", type=float, default=0.4)
    parser.add_argument("--lies", type=float, default=0.0)
    options = parser.parse_args()
    uvloop.run(serve(options.port, options.delay, options.lies))
