"""The model engine of `translate`: what nothing here knows yet is said by a model, segment by segment judged by the checks.

All open segments of a product in one language go into one request, within a bound, with the terms that bind, what comes near in the
memory, and the nearest translations that people took. A segment that passes is kept, whatever becomes of the others: what fails is
told to the model once, the next model is asked for what is still missing, and the rest is left to the local engine. A model that
only translates (Qwen-MT) is asked by its own options.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from weft import examples
from weft import skill as skills
from weft.business import Business
from weft.errors import BudgetExhausted, Forbidden, InputError, LimitReached, ModelFailed, NotFound, WeftError
from weft.gateway import errand
from weft.gateway.providers import qwen_mt
from weft.skills.translate import Translate, Translated, gate, languages, lessons, local, prompting, skill
from weft.skills.translate.checks.wording import weight
from weft.skills.translate.drafts import Draft, Passage
from weft.skills.translate.known import near_pairs
from weft.skills.translate.prompting import Translations
from weft.skills.translate.work import Shop, Work

_SURE: Final = 0.8
_SECONDS: Final = 120.0
_SECONDS_IN_A_RUN: Final = 600.0
_MOST_CHARACTERS: Final = 6_000
_MOST_SEGMENTS: Final = 60
_LEAST_OUT: Final = 1_024
_MOST_OUT: Final = 8_192
_MOST_EXAMPLES: Final = 3
_MOST_OF_EXAMPLES: Final = 2_000
_GRAM: Final = 7
_LEAST_TO_SHRINK: Final = 24
_LEAST_TO_ECHO: Final = 3
_WORD: Final = re.compile(r"\w+")


def translated(asked: Translate, business: Business) -> Translated:
    """One request answered with the help of the route's models; raises InputError, NotFound."""
    if not errand.current().bulk:
        lessons.learn(business)
    work = Work.of(asked, Shop.of(business, local.records_of([asked])))
    local.recalled([work], business)
    problem: WeftError | None = None
    for batch in batches(work):
        try:
            _ask(batch, business)
        except (ModelFailed, LimitReached, Forbidden, NotFound, InputError) as said:
            problem = said
            if isinstance(said, BudgetExhausted | Forbidden):
                break
    for draft in work.drafts:
        gate.settle(draft, work.rules[draft.target])
    wanted = bool(list(work.open()))
    local.finished([work], business)
    answer = work.answer()
    if problem is not None and wanted:
        answer.note = " ".join(filter(None, (_note(problem), answer.note)))
    # A run asks again for what a model did not answer: an answer that names no model is not remembered as one.
    answer.engine = "local" if problem is not None and wanted else "model"
    return answer


def _note(problem: WeftError) -> str:
    if isinstance(problem, BudgetExhausted):
        return (
            f"What is open was left to the local engine, for a budget does not allow to ask a model: {problem.message}"
        )
    return f"What is open was left to the local engine: {problem.message}"


def batches(work: Work) -> Iterator["Batch"]:
    """What is open of a request, in batches of a bounded size, each of one pair of languages."""
    pairs: dict[tuple[str, str], list[tuple[Draft, Passage]]] = {}
    for draft in work.open():
        for passage in draft.passages:
            if passage.text is None:
                pairs.setdefault((draft.source, draft.target), []).append((draft, passage))
    for (source, target), open_ in pairs.items():
        rules = work.rules[target]
        batch, size = Batch(work, source, target, rules), 0
        for draft, passage in open_:
            length = len(passage.segment.text)
            if batch.entries and (size + length > _MOST_CHARACTERS or len(batch.entries) == _MOST_SEGMENTS):
                yield batch
                batch, size = Batch(work, source, target, rules), 0
            size += batch.take(draft, passage) * length
        yield batch


def _ask(batch: "Batch", business: Business) -> None:
    """Have the route's models say a batch; raises what `ask` raises, and what passed is filled in all the same."""
    told = prompting.facts(batch.shown, batch.terms(), list(near_pairs(batch.passages())), _examples(batch, business))
    messages = prompting.messages(batch.source, batch.target, business.preferences.voice(), prompting.kinds(told))
    batch.prompt = "\n".join(one["content"] for one in messages)
    characters = sum(len(one["text"]) for one in batch.shown)
    business.models.ask(
        messages,
        Translations,
        route=skills.route_of(skill),
        checks=[batch.wrong],
        facts=told,
        most_out=min(max(_LEAST_OUT, characters), _MOST_OUT),
        seconds=_SECONDS_IN_A_RUN if errand.current().bulk else _SECONDS,
        narrowed=batch.narrowed,
        translation=batch.translation(),
    )


