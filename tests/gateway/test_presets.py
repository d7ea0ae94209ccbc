"""Vendors as data: every one of them is a provider, and goes where it says."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import pytest

from weft.business import Business
from weft.gateway.addresses import needed
from weft.gateway.door import Door
from weft.gateway.models import Provider
from weft.gateway.providers import completed, presets
from weft.gateway.request import Call, Whole
from weft.gateway.standin import Standin
from weft.gateway.upstream import Patience, Reply
from weft.postgres.database import Database
from weft.settings import Settings

QWEN = ("dashscope", "dashscope-intl", "dashscope-us")


class Noting(Standin):
    """A stand-in that notes where requests went."""

    def __init__(self) -> None:
        super().__init__({"qwen3-rerank": Standin().replies["ranks"]})
        self.went: list[str] = []

    async def send(
        self, provider: Provider, path: str, headers: Mapping[str, str], body: bytes, patience: Patience
    ) -> Reply:
        self.went.append(provider.base_url + path)
        return await super().send(provider, path, headers, body, patience)


@pytest.mark.parametrize("name", presets())
def test_every_preset_is_a_provider(name: str) -> None:
    preset = presets()[name]
    assert set(preset) <= {"title", "base_url", "region", "variable", "protocol", "headers", "paths", "models"}
    provider = Provider.read(uuid4(), "x", completed({"preset": name}))
    assert provider.models.keys() == preset.get("models", {}).keys()
    reach = needed(provider.base_url)
    assert reach == ("public" if provider.base_url.startswith("https://") else "loopback")
    assert ("variable" in preset) == (reach == "public")
    for model in provider.models.values():
        assert model.context is None or model.most_out is None or model.most_out <= model.context
        assert model.prices is None or model.prices.input > 0
        assert (model.kind == "chat") or not model.abilities


@pytest.mark.parametrize("name", QWEN)
def test_the_qwen_family_is_there_small_and_large_and_to_translate(name: str) -> None:
    models = presets()[name]["models"]
    assert {"qwen-flash", "qwen-plus", "qwen3-max"} <= models.keys()
    assert any(model.startswith("qwen-mt-") for model in models)


def test_what_is_said_of_a_model_goes_before_what_its_preset_says() -> None:
    said: dict[str, Any] = {"preset": "dashscope-intl", "models": {"qwen-flash": {"prices": {"input": 1, "output": 2}}}}
    provider = Provider.read(uuid4(), "x", completed(said))
    assert list(provider.models) == ["qwen-flash"]
    model = provider.models["qwen-flash"]
    assert model.prices is not None
    assert model.prices.input == 1_000_000_000
    assert model.context == 256_000


def test_a_reranker_is_asked_at_the_path_of_its_vendor(
    database: Database, settings: Settings, business: Business
) -> None:
    body = {"model": "ranker", "query": "blue mug", "documents": ["a red cup", "a blue mug"]}
    noting = Noting()

    async def work() -> Whole:
        door = Door(database, Path(settings.home), upstream=noting)
        door.register.add_provider(business.uid, "ranker", {"preset": "dashscope-rerank-intl"}, key="sk-1")
        door.register.add_route(business.uid, "ranker", {"targets": [{"provider": "ranker"}]})
        await door.start()
        try:
            reply = await door.answer(Call("rerank", body, orjson.dumps(body), business.uid))
            assert isinstance(reply, Whole)
            return reply
        finally:
            await door.stop()

    assert orjson.loads(asyncio.run(work()).body)["results"][0]["index"] == 1
    assert noting.went == ["https://dashscope-intl.aliyuncs.com/compatible-api/v1/reranks"]
