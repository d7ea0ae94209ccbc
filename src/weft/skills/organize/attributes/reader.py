"""What was learned from examples, at work on a product: the candidates for each attribute, each with what speaks for it."""

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from weft.skills.organize.attributes import classes, spans
from weft.skills.organize.attributes.classes import Classes
from weft.skills.organize.attributes.examples import Case, category_of
from weft.skills.organize.attributes.forms import written
from weft.skills.organize.attributes.gazetteer import Gazetteer, gathered
from weft.skills.organize.attributes.lexicon import lexicon
from weft.skills.organize.attributes.rules import Finding
from weft.skills.organize.attributes.spans import LONGEST, Lesson, Spans
from weft.skills.organize.attributes.tokens import Token, features, plain_features, tokens

_LEAST_OF_GROUP: Final = 8
_TOP_SPANS: Final = 8
_TOP_VALUES: Final = 3
_SMALL: Final = 1e-6
_UNLIKELY: Final = 2e-3
FEATURES: Final = 15


@dataclass(frozen=True, slots=True)
class Candidate:
    """A value that an attribute may have: where it stands, by which way it was found, and what speaks for it."""

    name: str
    value: str
    words: Sequence[Token]
    first: int
    extra: int
    how: str
    chance: float
    told: NDArray[np.float32]


@dataclass(slots=True)
class Reader:
    """The span model, the gazetteer and the models of implied values, as learned from one set of cases."""

    spans: Spans
    known: Gazetteer
    classes: dict[str, Classes]
    groups: dict[str, list[str]]
    counts: dict[str, int]
    described: bool
    noted: set[str]

    def candidates(
        self, product: Mapping[str, Any], names: Collection[str] | None = None, rules: Iterable[Finding] = ()
    ) -> dict[str, list[Candidate]]:
        """The likeliest values of each attribute asked (those of the product's category, if none are named)."""
        words = tokens(product, self.described)
        if not words:
            return {}
        category = category_of(product)
        group = category if category in self.spans.groups else ""
        numbers = None if names is None else {n for n, name in enumerate(self.spans.names) if name in names}
        told: list[Sequence[int]] = []
        if any(numbers is None or number in numbers for number in self.spans.groups[group]):
            plain = plain_features(product, words, category)
            told = features(plain, words, self.known.phrases, self.known.often, ())
        asked, chances, absent = self.spans.chances(told, group, numbers)
        ruled = by_rule(rules)
        found: dict[str, list[Candidate]] = {}
        tops = self._tops(words, asked, chances)
        for place, number in enumerate(asked):
            name = self.spans.names[number]
            if name in self.classes:
                continue
            values = self._values(name, words, tops[place])
            found[name] = self._weighed(name, words, values, float(absent[place]), tops, place, ruled)
        for name, model in self.classes.items():
            if (names is None and name in self.groups.get(group, ())) or (names is not None and name in names):
                found[name] = self._implied(name, model, product, words, ruled)
        return {name: values for name, values in found.items() if values}

    def asked(self, product: Mapping[str, Any]) -> list[str]:
        """The attributes of a product's category; all of them where the category is not known."""
        return self.groups.get(category_of(product), self.groups.get("", []))

    def _tops(
        self, words: Sequence[Token], asked: Sequence[int], chances: NDArray[np.float32]
    ) -> list[list[tuple[int, int, float]]]:
        """For each attribute its likeliest spans: first token, further tokens, probability."""
        if not asked:
            return []
        flat = chances.reshape(-1, len(asked))
        most = min(_TOP_SPANS, len(flat))
        rough = np.argpartition(-flat, most - 1, axis=0)[:most]
        tops = []
        for place in range(len(asked)):
            column = flat[rough[:, place], place]
            order = np.argsort(-column, kind="stable")
            one = []
            for n in order:
                if column[n] < _UNLIKELY:
                    break
                first, extra = divmod(int(rough[n, place]), LONGEST)
                if first + extra < len(words) and words[first].passage is words[first + extra].passage:
                    one.append((first, extra, float(column[n])))
            tops.append(one)
        return tops

    def _values(
        self, name: str, words: Sequence[Token], top: Sequence[tuple[int, int, float]]
    ) -> list[tuple[str, int, int, float, int]]:
        """Spans that stand for one value together: value, its likeliest place, probability, number of places."""
        by_value: dict[str, tuple[int, int, float, int]] = {}
        for first, extra, chance in top:
            value = self.known.value_of(name, written(words, first, extra))
            if value in by_value:
                a, b, sure, count = by_value[value]
                by_value[value] = (a, b, sure + chance, count + 1)
            else:
                by_value[value] = (first, extra, chance, 1)
        ranked = sorted(by_value.items(), key=lambda one: (-one[1][2], one[0]))
        return [(value, *rest) for value, rest in ranked]

    def _weighed(
        self,
        name: str,
        words: Sequence[Token],
        values: Sequence[tuple[str, int, int, float, int]],
        absent: float,
        tops: Sequence[Sequence[tuple[int, int, float]]],
        place: int,
        ruled: Mapping[str, str],
    ) -> list[Candidate]:
        weighed = []
        for rank, (value, first, extra, chance, count) in enumerate(values[:_TOP_VALUES]):
            rival = max(
                (
                    top[0][2]
                    for n, top in enumerate(tops)
                    if n != place and top and top[0][0] <= first + extra and first <= top[0][0] + top[0][1]
                ),
                default=0.0,
            )
            second = max((one[3] for n, one in enumerate(values) if n != rank), default=0.0)
            told = self._told(name, value, chance, absent, second, rival, ruled)
            told[9:] = [rank == 0, min(extra, 5), count > 1, words[first].passage.field != "title", first == 0, 0]
            weighed.append(Candidate(name, value, words, first, extra, "learned words", chance, told))
        return weighed

    def _told(
        self, name: str, value: str, chance: float, absent: float, second: float, rival: float, ruled: Mapping[str, str]
    ) -> NDArray[np.float32]:
        often = self.known.often
        count = often[(name, value.lower())]
        rule = ruled.get(rule_name(name))
        agrees = 0.0 if rule is None else 1.0 if rule == value.lower() else -1.0
        told = np.zeros(FEATURES, np.float32)
        told[:9] = [
            _logit(chance),
            _logit(absent),
            math.log((chance + _SMALL) / (second + _SMALL)),
            math.log1p(count),
            count / (self.known.anywhere[value.lower()] + 1),
            math.log1p(self.counts.get(name, 0)),
            agrees,
            rival,
            count > 0,
        ]
        return told

    def _implied(
        self, name: str, model: Classes, product: Mapping[str, Any], words: Sequence[Token], ruled: Mapping[str, str]
    ) -> list[Candidate]:
        values = model.chances(classes.keys_of(product, words))
        absent = next((chance for value, chance, _ in values if not value), 0.0)
        found = []
        for rank, (value, chance, first) in enumerate(values[:_TOP_VALUES]):
            if not value:
                continue
            second = max((one for n, (_, one, _) in enumerate(values) if n != rank), default=0.0)
            told = self._told(name, value, chance, absent, second, 0.0, ruled)
            told[9:] = [rank == 0, 0, 0, 0, 0, 1]
            found.append(Candidate(name, value, words, first, 0, "learned from the whole text", chance, told))
        return found


