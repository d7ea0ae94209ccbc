"""TBX of both versions becomes terms, and terms become TBX."""

from pathlib import Path

import pytest

from weft.business import Business
from weft.connectors.exporting import export_file
from weft.connectors.importing import import_file
from weft.errors import UnreadableFile
from weft.store.glossary import Term

MARTIF = """<?xml version='1.0'?>
<!DOCTYPE martif SYSTEM "TBXBasiccoreStructV02.dtd">
<martif type="TBX-Basic" xml:lang="en"><martifHeader><fileDesc><sourceDesc><p>x</p></sourceDesc></fileDesc></martifHeader>
<text><body>
<termEntry id="1"><descripGrp><descrip type="definition">A garment</descrip></descripGrp>
 <langSet xml:lang="en"><tig><term>shirt</term></tig><ntig><termGrp><term>top</term></termGrp></ntig></langSet>
 <langSet xml:lang="de">
  <tig><term>Oberhemd</term><termNote type="administrativeStatus">admittedTerm-admn-sts</termNote></tig>
  <tig><term>He<hi>md</hi></term><termNote type="administrativeStatus">preferredTerm-admn-sts</termNote></tig>
  <tig><term>Shirt</term><termNote type="administrativeStatus">deprecatedTerm-admn-sts</termNote></tig></langSet></termEntry>
<termEntry id="2"><langSet xml:lang="en"><tig><term>alone</term></tig></langSet></termEntry>
<termEntry id="3"><langSet xml:lang="en"><tig><term>sock</term></tig></langSet><langSet xml:lang="de"><tig><term>Strumpf</term>
 <termNote type="administrativeStatus">supersededTerm-admn-sts</termNote></tig></langSet></termEntry>
</body></text></martif>"""
TBX3 = """<?xml version="1.0" encoding="UTF-8"?>
<tbx type="TBX-Basic" style="dct" xml:lang="en" xmlns="urn:iso:std:iso:30042:ed-2" xmlns:min="http://www.tbxinfo.net/ns/min">
<tbxHeader/><text><body><conceptEntry id="c1">
 <langSec xml:lang="en-US"><termSec><term>sneaker</term></termSec></langSec>
 <langSec xml:lang="de-DE"><termSec><term>Turnschuh</term><min:administrativeStatus>preferredTerm-admn-sts</min:administrativeStatus></termSec>
 <termSec><term>Sneaker</term><min:administrativeStatus>deprecatedTerm-admn-sts</min:administrativeStatus></termSec></langSec>
</conceptEntry></body></text></tbx>"""


def test_version_2_with_what_may_stand_for_a_term_and_what_may_not(business: Business, tmp_path: Path) -> None:
    path = tmp_path / "terms.tbx"
    path.write_text(MARTIF, encoding="utf-8")
    report = import_file(business, "glossary", path)
    assert (report.format, report.created, report.rejected) == ("tbx", 2, 2)
    shirt, top = business.glossary.listed()
    assert (shirt.source, top.source, shirt.target, top.target) == ("shirt", "top", "Hemd", "Hemd")
    assert (shirt.also, shirt.forbidden, shirt.note) == (["Oberhemd"], ["Shirt"], "A garment")
    rejects = Path(report.rejects_file or "").read_text(encoding="utf-8")
    assert "11,term,alone,the entry has terms in one language only" in rejects
    assert "only deprecated terms in de, and none to use instead" in rejects


def test_version_3_in_the_direction_that_is_asked_for(business: Business, tmp_path: Path) -> None:
    path = tmp_path / "terms.xml"
    path.write_text(TBX3, encoding="utf-8")
    assert import_file(business, "glossary", path, dry_run=True).created == 1
    assert business.glossary.listed() == []
    import_file(business, "glossary", path)
    import_file(business, "glossary", path, source_language="de")
    first, second = business.glossary.listed()
    assert (first.source, first.target, first.forbidden, first.pair) == (
        "sneaker",
        "Turnschuh",
        ["Sneaker"],
        "en-US → de-DE",
    )
    assert (second.source, second.target, second.pair) == ("Turnschuh", "sneaker", "de-DE → en-US")


def test_what_is_written_is_read_back_as_it_was(business: Business, tmp_path: Path) -> None:
    pair = {"source_language": "en", "target_language": "de"}
    business.glossary.put(
        [
            Term(source="a < b & c", target="ä", also=["ö"], forbidden=["ü", "x & y"], note="n", **pair),
            Term(source="US", target="USA", case_sensitive=True, **pair),
            Term(source="Weft Wool"),
            Term(source="Mug", **pair),
        ],
        "Ann",
    )
    before = [term.model_dump(exclude={"id"}) for term in business.glossary.listed()]
    for name in ("tbx", "csv", "jsonl"):
        (written,) = export_file(business, "glossary", tmp_path / f"out.{name}", format_name=name)
        business.glossary.forget(None, "Ann")
        report = import_file(business, "glossary", written.path)
        assert (report.format, report.created, report.rejected) == (name, 4, 0)
        assert [term.model_dump(exclude={"id"}) for term in business.glossary.listed()] == before


def test_a_file_that_is_not_whole_is_refused(business: Business, tmp_path: Path) -> None:
    path = tmp_path / "terms.tbx"
    path.write_text(MARTIF.replace("</body>", ""), encoding="utf-8")
    with pytest.raises(UnreadableFile, match=r"terms\.tbx, line 14 is not XML"):
        import_file(business, "glossary", path)
    assert business.glossary.listed() == []
