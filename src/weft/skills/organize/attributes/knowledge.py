"""What a business's own examples teach of its attributes, kept as bytes that hold numbers and texts alone."""

import json
import math
import zlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import compress, pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

from weft.errors import InputError
from weft.skills.organize.attributes.classes import Classes
from weft.skills.organize.attributes.examples import Case, Example, cases, text_key
from weft.skills.organize.attributes.gazetteer import Gazetteer, listed
from weft.skills.organize.attributes.reader import FEATURES, Candidate, Reader, rule_name, taught
from weft.skills.organize.attributes.rules import LEAST, Finding, found_by_rules
from weft.skills.organize.attributes.spans import Spans

_FORMAT: Final = b"weft attributes 2\n"
_FOLDS: Final = 4
_EPOCHS: Final = 14
_LEAST_CASES: Final = 12
_MOST_CASES: Final = 8000
_MOST_NAMES: Final = 128
_TRUSTED: Final = 20
_PRECISION: Final = 0.95
_ONE_SIDED: Final = 1.645
# So many values of an attribute, right as often as is asked, are thought beside those that were looked at.
_THOUGHT: Final = 20
_SUREST: Final = 0.995


@dataclass(slots=True)
class Judge:
    """How sure a candidate is: a logistic model of what speaks for it and of its attribute; `say` is the least at which
    a value is said, `sure` the least at which values of cases not learned from were right 95 times in 100, and `sure_by_name`
    where more is needed for an attribute."""

    weights: NDArray[np.float64]
    base: float
    by_name: dict[str, float]
    middle: NDArray[np.float64]
    spread: NDArray[np.float64]
    say: float = 0.5
    sure: float = 0.99
    sure_by_name: dict[str, float] = field(default_factory=dict)

    @classmethod
    def learned(cls, told: NDArray[np.float64], names: Sequence[str], right: NDArray[np.bool_]) -> "Judge":
        """Learn from what speaks for candidates (candidates, features), their attributes, and whether each is right."""
        judge = cls(np.zeros(FEATURES), 0.0, {}, np.zeros(FEATURES), np.ones(FEATURES))
        if right.all() or not right.any():
            return judge
        judge.middle = told.mean(axis=0)
        judge.spread = np.where(told.std(axis=0) > 0, told.std(axis=0), 1)
        places = {name: place for place, name in enumerate(sorted(set(names)))}
        own = np.zeros((len(names), len(places)))
        own[np.arange(len(names)), [places[name] for name in names]] = 1
        model = LogisticRegression(C=0.5, max_iter=500)
        model.fit(np.hstack([(told - judge.middle) / judge.spread, own]), right)
        judge.weights, judge.base = np.round(model.coef_[0][:FEATURES], 6), round(float(model.intercept_[0]), 6)
        judge.by_name = {name: round(float(model.coef_[0][FEATURES + place]), 6) for name, place in places.items()}
        return judge

    def chances(self, told: NDArray[np.float64], names: Sequence[str]) -> NDArray[np.float64]:
        """The probabilities that candidates are right, (candidates,), by what speaks for them and their attributes."""
        own = np.array([self.by_name.get(name, 0.0) for name in names])
        return np.asarray(1 / (1 + np.exp(-((told - self.middle) / self.spread @ self.weights + self.base + own))))


def _of_frequent(found: Sequence[Case]) -> list[Case]:
    """Cases with the most frequent attributes alone: learning takes time and memory for each, and of a rare one it is vain."""
    counts = Counter(name for case in found for name in {*case.answers, *(name for name, _ in case.rejected)})
    if len(counts) <= _MOST_NAMES:
        return list(found)
    kept = set(sorted(counts, key=lambda name: (-counts[name], name))[:_MOST_NAMES])
    return [
        replace(
            case,
            answers={name: values for name, values in case.answers.items() if name in kept},
            rejected=[(name, value) for name, value in case.rejected if name in kept],
        )
        for case in found
    ]