def _logit(chance: float) -> float:
    kept = min(max(chance, _SMALL), 1 - _SMALL)
    return math.log(kept / (1 - kept))


@lru_cache(maxsize=10_000)
def rule_name(name: str) -> str:
    """The attribute of Weft's rules that a business's attribute is (`Color(s)` is color); "" for none."""
    return lexicon().label(re.sub(r"\(.*?\)", "", name)) or ""


def by_rule(rules: Iterable[Finding]) -> dict[str, str]:
    """The single values that rules found, folded, by attribute."""
    return {one.name: str(one.value).lower() for one in rules if isinstance(one.value, (str, int, float))}


def taught(found: Sequence[Case], lists: Mapping[str, Iterable[str]], *, epochs: int) -> Reader:
    """Learn from cases: raises nothing, also where there is little to learn."""
    described = _described(found)
    words = [tokens(case.product, described) for case in found]
    known, standing = gathered(found, words, lists)
    groups = _groups(found)
    implied = {name for name, given in known.given.items() if given >= 8 and known.placed[name] < 0.6 * given}
    lessons = []
    closed = {name for case in found for name in case.answers} - _noted(found)
    for case, texts, where in zip(found, words, standing, strict=True):
        category = category_of(case.product)
        own = {(name, value.lower()) for name, values in case.answers.items() for value in values}
        right = {
            name: [one for one in places if one[1] < LONGEST] for name, places in where.items() if name not in implied
        }
        right = {name: places for name, places in right.items() if places or not case.answers[name]}
        for name in groups.get(category, ()):
            if name in closed and name not in case.answers and name not in implied:
                right[name] = []
        rejected = {name for name, _ in case.rejected}
        for name in rejected - set(case.answers):
            right.setdefault(name, [])
        group = category if category in groups else ""
        told: list[Sequence[int]] = []
        if right:
            plain = plain_features(case.product, texts, category)
            told = features(plain, texts, known.phrases, known.often, own)
        lessons.append(Lesson(told, group, right))
    model = spans.learned(lessons, epochs=epochs)
    return Reader(
        model,
        known,
        _classes(found, words, implied, closed, groups),
        groups,
        dict(known.given),
        described,
        _noted(found),
    )


def _described(found: Sequence[Case]) -> bool:
    """Whether descriptions are worth reading: where a third of the cases have one."""
    return 3 * sum(bool(case.product.get("description")) for case in found) >= len(found) > 0


def _groups(found: Sequence[Case]) -> dict[str, list[str]]:
    """The attributes of each category that has enough cases, and under "" all of them."""
    sizes = Counter(category_of(case.product) for case in found)
    names: dict[str, set[str]] = {"": set()}
    for case in found:
        category = category_of(case.product)
        names[""].update(case.answers)
        if sizes[category] >= _LEAST_OF_GROUP:
            names.setdefault(category, set()).update(case.answers)
    return {category: sorted(members) for category, members in sorted(names.items())}


def _noted(found: Sequence[Case]) -> set[str]:
    """The attributes whose absence is noted where it is so; of the others, a product that has none is silent."""
    return {name for case in found for name, values in case.answers.items() if not values}


def _classes(
    found: Sequence[Case],
    words: Sequence[Sequence[Token]],
    implied: Collection[str],
    closed: Collection[str],
    groups: Mapping[str, Sequence[str]],
) -> dict[str, Classes]:
    models = {}
    for name in sorted(implied):
        texts, answers = [], []
        for case, one in zip(found, words, strict=True):
            if name in case.answers:
                texts.append(classes.keys_of(case.product, one))
                answers.append(case.answers[name][0] if case.answers[name] else "")
            elif name in closed and name in groups.get(category_of(case.product), ()):
                texts.append(classes.keys_of(case.product, one))
                answers.append("")
        model = classes.learned(texts, answers)
        if model:
            models[name] = model
    return models
