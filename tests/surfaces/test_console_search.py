"""The pages *Search* in Debian's Chromium and over plain HTTP: a search tried, rules made, dials turned, what found nothing mended."""

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, expect
from visiting import Visit, opened, signed

from weft.access import businesses
from weft.business import Business
from weft.index import keeping
from weft.postgres.database import Database
from weft.store.merchandising import ruled

PAGE = "/console/search"


def mug(number: int, **more: Any) -> dict[str, Any]:
    """A mug that earns the more the higher its number is."""
    variant = {
        "sku": f"M-{number}",
        "price": 1000,
        "currency": "EUR",
        "cost": 900 - 100 * number,
        "stock": 5,
        "options": {},
    }
    return {
        "id": f"mug-{number}",
        "title": f"Stoneware Mug {chr(64 + number)}",
        "vendor": "Kiln",
        "variants": [variant],
        **more,
    }


@pytest.fixture(scope="module")
def shop(database: Database) -> Business:
    """A business with mugs, a sofa and searches, its index built."""
    business = Business(database, businesses.ensured(database, "console-search"))
    at = datetime.now(UTC) - timedelta(hours=1)
    told = [
        ("v1", "settee", 0, None),
        ("v1", "sofa", 1, "sofa"),
        ("v2", "settee", 0, None),
        ("v3", "<b>zzz</b>", 0, None),
    ]
    behaviors: list[dict[str, Any]] = []
    for n, (visitor, query, results, clicked) in enumerate(told):
        same = {"visitor": visitor, "session": visitor, "query_id": f"q{n}", "query": query}
        behaviors.append(
            {**same, "action": "search", "at": (at + timedelta(seconds=2 * n)).isoformat(), "results": results}
        )
        if clicked:
            later = (at + timedelta(seconds=2 * n + 1)).isoformat()
            behaviors.append(
                {**same, "action": "click", "at": later, "product": clicked, "position": 1, "place": "search"}
            )
    with business.transaction() as connection:
        products: Any = [
            *(mug(number) for number in range(1, 6)),
            mug(0, id="sofa", title="Velvet Sofa", vendor="Nest"),
        ]
        business.catalog.put(connection, products, "test")
        business.behaviors.put(connection, behaviors)
    keeping.built(database, business.uid, business.catalog, meaning=False, say=lambda *_: None)
    return business


@pytest.fixture
def merchant(browser: Browser, database: Database, home: Path, shop: Business, port: int) -> Iterator[Visit]:
    """A person who may set rules, at a console without rules."""
    yield from opened(browser, database, home, shop, port)
    shop.rules.remove([rule.id for rule in shop.rules.listed() if rule.id], "test")
    shop.preferences.reset("search", "test")


@pytest.fixture
def plain_merchant(browser: Browser, database: Database, home: Path, shop: Business, port: int) -> Iterator[Visit]:
    """The same without JavaScript."""
    yield from opened(browser, database, home, shop, port, java_script_enabled=False)
    shop.rules.remove([rule.id for rule in shop.rules.listed() if rule.id], "test")


def test_a_search_is_tried_and_a_rule_made_from_it(merchant: Visit) -> None:
    page = merchant.page
    page.get_by_role("link", name="Search", exact=True).click()
    page.get_by_label("Search as a shopper does").press_sequentially("stoneware mug under 50")
    hits = page.locator("li.hit")
    expect(hits).to_have_count(5)
    expect(page).to_have_url(re.compile("under"))
    demand = page.get_by_role("link", name="take this demand back")
    expect(demand).to_contain_text("50")
    demand.click()
    expect(page.get_by_role("link", name="demand it again")).to_be_visible()
    page.locator(".facets").get_by_role("link", name="Kiln").click()
    expect(page.get_by_role("link", name="vendor: Kiln")).to_be_visible()
    last = hits.last.get_by_role("heading").inner_text().split(maxsplit=1)[1]
    hits.last.get_by_text("Why it stands here").click()
    expect(hits.last).to_contain_text("words")
    hits.last.get_by_role("link", name="Pin it").click()
    form = page.locator("#rule")
    expect(form.get_by_label("Products and places")).to_have_value(f"mug-{ord(last[-1]) - 64} 1")
    form.get_by_label("Queries").fill("mug")
    form.get_by_role("button", name="Preview").click()
    moved = page.get_by_role("row", name=last)
    expect(moved).to_contain_text("pinned to place 1")
    assert merchant.business.rules.listed() == []
    page.get_by_role("button", name="Save").click()
    expect(merchant.said()).to_contain_text("The rule is made")
    page.goto(f"http://127.0.0.1:{merchant.port}{PAGE}?q=mug")
    expect(hits.first).to_contain_text(last)
    expect(page.locator("#found")).to_contain_text("Rules that hold: pin mug-")


