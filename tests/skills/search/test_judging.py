"""`weft eval search`: a business's own judged queries, in the forms in which people keep them, and what they tell."""

import gzip
import json
import math
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from weft.access import businesses
from weft.business import Business
from weft.connectors.importing import import_file
from weft.errors import InputError, UnreadableFile
from weft.index import keeping
from weft.postgres.database import Database
from weft.store.merchandising import Pin, Rule
from weft.surfaces.cli import root

TITLES = {
    "m-1": "Merino Hiking Socks", "m-2": "Cotton Tennis Socks", "b-1": "Hiking Boots Leather", "b-2": "Rubber Rain Boots",
    "j-1": "Rain Jacket", "t-1": "Two-Person Tent", "s-1": "Sleeping Bag",
}  # fmt: skip
GRADES = [
    ("hiking socks", "m-1", 3), ("hiking socks", "m-2", 1), ("rain jacket", "j-1", 3), ("rain jacket", "b-2", 1),
    ("hiking boots", "b-1", 3), ("zeppelin", "t-1", 2),
]  # fmt: skip


@pytest.fixture(scope="module")
def shop(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Business:
    """A small outfitter whose index is built of words alone."""
    made = Business(database, businesses.ensured(database, "judging"))
    path = tmp_path_factory.mktemp("judging") / "products.jsonl"
    lines = [{"id": key, "title": title, "variants": [{"sku": key, "stock": 3}]} for key, title in TITLES.items()]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    import_file(made, "products", path, who="test")
    keeping.built(database, made.uid, made.catalog, meaning=False, say=lambda *_: None)
    return made


@pytest.fixture
def judge(shop: Business, tmp_path: Path) -> Any:
    """Write a file and have it judged: the lines that `--json` gives, the last of them the whole."""

    def judged(text: str | bytes, *more: str, name: str = "judged.csv") -> list[dict[str, Any]]:
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return [json.loads(line) for line in weft(shop, str(path), *more, "--json").splitlines()]

    return judged


def weft(shop: Business, *words: str) -> str:
    home = str(shop.database.folder)
    done = CliRunner().invoke(
        root.app, ["eval", "search", *words, "--business", shop.id], env={"WEFT_HOME": home, "COLUMNS": "160"}
    )
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.stdout


def table(sign: str = ",") -> str:
    return "\n".join(sign.join(map(str, row)) for row in [("query", "product", "grade"), *GRADES])


def test_what_is_found_is_measured(judge: Any) -> None:
    *worst, whole = judge(table())
    assert (whole["queries"], whole["judgments"], whole["problems"]) == (4, 6, [])
    by_query = {one["query"]: one for one in worst}
    assert worst[0]["query"] == "zeppelin"
    assert (worst[0]["ndcg"], worst[0]["missed"]) == (0.0, ["t-1"])
    assert by_query["hiking boots"]["ndcg"] == 1.0
    # The best product stands first; the other is worth 1 of 7 at the place where it is, discounted by that place.
    socks = by_query["hiking socks"]
    assert socks["reciprocal_rank"] == 1.0
    assert socks["ndcg"] == pytest.approx(1.0, abs=0.02)
    assert whole["reciprocal"] == pytest.approx(0.75)
    assert whole["recall"] == pytest.approx(0.75)


def test_a_grade_is_worth_what_it_is_said_to_be(judge: Any) -> None:
    # Of two products for `boots`, the one that is found second is the better one.
    rows = "query,product,grade\nrain boots,b-2,1\nrain boots,j-1,3\n"
    gained = {gain: judge(rows, "--gain", gain)[0] for gain in ("linear", "exponential")}
    order = 1 + 1 / math.log2(3) * 3
    assert gained["linear"]["condensed"] == pytest.approx(order / (3 + 1 / math.log2(3)), abs=1e-3)
    assert gained["exponential"]["condensed"] < gained["linear"]["condensed"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("judged.tsv", table("\t")),
        ("judged.csv", "search_term;product_uid;relevance\n" + "\n".join(";".join(map(str, row)) for row in GRADES)),
        ("judged.jsonl", "\n".join(json.dumps({"query": q, "docid": p, "rating": g}) for q, p, g in GRADES)),
        ("judged.json", json.dumps([{"query": q, "ratings": {p: g}} for q, p, g in GRADES])),
        ("qrels", "\n".join(f"{q}\t0\t{p}\t{g}" for q, p, g in GRADES)),
    ],
)
def test_judgments_are_read_as_people_keep_them(judge: Any, name: str, text: str) -> None:
    expected = judge(table())[-1]["ndcg"]
    assert judge(text, name=name)[-1]["ndcg"] == expected
    assert judge(gzip.compress(text.encode()), name=f"{name}.gz")[-1]["ndcg"] == expected


