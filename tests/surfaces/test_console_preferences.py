"""The page *Settings* in Debian's Chromium and over plain HTTP: voice, languages, markets, claims, glossary, memory."""

from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect
from visiting import HERE, Visit, signed

from weft.business import Business
from weft.postgres.database import Database
from weft.store.glossary import Term

PAGE = "/console/settings"
TMX = (
    '<tmx version="1.4"><header srclang="en"/><body><tu><tuv xml:lang="en"><seg>Red mug</seg></tuv>'
    '<tuv xml:lang="de"><seg>Rote Tasse</seg></tuv></tu></body></tmx>'
)


def sent(client: httpx.Client, kind: str, name: str, text: str, **more: str) -> httpx.Response:
    return client.post(f"{PAGE}/{kind}/file", files={"file": (name, text.encode())}, data=more)


def test_a_person_sets_the_voice_adds_a_term_and_takes_a_glossary_without_javascript(
    plain_keeper: Visit, tmp_path: Path
) -> None:
    page, business = plain_keeper.page, plain_keeper.business
    page.goto(f"http://127.0.0.1:{plain_keeper.port}/console/changes")
    page.get_by_role("link", name="Settings").click()
    voice = page.locator("#voice")
    voice.get_by_label("Tone").select_option("warm")
    voice.get_by_label("Words to avoid").fill("cheap\nbargain")
    voice.get_by_label("Examples").fill("One, two.\nStill one.\n\nAnother.")
    voice.get_by_role("button", name="Set").click()
    expect(page.locator("#said")).to_contain_text("The voice is set.")
    assert business.preferences.voice().avoid == ["cheap", "bargain"]
    assert business.preferences.voice().examples == ["One, two.\nStill one.", "Another."]
    expect(page.locator("#voice").get_by_label("Words to avoid")).to_have_value("cheap\nbargain")
    term = page.locator("#add-term")
    term.get_by_label("Word or phrase").fill("hat")
    term.get_by_label("Translation", exact=True).fill("Hut")
    term.get_by_label("Into").fill("de")
    term.get_by_role("button", name="Add").click()
    expect(page.locator("#add-term [role=alert]")).to_contain_text("A translated term needs both languages.")
    term.get_by_label("From").fill("en")
    term.get_by_role("button", name="Add").click()
    expect(page.locator("#said")).to_contain_text("“hat” is “Hut” (en → de).")
    words = tmp_path / "words.csv"
    words.write_text("en,de\nhat,Kappe\nscarf,Schal\n", encoding="utf-8")
    page.get_by_label("File").first.set_input_files(words)
    page.get_by_role("button", name="Import").first.click()
    expect(page.locator("#glossary-rejects")).to_contain_text("1 new, 0 changed, 0 as they were. 1 row was not taken:")
    expect(page.locator("#glossary-rejects")).to_contain_text(
        "is to be “Kappe” (line 2) and is to be “Hut” (in the glossary)"
    )
    expect(page.get_by_role("row", name="scarf")).to_be_visible()
    page.get_by_role("button", name="Forget scarf").click()
    expect(page.locator("#said")).to_contain_text("The term is forgotten.")
    assert [one.target for one in business.glossary.listed()] == ["Hut"]


def test_it_fits_a_phone_and_every_field_has_a_label(keeper: Visit) -> None:
    keeper.business.preferences.put("markets", [{"name": "Austria", "country": "AT"}], "Ann")
    keeper.business.glossary.put(
        [Term(source="a" * 90, target="b" * 90, source_language="en", target_language="de")], "Ann"
    )
    page = keeper.page
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"http://127.0.0.1:{keeper.port}{PAGE}")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    unnamed = page.evaluate(
        "[...document.querySelectorAll('main input:not([type=hidden]), main select, main textarea')]"
        ".filter(one => !one.labels.length).map(one => one.name)"
    )
    assert unnamed == []
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(one => one.id)")
    assert len(ids) == len(set(ids))


