"""The page *Changes* as a person meets it: in Debian's Chromium, against a real server and a real database."""

import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect
from visiting import Visit, filled

from weft.access import keys
from weft.business import Business
from weft.postgres.database import Database
from weft.store.changes import Selection
from weft.surfaces.console.diffs import diff, words
from weft.surfaces.console.session import Seal, sign_in_link


def test_changes_are_listed_by_product_with_what_they_rest_on(visit: Visit) -> None:
    expect(visit.page).to_have_title(f"Changes · {visit.business.id} · Weft")
    expect(visit.page.locator("section.product h2")).to_have_count(4)
    expect(visit.rows()).to_have_count(6)
    expect(visit.page.locator("#tabs a[aria-current]")).to_have_text("Proposed 6")
    title = visit.row("RED WOOL SCARF").first
    expect(title.locator("del")).to_contain_text("RED WOOL SCARF")
    expect(title.locator("ins")).to_contain_text("Red Wool Scarf")
    expect(title).to_contain_text("capitals are hard to read")
    expect(title).to_contain_text("90 % sure")
    expect(title.locator(".checks")).to_be_hidden()
    title.locator("details.more summary").click()
    expect(title.locator(".checks")).to_contain_text("same words – no word was lost")
    barcode = visit.row("RED WOOL SCARF").nth(2)
    expect(barcode.locator("ins b")).to_have_text("1")


def test_a_filter_and_chips_narrow_the_list(visit: Visit) -> None:
    visit.page.get_by_role("searchbox").fill("confidence >= 0.8")
    visit.page.keyboard.press("Enter")
    expect(visit.rows()).to_have_count(2)
    expect(visit.page.locator("#tabs a[aria-current]")).to_have_text("Proposed 2")
    expect(visit.page).to_have_url(
        re.compile(r"/console/changes\?where=confidence(%20|\+)%3E%3D(%20|\+)0\.8&state=proposed$")
    )
    visit.page.locator(".chip", has_text="description").click()
    expect(visit.rows()).to_have_count(1)
    visit.page.go_back()
    expect(visit.rows()).to_have_count(2)
    visit.go()
    visit.page.locator(".chip", has_text="barcode").click()
    expect(visit.rows()).to_have_count(1)
    visit.go("?skill=edit")
    expect(visit.rows()).to_have_count(1)
    visit.go("?state=applied")
    expect(visit.page.get_by_text("No change is applied.")).to_be_visible()


def test_a_filter_that_is_none_is_answered_with_a_sentence(visit: Visit) -> None:
    visit.page.get_by_role("searchbox").fill("vendro = Acme")
    visit.page.keyboard.press("Enter")
    problem = visit.page.get_by_role("alert")
    expect(problem).to_contain_text("'vendro' at character 1, which is not a field")
    expect(visit.page.get_by_role("searchbox")).to_have_value("vendro = Acme")
    expect(visit.rows()).to_have_count(0)
    visit.go("?where=a%3Db)+or+(state%3Dproposed")
    expect(problem).to_be_visible()


def test_a_change_is_approved_applied_and_undone(visit: Visit) -> None:
    row = visit.row("RED WOOL SCARF").first
    row.get_by_role("button", name="Approve").click()
    expect(visit.said()).to_contain_text("Approved 1 change.")
    expect(row.locator(".state")).to_have_text("approved")
    expect(row).to_be_focused()
    expect(visit.page.locator("#tabs")).to_contain_text("Approved 1")
    expect(visit.page.locator("#bulk")).to_contain_text("Approve 5")
    row.get_by_role("button", name="Apply").click()
    expect(visit.said()).to_contain_text("Applied 1 change.")
    assert visit.business.catalog.get("scarf")["title"] == "Red Wool Scarf"
    visit.page.locator("#tabs a", has_text="Applied").click()
    expect(visit.rows()).to_have_count(1)
    visit.rows().get_by_role("button", name="Undo").click()
    expect(visit.said()).to_contain_text("Undid 1 change.")
    assert visit.business.catalog.get("scarf")["title"] == "RED WOOL SCARF"
    assert visit.states() == {"proposed": 5, "undone": 1}


def test_a_change_is_rejected(visit: Visit) -> None:
    visit.row("RED WOOL SCARF").nth(1).get_by_role("button", name="Reject").click()
    expect(visit.said()).to_contain_text("Rejected 1 change.")
    assert visit.states() == {"proposed": 5, "rejected": 1}


