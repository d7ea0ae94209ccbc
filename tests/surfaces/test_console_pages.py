"""The pages *Products*, *Runs* and *Skills* in Debian's Chromium, and without JavaScript."""

import html
import re
import threading
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from playwright.sync_api import expect
from visiting import Visit

from weft import skill as skills
from weft.access import keys
from weft.business import Business
from weft.postgres.database import Database
from weft.runs.book import Runs, Selection
from weft.runs.shards import worked_here
from weft.runs.worker import Worker
from weft.store.changes import Who

HERE = {"sec-fetch-site": "same-origin"}
EVIL = "<script>document.title='taken'</script>"


def organized(business: Business) -> None:
    """Organize what there is, in this process."""
    worked_here(business, Runs(business).enter(skills.named("organize"), Selection(), queued=False, who=Who("test")))


def at(visit: Visit, path: str) -> None:
    visit.page.goto(f"http://127.0.0.1:{visit.port}/console/{path}")


def test_products_are_found_as_a_person_types(visit: Visit) -> None:
    at(visit, "products")
    rows = visit.page.locator("#found tbody tr")
    expect(rows).to_have_count(3)
    expect(rows.filter(has_text="scarf")).to_contain_text("not looked over")
    visit.page.locator("#q").press_sequentially("blu mug")
    expect(rows).to_have_count(1)
    expect(visit.page).to_have_url(re.compile("q=blu"))
    visit.page.locator("#q").fill("nothing like it")
    expect(visit.page.locator("#found")).to_contain_text("No product matches")
    visit.page.locator("#q").fill("")
    visit.page.locator("#where").fill("price <")
    expect(visit.page.locator("[role=alert]")).to_contain_text("needs a value")


def test_a_product_shows_its_quality_its_facts_and_what_became_of_it(visit: Visit) -> None:
    organized(visit.business)
    at(visit, "products?chip=poor")
    visit.page.get_by_role("link", name="RED WOOL SCARF").click()
    card = visit.page.locator("section", has=visit.page.get_by_role("heading", name="Quality", exact=True))
    expect(card).to_contain_text("of 100")
    expect(card).to_contain_text("no picture")
    read = visit.page.locator("section", has=visit.page.get_by_role("heading", name="Read in its text"))
    expect(read.locator("mark", has_text="WOOL").first).to_be_visible()
    visit.page.get_by_label("Skill", exact=True).select_option("tidy")
    visit.page.get_by_role("button", name="Try", exact=True).click()
    expect(visit.page.locator("#answer")).to_contain_text("Red Wool Scarf")
    before = visit.states()
    visit.business.changes.edit("scarf", {"vendor": "Loom"})
    at(visit, "products/scarf")
    history = visit.page.locator("section", has=visit.page.get_by_role("heading", name="History"))
    expect(history).to_contain_text("Loom")
    assert visit.states() == {**before, "applied": 1}


def test_a_skill_is_tried_and_proposes_where_the_key_may(visit: Visit) -> None:
    at(visit, "skills")
    visit.page.get_by_role("link", name="tidy").click()
    visit.page.get_by_label("product").fill("nothing-like-it")
    visit.page.get_by_role("button", name="Ask", exact=True).click()
    expect(visit.page.locator("[role=alert]")).to_contain_text("nothing-like-it")
    visit.page.get_by_label("product").fill('{"title": "LOUD CUP", "description": "<p>A cup.</p>"}')
    visit.page.get_by_role("button", name="Ask", exact=True).click()
    expect(visit.page.locator("#answer")).to_contain_text("Loud Cup")
    visit.page.get_by_label("product").fill("mug")
    visit.page.get_by_role("button", name="Ask and propose").click()
    expect(visit.page.locator("#answer")).to_contain_text("proposed")