def test_rules_are_switched_changed_removed_and_brought_back_without_javascript(plain_merchant: Visit) -> None:
    page, business = plain_merchant.page, plain_merchant.business
    business.rules.put([ruled({"kind": "hide", "products": ["sofa"], "name": "No sofas"})], "test")
    page.goto(f"http://127.0.0.1:{plain_merchant.port}{PAGE}/rules")
    page.get_by_role("switch", name="No sofas").click()
    expect(page.get_by_role("switch", name="No sofas")).to_have_attribute("aria-checked", "false")
    page.get_by_role("link", name="Edit No sofas").click()
    page.get_by_label("From", exact=True).fill("2026-12-24T08:00")
    page.get_by_label("Until", exact=True).fill("2026-12-20T08:00")
    page.get_by_label("Zone").fill("Europe/Berlin")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("It ends before it starts")
    page.get_by_label("Until", exact=True).fill("2026-12-26T20:00")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("row", name="No sofas")).to_contain_text(
        "from 2026-12-24 08:00 until 2026-12-26 20:00 Europe/Berlin"
    )
    page.get_by_role("button", name="Remove No sofas").click()
    assert business.rules.listed() == []
    page.get_by_role("button", name="Bring it back").click()
    expect(page.get_by_role("row", name="No sofas")).to_be_visible()


def test_dials_show_what_would_move_before_they_are_set(merchant: Visit) -> None:
    page, business = merchant.page, merchant.business
    page.goto(f"http://127.0.0.1:{merchant.port}{PAGE}/dials")
    page.get_by_label("Searches to try").fill("stoneware mug")
    page.get_by_label("Margin").fill("1")
    moved = page.locator("#moves").get_by_role("row", name="mug-5")
    expect(moved).to_contain_text("dial +1")
    assert business.preferences.search().margin == 0
    page.get_by_role("button", name="Set").click()
    expect(merchant.said()).to_contain_text("The dials are set.")
    assert business.preferences.search().margin == 1
    expect(page.get_by_label("Margin")).to_have_value("1")


def test_what_found_nothing_is_mended_with_one_click(merchant: Visit) -> None:
    page, business = merchant.page, merchant.business
    page.goto(f"http://127.0.0.1:{merchant.port}{PAGE}/unmet")
    row = page.get_by_role("row", name="settee")
    expect(row).to_contain_text("sofa")
    expect(page.get_by_role("row", name="<b>zzz</b>")).to_be_visible()
    row.get_by_role("button", name="Make a synonym").click()
    expect(merchant.said()).to_contain_text("Who types “settee” finds “sofa” from now on.")
    assert [(rule.typed, rule.words) for rule in business.rules.listed()] == [(["settee"], ["sofa"])]
    page.goto(f"http://127.0.0.1:{merchant.port}{PAGE}?q=settee")
    expect(page.locator("li.hit")).to_have_count(1)


@pytest.mark.parametrize("part", ["?q=mug", "/rules?kind=pin", "/rules?kind=synonyms", "/dials", "/unmet"])
def test_it_fits_a_phone_and_every_field_has_a_label(merchant: Visit, part: str) -> None:
    merchant.business.rules.put([ruled({"kind": "hide", "products": ["sofa"], "name": "x" * 90})], "test")
    page = merchant.page
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"http://127.0.0.1:{merchant.port}{PAGE}{part}")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    unnamed = page.evaluate(
        "[...document.querySelectorAll('main input:not([type=hidden]), main select, main textarea')]"
        ".filter(one => !one.labels.length).map(one => one.name)"
    )
    assert unnamed == []
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(one => one.id)")
    assert len(ids) == len(set(ids))
    assert page.get_by_role("heading", level=1).inner_text() == "Search"


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"filters": "vendr=Kiln"}, "filters.vendr: nothing in the catalog has it today; 'vendor' is near."),
        ({"filters": "vendor=Klin"}, "filters.vendor: no product has 'Klin' today; 'Kiln' is near."),
        ({"filters": "vendor=Kiln\nprice=9000.."}, "filters.price: no product is within that today; prices are from"),
        ({"filters": "vendor=Kiln\nprice=..9000"}, None),
    ],
)
def test_what_a_rule_never_holds_of_is_told_when_it_is_saved(
    database: Database, shop: Business, port: int, fields: dict[str, str], says: str | None
) -> None:
    with signed(port, database, shop, "approve") as client:
        saved = client.post(f"{PAGE}/rules", data={"kind": "boost", "match": "any", "times": "2", **fields})
        assert saved.status_code == 303, saved.text
        told = html.unescape(client.get(saved.headers["location"]).text)
    (rule,) = shop.rules.listed()
    shop.rules.remove([str(rule.id)], "test")
    assert "The rule is made" in told
    assert says in told if says else "today" not in told.partition("The rule is made")[2][:300]


def test_who_may_only_look_changes_nothing(database: Database, shop: Business, port: int) -> None:
    with signed(port, database, shop, "read") as client:
        assert "Make a rule" not in client.get(f"{PAGE}/rules").text
        answers: list[httpx.Response] = [
            client.post(f"{PAGE}/rules", data={"kind": "hide", "products": "sofa", "match": "any"}),
            client.post(f"{PAGE}/dials", data={"margin": "1"}),
            client.post(f"{PAGE}/synonym", data={"typed": "a", "words": "b"}),
        ]
        assert [one.status_code for one in answers] == [403, 403, 403]
        elsewhere = client.post(f"{PAGE}/dials", data={"margin": "1"}, headers={"sec-fetch-site": "cross-site"})
        assert elsewhere.status_code == 403
        assert "from -1 to 1" in client.get(f"{PAGE}/dials?margin=7").text
        assert client.get(f"{PAGE}/rules?kind=nonsense").status_code == 400
    assert shop.rules.listed() == []
    assert shop.preferences.search().turned == {}