def _examples(batch: "Batch", business: Business) -> list[examples.Example]:
    """The nearest translations that people took of the batch's fields."""
    if batch.work.record is None:
        return []
    names = list(dict.fromkeys(draft.item.place(batch.target) for draft, _ in batch.all()))
    near = examples.shelf(business, skill.name).nearest(batch.work.product, names, _MOST_EXAMPLES, _MOST_OF_EXAMPLES)
    return [example for group in near for example in group.texts.values()]


@dataclass(slots=True)
class Batch:
    """Segments that go into one request: by the id that the model knows them by, each with all the places that it fills."""

    work: Work
    source: str
    target: str
    rules: gate.Rules
    entries: dict[str, list[tuple[Draft, Passage]]] = field(default_factory=dict)
    shown: list[dict[str, str]] = field(default_factory=list)
    prompt: str = ""

    def take(self, draft: Draft, passage: Passage) -> bool:
        """Take a passage in; one that says the same in the same kind of place is asked once. Tells whether it is a new one."""
        for held in self.entries.values():
            first = held[0][1]
            if first.segment.text == passage.segment.text and first.about == passage.about:
                held.append((draft, passage))
                return False
        name = str(len(self.entries) + 1)
        self.entries[name] = [(draft, passage)]
        self.shown.append(prompting.segment(name, draft, passage))
        return True

    def all(self) -> Iterator[tuple[Draft, Passage]]:
        """The segments, each once, with the draft where it stands first."""
        yield from (held[0] for held in self.entries.values())

    def passages(self) -> list[Passage]:
        """The segments, each once."""
        return [passage for _, passage in self.all()]

    def terms(self) -> list[tuple[str, str]]:
        """The terms that bind in any of the segments."""
        return list(dict.fromkeys(pair for passage in self.passages() for pair in passage.pairs))

    def narrowed(self) -> None:
        """Another model is asked: only for what is still open."""
        self.shown[:] = [one for one in self.shown if self.entries[one["id"]][0][1].text is None]

    def wrong(self, said: Translations) -> list[str]:
        """What is wrong with an answer, as far as no earlier one was right; what is right is filled in."""
        texts = {one.id.strip(): one.text for one in said.translations}
        model = errand.current().model
        problems: list[str] = []
        for name, held in self.entries.items():
            draft, passage = held[0]
            if passage.text is not None:
                continue
            text = texts.get(name)
            text = (
                text if text is None else gate.adapted(text.strip(), self.target, self.rules, draft.item.text[:2_000])
            )
            if text is None:
                found = [] if passage.segment.added else ["It is missing."]
            else:
                found = self._leaked(passage, text) or self._judged(draft, passage, text)
            if text is not None and not found:
                for _, one in held:
                    one.fill(text, "model", _SURE, model)
            passage.problems = found
            problems += [f"Segment {name}: {sentence}" for sentence in found[:3]]
        return problems

    def _judged(self, draft: Draft, passage: Passage, text: str) -> list[str]:
        if _echoes(passage.segment.text, text):
            return ["It is the segment as it was, untranslated."]
        found = gate.wrong(draft, passage, text, "model", self.rules)
        if not found and _far_shorter(passage.segment.plain, text):
            return ["It says far less than the segment."]
        return found

    def _leaked(self, passage: Passage, text: str) -> list[str]:
        """What of the instructions a translation recites."""
        if "<data" in text.lower() and "<data" not in passage.segment.text.lower():
            return ["It has marks of the request in it."]
        told = _grams(self.prompt) - _grams(passage.segment.text)
        return ["It recites what you were told."] if told & _grams(text) else []

    def translation(self) -> qwen_mt.Translation:
        """The same as a model is asked that only translates."""

        def open_() -> Mapping[str, qwen_mt.Passage]:
            return {
                name: qwen_mt.Passage(passage.segment.text, passage.pairs, list(near_pairs([passage], 5)))
                for name, ((_, passage), *_) in self.entries.items()
                if passage.text is None
            }

        return qwen_mt.Translation(
            languages.plain_name(self.source),
            languages.plain_name(self.target),
            open_,
            lambda said: {"translations": [{"id": name, "text": text} for name, text in said.items()]},
            prompting.words()["domain"],
        )


def _far_shorter(source: str, text: str) -> bool:
    """Tell whether a translation can hardly say what its source says: a fourth of its letters, which no language pair needs."""
    before = weight(source)
    return before >= _LEAST_TO_SHRINK and weight(text) < before / 4


def _echoes(source: str, text: str) -> bool:
    """Tell whether a translation is its source, and that no row of names: three words of small letters."""
    return source.strip() == text.strip() and sum(word.islower() for word in _WORD.findall(text)) >= _LEAST_TO_ECHO


def _grams(text: str) -> set[tuple[str, ...]]:
    words = _WORD.findall(text.casefold())
    return {tuple(words[at : at + _GRAM]) for at in range(len(words) - _GRAM + 1)}