def test_a_list_of_fixed_words_is_ticked_and_a_list_of_any_is_typed(visit: Visit) -> None:
    at(visit, "skills/write")
    page = visit.page
    parts = page.get_by_role("group", name="parts")
    expect(parts.get_by_role("checkbox")).to_have_count(6)
    expect(parts.get_by_role("checkbox", checked=True)).to_have_count(6)
    page.locator("#f-product").fill("scarf")
    for part in ("description", "bullets", "seo title", "seo description", "alt"):
        parts.get_by_label(part, exact=True).uncheck()
    page.get_by_role("button", name="Ask", exact=True).click()
    answer = page.locator("#answer")
    expect(answer).to_contain_text("Red Wool Scarf")
    expect(answer).not_to_contain_text("seo_title")
    expect(answer.get_by_role("columnheader", name="before")).to_have_count(0)
    expect(answer.get_by_text("5 checks")).to_be_visible()
    expect(answer.get_by_text('"name"').first).to_be_hidden()
    expect(page.get_by_role("group", name="parts").get_by_role("checkbox", checked=True)).to_have_count(1)
    page.get_by_role("group", name="parts").get_by_label("title", exact=True).uncheck()
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator("[role=alert]")).to_contain_text("at least one of parts: title, description")
    at(visit, "skills/translate")
    page.locator("#f-text").fill("Hello {name}")
    page.locator("#f-into").fill("de, fr")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator("#answer").get_by_role("cell", name=re.compile("^(de|fr)$"))).to_have_count(2)


def test_a_run_is_begun_watched_paused_resumed_and_cancelled(visit: Visit) -> None:
    at(visit, "runs")
    visit.page.get_by_label("Over which products").fill("price <")
    visit.page.get_by_role("button", name="Begin a run").click()
    expect(visit.page.locator("[role=alert]")).to_contain_text("needs a value")
    visit.page.get_by_label("Over which products").fill("vendor is not missing")
    visit.page.get_by_label("Skill", exact=True).select_option("tidy")
    visit.page.get_by_role("button", name="Begin a run").click()
    expect(visit.page.get_by_role("heading", name="tidy")).to_contain_text("queued")
    visit.page.get_by_role("button", name="Pause").click()
    expect(visit.page.get_by_role("heading", name="tidy")).to_contain_text("paused")
    visit.page.get_by_role("button", name="Resume").click()
    worker = Worker(visit.business.database, idle_seconds=1)
    work = threading.Thread(target=worker.run)
    work.start()
    expect(visit.page.get_by_role("heading", name="tidy")).to_contain_text("finished")
    work.join()
    expect(visit.page.locator("#run")).to_contain_text("2 of 2")
    at(visit, "runs")
    expect(visit.page.locator("#list tbody tr")).to_have_count(1)


def test_all_of_it_works_without_javascript(plain_visit: Visit) -> None:
    at(plain_visit, "products")
    plain_visit.page.locator("#q").fill("mug")
    plain_visit.page.get_by_role("button", name="Find").click()
    expect(plain_visit.page.locator("#found tbody tr")).to_have_count(1)
    plain_visit.page.get_by_role("link", name="Blue Mug").click()
    plain_visit.page.get_by_role("button", name="Try", exact=True).click()
    expect(plain_visit.page.locator("#answer")).to_be_visible()


def test_what_others_wrote_is_text(visit: Visit) -> None:
    organized(visit.business)
    for path in ("products", "products/evil"):
        at(visit, path)
        expect(visit.page.locator("main")).to_contain_text(EVIL)
        assert "taken" not in visit.page.title() or EVIL in visit.page.title()


def test_who_may_only_look_begins_nothing(reader_visit: Visit) -> None:
    at(reader_visit, "runs")
    expect(reader_visit.page.get_by_role("button", name="Begin a run")).to_have_count(0)
    at(reader_visit, "skills/tidy")
    expect(reader_visit.page.get_by_role("button", name="Ask and propose")).to_have_count(0)
    expect(reader_visit.page.get_by_role("button", name="Ask", exact=True)).to_be_visible()


