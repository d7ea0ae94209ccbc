"""Tables of two languages, as people keep them: with named columns, a column a language, or no header at all."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from weft.business import Business
from weft.connectors.exporting import export_file
from weft.connectors.importing import Report, import_file
from weft.errors import UnknownFormat, UnreadableFile, WeftError
from weft.store.glossary import Term


@pytest.fixture
def taken(business: Business, tmp_path: Path) -> Callable[..., Report]:
    """Import a table of this content."""

    def take(text: str, kind: str = "glossary", **more: Any) -> Report:
        path = tmp_path / "list.csv"
        path.write_text(text, encoding="utf-8")
        return import_file(business, kind, path, **more)

    return take


def shown(business: Business) -> list[tuple[str, str, str | None]]:
    return [(term.pair, term.source, term.target) for term in business.glossary.listed()]


TABLES: dict[str, tuple[str, dict[str, Any], list[tuple[str, str, str | None]]]] = {
    "no header": ("hat,Hut\nWeft,Weft\n", {"source_language": "en", "target_language": "de"}, [("en → de", "hat", "Hut"), ("en → de", "Weft", "Weft")]),
    "tabs, no header": ("rain jacket\tRegenjacke\n", {"source_language": "EN", "target_language": "German"}, [("en → de", "rain jacket", "Regenjacke")]),
    "a column a language": ("en,DE,Comment,fr\nhat,Hut,x,chapeau\nscarf,Schal,,\n", {}, [("en → de", "hat", "Hut"), ("en → fr", "hat", "chapeau"), ("en → de", "scarf", "Schal")]),
    "languages in words": ("German;English\nHut;hat\n", {"source_language": "en"}, [("en → de", "hat", "Hut")]),
    "named columns": ("Source Term,Target Term,Target Language,Do not translate\nhat,Hut,de-DE,\nWeft,,,yes\n", {"source_language": "en"}, [("en → de-DE", "hat", "Hut"), ("en → any", "Weft", None)]),
    "words that stay": ("do_not_translate\nWeft\nMerino Pro\n", {}, [("any → any", "Merino Pro", None), ("any → any", "Weft", None)]),
    "columns that somebody names": ("Wort,Auf Deutsch\nhat,Hut\n", {"source_language": "en", "target_language": "de", "mapping": {"source": "Wort", "target": "Auf Deutsch"}}, [("en → de", "hat", "Hut")]),
}  # fmt: skip


@pytest.mark.parametrize("case", TABLES)
def test_a_glossary_as_people_keep_it(business: Business, taken: Callable[..., Report], case: str) -> None:
    text, more, terms = TABLES[case]
    report = taken(text, **more)
    assert (report.created, report.rejected) == (len(terms), 0)
    assert shown(business) == terms


def test_terms_that_contradict_each_other_go_to_the_rejects_and_neither_wins(
    business: Business, taken: Callable[..., Report]
) -> None:
    business.glossary.put([Term(source="cap", target="Kappe", source_language="en", target_language="de")], "Ann")
    text = (
        "source,target,source_language,target_language,do_not_translate,forbidden\n"
        "hat,Hut,en,de,,\nHat,Mütze,en,de,,\nWeft,,,,yes,\nWeft,Gewebe,en,de,,\nscarf,Schal,en,de,,schal\n"
        "cap,Mütze,en,de,,\nsock,Socke,en,de,,Strumpf\nsock,Socke,en,de,yes,\n"
    )
    report = taken(text)
    assert (report.rows, report.created, report.rejected) == (8, 1, 7)
    rejects = Path(report.rejects_file or "").read_text(encoding="utf-8").splitlines()
    assert rejects[0].startswith("line,column,value,reason,source,target")
    assert "2,,hat,“hat” (en → de) is to be “Hut” (line 2) and is to be “Mütze” (line 3),hat,Hut" in rejects[1]
    assert "is not to be translated (line 4) and is to be “Gewebe” (line 5)" in rejects[3]
    assert "is to be “schal” and may not be “schal” (line 6)" in rejects[5]
    assert "is to be “Mütze” (line 7) and is to be “Kappe” (in the glossary)" in rejects[6]
    assert "the row says that “sock” is not translated: take one of them away" in rejects[7]
    assert shown(business) == [("en → de", "cap", "Kappe"), ("en → de", "sock", "Socke")]
    again = taken(text, replace=True)
    assert (again.updated, again.unchanged, again.rejected) == (1, 1, 6)
    assert shown(business)[0] == ("en → de", "cap", "Mütze")


WRONG: dict[str, tuple[str, dict[str, Any], str]] = {
    "no translation": ("source,target,source_language\nhat,,en\n", {"target_language": "de"}, "2,target,,“hat” has no translation; a word that stays"),
    "no language": ("source,target\nhat,Hut\n", {"source_language": "en"}, "2,target,Hut,\"has no language; say which with --target"),
    "a bad language": ("source,target,target_language\nhat,Hut,d3utsch\n", {"source_language": "en"}, "2,target_language,d3utsch,\"is not a language such as"),
    "a comma too many": ("en,de\nhat, cap,Hut\n", {}, "the row has 3 cells and the first one 2; put quotes"),
    "a text too long": ("en,de\nhat," + "x" * 600 + "\n", {}, "String should have at most 500 characters"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_a_row_that_cannot_be_taken_says_why(business: Business, taken: Callable[..., Report], case: str) -> None:
    text, more, reason = WRONG[case]
    report = taken(text, **more)
    assert (report.rejected, report.created) == (1, 0)
    assert reason in Path(report.rejects_file or "").read_text(encoding="utf-8")


FILES: dict[str, tuple[str, dict[str, Any], str, type[WeftError]]] = {
    "no columns": ("a,b,c\n1,2,3\n", {}, "has no columns that tell a text from its translation", UnknownFormat),
    "a missing language": ("en,de\nhat,Hut\n", {"source_language": "fr"}, "has no column fr; it has en, de", UnknownFormat),
    "an open quote": ("en,de\nhat,Hut\ncap,\"Kappe\n", {}, "line 3 cannot be read: it opens a quote", UnreadableFile),
    "a column that is not there": ("en,de\nhat,Hut\n", {"mapping": {"source": "x"}}, "There is no column 'x'", WeftError),
}  # fmt: skip


@pytest.mark.parametrize("kind", ["glossary", "memory"])
@pytest.mark.parametrize("case", FILES)
def test_a_table_that_is_none_is_refused_and_nothing_is_kept(
    business: Business, taken: Callable[..., Report], case: str, kind: str
) -> None:
    text, more, sentence, error = FILES[case]
    with pytest.raises(error) as raised:
        taken(text, kind, **more)
    assert sentence in raised.value.message
    assert (business.glossary.listed(), business.memory.counted()) == ([], [])


def test_a_memory_goes_out_and_comes_back_as_a_table(
    business: Business, taken: Callable[..., Report], tmp_path: Path
) -> None:
    report = taken('en,de\n"Two lines,\nand a comma",Zwei Zeilen\nHat,\n', "memory")
    assert (report.created, report.rejected, report.rows) == (1, 1, 2)
    before = list(business.memory.records())
    assert (before[0]["source"], before[0]["origin"]) == ("Two lines,\nand a comma", "list.csv")
    for name in ("csv", "jsonl"):
        (written,) = export_file(business, "memory", tmp_path / f"out.{name}", format_name=name)
        business.memory.forget("Ann")
        assert import_file(business, "memory", written.path).created == 1
        assert list(business.memory.records()) == before