def test_numbers_of_queries_stand_for_their_texts(judge: Any, tmp_path: Path) -> None:
    queries = list(dict.fromkeys(query for query, _, _ in GRADES))
    topics = tmp_path / "topics.tsv"
    topics.write_text("".join(f"{n}\t{query}\n" for n, query in enumerate(queries)), encoding="utf-8")
    qrels = "".join(f"{queries.index(query)} Q0 {product} {grade}\n" for query, product, grade in GRADES)
    found = judge(f"{qrels}9 Q0 m-1 2\n", "--queries", str(topics), name="qrels.txt")
    assert found[-1]["ndcg"] == judge(table())[-1]["ndcg"]
    assert found[-1]["problems"] == ["Line 7: topics.tsv has no query '9'."]


def test_parts_of_the_score_are_compared(judge: Any, shop: Business, tmp_path: Path) -> None:
    *_, without, weighed, whole = judge(table(), "--without", "whole", "--weight", "title=0", "--weight", "whole=0")
    assert [one["way"] for one in (whole, without, weighed)] == [
        "as it is", "without whole", "with title=0, whole=0",
    ]  # fmt: skip
    # Whose titles count nothing is found in any order: what gains by it here would be an accident.
    assert weighed["difference"]["ndcg"] == pytest.approx(weighed["ndcg"] - whole["ndcg"], abs=1e-3)
    assert without["difference"]["from"] <= without["difference"]["ndcg"] <= without["difference"]["to"]
    (tmp_path / "judged.csv").write_text(table(), encoding="utf-8")
    shown = weft(shop, str(tmp_path / "judged.csv"), "--without", "whole", "--worst", "1")
    assert "zeppelin" in shown
    assert "without whole: nDCG@10" in shown


def test_rules_are_left_out(judge: Any, shop: Business) -> None:
    pinned = Rule(kind="pin", match="exact", query=["hiking boots"], pins=[Pin(product="t-1", place=1)])
    _, (kept,) = shop.rules.made([pinned], who="test")
    try:
        *_, without, whole = judge(table(), "--without", "rules")
    finally:
        shop.rules.remove([kept.id], who="test")
    assert without["way"] == "without rules"
    assert without["ndcg"] > whole["ndcg"]
    assert without["difference"]["ndcg"] > 0


def test_pairs_that_were_graded_twice_have_the_mean(judge: Any) -> None:
    twice = judge("query,product,grade\nhiking boots,b-1,0\nhiking boots,b-1,2\nhiking boots,m-1,2\n")
    assert twice[-1] == {**judge("query,product,grade\nhiking boots,b-1,1\nhiking boots,m-1,2\n")[-1], "judgments": 3,
                         "seconds": twice[-1]["seconds"]}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "more", "says"),
    [
        ("", (), "has no judgment"),
        ("a,b,c\n1,2,x\n", (), "has the columns a, b, c"),
        ("query,product,grade\nsocks,m-1,good\n", (), "the grade 'good' is no number"),
        ("query,product,grade\nsocks,m-1,0\n", (), "No product has a grade above 0"),
        ("query,product,grade\nsocks,x-9,3\n", (), "None of the products that were judged is in the catalog"),
        ('{"query": "socks"', (), "Line 1 of judged.csv is not JSON"),
        (table(), ("--without", "luck"), "there is no part 'luck'"),
        (table(), ("--weight", "luck=1"), "there is no weight 'luck'"),
        (table(), ("--weight", "meaning=much"), "a number from 0 on is wanted"),
        (table(), ("--gain", "much"), "there is no 'much'"),
        (b"\xff\xfe\x00", (), "not text in UTF-8"),
    ],
)
def test_what_cannot_be_measured_is_said(judge: Any, text: str | bytes, more: tuple[str, ...], says: str) -> None:
    with pytest.raises(InputError, match=says):
        judge(text, *more)


def test_a_file_is_wanted(shop: Business) -> None:
    with pytest.raises(InputError, match="Name a file of judged queries"):
        weft(shop)
    with pytest.raises(UnreadableFile, match="cannot be read"):
        weft(shop, "nowhere.csv")