def test_a_person_puts_an_own_value_in_place_of_the_suggested_one(visit: Visit) -> None:
    row = visit.page.locator("li.change", has_text="300 ml")
    row = visit.page.locator(f"#{row.get_attribute('id')}")
    row.locator("summary", has_text="Correct").click()
    row.get_by_role("textbox").fill("Blue Mug, 0.3 l")
    row.get_by_role("button", name="Keep my value").click()
    expect(visit.said()).to_contain_text("Corrected 1 change.")
    expect(row.locator("ins").last).to_contain_text("0.3")
    expect(row).to_contain_text("Suggested was: Blue Mug, 300 ml")
    corrected = visit.business.changes.listed(Selection(where="state = approved"))
    assert [(one["after"], one["suggested"]) for one in corrected] == [("Blue Mug, 0.3 l", "Blue Mug, 300 ml")]


def test_a_value_that_the_field_cannot_hold_is_answered_with_a_sentence(visit: Visit) -> None:
    visit.business.changes.propose([{"record": "scarf", "field": "variants.S-1.price", "after": "17.50"}])
    visit.go("?field=variants.*.price")
    expect(visit.rows().locator("del")).to_contain_text("19.99")
    visit.rows().locator("summary", has_text="Correct").click()
    visit.rows().get_by_role("textbox").fill("cheap")
    visit.rows().get_by_role("button", name="Keep my value").click()
    expect(visit.said()).to_contain_text("'cheap' cannot be this field's value")
    expect(visit.rows().get_by_role("textbox")).to_have_value("cheap")
    visit.rows().get_by_role("textbox").fill("18.25")
    visit.rows().get_by_role("button", name="Keep my value").click()
    expect(visit.said()).to_contain_text("Corrected 1 change.")
    [price] = visit.business.changes.listed(Selection(where="state = approved"))
    assert price["after"] == {"amount": 1825, "currency": "EUR"}


def test_all_that_match_are_approved_applied_and_undone_after_a_question(visit: Visit) -> None:
    visit.go("?skill=tidy")
    visit.page.get_by_role("link", name="Approve 5").click()
    expect(visit.page.locator(".confirm")).to_contain_text("Approve 5 proposed changes that match?")
    assert visit.states() == {"proposed": 6}
    visit.page.get_by_role("link", name="Cancel").click()
    expect(visit.page.locator(".confirm")).to_have_count(0)
    visit.page.get_by_role("link", name="Approve 5").click()
    expect(visit.page.get_by_role("button", name="Approve 5")).to_be_focused()
    visit.page.keyboard.press("Enter")
    expect(visit.said()).to_contain_text("Approved 5 changes.")
    assert visit.states() == {"proposed": 1, "approved": 5}
    for verb, tab, said in (("Apply", "Approved", "Applied 5"), ("Undo", "Applied", "Undid 5")):
        visit.page.locator("#tabs a", has_text=tab).click()
        visit.page.get_by_role("link", name=f"{verb} 5").click()
        visit.page.get_by_role("button", name=f"{verb} 5").click()
        expect(visit.said()).to_contain_text(f"{said} changes.")
    assert visit.states() == {"proposed": 1, "undone": 5}


def test_a_question_that_was_overtaken_is_asked_again(visit: Visit) -> None:
    visit.page.get_by_role("link", name="Approve 6").click()
    expect(visit.page.get_by_role("button", name="Approve 6")).to_be_visible()
    visit.business.changes.reject(Selection(where="field = tags"))
    visit.page.get_by_role("button", name="Approve 6").click()
    expect(visit.said()).to_contain_text("it has become 5 instead of 6")
    assert visit.states() == {"proposed": 5, "rejected": 1}


def test_what_was_left_is_said_with_its_reason(visit: Visit) -> None:
    visit.business.changes.approve(Selection(where="skill = tidy"))
    visit.business.changes.propose([{"record": "scarf", "field": "title", "after": "A Scarf"}], skill="other")
    visit.business.changes.approve(Selection(where="skill = other"))
    visit.business.changes.apply(Selection(where="skill = other"))
    visit.go("?state=approved")
    visit.page.get_by_role("link", name="Apply 5").click()
    visit.page.get_by_role("button", name="Apply 5").click()
    expect(visit.said()).to_contain_text("Applied 4 changes; 1 was left.")
    expect(visit.said()).to_contain_text("title now holds “A Scarf”, not “RED WOOL SCARF”")
    visit.page.locator("#tabs a", has_text="Stale").click()
    expect(visit.rows().locator(".reason")).to_contain_text("title now holds “A Scarf”")


