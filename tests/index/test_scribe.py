"""Texts that are read many at a time say what each of them says alone."""

from pathlib import Path

import numpy as np

from weft.ids import uuid7
from weft.index import columns, entry
from weft.index.scribe import Scribe
from weft.index.segment import Segment
from weft.index.words import Analysis

TITLES = [
    "Pack of 12",
    "in. wide shelf x",
    "5 ft. lamp",
    "x 5 in.",
    "8 ft. x 5 ft. x 8 ft. gazebo",
    "12-Gauge angle, 3/4 in. x 10 ft.",
    "2x4 board",
    "",
    "Café 1,5 l für's Büro",
    "ワイヤレス 3 kg 红色连衣裙",
    "a\0 5 \0 in",
    *("Pack of 12" for _ in range(1200)),
    "wide shelf",
]
BODIES = ["", "in stock", "5", "x", "6 in."]


def test_texts_that_are_read_together_are_read_as_if_alone(tmp_path: Path) -> None:
    analysis = Analysis(["en", "de"])
    scribe = Scribe(analysis)
    for number, title in enumerate(TITLES):
        told = {"id": f"p{number}", "title": title, "description": BODIES[number % len(BODIES)]}
        scribe.add(uuid7(), number, entry.of(told))
    columns.write(tmp_path / "words.columns", scribe.columns(scribe.averages()))
    segment = Segment(tmp_path / "words.columns")
    bodies = [BODIES[number % len(BODIES)] for number in range(len(TITLES))]
    known = set()
    for name, texts in (("title", TITLES), ("body", bodies)):
        said = [set(Analysis(["en", "de"]).written(text.replace("\0", " "))[1]) for text in dict.fromkeys(texts)]
        terms = dict(zip(dict.fromkeys(texts), said, strict=True))
        for term in set().union(*said):
            row = segment.term(columns.hashed(term))
            assert row is not None
            places = [place for place, text in enumerate(texts) if term in terms[text]]
            assert np.array_equal(segment.postings(name, row)[0], places), (name, term)
            known.add(term)
    assert len(segment.columns["term.hashes"]) == len(known)
    rows = [row for term in ("8", "gazebo") if (row := segment.term(columns.hashed(term))) is not None]
    # The first "8 ft", the other, and "gazebo".
    assert segment.marks("title", [4], rows) == [[(0, 4), (16, 20), (22, 28)]]
