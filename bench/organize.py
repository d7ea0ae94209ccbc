"""`organize` on a real fashion shop: from a cold start, warm, again, after a few edits; and on the sample shop's truth."""

import argparse
import contextlib
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench import place
from bench.figures import Figure
from weft import skill as skills
from weft.connectors.importing import import_file
from weft.sample.shop import generate
from weft.skills.organize import Organize, Organized

BUSINESS: Final = "bench"
SAMPLE: Final = "sample"
_ROUNDS: Final = 3


@dataclass(frozen=True, slots=True)
class Given:
    """A Weft folder, the shop's file if it is there, and the sample shop's truth."""

    place: place.Place
    shop: Path | None
    truth: Path


@contextlib.contextmanager
def load(options: argparse.Namespace) -> Iterator[Given]:
    """The fashion shop of the real data and the sample shop, both imported."""
    with place.place() as made:
        files = sorted((options.data / "shops").glob("fashion*"))
        if files:
            place.ran([place.WEFT, "import", "products", str(files[0]), "--business", BUSINESS], made.environment())
        sample = generate(made.scratch / "sample")
        import_file(made.business(SAMPLE), "products", sample.products, who="bench")
        yield Given(made, files[0] if files else None, sample.truth)


def run(given: Given) -> dict[str, Any]:
    """Each run as a command of its own; the warm rate in a process that has learned already."""
    measured: dict[str, Any] = {"sample": _sample(given)}
    if given.shop is None:
        return measured
    started = time.perf_counter()
    measured["first"] = _weft(given)
    measured["first wall"] = time.perf_counter() - started
    started = time.perf_counter()
    measured["second"] = _weft(given)
    measured["second wall"] = time.perf_counter() - started
    measured["edited"] = _edited(given)
    measured["after"] = _weft(given)
    measured["warm"] = _warm(given)
    return measured


def _weft(given: Given) -> dict[str, Any]:
    command = [place.WEFT, "run", "organize", "--business", BUSINESS, "--json"]
    told: dict[str, Any] = json.loads(place.ran(command, given.place.environment()).output.splitlines()[-1])
    return told


def _edited(given: Given) -> int:
    """Change the title of every hundredth product, and answer how many those are."""
    shop = given.place.business(BUSINESS)
    chosen = [(product["id"], product["title"]) for product in shop.catalog.streamed(["title"])][::100]
    for name, title in chosen:
        shop.changes.edit(name, {"title": f"{title} (new)"})
    return len(chosen)


def _warm(given: Given) -> float:
    """Products a second in one process, the lessons learned and loaded; the best of some rounds."""
    shop, skill = given.place.business(BUSINESS), skills.named("organize")
    asked = [Organize(product=dict(product)) for product in shop.catalog.streamed(skill.reads)]
    skills.answers(skill, asked[:10], shop)
    rates = []
    for _ in range(_ROUNDS):
        started = time.perf_counter()
        answers = [one for at in range(0, len(asked), 500) for one in skills.answers(skill, asked[at : at + 500], shop)]
        rates.append(len(answers) / (time.perf_counter() - started))
        assert all(isinstance(one, Organized) for one in answers)
    return max(rates)


def _sample(given: Given) -> dict[str, float]:
    """How what is proposed for the sample shop compares with its truth."""
    shop, skill = given.place.business(SAMPLE), skills.named("organize")
    products = list(shop.catalog.streamed(skill.reads))
    answers = skills.answers(skill, [Organize(product=dict(product)) for product in products], shop)
    right = {line["product"]: line["category"] for line in _lines(given.truth / "categories.jsonl")}
    facts = {line["product"]: line["attributes"] for line in _lines(given.truth / "attributes.jsonl")}
    placed = hit = said = true = there = 0
    for product, answer in zip(products, answers, strict=True):
        assert isinstance(answer, Organized)
        fields = {edit.field: edit for edit in answer.changes}
        if "category" in fields:
            placed += 1
            hit += fields["category"].after == right.get(product["id"])
        for name, fact in facts.get(product["id"], {}).items():
            there += bool(fact["read_in"])
            found = next((one for one in answer.attributes if one.name == name), None)
            if found is not None:
                said += 1
                true += bool(fact["read_in"]) and _same(found.value, fact["value"])
    return {"placed": placed, "hit": hit, "said": said, "true": true, "there": there}


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _same(found: Any, right: Any) -> bool:
    if isinstance(found, (int, float)) and not isinstance(found, bool):
        with contextlib.suppress(TypeError, ValueError):
            return abs(float(right) - float(found)) <= 0.01 * abs(float(right))
    values = found if isinstance(found, list) else [found]
    return str(right).casefold() in {str(value).casefold() for value in values}


def score(measured: dict[str, Any]) -> Sequence[Figure]:
    """The figures of organize."""
    sample = measured["sample"]
    figures = [
        Figure(
            "sample shop: proposed categories that are right",
            sample["hit"] / max(sample["placed"], 1),
            "",
            note=f"of {sample['placed']}; it is our own, and proves that the parts work together",
        ),
        Figure(
            "sample shop: attributes, precision",
            sample["true"] / max(sample["said"], 1),
            "",
            note=f"of {sample['said']} said",
        ),
        Figure(
            "sample shop: attributes, recall",
            sample["true"] / max(sample["there"], 1),
            "",
            note=f"of {sample['there']} that stand in the file",
        ),
    ]
    if "first" not in measured:
        return figures
    first, second, after = measured["first"], measured["second"], measured["after"]
    return [
        Figure(
            "fashion shop from a cold start",
            measured["first wall"],
            "s",
            10,
            note=f"{first['records']} products, {first['changes']:,} changes; the whole command",
        ),
        Figure("of it the run", first["seconds"], "s"),
        Figure("warm, in one process", measured["warm"], "products/s", 500, False),
        Figure(
            "second run, nothing changed",
            second["seconds"],
            "s",
            note=f"the whole command {measured['second wall']:.2f} s",
        ),
        Figure("first run to the second", first["seconds"] / second["seconds"], "times", 50, False),
        Figure(
            "made anew after 1 % of the products changed",
            after["made"] / first["made"] * 100,
            "%",
            3,
            note=f"{after['made']} answers for {measured['edited']} edits, counted",
        ),
        *figures,
    ]
