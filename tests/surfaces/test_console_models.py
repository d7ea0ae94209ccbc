"""The page *Models* in Debian's Chromium and over plain HTTP: seen, added, tried, tested, lifted; and by whom."""

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from models import standing
from playwright.sync_api import Locator, expect
from visiting import Visit, signed

from weft.business import Business
from weft.gateway.register import Register
from weft.gateway.standin import Standin, whole
from weft.postgres.database import Database

EVIL = "<script>document.title='taken'</script>"


def evil(body: Any) -> Any:
    """A model that answers in markup."""
    return whole(body, EVIL, message={"reasoning_content": "<b>Hm.</b>"})


@pytest.fixture(scope="module")
def upstream() -> Iterator[str]:
    with standing(Standin({"evil": evil})) as url:
        yield url


def shop(register: Register, business: Business, upstream: str) -> None:
    """A provider of a business, on the stand-in, and a route over two of its models."""
    models: dict[str, Any] = {
        "echo": {"prices": {"input": 1, "output": 2}, "context": 32_000, "abilities": {"tools": False, "stream": True}},
        "fails": {"prices": {"input": 1, "output": 2}},
        "evil": {},
        "vectors": {"kind": "embeddings", "prices": {}},
    }
    body = {"base_url": upstream, "region": "sg", "models": models}
    register.add_provider(business.uid, "near", body, key="sk-hidden", reach="loopback")
    targets = [{"provider": "near", "model": "fails"}, {"provider": "near", "model": "echo"}]
    register.add_route(business.uid, "write", {"targets": targets, "regions": ["sg"]})
    register.add_route(business.uid, "broken", {"targets": targets[:1]})


def at(visit: Visit, path: str = "") -> None:
    visit.page.goto(f"http://127.0.0.1:{visit.port}/console/models{path}")


def route(visit: Visit, name: str) -> Locator:
    return visit.page.get_by_role("region", name=name, exact=True)


def test_a_model_is_added_seen_and_removed(keeper: Visit) -> None:
    at(keeper)
    expect(keeper.page.locator(".empty")).to_contain_text("There are no models yet")
    form = keeper.page.locator("#add form")
    form.locator("#a-name").fill("small")
    form.locator("#a-url").fill("https://api.example.com/v1/")
    form.locator("#a-model").fill("tiny-1")
    form.locator("#a-key").fill("sk-secret")
    form.locator("#a-in").fill("cheap")
    form.get_by_role("button", name="Add").click()
    expect(keeper.page.get_by_role("alert")).to_contain_text("is a number of US dollars from 0 on")
    expect(form.locator("#a-url")).to_have_value("https://api.example.com/v1/")
    expect(form.locator("#a-key")).to_have_value("")
    form.locator("#a-key").fill("sk-secret")
    form.locator("#a-in").fill("0.05")
    form.locator("#a-out").fill("0.4")
    form.get_by_role("button", name="Add").click()
    expect(keeper.said()).to_contain_text("small asks tiny-1")
    expect(route(keeper, "small")).to_contain_text("your own")
    expect(route(keeper, "small")).to_contain_text("0.05 in, 0.4 out")
    expect(route(keeper, "small")).to_contain_text("https://api.example.com/v1")
    assert "sk-secret" not in keeper.page.content()
    route(keeper, "small").get_by_text("Remove…").click()
    route(keeper, "small").get_by_role("button", name="Remove it").click()
    expect(keeper.said()).to_contain_text("Removed the route and the provider small.")
    expect(route(keeper, "small")).to_have_count(0)


def test_a_vendor_that_is_known_brings_its_models_without_javascript_too(plain_keeper: Visit) -> None:
    at(plain_keeper)
    vendors = plain_keeper.page.locator("#a-preset option")
    assert "vllm" not in {one.get_attribute("value") for one in vendors.all()}
    plain_keeper.page.locator("#a-name").fill("qwen")
    plain_keeper.page.locator("#a-preset").select_option("dashscope-intl")
    plain_keeper.page.get_by_role("button", name="Add").click()
    expect(route(plain_keeper, "qwen")).to_contain_text("without a key")
    expect(route(plain_keeper, "qwen/qwen3-max")).to_be_visible()
    expect(route(plain_keeper, "qwen/text-embedding-v4")).to_contain_text("embeddings")


def test_routes_show_what_their_models_can_do_cost_and_how_they_do(
    keeper: Visit, register: Register, business: Business, upstream: str
) -> None:
    shop(register, business, upstream)
    at(keeper)
    targets = route(keeper, "write").locator("li.target")
    expect(targets).to_have_count(2)
    expect(route(keeper, "write")).to_contain_text("one after the other, only in sg")
    for said in ("near", "sg", "32,000 tokens", "stream: yes", "tools: no", "vision: not known", "1 in, 2 out"):
        expect(targets.nth(1)).to_contain_text(said)
    expect(targets.nth(1)).to_contain_text("not asked yet")
    expect(route(keeper, "near/evil")).to_contain_text("nobody knows what it costs")
    expect(route(keeper, "near/vectors")).to_contain_text("free")
    expect(route(keeper, "near/vectors").get_by_text("Try", exact=False)).to_have_count(0)


