"""The shop window in a real browser: typed, looked at, narrowed and told of, on a merchant's page and on Weft's own storefront."""

import gzip
import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route, expect
from shopfront import PRODUCTS, Shopfront, filled, pages_of_a_merchant, serving
from visiting import PATIENCE, signed

from weft.access import keys
from weft.postgres.database import Database
from weft.settings import Settings
from weft.surfaces import storefront

MOST_BYTES = 25_000
AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"


@dataclass
class Mall:
    """A shop of Weft's, a merchant's server of another origin, and that server's pages, to which more can be added."""

    front: Shopfront
    pages: dict[str, str]

    def page(self, path: str, body: str, script: str = "") -> str:
        source = f'<script src="http://127.0.0.1:{self.front.port}/storefront.js" data-key="{self.front.key}" {script}></script>'
        self.pages[path] = source + body
        return self.front.origin + path


@pytest.fixture(scope="module")
def mall(database: Database, settings: Settings) -> Iterator[Mall]:
    shop = filled(database, PRODUCTS, "window")
    pages: dict[str, str] = {}
    with serving(database, settings) as port, pages_of_a_merchant(pages) as origin:
        _, key = keys.created(database, shop.uid, "browser", origins=[origin], limits={"requests": 100_000})
        yield Mall(Shopfront(port, database, shop, key, origin), pages)


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(user_agent=AGENT, reduced_motion="reduce")
    made.set_default_timeout(PATIENCE)
    yield made
    made.close()


@dataclass
class Shopper:
    """Somebody at a page, and what the page's console said."""

    page: Page
    heard: list[str] = field(default_factory=list)

    @property
    def box(self) -> Locator:
        return self.page.get_by_role("combobox", name="Search", exact=True)

    @property
    def hits(self) -> Locator:
        return self.page.locator("weft-search .grid").get_by_role("listitem")

    @property
    def heading(self) -> Locator:
        return self.page.locator("weft-search").get_by_role("heading", level=2).first

    def titles(self) -> list[str]:
        return self.page.locator("weft-search .grid .title").all_inner_texts()


@pytest.fixture
def shopper(context: BrowserContext) -> Iterator[Shopper]:
    page = context.new_page()
    made = Shopper(page)
    page.on("pageerror", lambda error: made.heard.append(str(error)))
    yield made
    page.close()
    assert made.heard == []


BOX = '<weft-search deep-links="shop." product-url="/p/{id}"><p>Welcome.</p></weft-search>'