@dataclass(slots=True)
class Knowledge:
    """What was learned; `rules` counts how often a rule was right and wrong by (attribute, rule, value or "")."""

    reader: Reader | None = None
    judge: Judge | None = None
    rules: dict[tuple[str, str, str], tuple[int, int]] = field(default_factory=dict)
    rejected: set[tuple[int, str, str]] = field(default_factory=set)

    @classmethod
    def learned(
        cls, examples: Iterable[Example], *, attribute_lists: Mapping[str, Iterable[str]] | None = None
    ) -> "Knowledge":
        """Learn from products with attributes and from what people said; `attribute_lists` are allowed values by name.

        Takes seconds for thousands of examples; of more than 8,000 the span model sees a fixed choice, and of more than 128
        attributes those that most products have.
        """
        found = cases(examples)
        lists = {name: list(values) for name, values in (attribute_lists or {}).items()}
        knowledge = cls()
        knowledge._note_rejected(found)
        knowledge._measure_rules(found)
        found = _of_frequent(found)
        answered = [case for case in found if case.answers]
        if len(answered) > _MOST_CASES:
            answered = sorted(answered, key=lambda case: text_key(case.product))[:_MOST_CASES]
        if len(answered) >= _LEAST_CASES or lists:
            knowledge.reader = taught([case for case in found if case.answers or case.rejected], lists, epochs=_EPOCHS)
            knowledge.judge = _judged(answered, lists)
        return knowledge

    def sure(self, name: str) -> float:
        """The confidence from which 95 of 100 values of an attribute were right on examples that were not learned from."""
        return self.judge.sure_by_name.get(name, self.judge.sure) if self.judge else 0.99

    def _note_rejected(self, found: Sequence[Case]) -> None:
        for case in found:
            key = text_key(case.product)
            for name, value in case.rejected:
                self.rejected.add((key, name, value.lower()))

    def _measure_rules(self, found: Sequence[Case]) -> None:
        """Count how the rules did where a business's own attribute is one of theirs."""
        for case in found:
            names = {rule_name(name) or name.lower(): name for name in [*case.answers, *(n for n, _ in case.rejected)]}
            if not names:
                continue
            for finding in found_by_rules(case.product):
                name = names.get(finding.name)
                if name is None or isinstance(finding.value, list):
                    continue
                value = str(finding.value).lower()
                answers = [answer.lower() for answer in case.answers.get(name, ())]
                right = any(value == answer or value in answer.split() for answer in answers)
                wrong = (name in case.answers and not right) or (name, value) in [
                    (n, v.lower()) for n, v in case.rejected
                ]
                if right or wrong:
                    for key in ((finding.name, finding.how, ""), (finding.name, finding.how, value)):
                        a, b = self.rules.get(key, (0, 0))
                        self.rules[key] = (a + right, b + wrong)

    def weighed(self, finding: Finding) -> float:
        """A rule's confidence, drawn to how often it was right for this business."""
        sure = finding.confidence
        for value in ("", str(finding.value).lower()):
            right, wrong = self.rules.get((finding.name, finding.how, value), (0, 0))
            sure = (sure * 6 + right) / (6 + right + wrong)
        return round(sure, 4)

    def found(
        self, product: Mapping[str, Any], rules: Sequence[Finding], names: Collection[str] | None = None
    ) -> list[Finding]:
        """What is found in a product, given what the rules found: learned attributes, and the rules' for the others."""
        key, findings, covered = text_key(product), list[Finding](), set[str]()
        if self.reader and self.judge:
            candidates = self.reader.candidates(product, names, rules)
            covered = {rule_name(name) or name for name, count in self.reader.counts.items() if count >= _TRUSTED}
            covered &= {rule_name(name) or name for name in self.reader.asked(product)}
            every = [
                one
                for several in candidates.values()
                for one in several
                if (key, one.name, one.value.lower()) not in self.rejected
            ]
            best: dict[str, tuple[float, Candidate]] = {}
            told = np.array([one.told for one in every], float).reshape(-1, FEATURES)
            for chance, one in zip(self.judge.chances(told, [one.name for one in every]).tolist(), every, strict=True):
                if chance >= self.judge.say and chance > best.get(one.name, (0.0, one))[0]:
                    best[one.name] = (chance, one)
            findings = [_finding(one, chance) for chance, one in best.values()]
            learned = {name for name, count in self.reader.counts.items() if count >= _LEAST_CASES}
            for read in listed(self.reader.known, product, learned):
                if (key, read.name, str(read.value).lower()) not in self.rejected and _asks(names, read.name):
                    findings.append(read)
        taken = {one.name for one in findings}
        for rule in rules:
            if rule.name in taken or rule.name in covered or not _asks(names, rule.name):
                continue
            values = rule.value if isinstance(rule.value, list) else [rule.value]
            own = {rule.name, *self._names_of(rule.name)}
            if any((key, name, str(value).lower()) in self.rejected for name in own for value in values):
                continue
            sure = self.weighed(rule)
            if sure >= LEAST:
                findings.append(replace(rule, confidence=sure))
        return findings

    def _names_of(self, rule: str) -> list[str]:
        return sorted({name for _, name, _ in self.rejected if rule_name(name) == rule})

    def saved(self) -> bytes:
        """What was learned, as bytes: the same for the same examples, with no code in them."""
        arrays: dict[str, NDArray[Any]] = {}
        head = _written(self, arrays)
        names = sorted(arrays)
        head["arrays"] = [[name, arrays[name].dtype.str, list(arrays[name].shape)] for name in names]
        text = json.dumps(head, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
        body = b"".join(np.ascontiguousarray(arrays[name]).tobytes() for name in names)
        return _FORMAT + zlib.compress(len(text).to_bytes(8, "big") + text + body, 6)

    @classmethod
    def loaded(cls, data: bytes) -> "Knowledge":
        """What `saved` wrote; raises InputError for anything else."""
        if not data.startswith(_FORMAT):
            raise InputError("These bytes are not what attributes were learned into; learn them again.")
        try:
            whole = zlib.decompress(data[len(_FORMAT) :])
            size = int.from_bytes(whole[:8], "big")
            head = json.loads(whole[8 : 8 + size])
            place, arrays = 8 + size, dict[str, NDArray[Any]]()
            for name, kind, dimensions in head["arrays"]:
                count = int(np.prod(dimensions)) if dimensions else 1
                values = np.frombuffer(whole, np.dtype(kind), count, place)
                arrays[name] = values.reshape(dimensions).copy()
                place += values.nbytes
            return _read(head, arrays)
        except (ValueError, KeyError, IndexError, TypeError, zlib.error) as why:
            raise InputError("What attributes were learned into is damaged; learn them again.") from why


def _asks(names: Collection[str] | None, name: str) -> bool:
    return names is None or name in names


def _finding(candidate: Candidate, sure: float) -> Finding:
    first, last = candidate.words[candidate.first], candidate.words[candidate.first + candidate.extra]
    passage = first.passage
    start, end = passage.raw_span(first.start, last.end)
    text = passage.text[first.start : last.end]
    chance = round(min(max(sure, 0.0001), 0.9999), 4)
    return Finding(candidate.name, candidate.value, None, chance, passage.field, start, end, text, candidate.how)


def _judged(found: Sequence[Case], lists: Mapping[str, Iterable[str]]) -> Judge:
    """Learn from readers that did not see a case how far their candidates are right, and where to say a value."""
    told, right, names, pairs, folds = [], list[bool](), list[str](), list[int](), list[int]()
    pair, wanted = 0, 0
    for fold in range(_FOLDS):
        rest = [case for case in found if text_key(case.product) % 1009 % _FOLDS != fold]
        if not rest:
            continue
        reader = taught(rest, lists, epochs=_EPOCHS)
        for case in found:
            if text_key(case.product) % 1009 % _FOLDS != fold:
                continue
            asked = _asked(case, reader)
            wanted += sum(bool(values) for values in case.answers.values())
            candidates = reader.candidates(case.product, asked, found_by_rules(case.product))
            for name in sorted(asked):
                pair += 1
                for one in candidates.get(name, ()):
                    told.append(one.told)
                    right.append(one.value.strip() in case.answers.get(name, ()))
                    names.append(name)
                    pairs.append(pair)
                    folds.append(fold)
    matrix, truth = np.array(told, float).reshape(-1, FEATURES), np.array(right, bool)
    judge = Judge.learned(matrix, names, truth)
    if not truth.all() and truth.any():
        judge.say = _least_to_say(_ranked(judge.chances(matrix, names), truth, pairs, names), wanted)
        unseen = _by_others(matrix, names, truth, np.array(folds))
        _make_sure(judge, _ranked(unseen, truth, pairs, names))
    return judge


def _by_others(
    told: NDArray[np.float64], names: Sequence[str], right: NDArray[np.bool_], folds: NDArray[np.int64]
) -> NDArray[np.float64]:
    """The chance of each candidate by a judge that did not learn from its fold, which sees it as it will see what comes."""
    chances = np.zeros(len(right))
    for fold in range(_FOLDS):
        own, rest = folds == fold, folds != fold
        judge = Judge.learned(told[rest], [*compress(names, rest)], right[rest])
        chances[own] = judge.chances(told[own], [*compress(names, own)])
    return chances


def _asked(case: Case, reader: Reader) -> set[str]:
    """The attributes of which a case says whether it has them."""
    closed = set(reader.groups.get(str(case.product.get("category") or case.product.get("type") or "").strip(), ()))
    noted = {name for name in closed if name in reader.noted}
    return set(case.answers) | (closed - noted)


def _ranked(
    chances: NDArray[np.float64], right: NDArray[np.bool_], pairs: Sequence[int], names: Sequence[str]
) -> list[tuple[float, bool, str]]:
    """The best candidate for each attribute of each case: chance, whether it is right, attribute; the likeliest first."""
    best: dict[int, tuple[float, bool, str]] = {}
    for chance, ok, pair, name in zip(chances.tolist(), right.tolist(), pairs, names, strict=True):
        if chance > best.get(pair, (-1.0, False, ""))[0]:
            best[pair] = (chance, ok, name)
    return sorted(best.values(), key=lambda one: -one[0])


def _least_to_say(ranked: Sequence[tuple[float, bool, str]], wanted: int) -> float:
    """Where to say a value: the best F1."""
    say, hits, top = 0.5, 0, 0.0
    for said, ((chance, ok, _), (lower, _, _)) in enumerate(pairwise([*ranked, (0.0, False, "")]), 1):
        hits += ok
        if 2 * hits / (said + wanted) > top:
            top, say = 2 * hits / (said + wanted), (chance + lower) / 2
    return round(min(max(say, 0.2), 0.6), 4)


def _make_sure(judge: Judge, ranked: Sequence[tuple[float, bool, str]]) -> None:
    """Where to be sure of a value of any attribute, and of those of which that is not enough."""
    # The lower end of what the precision may be, so that few examples do not make sure.
    sure = _last(ranked, lambda hits, said: _at_least(hits, said) >= _PRECISION)
    judge.sure = round(min(max(sure, judge.say, 0.5), _SUREST), 4)
    by_name: dict[str, list[tuple[float, bool, str]]] = {}
    for one in ranked:
        by_name.setdefault(one[2], []).append(one)
    for name, own in by_name.items():
        # An attribute alone has few examples: its share is drawn to what is asked by some that are thought.
        enough = _last(own, lambda hits, said: (hits + _THOUGHT * _PRECISION) / (said + _THOUGHT) >= _PRECISION)
        if enough > judge.sure:
            judge.sure_by_name[name] = round(enough, 4)


def _last(ranked: Sequence[tuple[float, bool, str]], holds: Callable[[int, int], bool]) -> float:
    """The least chance down to which the hits among those said hold."""
    least, hits = _SUREST, 0
    for said, ((chance, ok, _), (lower, _, _)) in enumerate(pairwise([*ranked, (0.0, False, "")]), 1):
        hits += ok
        if holds(hits, said):
            least = (chance + lower) / 2
    return least


def _at_least(hits: int, said: int) -> float:
    """The share of hits that 19 of 20 samples like this one would not overstate (Wilson 1927, one-sided)."""
    share, spread = hits / said, _ONE_SIDED**2 / said
    return (share + spread / 2 - _ONE_SIDED * math.sqrt(share * (1 - share) / said + spread / 4 / said)) / (1 + spread)


def _written(knowledge: Knowledge, arrays: dict[str, NDArray[Any]]) -> dict[str, Any]:
    head: dict[str, Any] = {
        "rules": [[*key, *counts] for key, counts in sorted(knowledge.rules.items())],
        "rejected": sorted(map(list, knowledge.rejected)),
    }
    judge, reader = knowledge.judge, knowledge.reader
    if judge:
        arrays |= {"judge.weights": judge.weights, "judge.middle": judge.middle, "judge.spread": judge.spread}
        head["judge"] = {"base": judge.base, "by_name": judge.by_name, "say": judge.say, "sure": judge.sure}
        head["judge"]["sure_by_name"] = judge.sure_by_name
    if reader:
        spans, known = reader.spans, reader.known
        keys = np.fromiter(spans.rows, np.uint32, len(spans.rows))
        arrays |= {
            "spans.rows": keys,
            "spans.weights": spans.weights.astype(np.float16),
            "spans.lengths": spans.lengths,
        }
        arrays |= {f"none.{n}": none for n, (_, none) in enumerate(sorted(spans.none.items()))}
        head["spans"] = {"names": spans.names, "groups": spans.groups}
        head["reader"] = {
            "groups": reader.groups, "counts": reader.counts, "described": reader.described, "noted": sorted(reader.noted)
        }  # fmt: skip
        head["gazetteer"] = {
            "often": [[*key, count] for key, count in sorted(known.often.items())],
            "listed": [[*key, value] for key, value in sorted(known.listed.items())],
            "written_as": [[*key, list(counts.items())] for key, counts in sorted(known.written_as.items())],
            "forms": [[*key, list(counts.items())] for key, counts in sorted(known.forms.items())],
            "given": dict(known.given),
            "placed": dict(known.placed),
        }
        head["classes"] = {}
        for n, (name, model) in enumerate(sorted(reader.classes.items())):
            head["classes"][name] = {"number": n, "values": model.values}
            rows = np.fromiter(model.rows, np.uint32, len(model.rows))
            arrays |= {f"class.{n}.rows": rows, f"class.{n}.base": model.base}
            arrays[f"class.{n}.weights"] = model.weights.astype(np.float16)
    return head


def _read(head: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Knowledge:
    knowledge = Knowledge()
    knowledge.rules = {(a, b, c): (right, wrong) for a, b, c, right, wrong in head["rules"]}
    knowledge.rejected = {(key, name, value) for key, name, value in head["rejected"]}
    if "judge" in head:
        one = head["judge"]
        weights, middle, spread = (arrays[f"judge.{part}"] for part in ("weights", "middle", "spread"))
        knowledge.judge = Judge(weights, one["base"], one["by_name"], middle, spread, one["say"], one["sure"])
        knowledge.judge.sure_by_name = dict(one["sure_by_name"])
    if "reader" in head:
        one, spans = head["reader"], head["spans"]
        none = {group: arrays[f"none.{n}"] for n, group in enumerate(sorted(spans["groups"]))}
        weights = arrays["spans.weights"].astype(np.float32)
        rows = {int(key): n for n, key in enumerate(arrays["spans.rows"])}
        model = Spans(spans["names"], spans["groups"], rows, weights, arrays["spans.lengths"], none)
        knowledge.reader = Reader(
            model,
            _gazetteer(head["gazetteer"]),
            {name: _class(one, arrays) for name, one in head["classes"].items()},
            one["groups"],
            one["counts"],
            one["described"],
            set(one["noted"]),
        )
    return knowledge


def _class(one: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Classes:
    n = one["number"]
    rows = {int(key): place for place, key in enumerate(arrays[f"class.{n}.rows"])}
    return Classes(one["values"], rows, arrays[f"class.{n}.weights"].astype(np.float32), arrays[f"class.{n}.base"])


def _gazetteer(one: Mapping[str, Any]) -> Gazetteer:
    known = Gazetteer(
        Counter({(name, value): count for name, value, count in one["often"]}),
        {(name, folded): value for name, folded, value in one["listed"]},
        {(name, text): Counter(dict(counts)) for name, text, counts in one["written_as"]},
        {(name, outline): Counter(dict(counts)) for name, outline, counts in one["forms"]},
        Counter(one["placed"]),
        Counter(one["given"]),
    )
    known.finish()
    return known
