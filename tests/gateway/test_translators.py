"""A model that only translates is asked by its own options, a text at a time, and judged like any other."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from pydantic import BaseModel
from scripted import Shop

from weft.errors import InputError, ModelFailed, NoAnswer
from weft.gateway.models import Model
from weft.gateway.providers.qwen_mt import Passage, Translation
from weft.gateway.standin import Answering, Behavior, problem, whole

GERMAN = {"Mug": "Becher", "Shirt": "Hemd", "A lamp for the desk": "Eine Lampe für den Schreibtisch"}


class Rendered(BaseModel):
    """Texts in another language, by name."""

    texts: dict[str, str]


def translates(body: Mapping[str, Any]) -> Behavior:
    """A server of Qwen-MT, as strict as its vendor's: one message of the user, options, no system, no schema."""
    (message,) = body["messages"]
    options = body["translation_options"]
    if message["role"] != "user" or set(body) - {"model", "messages", "translation_options", "max_tokens"}:
        return problem(400, "unexpected field")
    if options["source_lang"] != "English" or options["target_lang"] != "German":
        return problem(400, "unsupported language")
    bound = {term["source"]: term["target"] for term in options.get("terms", ())}
    known = {pair["source"]: pair["target"] for pair in options.get("tm_list", ())}
    text = message["content"]
    return whole(body, bound.get(text) or known.get(text) or GERMAN[text])


def translation(texts: Mapping[str, Passage]) -> Translation:
    return Translation(
        "English",
        "German",
        lambda: texts,
        lambda said: {"texts": dict(said)},
        domain="The texts are a shop's product descriptions.",
    )


def ask(shop: Shop, texts: Mapping[str, Passage], checks: Sequence[Any] = ()) -> Any:
    return shop.business.models.ask(
        [{"role": "user", "content": "Translate."}],
        Rendered,
        route="translate",
        checks=checks,
        translation=translation(texts),
    )


def test_each_text_is_one_request_with_its_terms_and_pairs_as_options(shop: Shop) -> None:
    asked: list[Mapping[str, Any]] = []

    def noted(body: Mapping[str, Any]) -> Behavior:
        asked.append(body)
        return translates(body)

    shop.route("translate", {"qwen-mt-plus": noted})
    texts = {
        "title": Passage("Mug"),
        "type": Passage("Cup", terms=[("Cup", "Tasse")]),
        "body": Passage("A lamp", pairs=[("A lamp", "Eine Lampe")]),
    }
    answer = ask(shop, texts)
    assert answer.value.texts == {"title": "Becher", "type": "Tasse", "body": "Eine Lampe"}
    assert answer.model == "translate/qwen-mt-plus"
    assert answer.attempts == 3
    options = {body["messages"][0]["content"]: body["translation_options"] for body in asked}
    assert options["Cup"] == {
        "source_lang": "English",
        "target_lang": "German",
        "terms": [{"source": "Cup", "target": "Tasse"}],
        "domains": "The texts are a shop's product descriptions.",
    }
    assert options["A lamp"]["tm_list"] == [{"source": "A lamp", "target": "Eine Lampe"}]


def test_what_fails_its_checks_goes_to_the_next_model_and_one_failed_text_loses_no_other(shop: Shop) -> None:
    def lame(body: Mapping[str, Any]) -> Behavior:
        return problem(503, "away") if body["messages"][0]["content"] == "Shirt" else translates(body)

    def chats(body: Mapping[str, Any]) -> Behavior:
        assert body["messages"][0]["role"] == "system"
        return whole(body, '{"texts": {"title": "Becher", "type": "Hemd"}}')

    passed: dict[str, str] = {}

    def complete(value: Rendered) -> list[str]:
        passed.update(value.texts)
        return [] if "type" in value.texts else ["The type is missing."]

    shop.route("translate", {"qwen-mt-plus": lame, "chats": chats})
    answer = ask(shop, {"title": Passage("Mug"), "type": Passage("Shirt")}, [complete])
    assert answer.model == "translate/chats"
    assert passed == {"title": "Becher", "type": "Hemd"}
    assert answer.problems == ("translate/qwen-mt-plus: The type is missing.",)


def test_a_translator_that_is_away_has_failed_and_one_that_is_asked_anything_else_is_passed_over(shop: Shop) -> None:
    shop.route("translate", {"qwen-mt-plus": lambda _: problem(503, "away")})
    with pytest.raises(ModelFailed, match="away"):
        ask(shop, {"title": Passage("Mug")})
    shop.route("describe", {"qwen-mt-turbo": translates})
    with pytest.raises(NoAnswer, match="no text to translate"):
        shop.business.models.ask([{"role": "user", "content": "Say."}], Rendered, route="describe")


def test_a_further_model_is_asked_only_for_what_is_still_open(shop: Shop) -> None:
    open_ = ["title", "type"]
    asked: list[str] = []

    def says(said: str) -> Answering:
        def answer(body: Mapping[str, Any]) -> Behavior:
            asked.append(body["messages"][-1]["content"])
            return whole(body, said)

        return answer

    shop.route("translate", {"one": says("nothing"), "two": says('{"texts": {"type": "Hemd"}}')})
    shop.business.models.ask(
        [{"role": "user", "content": "Translate."}],
        Rendered,
        route="translate",
        facts={"open": open_},
        narrowed=lambda: open_.remove("title"),
    )
    assert ["title" in one for one in asked if "cannot be used" not in one] == [True, False]


def test_a_translator_is_known_by_its_name_or_by_what_is_said_of_it() -> None:
    assert Model.read("qwen/qwen-mt-turbo", {}).translates
    assert not Model.read("qwen-mt-turbo", {"abilities": {"translation": False}}).translates
    assert Model.read("house-model", {"abilities": {"translation": True}}).translates
    assert not Model.read("qwen-plus", {}).translates
    with pytest.raises(InputError, match="ability"):
        Model.read("x", {"abilities": {"translating": True}})
