"""TMX: what other tools write is taken, what is not whole or not to be trusted is refused, and nothing is lost on the way."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from weft.business import Business
from weft.connectors.exporting import export_file
from weft.connectors.importing import Report, import_file
from weft.errors import UnreadableFile

HEAD = '<?xml version="1.0" encoding="{encoding}"?>\n<!DOCTYPE tmx SYSTEM "tmx14.dtd">\n<tmx version="1.4">'
UNITS = """
<tu tuid="1" changedate="20260501T120000Z"><note>x</note><prop type="x-origin">old tool</prop>
 <tuv xml:lang="EN-US"><seg>A <bpt i="1">&lt;b&gt;</bpt>red<ept i="1">&lt;/b&gt;</ept> mug, <ph x="2">{{name}}</ph><ph x="3"/></seg></tuv>
 <tuv xml:lang="de_DE"><seg>Eine <hi>rote</hi> Tasse</seg></tuv>
 <tuv xml:lang="fr"><seg>Une tasse rouge, été</seg></tuv></tu>
<tu><tuv xml:lang="en"><seg>Alone</seg></tuv></tu>
<tu srclang="fr"><tuv xml:lang="en"><seg>Scarf</seg></tuv><tuv xml:lang="fr"><seg>Écharpe</seg></tuv></tu>
<tu srclang="ja"><tuv xml:lang="en"><seg>Scarf</seg></tuv><tuv xml:lang="fr"><seg>Écharpe</seg></tuv></tu>
<tu><tuv xml:lang="en"><seg>Hat</seg></tuv><tuv xml:lang="english!"><seg>Hut</seg></tuv></tu>
<tu><tuv xml:lang="en"><seg> </seg></tuv><tuv xml:lang="de"><seg>Hut</seg></tuv></tu>
"""


@pytest.fixture
def taken(business: Business, tmp_path: Path) -> Callable[..., Report]:
    """Import a TMX file of this content."""

    def take(text: str | bytes, **more: Any) -> Report:
        path = tmp_path / "memory.tmx"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return import_file(business, "memory", path, **more)

    return take


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
def test_units_in_several_languages_become_segments_and_marks_what_they_stand_for(
    business: Business, taken: Callable[..., Report], encoding: str
) -> None:
    text = HEAD.format(encoding=encoding) + f'<header srclang="en-US"/><body>{UNITS}</body></tmx>'
    report = taken(text.encode(encoding))
    assert (report.format, report.created, report.rejected) == ("tmx", 3, 4)
    found = {(s["source_language"], s["target_language"]): s for s in business.memory.records()}
    first = found["en-US", "de-DE"]
    assert first["source"] == "A <b>red</b> mug, {{name}}{3}"
    assert (first["target"], first["origin"]) == ("Eine rote Tasse", "old tool")
    assert first["at"] == datetime(2026, 5, 1, 12, tzinfo=UTC)
    assert found["en-US", "fr"]["target"] == "Une tasse rouge, été"
    assert (found["fr", "en"]["source"], found["fr", "en"]["origin"]) == ("Écharpe", "memory.tmx")
    lines = Path(report.rejects_file or "").read_text(encoding="utf-8")
    assert "fewer than two languages" in lines
    assert "no text in its source language ja" in lines
    assert "'english!' is not a language" in lines
    assert "\n8,tuv,Alone" in lines


def test_of_all_languages_the_source_is_the_one_said_or_the_shops_own(
    business: Business, taken: Callable[..., Report]
) -> None:
    unit = '<tu><tuv xml:lang="fr"><seg>Chat</seg></tuv><tuv xml:lang="en"><seg>Cat</seg></tuv></tu>'
    text = f'<tmx version="1.4"><header srclang="*all*"/><body>{unit}</body></tmx>'
    taken(text)
    business.preferences.put("languages", {"main": "en"}, "Ann")
    taken(text)
    assert [s["source_language"] for s in business.memory.records()] == ["fr", "en"]
    assert taken(text.replace("*all*", "fr"), source_language="en-GB").unchanged == 1


BROKEN = {
    "cut off": ("<tmx><body><tu><tuv xml:lang='en'>", "line 1 is not XML: no element found."),
    "crossed": ("<tmx>\n<body>\n<tu></body></tmx>", "line 3 is not XML: mismatched tag."),
    "a bomb": ('<!DOCTYPE tmx [<!ENTITY a "ha">]>\n<tmx>&a;</tmx>', "describes a document type of its own"),
    "an unknown entity": ('<!DOCTYPE tmx SYSTEM "t.dtd">\n<tmx>&eacute;</tmx>', "line 2 speaks of an entity &eacute;"),
    "another document": ("<html><body/></html>", "line 1 begins with <html>, and should with <tmx>"),
    "too deep": ("<tmx>" + "<a>" * 200 + "</a>" * 200 + "</tmx>", "more than 100 elements inside each other"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_not_whole_or_not_to_be_trusted_is_refused_and_nothing_is_kept(
    business: Business, taken: Callable[..., Report], case: str
) -> None:
    text, sentence = BROKEN[case]
    good = '<tu><tuv xml:lang="en"><seg>Cat</seg></tuv><tuv xml:lang="de"><seg>Katze</seg></tuv></tu>'
    with pytest.raises(UnreadableFile) as raised:
        taken(text.replace("<body>", f"<body>{good * 3000}", 1) if case == "cut off" else text)
    assert sentence in raised.value.message
    assert business.memory.counted() == []


def test_what_is_written_is_read_back_as_it_was(business: Business, tmp_path: Path) -> None:
    sources = [
        'A <a href="/x?a=1&amp;b=2">link</a> for {name}, %1$s of {{ product.title }} & "more"',
        "line one\nline two\twith a tab",
        "]]> < > & '",
        "💡 שלום",
    ]
    given = [
        {"source_language": "en", "target_language": "de-AT", "source": text, "target": text[::-1], "origin": "a & b",
         "field": "title", "product": "p", "at": "2026-05-01T12:00:00Z"}
        for text in sources
    ]  # fmt: skip
    business.memory.put(given, "Ann")
    before = list(business.memory.records())
    (written,) = export_file(business, "memory", tmp_path / "out.tmx", format_name="tmx")
    assert written.records == 4
    assert '<ph x="1">&lt;a href=' in written.path.read_text(encoding="utf-8")
    business.memory.forget("Ann")
    assert import_file(business, "memory", written.path).created == 4
    assert list(business.memory.records()) == before
