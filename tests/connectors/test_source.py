"""A file as rows of text, whatever program wrote it."""

import gzip
from pathlib import Path

import pytest

from weft.connectors.source import Source
from weft.errors import UnreadableFile

TITLES = {
    "fr": ["Chemise d'été à rayures", "Théière émaillée crème", "Écharpe en laine façon maïs"],
    "de": ["Größe S für Töpfe", "Schüssel weiß, groß", "Übergangsjacke für Mädchen"],
    "es": ["Camisón de algodón", "Niño señal años", "¡Oferta! ¿Qué tamaño?"],
    "pt": ["Calção de algodão", "Avião coração não"],
    "en": ["Levi’s 501 jeans", "“Best” mug – blue", "Acme® Pro™, 9 €, 10 m³"],
    "pl": ["Sukienka źrebię żółta", "Łóżko świerkowe dębowe"],
    "cs": ["Žlutá košile s příčným pruhem", "Dětské tričko růžové"],
    "hu": ["Női szoknya űrhajós", "Férfi ing őszi"],
    "tr": ["Çocuk gömleği şık", "Kadın elbise"],
    "ru": ["Красивая чашка", "Платье женское летнее"],
    "zh": ["陶瓷杯子白色", "女士连衣裙夏季"],
    "tw": ["這是一個漂亮的陶瓷杯子", "女士連身裙夏季"],
    "ja": ["陶器のカップ白", "レディースワンピース夏"],
    "ko": ["도자기 컵 흰색", "여성 원피스 여름"],
}


def titles(folder: Path, content: bytes) -> list[str]:
    path = folder / "in.csv"
    path.write_bytes(content)
    return [row[1] for _, row in Source(path).rows()]


@pytest.mark.parametrize("rows", [2, 30_000])
@pytest.mark.parametrize(
    ("language", "encoding"),
    [
        *((language, "utf-8") for language in TITLES),
        *((language, encoding) for language in ("de", "zh") for encoding in ("utf-8-sig", "utf-16", "utf-32")),
        *((language, "cp1252") for language in ("fr", "de", "es", "pt", "en")),
        *((language, "cp1250") for language in ("pl", "cs", "hu", "de")),
        *((language, "mac_roman") for language in ("fr", "de")),
        *(("tr", "cp1254"), ("ru", "cp1251"), ("zh", "gb18030"), ("tw", "big5"), ("ja", "shift_jis"), ("ko", "cp949")),
        ("de", "utf-16-le"),
    ],
)
def test_the_encoding_is_found(tmp_path: Path, language: str, encoding: str, rows: int) -> None:
    said = [f"{TITLES[language][n % len(TITLES[language])]} {n}" for n in range(rows)]
    text = "Handle,Title\n" + "".join(f'h{n},"{title}"\n' for n, title in enumerate(said))
    assert titles(tmp_path, text.encode(encoding)) == said


def test_what_was_pasted_into_unicode_from_windows_stays(tmp_path: Path) -> None:
    content = ("Handle,Title\n" + "".join(f"h{n},Größe {n}\n" for n in range(30))).encode() + b"x,Caf\xe9\n"
    assert titles(tmp_path, content)[-1] == "Café"


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_separators_and_line_ends(tmp_path: Path, separator: str, end: str) -> None:
    text = end.join([separator.join(row) for row in (["Handle", "Title"], ["a", '"A; B, ""C"""'], ["b", "B"])])
    assert titles(tmp_path, text.encode()) == ['A; B, "C"', "B"]


@pytest.mark.parametrize("above", ["sep=;\r\n", '"sep=;"\r\n', "\r\n\r\n", ";;\r\n"])
def test_what_spreadsheets_leave_above_the_header_is_passed_over(tmp_path: Path, above: str) -> None:
    assert titles(tmp_path, f"{above}Handle;Title\r\na;A\r\n".encode()) == ["A"]


def test_quoted_lines_zipped_with_stray_nuls(tmp_path: Path) -> None:
    text = "Handle,Title\n" + 'a,"A\nB"\n' * 50 + "b,C\x00D\n\n"
    assert titles(tmp_path, gzip.compress(text.encode()))[-2:] == ["A\nB", "CD"]


def test_every_column_has_a_name_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_text("Handle,Note,Note,,Note,,\na,1,2,3,4,,\n")
    assert Source(path).header == ["Handle", "Note", "Note (2)", "Column 4", "Note (3)", "", ""]


def test_a_quote_that_nothing_closes_is_said_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"in\.csv, line 3 cannot be read: it opens a quote"):
        titles(tmp_path, b'Handle,Title\na,A\nb,"5 inch\nc,C\n')
    assert titles(tmp_path, b'Handle,Title\na,A\nb,"5 inch"') == ["A", "5 inch"]


def test_a_row_longer_than_memory_is_said_with_its_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("weft.connectors.source._LONGEST_ROW", 50)
    for row in (b"b," + b"x" * 95, b'b,"' + b"x\n" * 40 + b'"'):
        with pytest.raises(UnreadableFile, match=r"in\.csv, line 3 cannot be read: it is longer than 50 characters"):
            titles(tmp_path, b"Handle,Title\na,A\n" + row + b"\nc,C\n")
    assert titles(tmp_path, b"Handle,Title\n" + b"a,A\n" * 40) == ["A"] * 40


def test_a_line_longer_than_memory_is_cut_not_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("weft.connectors.source.LONGEST_LINE", 10)
    path = tmp_path / "in.jsonl"
    path.write_text('{"a":1}\n' + "x" * 95 + "\n{}\n" + "y" * 10 + "\n" + "z" * 20)
    assert list(Source(path).lines()) == [(1, '{"a":1}'), (2, "x" * 10), (3, "{}"), (4, "y" * 10), (5, "z" * 10)]