@pytest.mark.parametrize("page", ["products", "products/scarf", "runs", "skills", "skills/organize"])
def test_a_narrow_screen_shows_everything_in_its_width(visit: Visit, page: str) -> None:
    visit.page.set_viewport_size({"width": 390, "height": 800})
    at(visit, page)
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_key_without_the_scope_and_another_site_change_nothing(
    port: int, database: Database, business: Business, tmp_path: Path
) -> None:
    del tmp_path
    with business.transaction() as connection:
        business.catalog.put(connection, [{"id": "cup", "title": "LOUD CUP", "variants": []}], "test")
    _, secret = keys.created(database, business.uid, "read")
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20) as client:
        assert client.post("/console/sign-in", data={"key": secret}, headers=HERE).status_code == 303
        for path, form in (
            ("runs", {"skill": "tidy"}),
            ("skills/tidy", {"product": "cup", "propose:": "true"}),
            ("products/cup", {"skill": "tidy", "propose": "true"}),
        ):
            assert client.post(f"/console/{path}", data=form, headers=HERE).status_code == 403
            elsewhere = client.post(f"/console/{path}", data=form, headers={"sec-fetch-site": "cross-site"})
            assert elsewhere.status_code == 403
        assert client.get("/console/products/nothing").status_code == 404
        assert client.get("/console/skills/nothing").status_code == 404
    assert Runs(business).listed() == []
    assert sum(business.changes.counted().values()) == 0


def test_a_product_with_a_long_past_and_an_odd_name_shows_what_is_open_and_leads_to_it(
    port: int, database: Database, business: Business
) -> None:
    odd = 'cup "No. 1" \\ <blue>'
    with business.transaction() as connection:
        business.catalog.put(connection, [{"id": odd, "title": "Cup", "variants": []}], "test")
    for number in range(210):
        business.changes.edit(odd, {"vendor": f"Maker {number}."})
    business.changes.propose([{"record": odd, "field": "title", "after": "A cup to be decided on"}])
    _, secret = keys.created(database, business.uid, "approve")
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20) as client:
        client.post("/console/sign-in", data={"key": secret}, headers=HERE)
        page = client.get(f"/console/products/{quote(odd)}").text
        assert "A cup to be decided on" in page
        assert "Maker 209." in page
        assert "Maker 0." not in page
        link = re.search(r'href="([^"]*)">Decide on them', page)
        assert link is not None
        assert "A cup to be decided on" in client.get(html.unescape(link[1])).text


def test_a_products_texts_stand_side_by_side_in_all_languages(visit: Visit) -> None:
    product = {"title": "Becher", "description": f"<p>Ein <b>Becher</b>{EVIL}<img src=x onerror=alert(1)></p>"}
    visit.business.changes.edit("mug", {f"translations.de.{name}": text for name, text in product.items()})
    visit.business.changes.propose(
        [
            {"record": "mug", "field": "translations.de.title", "after": "Blauer Becher"},
            {"record": "mug", "field": "translations.ar.title", "after": "كوب أزرق"},
            {"record": "mug", "field": "attributes.bullets", "after": ["Blue", "Holds 300 ml"]},
        ],
        skill="translate",
    )
    at(visit, "products/mug")
    table = visit.page.get_by_role("region", name="Texts, language by language").locator("table")
    expect(table.locator("thead th")).to_have_text(["text", "own language", "ar", "de"])
    title = table.locator("tr", has=visit.page.get_by_role("rowheader", name="title", exact=True))
    expect(title.locator("td").nth(0)).to_contain_text("Blue Mug")
    expect(title.locator("td").nth(2)).to_contain_text("Becher")
    expect(title.locator("td[lang=de] .then")).to_contain_text("Blauer Becher")
    expect(title.locator("td[lang=ar] .then")).to_contain_text("كوب أزرق")
    description = table.locator("tr", has=visit.page.get_by_role("rowheader", name="description", exact=True))
    expect(description.locator("td[lang=de] b")).to_have_text("Becher")
    assert not description.locator("img, script").count()
    bullets = table.locator("tr", has=visit.page.get_by_role("rowheader", name="bullets", exact=True))
    expect(bullets.locator(".then")).to_contain_text("Holds 300 ml")
    expect(visit.page).to_have_title(re.compile("Blue Mug"))