def test_a_route_is_tried_with_what_it_took(
    keeper: Visit, register: Register, business: Business, upstream: str
) -> None:
    shop(register, business, upstream)
    at(keeper)
    route(keeper, "write").get_by_role("link", name="Try").click()
    expect(keeper.page.locator("#route")).to_have_value("write")
    keeper.page.locator("#words").fill("a blue mug")
    keeper.page.get_by_role("button", name="Ask", exact=True).click()
    answer = keeper.page.locator("#answer")
    expect(answer.locator(".says")).to_have_text("a blue mug")
    for said in ("near/echo", "3 in, 3 out", "0.000009 USD", "attempts"):
        expect(answer).to_contain_text(said)
    keeper.page.locator("#route").select_option("near/evil")
    keeper.page.get_by_role("button", name="Ask", exact=True).click()
    expect(answer.locator("p.says").last).to_have_text(EVIL)
    expect(answer).to_contain_text("nobody knows")
    keeper.page.locator("#route").select_option("broken")
    keeper.page.get_by_role("button", name="Ask", exact=True).click()
    expect(keeper.page.locator("#try").get_by_role("alert")).to_contain_text("broken")
    assert keeper.page.title().startswith("Models")
    at(keeper)
    expect(route(keeper, "write").locator("li.target").nth(0)).to_contain_text("failed")
    expect(route(keeper, "write").locator("li.target").nth(1)).to_contain_text("on average")


def test_a_test_tells_what_a_model_can_do_and_keeps_it(
    plain_keeper: Visit, register: Register, business: Business, upstream: str
) -> None:
    shop(register, business, upstream)
    at(plain_keeper)
    route(plain_keeper, "write").get_by_role("button", name="Test").click()
    trial = route(plain_keeper, "near/echo")
    expect(trial).to_contain_text("says “Answer with the one word: ready”")
    expect(trial).to_contain_text("What is sure is kept with the model")
    expect(route(plain_keeper, "near/fails")).to_contain_text("Nothing was found that could be kept")
    found = register.known(business.uid).providers["near"].models["echo"].abilities
    assert (found["stream"], found["tools"], found["json_schema"]) == (True, False, False)


def test_what_is_found_of_a_model_comes_as_it_is_found(
    port: int, database: Database, business: Business, register: Register, upstream: str
) -> None:
    body = {"base_url": upstream, "models": {"echo-slow": {}}}
    register.add_provider(business.uid, "near", body, reach="loopback")
    text, came = "", dict[str, float]()
    with (
        signed(port, database, business) as client,
        client.stream("POST", "/console/models/test", data={"route": "near/echo-slow"}) as page,
    ):
        for piece in page.iter_text():
            text += piece
            for name in ("<h1>", "<strong>answers", "<strong>vision", "</html>"):
                if name in text:
                    came.setdefault(name, time.monotonic())
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert came["<h1>"] < came["<strong>answers"] < came["<strong>vision"] <= came["</html>"]


def test_a_suspended_model_is_asked_again_once_an_admin_says_so(
    keeper: Visit, register: Register, business: Business, upstream: str
) -> None:
    shop(register, business, upstream)
    target = register.known(business.uid).routes["near/echo"].targets[0]
    register.suspend(target, "it billed 2.00 USD where 1.00 were the most that it could be")
    at(keeper)
    expect(route(keeper, "write")).to_contain_text("it billed 2.00 USD")
    route(keeper, "write").get_by_role("button", name="Ask it again").click()
    expect(keeper.said()).to_contain_text("near/echo is asked again.")
    expect(route(keeper, "write")).not_to_contain_text("suspended")
    assert register.known(business.uid).providers["near"].suspended == {}


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:8000/v1",
        "http://localhost/v1",
        "http://[::1]/v1",
        "http://10.0.0.5/v1",
        "http://[::ffff:10.0.0.5]/v1",
        "http://169.254.169.254/latest",
    ],
)
def test_a_private_address_is_the_operators_to_allow(
    port: int, database: Database, business: Business, register: Register, address: str
) -> None:
    with signed(port, database, business) as client:
        page = client.post("/console/models", data={"name": "inside", "url": address, "model": "m"})
        assert "weft models add … --allow-private" in page.text.split('role="alert"')[1]
        page = client.post("/console/models", data={"name": "inside", "preset": "vllm", "model": "m"})
        assert "--allow-private" in page.text.split('role="alert"')[1]
    assert register.known(business.uid).providers.keys() <= register.known(None).providers.keys()