def test_markets_languages_and_claims_are_set_and_refused_with_a_sentence(
    port: int, database: Database, business: Business
) -> None:
    with signed(port, database, business, "approve") as client:
        for path, given in (
            ("markets", {"name": "Austria", "country": "at", "language": "de-at", "units": "metric"}),
            ("markets", {"name": "UK", "units": "both"}),
            ("markets", {"was": "Austria", "name": "Österreich", "sizes": "EU"}),
            ("languages", {"main": "en", "others": "de, fr\npt_br"}),
            ("claims", {"forbidden": "best ever\ncures"}),
        ):
            assert client.post(f"{PAGE}/{path}", data=given).status_code == 303
        assert [(one.name, one.sizes) for one in business.preferences.markets()] == [("Österreich", "EU"), ("UK", "")]
        assert business.preferences.languages().others == ["de", "fr", "pt-BR"]
        assert business.preferences.claims().forbidden == ["best ever", "cures"]
        refused = client.post(f"{PAGE}/markets", data={"name": "uk"}).text
        assert "There are two markets called" in refused
        refused = client.post(f"{PAGE}/languages", data={"main": "Klingonish-", "others": "de"}).text
        assert "is not a language; write it as de" in refused
        assert 'value="Klingonish-"' in refused
        assert client.post(f"{PAGE}/markets/remove", data={"name": "UK"}).status_code == 303
        assert len(business.preferences.markets()) == 1
        assert client.post(f"{PAGE}/markets/remove", data={"name": "UK"}).status_code == 400


def test_a_memory_is_taken_counted_and_given_out(port: int, database: Database, business: Business) -> None:
    with signed(port, database, business, "approve") as client:
        assert sent(client, "memory", "old.tmx", TMX).status_code == 303
        page = client.get(PAGE).text
        assert "Took the segments of old.tmx: 1 new" in page
        assert "en → de</dt><dd>1</dd>" in page
        assert "<seg>Rote Tasse</seg>" in client.get(f"{PAGE}/memory.tmx").text
        broken = sent(client, "memory", "<b>old.tmx", TMX[:-9]).text
        assert "line 1 is not XML" in broken
        assert "<b>old" not in broken
        assert "Choose a file first." in client.post(f"{PAGE}/memory/file", files={"x": ("", b"")}).text
        sent(client, "glossary", "g.csv", "hat,<i>Hut</i>\n", source="en", target="de")
        assert client.get(f"{PAGE}/glossary.csv").text.splitlines()[1].startswith("en,hat,de,<i>Hut</i>")
        assert "&lt;i&gt;Hut" in client.get(PAGE, params={"q": "HAT"}).text
        assert "No term has “xyz” in it." in client.get(PAGE, params={"q": "xyz"}).text


def test_who_may_only_read_sees_it_and_sets_nothing(port: int, database: Database, business: Business) -> None:
    with signed(port, database, business, "propose") as client:
        page = client.get(PAGE).text
        assert "can set it" in page
        assert '<button class="primary">Set' not in page
        for path in ("voice", "markets", "glossary", "glossary/forget", "markets/remove", "memory/file"):
            answer = client.post(f"{PAGE}/{path}", data={"name": "A", "term": "x"})
            assert answer.status_code in (400, 403), path
        assert client.post(f"{PAGE}/voice", data={"tone": "warm"}).status_code == 403
    assert business.journal.listed() == []


@pytest.mark.parametrize("path", ["voice", "markets", "glossary", "glossary/file", "memory/file"])
def test_another_site_sets_nothing(port: int, database: Database, business: Business, path: str) -> None:
    with signed(port, database, business) as client:
        answer = client.post(f"{PAGE}/{path}", data={"tone": "warm"}, headers={**HERE, "sec-fetch-site": "cross-site"})
        assert answer.status_code == 403
    assert business.preferences.voice().tone == "plain"