def test_a_long_action_is_watched_until_it_ends(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    real, go_on = type(visit.business.changes).approve, threading.Event()

    def slow(*arguments: Any) -> Any:
        go_on.wait(20)
        return real(*arguments)

    monkeypatch.setattr(type(visit.business.changes), "approve", slow)
    visit.page.get_by_role("link", name="Approve 6").click()
    visit.page.get_by_role("button", name="Approve 6").click()
    expect(visit.page.locator("#work")).to_contain_text("Approving 6 changes …")
    expect(visit.page.locator("#work")).to_contain_text("2 s")
    go_on.set()
    expect(visit.said()).to_contain_text("Approved 6 changes.")
    expect(visit.page.locator("#tabs")).to_contain_text("Approved 6")
    expect(visit.page.locator("#work")).to_have_count(0)


def test_a_running_import_is_watched(visit: Visit) -> None:
    progress, _ = visit.business.imports.begin("products", "shopify", "autumn.csv", b"x" * 32, {})
    imports = visit.page.locator("#imports")
    expect(imports).to_contain_text("autumn.csv")
    for rows in (1200, 2400):
        progress.rows, progress.records = rows, rows // 3
        with visit.business.transaction() as connection:
            connection.execute(
                "update import set rows = %s, records = %s where uid = %s", (rows, rows // 3, progress.uid)
            )
        expect(imports).to_contain_text(f"{rows:,} rows, {rows // 3:,} products")
    visit.business.imports.finish(progress)
    expect(imports).to_contain_text("autumn.csv is in: 800 products")


def test_what_others_wrote_is_text_and_never_markup(visit: Visit) -> None:
    heading = visit.page.locator("section.product h2", has_text="<script>")
    expect(heading).to_contain_text("<script>document.title='taken'</script> & <img src=x onerror=alert(1)>")
    expect(visit.page.locator("section.product script, section.product img")).to_have_count(0)
    visit.row("<script>").get_by_role("button", name="Approve").click()
    expect(visit.said()).to_contain_text("Approved 1 change.")
    visit.go("?where=%3Cscript%3Ealert(1)%3C/script%3E")
    expect(visit.page.get_by_role("alert")).to_contain_text("has '<'")
    expect(visit.page.get_by_role("searchbox")).to_have_value("<script>alert(1)</script>")
    expect(visit.page).to_have_title(f"Changes · {visit.business.id} · Weft")


def test_everything_works_without_javascript(plain_visit: Visit) -> None:
    visit = plain_visit
    row = visit.row("RED WOOL SCARF").first
    row.get_by_role("button", name="Approve").click()
    expect(visit.said()).to_contain_text("Approved 1 change.")
    visit.page.reload()
    expect(visit.said()).not_to_contain_text("Approved")
    visit.page.locator("#tabs a", has_text="Approved").click()
    visit.rows().get_by_role("button", name="Apply").click()
    expect(visit.said()).to_contain_text("Applied 1 change.")
    visit.go("?state=proposed&where=field+%3D+title")
    visit.rows().locator("summary", has_text="Correct").click()
    visit.rows().get_by_role("textbox").fill("Mug")
    visit.rows().get_by_role("button", name="Keep my value").click()
    expect(visit.said()).to_contain_text("Corrected 1 change.")
    visit.go()
    visit.page.get_by_role("link", name="Reject 4").click()
    visit.page.get_by_role("textbox", name="Why").fill("not now")
    visit.page.get_by_role("button", name="Reject 4").click()
    expect(visit.said()).to_contain_text("Rejected 4 changes.")
    assert visit.states() == {"applied": 1, "approved": 1, "rejected": 4}
    assert visit.business.changes.listed(Selection(where="state = rejected"))[0]["reason"] == "not now"
    visit.page.get_by_role("button", name="Sign out").click()
    expect(visit.page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_long_lists_go_on_page_by_page(visit: Visit) -> None:
    edits = [{"record": "mug", "field": f"attributes.a{number}", "after": number} for number in range(90)]
    visit.business.changes.propose(edits, skill="many")
    visit.go("?skill=many")
    expect(visit.rows()).to_have_count(40)
    visit.page.get_by_role("link", name="Show more").click()
    expect(visit.rows()).to_have_count(80)
    visit.page.get_by_role("link", name="Show more").click()
    expect(visit.rows()).to_have_count(90)
    expect(visit.page.get_by_role("link", name="Show more")).to_have_count(0)


def test_keys_of_the_keyboard_suffice(visit: Visit) -> None:
    visit.page.keyboard.press("j")
    visit.page.keyboard.press("j")
    visit.page.keyboard.press("k")
    visit.page.keyboard.press("a")
    expect(visit.said()).to_contain_text("Approved 1 change.")
    expect(visit.rows().first).to_be_focused()
    visit.page.keyboard.press("j")
    visit.page.keyboard.press("x")
    expect(visit.said()).to_contain_text("Rejected 1 change.")
    expect(visit.rows().nth(1)).to_be_focused()
    visit.page.keyboard.press("j")
    visit.page.keyboard.press("e")
    expect(visit.rows().nth(2).get_by_role("textbox")).to_be_focused()
    visit.page.keyboard.press("Escape")
    visit.page.keyboard.press("/")
    expect(visit.page.get_by_role("searchbox")).to_be_focused()


def test_who_may_only_look_is_told_so(reader_visit: Visit) -> None:
    expect(reader_visit.page.locator(".notice")).to_contain_text("Your key may look, but not decide.")
    expect(reader_visit.rows()).to_have_count(6)
    expect(reader_visit.rows().get_by_role("button")).to_have_count(0)
    expect(reader_visit.page.locator("#bulk a")).to_have_count(0)


def test_a_narrow_screen_shows_everything_in_its_width(visit: Visit) -> None:
    visit.page.set_viewport_size({"width": 390, "height": 800})
    visit.page.reload()
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.fixture
def client(port: int) -> Iterator[httpx.Client]:
    """A client without a browser."""
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20) as opened_client:
        yield opened_client


HERE = {"sec-fetch-site": "same-origin"}


def entered(client: httpx.Client, database: Database, business: Business, scope: str = "approve") -> keys.Key:
    """Sign in with a new key."""
    key, secret = keys.created(database, business.uid, scope)
    answer = client.post("/console/sign-in", data={"key": secret}, headers=HERE)
    assert answer.status_code == 303
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert secret.lower() not in cookie
    return key


@pytest.mark.parametrize(
    "path", ["/console/sign-in", "/console/changes", "/console/static/console.css", "/console/imports"]
)
def test_every_page_is_closed_to_other_sites(
    path: str, client: httpx.Client, database: Database, business: Business
) -> None:
    entered(client, database, business)
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-security-policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"


def test_a_key_opens_and_a_revoked_one_closes(client: httpx.Client, database: Database, business: Business) -> None:
    assert client.get("/console/changes").headers["location"] == "/console/sign-in?ended=1"
    refused = client.post("/console/sign-in", data={"key": "weft_wrong"}, headers=HERE)
    assert refused.status_code == 401
    assert "This key is not known." in refused.text
    key = entered(client, database, business)
    assert client.get("/console/changes").status_code == 200
    keys.revoked(database, business.uid, key.id)
    until = time.monotonic() + 5
    while client.get("/console/changes").status_code == 200 and time.monotonic() < until:
        time.sleep(0.2)
    assert client.get("/console/changes").status_code == 303
    swapped = client.get("/console/imports", headers={"hx-request": "true"})
    assert swapped.headers["hx-redirect"] == "/console/sign-in?ended=1"


def test_what_another_site_sends_is_refused(client: httpx.Client, database: Database, business: Business) -> None:
    filled(business)
    entered(client, database, business)
    change = business.changes.listed(limit=1)[0]["id"]
    host = str(client.base_url).rstrip("/")
    for headers in (
        {},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "http://evil.test"},
    ):
        assert client.post(f"/console/changes/{change}/approve", headers=headers).status_code == 403
        assert client.post("/console/changes/all/approve", data={"expected": "6"}, headers=headers).status_code == 403
        assert client.post("/console/sign-in", data={"key": "x"}, headers=headers).status_code == 403
    assert business.changes.counted()["proposed"] == 6
    assert client.post(f"/console/changes/{change}/approve", headers={"origin": host}).status_code == 303
    assert business.changes.counted()["approved"] == 1


def test_a_key_without_the_scope_decides_nothing(client: httpx.Client, database: Database, business: Business) -> None:
    filled(business)
    entered(client, database, business, "propose")
    change = business.changes.listed(limit=1)[0]["id"]
    for path in (f"{change}/approve", f"{change}/correct", "all/approve"):
        answer = client.post(f"/console/changes/{path}", data={"expected": "0", "value": "x"}, headers=HERE)
        assert answer.status_code == 403
        assert "your key may only propose" in answer.text
    assert business.changes.counted()["proposed"] == 6


def test_another_business_is_out_of_reach(
    client: httpx.Client, database: Database, business: Business, port: int, home: Path
) -> None:
    filled(business)
    stranger = Business(database, business_of(database, "console-stranger"))
    entered(client, database, stranger)
    change = business.changes.listed(limit=1)[0]["id"]
    assert client.post(f"/console/changes/{change}/approve", headers=HERE).status_code == 404
    assert "WOOL" not in client.get("/console/changes?state=all").text
    assert business.changes.counted()["proposed"] == 6


def business_of(database: Database, name: str) -> Any:
    from weft.access import businesses

    return businesses.ensured(database, name)


def test_a_link_is_good_for_its_time_and_purpose_alone(
    client: httpx.Client, database: Database, business: Business, home: Path, port: int
) -> None:
    link = sign_in_link(home, database, business.uid, "read", port)
    assert client.get(link.replace("token=", "token=x")).status_code == 401
    seal = Seal(home)
    assert seal.opened("session", link.partition("token=")[2]) is None
    late = seal.sealed("link", "00" * 32, -1)
    assert "links last an hour" in client.get(f"/console/sign-in?token={late}").text
    assert client.get(link).status_code == 200
    assert client.get("/console/changes").status_code == 200


def test_the_secret_is_the_owners_alone(home: Path) -> None:
    Seal(home)
    path = home / "console.secret"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(home.glob("console.secret.*")) == []


def test_addresses_that_cannot_be_are_answered_with_a_page(
    client: httpx.Client, database: Database, business: Business
) -> None:
    entered(client, database, business)
    assert client.get("/console/changes?state=odd").status_code == 400
    assert client.get("/console/changes?after=odd").status_code == 400
    assert client.get("/console/changes/all/eat").status_code == 400
    missing = client.post("/console/changes/00000000-0000-0000-0000-000000000000/approve", headers=HERE)
    assert missing.status_code == 404
    assert "<h1>That did not work</h1>" in missing.text


@pytest.mark.parametrize(
    ("before", "after", "parts"),
    [
        ("a red scarf of wool", "a blue scarf of wool", "same:a |del:red|ins:blue|same: scarf of wool"),
        ("RED WOOL SCARF", "Red Wool Scarf", "del:RED WOOL SCARF|ins:Red Wool Scarf"),
        (None, "new", "ins:new"),
        ("old", None, "del:old"),
        (["a", "b"], ["a", "b", "c"], "same:a, b|ins:, c"),
        ({"amount": 1999, "currency": "EUR"}, {"amount": 2100, "currency": "EUR"}, "del:19.99 EUR|ins:21.00 EUR"),
        (True, False, "del:yes|ins:no"),
    ],
)
def test_a_difference_is_shown_in_words(before: Any, after: Any, parts: str) -> None:
    assert "|".join(f"{part.kind}:{part.text}" for part in diff(before, after).parts) == parts


def test_a_long_text_is_compared_quickly_and_only_what_differs_is_shown() -> None:
    old = "<p>" + " ".join(f"word{number}" for number in range(2500)) + "</p>"
    begun = time.perf_counter()
    found = diff(old, old.replace("word1200 ", "term1200 "))
    assert time.perf_counter() - begun < 1
    assert [part.kind for part in found.parts] == ["gap", "same", "del", "ins", "same", "gap"]
    assert sum(len(part.text) for part in found.parts) < 500
    begun = time.perf_counter()
    assert diff("x" * 400_000, "y <" * 100_000).whole
    assert time.perf_counter() - begun < 2


def test_values_are_put_in_words() -> None:
    assert [words(value) for value in (None, 1.5, {"value": 12, "unit": "cm"}, [1, "a"], {"a": 1})] == [
        "",
        "1.5",
        "12 cm",
        "1, a",
        '{\n  "a": 1\n}',
    ]
