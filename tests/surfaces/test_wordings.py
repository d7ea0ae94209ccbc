"""Settings, glossary and translation memory over HTTP and on the command line."""

import io
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from serving import serving

import weft
from weft.access import businesses, keys
from weft.business import Business
from weft.errors import Conflict, Forbidden, InputError
from weft.ids import uuid7
from weft.postgres.database import Database
from weft.settings import Settings
from weft.surfaces.cli import root

TMX = (
    '<tmx version="1.4"><header srclang="en"/><body><tu><tuv xml:lang="en"><seg>Red mug</seg></tuv>'
    '<tuv xml:lang="de"><seg>Rote Tasse</seg></tuv></tu></body></tmx>'
)


@dataclass(frozen=True)
class Shop:
    """A server's address, and a business that it serves."""

    url: str
    business: Business

    def key(self, scope: str) -> str:
        return keys.created(self.business.database, self.business.uid, scope)[1]

    def client(self, scope: str = "approve") -> weft.Client:
        return weft.Client(self.url, key=self.key(scope))

    def put(self, path: str, body: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.key('approve')}"}
        return httpx.put(f"{self.url}/api/v1{path}", headers=headers, json=body, timeout=30)


@pytest.fixture(scope="module")
def url(database: Database, settings: Settings) -> Iterator[str]:
    with serving(database, settings) as url:
        yield url


@pytest.fixture
def shop(url: str, database: Database) -> Shop:
    return Shop(url, Business(database, businesses.ensured(database, f"wordings-{uuid7().hex[-12:]}")))


def test_settings_are_shown_set_as_a_whole_and_reset(shop: Shop) -> None:
    with shop.client() as client:
        assert client.settings.get()["voice"]["tone"] == "plain"
        assert client.settings.voice(tone="warm", avoid=["cheap"])["voice"]["avoid"] == ["cheap"]
        assert client.settings.voice(tone="expert")["voice"]["avoid"] == []
        said = client.settings.markets(markets=[{"name": "Austria", "country": "at", "language": "de_AT"}])  # type: ignore[typeddict-item]
        assert (said["markets"]["markets"][0]["language"], said["voice"]["tone"]) == ("de-AT", "expert")
        assert client.settings.reset("voice")["voice"]["tone"] == "plain"
        with pytest.raises(InputError, match="two markets called 'A'"):
            client.settings.markets(markets=[{"name": "A"}, {"name": "a"}])  # type: ignore[typeddict-item]
    assert [batch["action"] for batch in shop.business.journal.listed()] == ["settings.set"] * 4
    for body in ({"tone": "loud"}, {"tune": "warm"}, [], {"avoid": ["x" * 300]}):
        assert shop.put("/settings/voice", body).status_code == 422
    with shop.client("read") as client:
        assert client.settings.get()["languages"]["main"] == ""
        with pytest.raises(Forbidden):
            client.settings.languages(main="en")


def test_a_glossary_is_added_to_sent_asked_for_and_forgotten(shop: Shop, tmp_path: Path) -> None:
    term: Any = {"source": "hat", "target": "Hut", "source_language": "en", "target_language": "de"}
    with shop.client() as client:
        assert client.glossary.put(terms=[term])["created"] == 1
        with pytest.raises(Conflict, match="is to be “Mütze” and is to be “Hut”"):
            client.glossary.put(terms=[{**term, "target": "Mütze"}])
        report = client.glossary.load(
            io.BytesIO(b"scarf,Schal\nhat,Kappe\n"), name="words.csv", source="en", target="de"
        )
        assert (report["file"], report["created"], report["rejected"]) == ("words.csv", 1, 1)
        rejects = client.imports.rejects(report["id"], tmp_path / "rejects.csv").read_text(encoding="utf-8")
        assert "is to be “Kappe” (line 2) and is to be “Hut” (in the glossary)" in rejects
        assert client.glossary.put(terms=[{**term, "target": "Mütze"}], replace=True)["updated"] == 1
        assert [(one["source"], one["target"]) for one in client.glossary.all(source="en", target="de-AT")] == [
            ("hat", "Mütze"),
            ("scarf", "Schal"),
        ]
        assert client.glossary.all(text="SCHAL")[0]["source"] == "scarf"
        assert client.glossary.count() == [{"source_language": "en", "target_language": "de", "terms": 2}]
        assert "<term>Mütze</term>" in client.glossary.export(tmp_path / "g.tbx", format="tbx").read_text("utf-8")
        with pytest.raises(InputError, match="Say which terms"):
            client.glossary.forget()
        assert client.glossary.forget(id=[client.glossary.all()[0]["id"] or ""])["forgotten"] == 1
        with pytest.raises(InputError, match="A term's id looks like"):
            client.glossary.forget(id=["hat"])
        assert client.glossary.forget(all=True)["forgotten"] == 1
    with shop.client("propose") as client, pytest.raises(Forbidden):
        client.glossary.put(terms=[term])


