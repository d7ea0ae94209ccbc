"""`translate`: how good a route is on human translations of shops' texts, what holds, what it costs; and the local engine alone.

`--route NAME` measures a route of the business that WEFT_BUSINESS names in your own Weft folder, `--url URL --model NAME` a model
at an address (its key in WEFT_BENCH_KEY). Without either two stand-ins show that it works: one that says the source, one that says
the human translation, whose share that passes is how seldom the checks are wrong. Scores are sacreBLEU's, with their signatures.
"""

import argparse
import asyncio
import contextlib
import functools
import gzip
import json
import os
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF

from bench import place
from bench.figures import Figure
from weft import skill as skills
from weft.business import Business
from weft.gateway import doors, errand
from weft.gateway.models import in_dollars
from weft.gateway.register import Register
from weft.gateway.seal import Seal
from weft.gateway.standin import Behavior, Standin, served, whole
from weft.postgres.database import Database
from weft.settings import Settings
from weft.skills.translate import Translate, Translated, aligned, local
from weft.skills.translate.products import items, wordless
from weft.skills.translate.structure import parsed

TEXTS: Final = "translation/wmt22_commerce_dev.jsonl.gz"
TAXONOMY: Final = "taxonomy"
INTO: Final = ("de", "zh", "ja", "uk")
NAMES_INTO: Final = ("de", "fr", "es", "ja", "zh-CN")
NAMES_A_PRODUCT: Final = 200
_SEGMENTS: Final = re.compile(r'<data \w+ name="segments">\n(.*?)\n</data', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Given:
    """A business, the routes to measure with what they are called, the texts by document, and the folder of a taxonomy's names."""

    business: Business
    routes: Mapping[str, str]
    documents: Mapping[str, Sequence[Mapping[str, str]]]
    names: Path | None


@dataclass(slots=True)
class Measured:
    """What a route made of the texts in one language: hypotheses and references in order, what passed, cost and time."""

    said: list[str] = field(default_factory=list)
    references: list[str] = field(default_factory=list)
    passed: int = 0
    cost: int = 0
    requests: int = 0
    seconds: float = 0.0
    problems: dict[str, int] = field(default_factory=dict)


@contextlib.contextmanager
def load(options: argparse.Namespace) -> Iterator[Given]:
    """The texts, and a business that may ask what is to be measured."""
    texts, names = options.data / TEXTS, options.data / TAXONOMY
    documents = _documents(texts) if texts.exists() else {}
    there = names if names.is_dir() else None
    route, url, model = (getattr(options, name, None) for name in ("route", "url", "model"))
    if route is not None:
        with Database.open(Settings.from_environment()) as database:
            business = Business.named(database, os.environ.get("WEFT_BUSINESS", "default"))
            yield Given(business, {route: route}, documents, there)
        return
    with place.place() as made, contextlib.ExitStack() as open_:
        business = made.business("bench")
        if url is None:
            url = open_.enter_context(_standing(_standins(documents)))
            models = ["says-the-source", "says-the-human-translation"]
        else:
            models = [str(model)]
        register = Register(made.database, made.home, Seal(made.home))
        described = {name: {"prices": {"input": 0.0, "output": 0.0}} for name in models}
        key = os.environ.get("WEFT_BENCH_KEY")
        register.add_provider(business.uid, "bench", {"base_url": url, "models": described}, key=key, reach="private")
        for name in models:
            register.add_route(business.uid, name, {"targets": [{"provider": "bench", "model": name}]})
        doorway = doors.opened(made.database)
        doorway.done(doorway.door.look())
        yield Given(business, {name: name for name in models}, documents, there)


def _documents(file: Path) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            found.setdefault(row["doc"], []).append(row)
    return found


def _standins(documents: Mapping[str, Sequence[Mapping[str, str]]]) -> Standin:
    """A model that says the source, and one that says what a person has said."""
    human: dict[tuple[str, str], str] = {}
    for rows in documents.values():
        for row in rows:
            for language in INTO:
                human |= {(language, text): said for text, said in _segments(row["en"], row.get(language, ""))}
    named = {"de": "German", "zh": "Chinese", "ja": "Japanese", "uk": "Ukrainian"}

    def says(saying: Callable[[str, str], str]) -> Callable[[Mapping[str, Any]], Behavior]:
        def answer(body: Mapping[str, Any]) -> Behavior:
            found = next(filter(None, (_SEGMENTS.search(str(one["content"])) for one in body["messages"])), None)
            shown = json.loads(found[1]) if found else []
            told = str(body["messages"][0]["content"])
            language = next(code for code, name in named.items() if f"into {name}" in told)
            said = [{"id": one["id"], "text": saying(language, one["text"])} for one in shown]
            return whole(body, json.dumps({"translations": said}))

        return answer

    return Standin(
        {
            "says-the-source": says(lambda _, text: text),
            "says-the-human-translation": says(lambda language, text: human.get((language, text), text)),
        }
    )


def _segments(source: str, translation: str) -> list[tuple[str, str]]:
    """A source's segments as a model is shown them, each with what a person has said."""
    mine, theirs = parsed(source).segments, parsed(translation).segments
    if len(mine) != len(theirs):
        return [(source, translation)]
    return [(one.text, other.text) for one, other in zip(mine, theirs, strict=True)]


@contextlib.contextmanager
def _standing(standin: Standin) -> Iterator[str]:
    """The stand-in on a port, in a thread of its own; gives its address."""
    ready, urls = threading.Event(), list[str]()
    ending: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    async def serve() -> None:
        over = asyncio.Event()
        async with served(standin) as url:
            urls.append(url)
            ending.append((asyncio.get_running_loop(), over))
            ready.set()
            await over.wait()

    thread = threading.Thread(target=asyncio.run, args=(serve(),), daemon=True)
    thread.start()
    ready.wait(20)
    try:
        yield urls[0]
    finally:
        loop, over = ending[0]
        loop.call_soon_threadsafe(over.set)
        thread.join(20)


def run(given: Given) -> dict[str, Any]:
    """Every route over the texts, the local engine that knows nothing, and the taxonomy's names."""
    measured: dict[tuple[str, str], Measured] = {}
    for language in INTO:
        rows = [
            row for rows in given.documents.values() for row in rows if row.get(language) and not wordless(row["en"])
        ]
        if not rows:
            continue
        copied = Measured([row["en"] for row in rows], [row[language] for row in rows])
        measured["the source copied", language] = copied
        measured["the local engine, which knows nothing", language] = _translated(given, language, "local", None)
        for name, route in given.routes.items():
            measured[name, language] = _translated(given, language, "model", route)
    return {"measured": measured, "names": _named(given) if given.names is not None else {}}


def _translated(given: Given, language: str, engine: str, route: str | None) -> Measured:
    """All documents in one language: each is one request, and what was left counts as its source."""
    found, bill, begun = Measured(), errand.Bill(), time.monotonic()
    skill = skills.named("translate")
    documents = [
        (rows, Translate(product=_product(name, rows), into=[language], source="en"))
        for name, rows in given.documents.items()
    ]
    with errand.on(route=route, bill=bill):
        answers = skills.answers(skill, [asked for _, asked in documents], given.business, engine)
    for (rows, _), answer in zip(documents, answers, strict=True):
        said = {one.field: one for one in answer.texts} if isinstance(answer, Translated) else {}
        if not isinstance(answer, Translated):
            found.problems[str(answer)] = found.problems.get(str(answer), 0) + 1
        asked = {item.field for item in items(_product("", rows))}
        for place_, row in enumerate(rows):
            # What has no words to translate is asked of nobody.
            if not row.get(language) or f"attributes.{place_}" not in asked or wordless(row["en"]):
                continue
            one = said.get(f"attributes.{place_}")
            found.said.append(one.text if one is not None else row["en"])
            found.references.append(row[language])
            found.passed += one is not None
    found.cost, found.requests, found.seconds = bill.cost, bill.requests, time.monotonic() - begun
    return found


def _product(name: str, rows: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    return {"id": name, "attributes": {str(place_): row["en"] for place_, row in enumerate(rows)}}


def _named(given: Given) -> dict[str, Any]:
    """The taxonomy's names by the local engine, against the file in the other language; and how fast that is."""
    assert given.names is not None
    for file in sorted(given.names.glob("shopify_*.txt.gz")):
        if aligned.named_language(file.name) is not None:
            aligned.load_file(given.business, file, file.name, None, "bench")
    right: dict[str, tuple[int, int]] = {}
    asked, seconds = 0, 0.0
    for language in NAMES_INTO:
        pairs = [pair for kind in ("categories", "attributes") for pair in _pairs(given.names, kind, language)]
        products = [
            Translate(
                product={"id": str(at), "attributes": dict(_numbered(pairs[at : at + NAMES_A_PRODUCT]))},
                into=[language],
                source="en",
            )
            for at in range(0, len(pairs), NAMES_A_PRODUCT)
        ]
        begun = time.monotonic()
        answers = local.translated_many(products, given.business)
        seconds += time.monotonic() - begun
        said = {
            (at, one.field): one.text
            for at, answer in zip(range(0, len(pairs), NAMES_A_PRODUCT), answers, strict=True)
            if isinstance(answer, Translated)
            for one in answer.texts
        }
        kept = [
            said.get((at - at % NAMES_A_PRODUCT, f"attributes.name {at % NAMES_A_PRODUCT}"), name) == other
            for at, (name, other) in enumerate(pairs)
        ]
        right[language] = (sum(kept), len(kept))
        asked += len(pairs)
    return {"right": right, "per_second": asked / max(seconds, 1e-9)}


def _numbered(pairs: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Names as attributes of a product."""
    for place_, (name, _) in enumerate(pairs):
        yield f"name {place_}", name


def _pairs(folder: Path, kind: str, language: str) -> list[tuple[str, str]]:
    """A kind's names in English and in another language, by their ids, as the files have them."""
    files = [folder / f"shopify_{kind}.{one}.txt.gz" for one in ("en", language)]
    if not all(file.exists() for file in files):
        return []
    english, other = (_read(file) for file in files)
    return [(name, other[key]) for key, name in english.items() if key in other]


def _read(file: Path) -> dict[str, str]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        rows = [line.strip().partition(" : ") for line in lines if line.startswith("gid:")]
    return {key.strip(): name.strip() for key, _, name in rows}


@functools.cache
def _metrics(language: str) -> tuple[BLEU, CHRF]:
    """What scores a language: BLEU with its tokens, and chrF."""
    tokens = {"zh": "zh", "ja": "char"}.get(language, "13a")
    return BLEU(tokenize=tokens, trg_lang=language), CHRF()


def score(found: dict[str, Any]) -> list[Figure]:
    """The figures: adherence is asked to be whole; the rest tells routes apart."""
    figures: list[Figure] = []
    measured: Mapping[tuple[str, str], Measured] = found["measured"]
    for (name, language), one in measured.items():
        bleu, chrf = _metrics(language)
        scores = bleu.corpus_score(one.said, [one.references]), chrf.corpus_score(one.said, [one.references])
        told = f"en→{language}, {name}"
        figures.append(Figure(f"{told}: BLEU", scores[0].score, "", note=str(bleu.get_signature())))
        figures.append(Figure(f"{told}: chrF", scores[1].score, "", note=str(chrf.get_signature())))
        if one.requests:
            share = 100 * one.passed / len(one.said)
            figures.append(
                Figure(f"{told}: passed the checks", share, "%", note=f"{one.passed:,} of {len(one.said):,}")
            )
            figures.append(Figure(f"{told}: cost", in_dollars(one.cost), "USD", note=f"{one.requests:,} requests"))
            figures.append(Figure(f"{told}: time", one.seconds, "s", note="; ".join(one.problems)[:200]))
    if found["names"]:
        for language, (right, all_) in found["names"]["right"].items():
            share = 100 * right / max(all_, 1)
            figures.append(
                Figure(f"aligned names en→{language}", share, "%", 100, most=False, note=f"{right:,} of {all_:,}")
            )
        figures.append(Figure("local engine, aligned names", found["names"]["per_second"], "segments/s"))
    return figures