def test_the_script_is_small_and_kept(mall: Mall) -> None:
    url = f"http://127.0.0.1:{mall.front.port}/storefront.js"
    assert len(gzip.compress(storefront.script(), 9)) < MOST_BYTES
    with httpx.stream("GET", url, headers={"accept-encoding": "gzip"}) as answer:
        assert answer.headers["content-encoding"] == "gzip"
        assert len(b"".join(answer.iter_raw())) < MOST_BYTES
    assert answer.headers["content-type"].startswith("text/javascript")
    again = httpx.get(url, headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert httpx.get(url, headers={"accept-encoding": "identity"}).content == storefront.script()


def test_products_appear_as_they_are_typed(mall: Mall, shopper: Shopper) -> None:
    shopper.page.goto(mall.page("/typing", BOX))
    expect(shopper.page.get_by_text("Welcome.")).to_be_visible()
    shopper.box.type("wireles headph")
    expect(shopper.heading).to_have_text(re.compile(r"\d products? for “wireles headph”"))
    assert shopper.titles()[0].startswith("Wireless Headphones")
    assert not any("Draft" in title for title in shopper.titles())
    expect(shopper.page.get_by_text("Welcome.")).to_be_hidden()
    expect(shopper.page.locator("weft-search").get_by_role("status").first).to_have_text(re.compile("products? for"))
    expect(shopper.hits.first.locator("mark").first).to_have_text("Wireless")
    assert "shop.q=wireles" in shopper.page.url
    shopper.page.get_by_role("button", name="Clear the search").click()
    expect(shopper.page.get_by_text("Welcome.")).to_be_visible()
    expect(shopper.box).to_be_focused()
    assert "shop.q" not in shopper.page.url


def test_suggestions_are_gone_through_with_the_keyboard(mall: Mall, shopper: Shopper) -> None:
    shopper.page.goto(mall.page("/keys", BOX))
    shopper.page.keyboard.press("Tab")
    expect(shopper.box).to_be_focused()
    shopper.page.keyboard.type("mu")
    options = shopper.page.get_by_role("listbox").get_by_role("option")
    expect(options.first).to_be_visible()
    expect(shopper.box).to_have_attribute("aria-expanded", "true")
    shopper.page.keyboard.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    shopper.page.keyboard.press("ArrowDown")
    assert shopper.box.get_attribute("aria-activedescendant") is None
    shopper.page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    assert shopper.box.get_attribute("aria-activedescendant") == options.first.get_attribute("id")
    chosen = options.first.inner_text()
    shopper.page.keyboard.press("Enter")
    expect(shopper.box).to_have_value(chosen)
    expect(options.first).to_be_hidden()
    expect(shopper.hits).to_have_count(24)
    shopper.page.get_by_role("button", name="Show more").focus()
    shopper.page.keyboard.press("Enter")
    expect(shopper.hits.nth(24).get_by_role("link")).to_be_focused()
    expect(shopper.hits).to_have_count(30)
    shopper.box.focus()
    shopper.page.keyboard.press("Escape")
    shopper.page.keyboard.press("Escape")
    expect(shopper.box).to_have_value("")


def test_a_category_and_a_product_can_be_chosen_from_the_suggestions(mall: Mall, shopper: Shopper) -> None:
    shopper.page.goto(mall.page("/choose", BOX))
    shopper.box.type("mug")
    shopper.page.get_by_role("group", name="Categories").get_by_role("option", name="Mugs").click()
    expect(shopper.heading).to_have_text("30 products")
    expect(shopper.page.get_by_role("button", name="Remove: Category: Mugs")).to_be_visible()
    shopper.box.type("wired")
    shopper.page.get_by_role("group", name="Products").get_by_role("option", name="Wired Headphones").click()
    shopper.page.wait_for_url("**/p/headphones-blue")


def test_facets_narrow_and_can_be_widened_again(mall: Mall, shopper: Shopper) -> None:
    shopper.page.goto(mall.page("/facets", BOX))
    shopper.box.type("wireless")
    shopper.page.keyboard.press("Enter")
    color = shopper.page.get_by_role("group", name="Color")
    color.get_by_role("checkbox", name="Black").check()
    expect(shopper.heading).to_have_text("2 products for “wireless”")
    color.get_by_role("checkbox", name="Red").check()
    expect(shopper.heading).to_have_text("3 products for “wireless”")
    expect(color.get_by_role("checkbox", name="Red")).to_be_focused()
    expect(color.get_by_role("checkbox", name="Black")).to_be_checked()
    assert "shop.f.color=Black" in shopper.page.url
    shopper.page.reload()
    expect(shopper.heading).to_have_text("3 products for “wireless”")
    shopper.page.get_by_label("To", exact=True).fill("60")
    shopper.page.keyboard.press("Enter")
    expect(shopper.heading).to_have_text("2 products for “wireless”")
    shopper.page.get_by_role("button", name="Remove: up to €60.00").click()
    expect(shopper.heading).to_have_text("3 products for “wireless”")
    shopper.page.get_by_role("combobox", name="Sort by").select_option("Price, high to low")
    expect(shopper.hits.first).to_contain_text("€89.00")
    expect(shopper.page.get_by_text("Sold out")).to_have_count(1)
    shopper.page.get_by_role("button", name="Clear all").click()
    expect(shopper.page.get_by_role("button", name=re.compile("^Remove"))).to_have_count(0)
    shopper.page.go_back()
    expect(shopper.heading).to_have_text("3 products for “wireless”")


def test_what_a_query_demands_is_shown_and_can_be_taken_back(mall: Mall, shopper: Shopper) -> None:
    shopper.page.goto(mall.page("/demands", BOX))
    shopper.box.type("headphones under 50 not wired")
    shopper.page.keyboard.press("Enter")
    expect(shopper.heading).to_have_text("1 product for “headphones under 50 not wired”")
    expect(shopper.page.get_by_role("button", name="Remove: not wired")).to_be_visible()
    shopper.page.get_by_role("button", name="Remove: up to €50.00").click()
    expect(shopper.heading).to_have_text(re.compile("^[2-9] products"))
    expect(shopper.page.get_by_role("button", name="Use again: up to €50.00")).to_be_visible()
    shopper.page.get_by_role("button", name="Use again: up to €50.00").click()
    expect(shopper.heading).to_have_text(re.compile("^1 product "))


def test_nothing_that_a_catalog_says_is_run(mall: Mall, shopper: Shopper) -> None:
    shopper.page.goto(mall.page("/hostile", BOX))
    shopper.box.type("kettle pot")
    expect(shopper.page.get_by_role("option", name="<script>")).to_be_visible()
    shopper.page.keyboard.press("Enter")
    expect(shopper.hits.first).to_contain_text("<img src=x onerror")
    expect(shopper.hits.first).to_contain_text("<i>Evil</i>")
    expect(shopper.hits.first.locator("mark")).to_have_text(["Kettle", "Pot"])
    shopper.box.fill("<img src=x onerror=\"document.title='taken'\">")
    expect(shopper.heading).to_contain_text("<img src=x onerror")
    assert shopper.page.title() == "Shop"
    assert shopper.page.locator("weft-search img[src$='/x']").count() == 0


def test_who_finds_nothing_is_helped(mall: Mall, shopper: Shopper) -> None:
    shopper.page.goto(mall.page("/nothing", BOX))
    shopper.box.type("zzyzx under 3")
    shopper.page.keyboard.press("Enter")
    expect(shopper.heading).to_have_text("Nothing found for “zzyzx under 3”")
    expect(shopper.page.get_by_text("Check the spelling")).to_be_visible()
    expect(shopper.page.get_by_role("button", name="Remove: up to €3.00")).to_be_visible()


def test_right_to_left_pages_are_mirrored_and_speak_their_language(mall: Mall, shopper: Shopper) -> None:
    shopper.page.goto(mall.page("/rtl", f'<div lang="ar" dir="rtl">{BOX}</div><div lang="de">{BOX}</div>'))
    boxes = shopper.page.get_by_role("combobox")
    expect(boxes.first).to_have_attribute("placeholder", "ابحث عن منتجات")
    expect(boxes.last).to_have_attribute("placeholder", "Produkte suchen")
    boxes.first.type("mug")
    shopper.page.keyboard.press("Enter")
    shelf = shopper.page.locator("weft-search").first
    expect(shelf.locator(".grid li").first).to_be_visible()
    facets, found = shelf.locator(".facets").bounding_box(), shelf.locator(".grid").bounding_box()
    assert facets is not None
    assert found is not None
    assert facets["x"] > found["x"]
    first, second = (shelf.locator(".grid li").nth(place).bounding_box() for place in (0, 1))
    assert first is not None
    assert second is not None
    assert first["x"] > second["x"]


def test_a_pages_own_words_come_first(mall: Mall, shopper: Shopper) -> None:
    labels = json.dumps({"placeholder": "Find your mug", "found": {"one": "one thing", "other": "{n} things"}})
    shopper.page.goto(mall.page("/labels", f"<weft-search labels='{labels}'></weft-search>"))
    shopper.page.get_by_placeholder("Find your mug").type("mug")
    expect(shopper.heading).to_have_text("30 things for “mug”")
    early = "<weft-search></weft-search><script>document.querySelector('weft-search').labels = {placeholder: 'Early'}</script>"
    url = mall.page("/early", "")
    mall.pages["/early"] = early + mall.pages["/early"]
    shopper.page.goto(url)
    expect(shopper.page.get_by_placeholder("Early")).to_be_visible()


def test_of_answers_that_overtake_each_other_the_last_typed_wins(mall: Mall, shopper: Shopper) -> None:
    held: list[Route] = []

    def slow(route: Route) -> None:
        if (route.request.post_data_json or {}).get("query") == "mug":
            held.append(route)
        else:
            route.continue_()

    shopper.page.route("**/skills/search", slow)
    shopper.page.goto(mall.page("/race", BOX))
    shopper.box.fill("mug")
    until = time.monotonic() + PATIENCE / 1000
    while not held and time.monotonic() < until:
        shopper.page.wait_for_timeout(20)
    shopper.box.fill("speaker")
    expect(shopper.heading).to_have_text(re.compile("for “speaker”"))
    answer = {"hits": [{"id": "late", "title": "Too late", "score": 1}], "total": 1, "understood": {"query": "mug"}}
    held[0].fulfill(json=answer, headers={"access-control-allow-origin": mall.front.origin})
    shopper.page.wait_for_timeout(100)
    expect(shopper.heading).to_have_text(re.compile("for “speaker”"))
    assert "Too late" not in shopper.titles()


def test_a_rule_may_lead_a_search_elsewhere_but_runs_nothing(mall: Mall, shopper: Shopper) -> None:
    target = "javascript:document.title='taken'"

    def led(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, json={**answer.json(), "redirect": target})

    shopper.page.route("**/skills/search", led)
    shopper.page.goto(mall.page("/led", BOX))
    shopper.box.fill("mug")
    shopper.page.keyboard.press("Enter")
    expect(shopper.heading).to_have_text("30 products for “mug”")
    assert shopper.page.title() == "Shop"
    mall.page("/mugs", "<h1>All our mugs</h1>")
    target = "/mugs"
    shopper.box.fill("mugs")
    expect(shopper.page.get_by_role("link", name="Go to /mugs")).to_be_visible()
    shopper.page.keyboard.press("Enter")
    shopper.page.wait_for_url("**/mugs")
    shopper.page.go_back()
    expect(shopper.heading).to_have_text("30 products for “mugs”")


def test_an_index_that_is_being_built_is_waited_for(mall: Mall, shopper: Shopper) -> None:
    asked: list[int] = []

    def building(route: Route) -> None:
        asked.append(1)
        cors = {"access-control-allow-origin": mall.front.origin, "access-control-expose-headers": "Retry-After"}
        if len(asked) == 1:
            route.fulfill(status=503, headers={**cors, "retry-after": "1"}, json={"detail": "being built"})
        else:
            route.continue_()

    shopper.page.route("**/skills/search", building)
    shopper.page.goto(mall.page("/building", BOX))
    shopper.box.fill("mug")
    expect(shopper.page.locator(".message")).to_contain_text("being put in order")
    expect(shopper.heading).to_have_text("30 products for “mug”")


def test_a_server_that_does_not_answer_can_be_asked_again(mall: Mall, shopper: Shopper) -> None:
    shopper.page.route("**/skills/search", lambda route: route.abort())
    shopper.page.goto(mall.page("/down", BOX))
    shopper.box.fill("mug")
    expect(shopper.page.locator(".message")).to_contain_text("does not answer just now")
    shopper.page.unroute("**/skills/search")
    shopper.page.get_by_role("button", name="Try again").click()
    expect(shopper.heading).to_have_text("30 products for “mug”")


def test_a_page_of_another_origin_gets_nothing(mall: Mall, shopper: Shopper) -> None:
    pages: dict[str, str] = {}
    with pages_of_a_merchant(pages) as elsewhere:
        mall.page("/", BOX)
        pages["/"] = mall.pages["/"]
        shopper.page.goto(elsewhere)
        shopper.box.fill("mug")
        expect(shopper.page.locator(".message")).to_contain_text("does not answer")
        expect(shopper.hits).to_have_count(0)


def test_strips_are_there_where_there_is_something_in_them(mall: Mall, shopper: Shopper) -> None:
    strips = "".join(
        f'<weft-recommendations id="s{place}" product-url="/p/{{id}}" {told}></weft-recommendations>'
        for place, told in enumerate(
            ['kind="similar" product="mug-3"', 'kind="similar" product="nothing"', 'kind="cart"']
        )
    )
    shopper.page.goto(mall.page("/strips", f'<div lang="de">{strips}</div>'))
    similar = shopper.page.get_by_role("region", name="Ähnliche Produkte")
    expect(similar.get_by_role("link").first).to_have_attribute("href", re.compile("/p/mug-"))
    expect(similar.get_by_role("link").first).to_contain_text(re.compile(r"10,\d\d\s€"))
    similar.get_by_role("button", name="Weiterblättern").click()
    shopper.page.wait_for_function("() => document.querySelector('#s0').row.scrollLeft > 0")
    expect(shopper.page.locator("#s1")).to_be_hidden()
    expect(shopper.page.locator("#s2")).to_be_hidden()
    shopper.page.locator("#s2").evaluate("(strip) => strip.setAttribute('cart', 'mug-1,mug-2')")
    expect(
        shopper.page.get_by_role("region", name="Passt zu Ihrem Warenkorb").get_by_role("link").first
    ).to_be_visible()


def taken(mall: Mall, *actions: str) -> list[Any]:
    """What the store knows of such behaviors, once there is one of each."""
    until = time.monotonic() + PATIENCE / 1000
    while True:
        found = list(mall.front.business.behaviors.events())
        if set(actions) <= {one.action for one in found} or time.monotonic() > until:
            return [one for one in found if one.action in actions]
        time.sleep(0.05)


def test_what_shoppers_do_arrives(mall: Mall, shopper: Shopper) -> None:
    body = '<weft-search product-url="#{id}"></weft-search>'
    shopper.page.goto(mall.page("/told", body, 'data-consent="granted"'))
    shopper.box.type("stoneware mug 7")
    shopper.page.keyboard.press("Enter")
    expect(shopper.hits.first).to_be_visible()
    shopper.page.wait_for_timeout(600)
    shopper.hits.first.get_by_role("link").click()
    shopper.page.evaluate("weft.cart('mug-7', {price: 10.07}); weft.purchase([{product: 'mug-7', quantity: 2}])")
    told = {one.action: one for one in taken(mall, "search", "impression", "click", "cart", "purchase")}
    assert set(told) == {"search", "impression", "click", "cart", "purchase"}
    assert told["search"].query == "stoneware mug 7"
    assert told["click"].product == "mug-7"
    assert told["purchase"].quantity == 2
    assert {one.subject for one in told.values()} == {told["click"].subject}
    assert told["click"].subject


def test_without_consent_nobody_is_known_and_who_asks_not_to_be_tracked_is_not(mall: Mall, browser: Browser) -> None:
    sent: list[Any] = []
    keep = "window.sent = []; navigator.sendBeacon = (_, body) => (body.text().then((text) => window.sent.push(text)), true);"
    for quiet in ("", "Object.defineProperty(navigator, 'globalPrivacyControl', {get: () => true});"):
        with browser.new_context(user_agent=AGENT) as context:
            page = context.new_page()
            page.add_init_script(keep + quiet)
            page.goto(mall.page("/unknown", BOX))
            page.get_by_role("combobox").fill("mug")
            page.keyboard.press("Enter")
            expect(page.locator("weft-search .grid li").first).to_be_visible()
            page.evaluate("weft.cart('mug-1'); weft.flush()")
            page.wait_for_timeout(50)
            batches = [json.loads(text)["behaviors"] for text in page.evaluate("window.sent")]
            sent.append([one for batch in batches for one in batch])
            assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    anonymous, untracked = sent
    assert {one["action"] for one in anonymous} >= {"search", "cart"}
    assert not any({"visitor", "session", "customer"} & set(one) for one in anonymous)
    assert {one["consent"] for one in anonymous} == {False}
    assert untracked == []


def test_weft_has_a_storefront_of_its_own(mall: Mall, shopper: Shopper) -> None:
    origin = f"http://127.0.0.1:{mall.front.port}"
    address = f"{origin}/storefront/{mall.front.business.id}"
    assert httpx.get(address, timeout=30).status_code == 404
    assert storefront.opened(mall.front.business, origin) == address
    assert storefront.opened(mall.front.business, origin) == address
    shopper.page.goto(address)
    shopper.page.get_by_role("button", name="Mugs 30").click()
    expect(shopper.heading).to_have_text("30 products")
    shopper.hits.first.get_by_role("link").click()
    expect(shopper.page.get_by_role("heading", level=1)).to_have_text(re.compile("Stoneware Mug"))
    shopper.page.get_by_role("button", name="Add to cart").click()
    cart = shopper.page.get_by_role("dialog", name="Your cart")
    expect(cart).to_contain_text("Stoneware Mug")
    shopper.page.keyboard.press("Escape")
    expect(shopper.page.get_by_role("button", name="Add to cart")).to_be_focused()
    expect(shopper.page.get_by_role("button", name="Cart: 1")).to_be_visible()
    shopper.box.fill("wireless")
    shopper.page.keyboard.press("Enter")
    shopper.page.wait_for_url("**?q=wireless")
    expect(shopper.heading).to_have_text(re.compile("for “wireless”"))
    shopper.page.goto(f"{address}/products/mug-1")
    shopper.box.type("mug")
    shopper.page.get_by_role("group", name="Categories").get_by_role("option", name="Mugs").click()
    expect(shopper.page.get_by_role("button", name="Remove: Category: Mugs")).to_be_visible()
    evil = shopper.page.goto(f"{address}/products/kettle")
    assert evil is not None
    assert evil.status == 200
    expect(shopper.page.get_by_role("heading", level=1)).to_contain_text("<script>")
    for hidden in ("products/secret", "pictures/secret", "products/nothing"):
        assert httpx.get(f"{address}/{hidden}").status_code == 404
    nobodys = httpx.get(f"{origin}/storefront/nobody")
    assert nobodys.status_code == 404
    assert mall.front.business.id not in nobodys.text


def test_a_storefront_is_at_the_address_of_its_key_alone(mall: Mall) -> None:
    own = f"http://127.0.0.1:{mall.front.port}"
    address = storefront.opened(mall.front.business, own)
    other = f"127.0.0.1:{mall.front.port + 1}"
    there = httpx.get(address, headers={"host": other})
    assert there.status_code == 404
    assert f"This storefront is at {address}" in there.text
    assert f"weft keys create --scope browser --origin http://{other} --business {mall.front.business.id}" in there.text
    assert storefront.opened(mall.front.business, f"http://{other}") == address.replace(own, f"http://{other}")
    assert httpx.get(address, headers={"host": other}).status_code == 200
    by_origin = {tuple(one.origins) for one in keys.listed(mall.front.business.database, mall.front.business.uid)}
    assert {(own,), (f"http://{other}",)} <= by_origin


def test_the_console_makes_browser_keys_and_tells_what_to_put_into_a_page(mall: Mall, database: Database) -> None:
    business = filled(database, PRODUCTS[:1], "keys")
    with signed(mall.front.port, database, business) as admin:
        assert "There is no browser key yet." in admin.get("/console/window").text
        refused = admin.post("/console/window", data={"origins": "shop.example", "requests": "60"})
        assert refused.status_code == 400
        assert "is not an origin" in refused.text
        assert 'value="shop.example"' in refused.text
        made = admin.post("/console/window", data={"origins": "https://shop.example", "requests": "60"})
        assert made.status_code == 303
        (key,) = [one for one in keys.listed(database, business.uid) if one.scope == "browser"]
        assert (key.origins, key.limits) == (["https://shop.example"], {"requests": 60})
        page = admin.get("/console/window").text
        assert f'data-key="{key.shown}"' in page
        opened = admin.post("/console/window/open")
        assert opened.headers["location"].endswith(f"/storefront/{business.id}")
        assert admin.get(opened.headers["location"]).status_code == 200
        assert "Open the storefront" in admin.get("/console/window").text
        admin.post(f"/console/window/{key.id}/end")
        assert keys.named(database, business.uid, key.id).revoked_at is not None
    with signed(mall.front.port, database, business, "approve") as other:
        assert "Make a browser key" not in other.get("/console/window").text
        assert other.post("/console/window", data={"origins": "https://shop.example"}).status_code == 403
