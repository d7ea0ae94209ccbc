"""A translation memory of 100,000 generated segments: put in, and asked for the same texts and for nearly the same."""

import argparse
import contextlib
import random
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bench import place
from bench.figures import Figure
from weft.business import Business
from weft.store import closeness

SEGMENTS, LARGE, ASKED, TOGETHER = 100_000, 1_000_000, 500, 32
_BATCH = 2_000


@dataclass(frozen=True, slots=True)
class Given:
    """A business of its own, and how many segments it is to have."""

    business: Business
    segments: int


@contextlib.contextmanager
def load(options: argparse.Namespace) -> Iterator[Given]:
    """A Weft folder with an empty business; `--large` means a million segments."""
    with place.place() as made:
        yield Given(made.business("bench"), LARGE if options.large else SEGMENTS)


def texts(count: int) -> Iterator[str]:
    """Sentences as shops have them: few words are frequent and those are short, many have a number; 3 to 20 words each."""
    chance = random.Random(3)
    letters = "etaoinshrdlcumwfgypbvk"
    words = ["".join(chance.choices(letters, k=round(chance.uniform(1, 4) + n**0.18))) for n in range(20_000)]
    weights = [1 / (n + 10) for n in range(len(words))]
    for _ in range(count):
        said = chance.choices(words, weights, k=chance.randint(3, 20))
        if chance.random() < 0.3:
            said[chance.randrange(len(said))] = str(chance.randint(1, 500))
        yield " ".join(said)


def run(given: Given) -> dict[str, Any]:
    """Put all in, in batches as an import does; ask for some alone and together; look how many are found."""
    said = list(texts(given.segments))
    started = time.perf_counter()
    for start in range(0, len(said), _BATCH):
        given.business.memory.put(
            [
                {"source_language": "en", "target_language": "de", "source": text, "target": text[::-1]}
                for text in said[start : start + _BATCH]
            ],
            "bench",
        )
    measured: dict[str, Any] = {"segments": len(said), "put": time.perf_counter() - started}
    chance = random.Random(5)
    same = chance.sample(said, ASKED)
    near = {changed: text for text in same if (changed := _changed(text, chance)) != text}
    given.business.memory.fuzzy(["warm up, please"], "en", "de")
    measured["exact"] = [_timed(lambda text=text: given.business.memory.exact([text], "en", "de")) for text in same]
    measured["fuzzy"] = [_timed(lambda text=text: given.business.memory.fuzzy([text], "en", "de")) for text in near]
    groups = [list(near)[n : n + TOGETHER] for n in range(0, len(near) - TOGETHER + 1, TOGETHER)]
    measured["together"] = [
        _timed(lambda group=group: given.business.memory.fuzzy(group, "en", "de")) / len(group) for group in groups
    ]
    wanted = {changed: text for changed, text in near.items() if closeness.score(changed, text) >= 0.75}
    found = given.business.memory.fuzzy(wanted, "en", "de")
    hits = sum(any(match.source == text for match in found.get(changed, ())) for changed, text in wanted.items())
    return measured | {"wanted": len(wanted), "found": hits, "size": _size(given.business)}


def _changed(text: str, chance: random.Random) -> str:
    """The text with up to every fifth word another, as an edited listing has it."""
    words = text.split()
    for _ in range(max(1, len(words) // 5)):
        words[chance.randrange(len(words))] = "".join(chance.choices("abcdefgh", k=6))
    return " ".join(words)


def _timed(ask: Any) -> float:
    started = time.perf_counter()
    ask()
    return time.perf_counter() - started


def _size(business: Business) -> int:
    with business.transaction() as connection:
        row = connection.execute("select pg_total_relation_size('segment')").fetchone()
    return int(row[0]) if row else 0


def score(measured: dict[str, Any]) -> Sequence[Figure]:
    """The figures of the memory."""
    exact, fuzzy, together = measured["exact"], measured["fuzzy"], measured["together"]
    tail = statistics.quantiles(fuzzy, n=100)[94]
    return [
        Figure("put in", measured["segments"] / measured["put"], "segments/s", note=f"{measured['segments']:,} in batches"),
        Figure("its size in the database", measured["size"] / measured["segments"], "bytes/segment"),
        Figure("an exact look-up, median", 1000 * statistics.median(exact), "ms", 5),
        Figure("a fuzzy look-up, median", 1000 * statistics.median(fuzzy), "ms", 10),
        Figure("a fuzzy look-up, 95 of 100 within", 1000 * tail, "ms", 30),
        Figure("fuzzy, 32 texts together", 1000 * statistics.median(together), "ms/text"),
        Figure(
            "found of those that score 0.75 or more", 100 * measured["found"] / measured["wanted"], "%", 97, False,
            f"{measured['found']} of {measured['wanted']}",
        ),
    ]  # fmt: skip