def test_who_may_only_look_asks_within_the_keys_limits_and_decides_on_nothing(
    port: int, database: Database, business: Business, register: Register, upstream: str
) -> None:
    shop(register, business, upstream)
    target = register.known(business.uid).routes["near/echo"].targets[0]
    register.suspend(target, "it billed more")
    decisions: list[tuple[str, dict[str, str]]] = [
        ("", {"name": "mine", "url": "https://api.example.com/v1", "model": "m"}),
        ("/remove", {"name": "write"}),
        ("/lift", {"provider": "near", "model": "echo"}),
        ("/test", {"route": "write"}),
    ]
    for scope in ("read", "propose", "approve"):
        with signed(port, database, business, scope) as client:
            page = client.get("/console/models").text
            assert not re.search('action="/console/models(#add|/remove|/lift|/test)"', page)
            for path, form in decisions:
                assert client.post(f"/console/models{path}", data=form).status_code == 403
    with signed(port, database, business) as client:
        for path, form in [*decisions, ("/ask", {"route": "write", "words": "hello"})]:
            sent = client.post(f"/console/models{path}", data=form, headers={"sec-fetch-site": "cross-site"})
            assert sent.status_code == 403
    assert set(register.known(business.uid).named) >= {"write"}
    assert register.known(business.uid).providers["near"].suspended == {"echo": "it billed more"}
    with signed(port, database, business, "read", models=["near/evil"], requests=1) as client:
        assert "<option selected>write" not in client.get("/console/models?route=write").text
        refused = client.post("/console/models/ask", data={"route": "write", "words": "hello"}).text
        assert "may not ask write" in refused
        answers = [
            client.post("/console/models/ask", data={"route": "near/evil", "words": "hello"}).text for _ in range(2)
        ]
    assert 'id="answer"' in answers[0]
    assert 'id="answer"' not in answers[1]
    with signed(port, database, business, "admin", models=["near/evil"]) as client:
        assert client.post("/console/models/test", data={"route": "write"}).status_code == 403


def test_nothing_of_another_business_shows_or_can_be_touched(
    port: int, database: Database, business: Business, other: Business, register: Register, upstream: str
) -> None:
    shop(register, other, upstream)
    register.suspend(register.known(other.uid).routes["near/echo"].targets[0], "it billed more")
    with signed(port, database, business) as client:
        page = client.get("/console/models").text
        assert "near" not in page
        assert upstream not in page
        assert client.post("/console/models/lift", data={"provider": "near", "model": "echo"}).status_code == 404
        assert client.post("/console/models/remove", data={"name": "write"}).status_code == 404
        assert client.post("/console/models/test", data={"route": "write"}).status_code == 404
        refused = client.post("/console/models/ask", data={"route": "near/echo", "words": "hello"}).text
        assert "There is no model" in refused
    assert register.known(other.uid).providers["near"].suspended == {"echo": "it billed more"}


def test_the_platforms_models_are_asked_and_not_decided_on(
    port: int, database: Database, business: Business, register: Register, upstream: str
) -> None:
    models = {"echo": {"prices": {}}}
    register.add_provider(None, "house", {"base_url": upstream, "models": models}, key="sk-house", reach="loopback")
    register.add_route(None, "large", {"targets": [{"provider": "house", "model": "echo"}]})
    target = register.known(None).routes["large"].targets[0]
    try:
        with signed(port, database, business) as client:
            answer = client.post("/console/models/ask", data={"route": "large", "words": "hello"}).text
            assert 'id="answer"' in answer
            assert "It is the platform" in client.post("/console/models/test", data={"route": "large"}).text
            register.suspend(target, "it billed 2.00 USD where 1.00 were the most")
            page = client.get("/console/models").text
            assert "the platform&#39;s" in page
            assert "suspended" in page
            assert "it billed" not in page
            assert upstream not in page
            assert client.post("/console/models/lift", data={"provider": "house", "model": "echo"}).status_code == 403
            assert client.post("/console/models/remove", data={"name": "large"}).status_code == 404
        known = register.known(business.uid)
        assert known.providers["house"].suspended
        assert known.providers["house"].models["echo"].abilities == {}
        assert "large" in known.named
    finally:
        register.lift(target.provider)
        register.remove(None, "large")
        register.remove(None, "house")


def test_what_cannot_be_read_is_told_to_those_who_decide(
    port: int, database: Database, business: Business, register: Register
) -> None:
    address = "https://me:hunter2@odd.example/v1"
    register.file.write_text(f'[providers.odd]\nbase_url = "{address}"\n', encoding="utf-8")
    try:
        with signed(port, database, business) as client:
            page = client.get("/console/models").text
            assert "The address of odd has a login in it" in page
            assert "hunter2" not in page
        with signed(port, database, business, "read") as client:
            page = client.get("/console/models").text
            assert "cannot be read and is left out" in page
            assert "odd" not in page
    finally:
        register.file.unlink()


def test_a_narrow_screen_shows_all_models_in_its_width(
    keeper: Visit, register: Register, business: Business, upstream: str
) -> None:
    shop(register, business, upstream)
    keeper.page.set_viewport_size({"width": 390, "height": 800})
    at(keeper)
    assert keeper.page.evaluate("document.documentElement.scrollWidth") <= 390
