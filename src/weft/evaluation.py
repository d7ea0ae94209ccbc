"""How good a route's models are at a skill, measured by what people took: "may I switch to the cheaper model?"

Each route answers anew what people have already approved, over products of which no prompt has ever held a text. A text counts as
passed where a model wrote it and its checks let it through. How close it is to the one that people took is chrF (Popović 2015, as
sacreBLEU computes it, 0 to 100): the share of letter sequences that both have. The text that people took is one good text among
many, so closeness tells routes apart and is no mark in itself.
"""

import functools
import importlib
import math
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from pydantic import BaseModel

from weft import examples
from weft import skill as skills
from weft.business import Business
from weft.errors import Conflict, InputError, WeftError
from weft.examples import Taken
from weft.gateway import errand
from weft.skill import Skill
from weft.store import fields

ENOUGH: Final = 30
_SURE: Final = 1.96
_TAG: Final = re.compile(r"<[^<>]*>")
_EMPTY: Final = 1.0


@dataclass(slots=True)
class Score:
    """How a route did: of `texts` that people took, how many `passed`, how close each of these is, what all of it cost.

    `cost` is in nanodollars, `requests` counts those to models, `answer_seconds` is how long one of them took on average, `seconds`
    how long the whole did. `failures` are the reasons why products had no answer, with how many had each.
    """

    route: str
    models: tuple[str, ...]
    texts: int = 0
    closeness: dict[tuple[str, str], float] = field(default_factory=dict)
    cost: int = 0
    requests: int = 0
    answer_seconds: float = 0.0
    seconds: float = 0.0
    failures: dict[str, int] = field(default_factory=dict)

    @property
    def passed(self) -> int:
        """How many texts a model wrote that passed their checks."""
        return len(self.closeness)

    @property
    def close(self) -> float | None:
        """How close the texts are on average, 0 to 100; None where there are none."""
        return sum(self.closeness.values()) / len(self.closeness) if self.closeness else None

    def shown(self) -> dict[str, Any]:
        """The score as programs read it; costs in US dollars."""
        return {
            "route": self.route,
            "models": list(self.models),
            "texts": self.texts,
            "passed": self.passed,
            "closeness": None if self.close is None else round(self.close, 2),
            "cost": self.cost / 1e9,
            "cost_per_text": self.cost / 1e9 / self.passed if self.passed else None,
            "requests": self.requests,
            "answer_seconds": round(self.answer_seconds, 3),
            "seconds": round(self.seconds, 3),
            "failures": self.failures,
        }


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The scores of routes on the same held-out texts."""

    skill: str
    scores: Sequence[Score]

    @property
    def texts(self) -> int:
        """How many texts each route was measured by."""
        return self.scores[0].texts if self.scores else 0

    def sentence(self) -> str:
        """What follows from it, in a line or two: which route does better or costs less, and whether that can be told."""
        few = (
            f" {self.texts:,} texts are few: from {ENOUGH} on the figures begin to hold. Approve or correct more of the changes."
            if self.texts < ENOUGH
            else ""
        )
        if len(self.scores) < 2:
            only = self.scores[0]
            share = only.passed / max(only.texts, 1)
            return (
                f"{only.route}: {share:.0%} of {only.texts:,} texts passed. Name the route that you use now as well "
                f"(--route NAME --route {only.route}) to see the difference." + few
            )
        first, *others = self.scores
        return " ".join(_compared(first, other) for other in others) + few


def evaluated(business: Business, skill: Skill, routes: Sequence[str], most: int) -> Iterator[Score]:
    """The score of each route over at most so many held-out products; raises Conflict where there are none, or no such route."""
    _chrf()
    for route in routes:
        _answerable(business, skill, route)
    held = list(examples.taken(business, skill.name, held=True, most=most))
    asked = [
        (one, request) for one in held for request in skills.requests_again(skill, dict(one.product), list(one.texts))
    ]
    if not asked:
        raise Conflict(
            f"No text of {skill.name} that people took is held out yet. One product in five is: approve or correct more of its "
            f"changes (weft changes list --where 'skill = {skill.name}'), and evaluate again."
        )
    for route in routes:
        yield _scored(business, skill, route, asked)


def _answerable(business: Business, skill: Skill, route: str) -> None:
    """Raise Conflict where there is nothing that can be measured: no model engine, no such route, no such model."""
    if skill.model is None:
        raise Conflict(f"The skill {skill.name} asks no model, so there is no route of it to measure.")
    if not business.models.behind(route):
        there = ", ".join(sorted(business.routes))
        raise Conflict(
            f"There is no route or model called {route}; "
            + (
                f"the routes are {there}, and a model is named as provider/model."
                if there
                else "no model is set up yet."
            )
            + f" Add one: weft models add {skill.name} --preset NAME --model MODEL"
        )


def _scored(business: Business, skill: Skill, route: str, asked: Sequence[tuple[Taken, BaseModel]]) -> Score:
    bill, begun = errand.Bill(), time.monotonic()
    wanted = {(taken.product["id"], name): example for taken, _ in asked for name, example in taken.texts.items()}
    with errand.on(route=route, bill=bill, bulk=True):
        score = Score(route, business.models.behind(route), len(wanted))
        with skills.answering(skill, [request for _, request in asked], business) as answers:
            for (taken, _), answer in zip(asked, answers, strict=True):
                _noted(score, taken, answer)
    score.cost, score.requests, score.seconds = bill.cost, bill.requests, time.monotonic() - begun
    score.answer_seconds = bill.seconds / max(bill.requests, 1)
    return score


def _noted(score: Score, taken: Taken, answer: BaseModel | WeftError) -> None:
    """Note what an answer is worth: of each text that people took, whether a model wrote it, and how close it is."""
    why = answer.message if isinstance(answer, WeftError) else getattr(answer, "note", None)
    if why:
        score.failures[why] = score.failures.get(why, 0) + 1
    for edit in getattr(answer, "changes", ()):
        example = taken.texts.get(edit.field)
        if example is not None and any(isinstance(fact, Mapping) and fact.get("model") for fact in edit.facts):
            place = (str(taken.product["id"]), edit.field)
            score.closeness[place] = _chrf().sentence_score(_plain(edit.after), [_plain(example.after)]).score


@functools.cache
def _chrf() -> Any:
    """What measures closeness; raises InputError where it is not installed."""
    try:
        return importlib.import_module("sacrebleu.metrics.chrf").CHRF()
    except ImportError:
        raise InputError("Closeness is measured by sacrebleu; install it with: pip install 'weft[content]'.") from None


def _plain(value: Any) -> str:
    text = "\n".join(map(str, value)) if isinstance(value, list) else fields.words(value)
    return " ".join(_TAG.sub(" ", text).split())


def _compared(first: Score, other: Score) -> str:
    """What another route does differently from the first, on the texts that both wrote."""
    return (
        f"{other.route} in place of {first.route}: {other.passed / other.texts:.0%} of the texts pass in place of "
        f"{first.passed / first.texts:.0%}{_told_apart(first, other)}; {_closer(first, other)}; {_dearer(first, other)}."
    )


def _told_apart(first: Score, other: Score) -> str:
    """Whether a difference in what passed is more than chance (McNemar's test: of the texts that one alone passed)."""
    mine, theirs = first.closeness.keys(), other.closeness.keys()
    lost, won = len(mine - theirs), len(theirs - mine)
    sure = abs(lost - won) > _SURE * math.sqrt(lost + won)
    return "" if sure or lost == won else f" (a difference that {first.texts:,} texts do not prove)"


def _closer(first: Score, other: Score) -> str:
    both = first.closeness.keys() & other.closeness.keys()
    if len(both) < 2:
        return "too few texts passed with both to compare them"
    gaps = [other.closeness[place] - first.closeness[place] for place in both]
    mean = sum(gaps) / len(gaps)
    error = _SURE * math.sqrt(sum((gap - mean) ** 2 for gap in gaps) / (len(gaps) - 1) / len(gaps))
    if abs(mean) <= max(error, _EMPTY):
        return f"they are as close to what people took ({mean:+.1f} ± {error:.1f} chrF over {len(both):,} texts)"
    return f"they are {'closer to' if mean > 0 else 'farther from'} what people took ({mean:+.1f} ± {error:.1f} chrF over {len(both):,} texts)"


def _dearer(first: Score, other: Score) -> str:
    if not first.cost or not first.passed or not other.passed:
        return "what they cost cannot be compared"
    ratio = (other.cost / other.passed) / (first.cost / first.passed)
    return f"a text costs {ratio:.0%} of what it did"


def exported(business: Business, skill: Skill, *, held: bool) -> Iterator[bytes]:
    """Lines of chat-format JSON for training a model: a conversation for each request that people took texts of."""
    for one in examples.taken(business, skill.name, held=held):
        for request in skills.requests_again(skill, dict(one.product), list(one.texts)):
            texts = {name: example.after for name, example in one.texts.items()}
            messages = skills.conversation(skill, request, business, texts)
            if messages:
                yield orjson.dumps({"messages": messages}) + b"\n"