def test_a_memory_is_sent_asked_listed_and_forgotten(shop: Shop, tmp_path: Path) -> None:
    with shop.client() as client:
        report = client.memory.load(io.BytesIO(TMX.encode()), name="old.tmx")
        assert (report["format"], report["created"]) == ("tmx", 1)
        segment: Any = {
            "source_language": "en",
            "target_language": "de",
            "source": "Blue mugs",
            "target": "Blaue Tassen",
        }
        assert client.memory.put(segments=[segment])["created"] == 1
        found = client.memory.find(texts=["Red mug", "red Mug", "Blue mug", "x"], source="en", target="de")
        assert [(one["text"], one["target"], one["score"]) for one in found[:2]] == [
            ("Red mug", "Rote Tasse", 1.0),
            ("red Mug", "Rote Tasse", 0.99),
        ]
        assert client.memory.find(texts=["red mug"], source="en", target="de", at_least=1) == []
        assert client.memory.all(text="blau")[0]["source"] == "Blue mugs"
        assert client.memory.count()[0]["segments"] == 2
        assert "<seg>Rote Tasse</seg>" in client.memory.export(tmp_path / "m.tmx").read_text("utf-8")
        assert client.memory.forget(origin="old.tmx")["forgotten"] == 1
        with pytest.raises(InputError, match="Say which segments"):
            client.memory.forget()
        with pytest.raises(InputError, match=r"old\.tmx, line 1 is not XML"):
            client.memory.load(io.BytesIO(TMX[:-20].encode()), name="old.tmx")
        with pytest.raises(InputError, match="A segment needs a target"):
            client.memory.put(segments=[{**segment, "target": " "}])


def test_translations_come_in_and_go_out_over_http(shop: Shop, tmp_path: Path) -> None:
    with shop.business.transaction() as connection:
        shop.business.catalog.put(connection, [{"id": "mug", "title": "Red mug"}], "test")
    shop.business.preferences.put("languages", {"main": "en"}, "Ann")
    text = (
        "Type,Identification,Field,Locale,Market,Status,Default content,Translated content\n"
        "PRODUCT,7,title,de,,,Red mug,Rote Tasse\n"
    )
    with shop.client() as client:
        started = client.imports.start(io.BytesIO(text.encode()), kind="translations", name="t.csv", wait=True)
        assert started["created"] == 1
        assert client.exports.save("translations", tmp_path / "t.csv").read_text("utf-8") == text


@pytest.fixture
def command(
    home: Path, shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., str]:
    """Run a command on the business, which must end as said, and answer what it says on either output."""

    def run(*words: str, fails: int = 0, given: str = "") -> str:
        monkeypatch.chdir(tmp_path)
        for name, value in (("WEFT_HOME", str(home)), ("WEFT_BUSINESS", shop.business.id), ("COLUMNS", "200")):
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["weft", *words])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given.encode())))
        with pytest.raises(SystemExit) as ended:
            root.run()
        said = capsys.readouterr()
        assert (ended.value.code or 0) == fails, said.err
        return said.out + said.err

    return run


def test_settings_on_the_command_line(shop: Shop, command: Callable[..., str], tmp_path: Path) -> None:
    assert (
        command("settings", "set", "voice", "tone=warm", "avoid=cheap, bargain", "examples=One, two") == "Set voice.\n"
    )
    command("settings", "set", "markets.Austria", "country=at", "language=de-AT")
    assert shop.business.preferences.voice().avoid == ["cheap", "bargain"]
    assert shop.business.preferences.voice().examples == ["One, two"]
    assert "Austria         country AT, language de-AT, units metric" in command("settings")
    assert "should be 'plain', 'warm', 'expert' or 'playful'" in command(
        "settings", "set", "voice", "tone=loud", fails=2
    )
    (tmp_path / "s.toml").write_text('[voice]\nbrand = "Weft"\n[[markets]]\nname = "Germany"\n', encoding="utf-8")
    command("settings", "set", "s.toml")
    assert (shop.business.preferences.voice().brand, shop.business.preferences.voice().tone) == ("Weft", "plain")
    assert [market.name for market in shop.business.preferences.markets()] == ["Germany"]
    (tmp_path / "s.json").write_text('{"voice": {"tone": "warm"},\n "claims": }', encoding="utf-8")
    assert "s.json, line 2 is not JSON" in command("settings", "set", "s.json", fails=2)
    assert json.loads(command("settings", "reset", "markets.germany", "--json"))["markets"] == {"markets": []}


def test_words_on_the_command_line(shop: Shop, command: Callable[..., str], tmp_path: Path) -> None:
    shop.business.preferences.put("languages", {"main": "en"}, "Ann")
    said = command("glossary", "add", "scarf", "Schal", "--target", "de", "--forbidden", "Halstuch")
    assert said == "“scarf” (en → de) is “Schal” [created].\n"
    assert "“scarf” (en → de) is to be “Tuch” and is to be “Schal” (in the glossary). Nothing was kept." in command(
        "glossary", "add", "scarf", "Tuch", "--target", "de", fails=6
    )
    assert "or --keep where it is not translated" in command("glossary", "add", "Weft", fails=2)
    report = json.loads(
        command(
            "glossary",
            "import",
            "-",
            "--source",
            "en",
            "--target",
            "de",
            "--json",
            given="hat,Hut\nhat,Mütze\ncap,Kappe\n",
        )
    )
    assert (report["created"], report["rejected"]) == (1, 2)
    assert "is to be “Hut” (line 1)" in Path(report["rejects_file"]).read_text(encoding="utf-8")
    assert "Halstuch" in command("glossary", "list", "scarf")
    command("glossary", "export", "words.tbx")
    assert "<conceptEntry" in (tmp_path / "words.tbx").read_text(encoding="utf-8")
    (tmp_path / "m.tmx").write_text(TMX, encoding="utf-8")
    assert "Took 1 segments from 1 rows" in command("memory", "import", "m.tmx")
    assert "Rote Tasse" in command("memory", "list")
    assert "Say which segments to forget" in command("memory", "forget", fails=2)
    assert command("memory", "forget", "--origin", "m.tmx") == "Forgot 1 segment.\n"
