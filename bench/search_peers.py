"""Other searches over the same texts and queries, each as its own documentation recommends; one text a product.

Run as a program (`python search_peers.py NAME`) a peer reads {"texts", "queries", "cutoff"} from standard input, and writes
{"build_seconds", "lists", "milliseconds"} to standard output: so bm25s and LanceDB run in an environment of their own.
"""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "weft-bench" / "search-0"
_ROOT = Path(__file__).resolve().parents[1]
_INSTALLED = ("bm25s==0.3.16", "PyStemmer==3.1.0", "lancedb==0.40.0", "tantivy==0.27.0")
_SHOWN = 20
_INSTALL_SECONDS = 900
Texts = Sequence[tuple[str, str]]
Find = Callable[[str, int], list[str]]


@dataclass(frozen=True, slots=True)
class Peer:
    """What came out for a peer: seconds to build, the ids that each query found, and milliseconds of a page of twenty."""

    build_seconds: float
    lists: dict[str, list[str]]
    milliseconds: list[float]


def words(text: str) -> list[str]:
    """The words of a query, without what a query language would read as its own."""
    return "".join(sign if sign.isalnum() else " " for sign in text).split()


def tantivy(texts: Texts) -> Find:
    """tantivy: English stems, any of the words, BM25."""
    import tantivy

    made = tantivy.SchemaBuilder()
    made.add_text_field("text", tokenizer_name="en_stem")
    made.add_text_field("id", stored=True, tokenizer_name="raw")
    index = tantivy.Index(made.build())
    writer = index.writer(128_000_000)
    for key, text in texts:
        writer.add_document(tantivy.Document(id=key, text=text))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()

    def found(query: str, most: int) -> list[str]:
        parsed, _ = index.parse_query_lenient(query, ["text"])
        return [searcher.doc(address)["id"][0] for _, address in searcher.search(parsed, most).hits]

    return found


def sqlite(texts: Texts) -> Find:
    """SQLite FTS5: Porter stems over Unicode words, any of the words, ordered by rank (bm25)."""
    base = sqlite3.connect(":memory:")
    base.execute("create virtual table product using fts5(id unindexed, text, tokenize = 'porter unicode61')")
    base.executemany("insert into product values (?, ?)", texts)
    base.execute("insert into product (product) values ('optimize')")

    def found(query: str, most: int) -> list[str]:
        asked = " OR ".join(f'"{word}"' for word in words(query))
        if not asked:
            return []
        rows = base.execute("select id from product where product match ? order by rank limit ?", (asked, most))
        return [row[0] for row in rows]

    return found


def postgresql(texts: Texts, connection: Any) -> Find:
    """PostgreSQL: a stored tsvector under a GIN index, the words or-ed, ordered by ts_rank_cd with the text's length."""
    connection.execute("create temporary table peer (id text, text text)")
    with connection.cursor().copy("copy peer from stdin") as copy:
        for row in texts:
            copy.write_row([one.replace("\x00", "") for one in row])
    connection.execute("alter table peer add words tsvector generated always as (to_tsvector('english', text)) stored")
    connection.execute("create index on peer using gin (words)")
    connection.execute("analyze peer")
    statement = (
        "select id from peer, websearch_to_tsquery('english', %s) asked where words @@ asked "
        "order by ts_rank_cd(words, asked, 1) desc limit %s"
    )

    def found(query: str, most: int) -> list[str]:
        return [row[0] for row in connection.execute(statement, (" or ".join(words(query)), most))]

    return found


def bm25s(texts: Texts) -> Find:
    """bm25s: Snowball stems, English stop words, Lucene's BM25."""
    import bm25s
    import Stemmer

    stemmer = Stemmer.Stemmer("english")
    read = bm25s.tokenization.Tokenizer(stemmer=stemmer, stopwords="en")
    model = bm25s.BM25()
    model.index(read.tokenize([text for _, text in texts], show_progress=False), show_progress=False)
    keys = [key for key, _ in texts]

    def found(query: str, most: int) -> list[str]:
        asked = read.tokenize([query], update_vocab=False, show_progress=False)
        if not asked[0]:
            return []
        places, scores = model.retrieve(asked, k=most, show_progress=False)
        return [keys[place] for place, score in zip(places[0], scores[0], strict=True) if score > 0]

    return found


def lancedb(texts: Texts) -> Find:
    """LanceDB: its own full-text index with English stems, no stop words left out, any of the words."""
    import lancedb

    base = lancedb.connect(tempfile.mkdtemp(prefix="weft-bench-lance-"))
    table = base.create_table("product", [{"id": key, "text": text} for key, text in texts])
    table.create_fts_index("text", stem=True, remove_stop_words=False, language="English")
    table.optimize()

    def found(query: str, most: int) -> list[str]:
        asked = " ".join(words(query))
        if not asked:
            return []
        rows = table.search(asked, query_type="fts", fts_columns="text").select(["id", "_score"]).limit(most).to_arrow()
        return [str(one) for one in rows["id"].to_pylist()]

    return found


def measured(make: Callable[[Texts], Find], texts: Texts, queries: Sequence[str], cutoff: int) -> Peer:
    """Build a peer, ask it each query for its list, and again for a page, which is timed."""
    begun = time.perf_counter()
    find = make(texts)
    built = time.perf_counter() - begun
    lists = {query: find(query, cutoff) for query in queries}
    took = []
    for query in queries:
        begun = time.perf_counter()
        find(query, _SHOWN)
        took.append((time.perf_counter() - begun) * 1000)
    return Peer(built, lists, took)


def apart(name: str, texts: Texts, queries: Sequence[str], cutoff: int) -> Peer:
    """Measure a peer in an environment of its own, installed where it is not there yet; raises OSError or RuntimeError."""
    asked = json.dumps({"texts": texts, "queries": queries, "cutoff": cutoff})
    # Without this mark the benches beside it would stand before modules of the same names.
    program = [str(_environment()), "-P", str(Path(__file__).resolve()), name]
    done = subprocess.run(program, input=asked, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{name} ended with {done.returncode}: {done.stderr.strip()[-200:]}")
    return Peer(**json.loads(done.stdout))


def _environment() -> Path:
    python = FOLDER / "bin" / "python"
    if (FOLDER / "ready").exists():
        return python
    shutil.rmtree(FOLDER, ignore_errors=True)
    own = _ROOT / ".uv" / "bin" / "uv"
    uv = str(own) if own.exists() else "uv"
    try:
        for command in (
            [uv, "venv", "--python", sys.executable, str(FOLDER)],
            [uv, "pip", "install", "--python", str(python), *_INSTALLED],
        ):
            subprocess.run(command, check=True, capture_output=True, timeout=_INSTALL_SECONDS)
    except subprocess.SubprocessError as problem:
        raise RuntimeError(f"it cannot be installed: {problem}") from problem
    (FOLDER / "ready").touch()
    return python


APART: dict[str, Callable[[Texts], Find]] = {"bm25s": bm25s, "LanceDB": lancedb}


def main() -> int:
    """Measure one peer by what standard input says."""
    asked = json.load(sys.stdin)
    texts = [(key, text) for key, text in asked["texts"]]
    found = measured(APART[sys.argv[1]], texts, asked["queries"], asked["cutoff"])
    print(json.dumps({"build_seconds": found.build_seconds, "lists": found.lists, "milliseconds": found.milliseconds}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
