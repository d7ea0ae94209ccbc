"""The corpus of `tests/claims/corpus/`: texts with the facts of their products, clean and with one planted error each."""

import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from weft import claims

FOLDER = Path(__file__).resolve().parents[1] / "tests" / "claims" / "corpus"
HALVES = ("development", "held")
MORE = tuple(sorted(path.stem for path in FOLDER.glob("more_*.toml")))
# The kinds of which no error may be missed; of the others, taken together, one in twenty may.
ALL_FOUND = frozenset(["number", "unit", "material", "negation"])
OTHERS_FOUND = 0.95
FALSE_ALARMS = 0.02


@dataclass(frozen=True, slots=True)
class Entry:
    """A text and its facts; a planted one has the kind of its error and the span of the wrong words."""

    id: str
    language: str
    domain: str
    facts: dict[str, Any]
    text: str
    kind: str | None = None
    start: int = 0
    end: int = 0

    @property
    def wrong(self) -> str:
        """The planted words."""
        return self.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was judged of an entry, and whether that is right: its error is found, or nothing in it is doubted."""

    entry: Entry
    judged: Sequence[claims.Judged]
    right: bool


def entries(half: str) -> list[Entry]:
    """The texts of a half, each clean one followed by those with an error planted in it."""
    with (FOLDER / f"{half}.toml").open("rb") as file:
        cases = tomllib.load(file)["case"]
    return [entry for case in cases for entry in _of(case)]


def _of(case: dict[str, Any]) -> Iterator[Entry]:
    domain = case["id"].partition("-")[2]
    common = (case["language"], domain, case["facts"])
    for n, text in enumerate(case.get("clean", ()), 1):
        yield Entry(f"{case['id']}.c{n}", *common, text)
    for n, told in enumerate(case["texts"], 1):
        yield Entry(f"{case['id']}.{n}", *common, told["text"])
        for m, (kind, words, wrong) in enumerate(told.get("planted", ()), 1):
            text, start, end = planted(told["text"], words, wrong, case["language"])
            yield Entry(f"{case['id']}.{n}.{m}", *common, text, kind, start, end)


def planted(text: str, words: str, wrong: str, language: str) -> tuple[str, int, int]:
    """A text with its only such words replaced, or others put at its end, and the span of these."""
    if not words:
        before = text if language == "zh" else f"{text} "
        return before + wrong, len(before), len(before) + len(wrong)
    if text.count(words) != 1:
        raise ValueError(f"{words!r} stands {text.count(words)} times in {text!r}")
    start = text.index(words)
    return text[:start] + wrong + text[start + len(words) :], start, start + len(wrong)


def doubts(judged: Sequence[claims.Judged], start: int, end: int) -> list[claims.Judged]:
    """What is not supported in a span."""
    return [one for one in judged if not one.ok and one.claim.start < end and start < one.claim.end]


def judged(entry: Entry) -> Outcome:
    """Judge an entry by its facts."""
    every = claims.supported(entry.text, entry.facts, language=entry.language)
    if entry.kind is None:
        return Outcome(entry, every, all(one.ok for one in every))
    against = doubts(every, entry.start, entry.end)
    if entry.kind == "language":
        against = [one for one in against if one.claim.kind == "language"]
    return Outcome(entry, every, bool(against))


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of some outcomes are right."""

    right: int
    all: int

    @property
    def share(self) -> float:
        """The share that is right; 1 where there are none."""
        return self.right / self.all if self.all else 1.0


def tally(outcomes: Sequence[Outcome]) -> Tally:
    """Count outcomes."""
    return Tally(sum(one.right for one in outcomes), len(outcomes))


def split(outcomes: Sequence[Outcome]) -> tuple[list[Outcome], list[Outcome], list[Outcome]]:
    """Outcomes of errors that must all be found, of the other errors, and of clean texts."""
    clean = [one for one in outcomes if one.entry.kind is None]
    errors = [one for one in outcomes if one.entry.kind is not None]
    strict = [one for one in errors if one.entry.kind in ALL_FOUND]
    return strict, [one for one in errors if one.entry.kind not in ALL_FOUND], clean


def counted(outcomes: Sequence[Outcome]) -> str:
    """How many are wrong, by kind and language, without telling which."""
    wrong = Counter((one.entry.kind or "clean", one.entry.language) for one in outcomes if not one.right)
    return ", ".join(f"{kind} {language}: {n}" for (kind, language), n in sorted(wrong.items())) or "none"


def listed(outcomes: Sequence[Outcome]) -> str:
    """What is wrong, each with the words in question and what was judged of them."""
    lines = []
    for one in outcomes:
        if one.right:
            continue
        entry = one.entry
        if entry.kind is None:
            told = "; ".join(f"{j.claim.kind} {j.claim.text!r} {j.verdict}: {j.why}" for j in one.judged if not j.ok)
            lines.append(f"{entry.id} false alarm: {told}\n    {entry.text}")
        else:
            near = [j for j in one.judged if j.claim.start < entry.end and entry.start < j.claim.end]
            told = "; ".join(f"{j.claim.kind} {j.claim.text!r} by {j.fact and j.fact.name}" for j in near)
            lines.append(
                f"{entry.id} missed {entry.kind}: {entry.wrong!r} ({told or 'no claim seen'})\n    {entry.text}"
            )
    return "\n".join(lines) or "none"
