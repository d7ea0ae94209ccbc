"""The model engine of `write`: texts by a model from the facts of a brief, each judged by the same checks as the local engine's.

A model is given the facts as data and nothing free. What it answers passes part by part: a part that fails is told to the model
once, then the route's next model is asked, and what no model gets right the local engine writes, which the note says. A part that
has passed once is kept, whatever the next answer makes of it; nothing that failed a check is.
"""

import re
import threading
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from html import escape
from itertools import accumulate
from typing import Any, Final

import orjson
from pydantic import BaseModel

from weft import claims, examples
from weft import skill as skills
from weft.business import Business
from weft.errors import BudgetExhausted, Forbidden, InputError, LimitReached, ModelFailed, NotFound, WeftError
from weft.gateway import errand
from weft.skill import Edit, products_of
from weft.skills.write import Part, Piece, Unwritten, Write, Written, checks, prompting, skill, taken
from weft.skills.write.answers import held, kept_as, twins_of
from weft.skills.write.brief import Brief
from weft.skills.write.channels import base
from weft.skills.write.checks import Standard, Text
from weft.skills.write.grammar import ordinal
from weft.skills.write.grammar.naming import named
from weft.skills.write.lexicon import folded, kinds
from weft.skills.write.prompting import Alt
from weft.skills.write.saying import known_tokens, says_nothing
from weft.skills.write.setting import Setting, setting

_SECONDS: Final = 120.0
_SECONDS_IN_A_RUN: Final = 600.0
_MOST_OUT: Final = 2_048
_MOST_AHEAD: Final = 4_096
_MOST_FACTS: Final = 24
_MOST_TOLD: Final = 3
_GRAM: Final = 7
_OFTEN: Final = 3
_PASSED: Final = ("limits", "html", "words", "language", "repetition", "substance", "prompt")
_LEAKED: Final = re.compile(
    r"</?data\b|\bas an ai\b|\blanguage model\b|\bsprachmodell\b|\bJSON schema\b|\bsystem prompt\b|"
    r"\b(?:ignore|disregard|forget) (?:all |any )?(?:previous|prior|your|the|above|these|those) (?:previous |prior )?(?:instructions?|rules?|prompts?)\b",
    re.IGNORECASE,
)
_UNFILLED: Final = re.compile(
    r"\{\{|\}\}|\[[A-Z][A-Za-z ]{2,30}\]|\blorem ipsum\b|\bTODO\b|\bplaceholder\b", re.IGNORECASE
)
_HIDDEN: Final = re.compile("[\u0000-\u0008\u000b-\u001f\u007f\u200b\u2028-\u202e\u2060-\u2069\ufeff]")
_MARKED: Final = re.compile(r"\*\*|__|`|^#+ ", re.MULTILINE)
_WORD: Final = re.compile(r"\w+")
_SENTENCE: Final = re.compile(r"(?<=[.!?。！？])\s*|\n")


@dataclass(slots=True)
class Job:
    """One product to write: what is known of it, what its texts are measured by, and which products have equal facts."""

    asked: Write
    known: Brief
    here: Setting
    twins: list[str]


_AHEAD: Final[OrderedDict[int, Job]] = OrderedDict()
_LOCK: Final = threading.Lock()


def ahead(asked: Sequence[Write], business: Business) -> None:
    """Look up what is known of the products of many requests, for `written` to find it: a few queries in place of a few for each."""
    for job in _jobs(asked, business):
        with _LOCK:
            _AHEAD[id(job.asked)] = job
            while len(_AHEAD) > _MOST_AHEAD:
                _AHEAD.popitem(last=False)


def _job(asked: Write, business: Business) -> Job:
    with _LOCK:
        found = _AHEAD.pop(id(asked), None)
    if found is not None and found.asked is asked:
        return found
    (job,) = _jobs([asked], business)
    return job


def _jobs(asked: Sequence[Write], business: Business) -> list[Job]:
    here = setting(business)
    pairs = []
    for one, product in zip(asked, products_of([one.product for one in asked], business), strict=True):
        if isinstance(product, WeftError):
            raise product
        pairs.append((one, product))
    briefs = here.briefs(pairs)
    twins = twins_of(briefs, here)
    return [
        Job(one, brief, here, twins.get(place, []))
        for place, (one, brief) in enumerate(zip(asked, briefs, strict=True))
    ]


def written(asked: Write, business: Business) -> Written:
    """The texts of one product by the route's models, and what these could not do by the local engine; raises NotFound."""
    job = _job(asked, business)
    known = job.known
    measured = job.here.standard(asked.channel, known.language)
    wanted = prompting.fields(asked.parts, known, asked.channel)
    if job.twins or not wanted or not known.grounds:
        return _without_a_model(asked, business)
    near = examples.shelf(business, taken.SKILL).nearest(
        job.here.current(known.product), list(wanted), prompting.MOST_EXAMPLES, prompting.MOST_OF_EXAMPLES
    )
    told = prompting.prompt(list(dict.fromkeys(part for part, _ in wanted.values())), measured)
    draft = Draft(known, measured, wanted)
    problem: WeftError | None = None
    try:
        business.models.ask(
            told.messages,
            told.wanted,
            route=skills.route_of(skill),
            checks=[draft.wrong],
            facts=prompting.facts(known, measured, near),
            most_out=_MOST_OUT,
            seconds=_SECONDS_IN_A_RUN if errand.current().bulk else _SECONDS,
        )
    except (ModelFailed, LimitReached, Forbidden, NotFound, InputError) as said:
        problem = said
        draft.rescue()
    return _answer(job, business, draft, problem)


def _without_a_model(asked: Write, business: Business) -> Written:
    """What the local engine writes, which is loaded when it is first needed."""
    answer = skills.answer(skill, asked, business, "local")
    assert isinstance(answer, Written)
    return answer


def _answer(job: Job, business: Business, draft: "Draft", problem: WeftError | None) -> Written:
    """What the models wrote, completed by the local engine where something of it is missing."""
    known, made = job.known, draft.passed
    missing = list(dict.fromkeys(part for name, (part, _) in draft.wanted.items() if name not in made))
    rest = _without_a_model(job.asked.model_copy(update={"parts": missing}), business) if missing else None
    pieces = [done.piece() for done in made.values()]
    current, refused = job.here.current(known.product), job.here.refused(known.product)
    changes = [done.edit(known) for done in made.values() if not done.known(current, refused)]
    if rest is not None:
        pieces += [piece for piece in rest.pieces if piece.field not in made]
        changes += [edit.model_copy(update={"engine": rest.engine}) for edit in rest.changes if edit.field not in made]
    return Written(
        engine="model" if made else "local",
        model=next((done.model for done in made.values()), None),
        note=_note(problem, missing, bool(made)) if problem is not None else None,
        language=known.language,
        channel=job.asked.channel,
        pieces=pieces,
        changes=changes,
        needs=list(known.needs),
        left=[*_no_part(job, draft), *(rest.left if rest is not None else ())],
    )


def _no_part(job: Job, draft: "Draft") -> list[Unwritten]:
    """The parts that were asked for and have no place in the channel, or no picture."""
    there = {part for part, _ in draft.wanted.values()}
    channel = job.asked.channel
    return [
        Unwritten(
            part=part,
            why="The product has no pictures."
            if draft.measured.limit(part) is not None
            else f"The channel {channel} has no {part.replace('_', ' ')}.",
        )
        for part in dict.fromkeys(job.asked.parts)
        if part not in there
    ]


def _note(problem: WeftError, missing: Sequence[Part], partly: bool) -> str:
    budget = ", which a budget does not allow to ask" if isinstance(problem, BudgetExhausted) else ""
    what = f"{', '.join(part.replace('_', ' ') for part in missing)} written" if partly and missing else "Written"
    return f"{what[0].upper()}{what[1:]} without a model{budget}: {problem.message}"


@dataclass(frozen=True, slots=True)
class Done:
    """A text that passed: the field it is for, which model wrote it, and its claims with the facts that support them."""

    field: str
    part: Part
    text: str | list[str]
    model: str
    judged: Sequence[claims.Judged]

    def piece(self) -> Piece:
        """The text as an answer tells it."""
        return Piece(
            part=self.part,
            field=self.field,
            text=self.text,
            claims=len(self.judged),
            engine="model",
            model=self.model,
        )

    @property
    def kept(self) -> str | list[str]:
        """The text in the form in which its field holds it: translations hold lines."""
        return kept_as(self.text, self.field)

    def known(self, current: Mapping[str, Any], refused: Collection[tuple[str, str]]) -> bool:
        """Tell whether it stands there already, or people have refused it."""
        return held(current, self.field) == self.kept or (self.field, str(self.kept)) in refused

    def edit(self, known: Brief) -> Edit:
        """The text as an edit, with who wrote it, the facts that its claims rest on, and what was checked."""
        rests = {one.fact.name: one.fact.text for one in self.judged if one.fact is not None}
        wrote = {"field": self.field, "value": None, "why": f"{self.model} wrote it", "model": self.model}
        return Edit(
            record=known.product,
            field=self.field,
            after=self.kept,
            facts=[wrote, *({"field": name, "value": value} for name, value in list(rests.items())[:_MOST_FACTS])],
            checks=[
                {"name": "claims", "ok": True, "checked": len(self.judged)},
                *({"name": name, "ok": True} for name in _PASSED),
            ],
        )


@dataclass(slots=True)
class Draft:
    """The texts of one product as models write them: what has passed so far, by field, and what was last wrong."""

    known: Brief
    measured: Standard
    wanted: Mapping[str, tuple[Part, int | None]]
    passed: dict[str, Done] = field(default_factory=dict)
    bullets: dict[str, str] = field(default_factory=dict)
    _there: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self._there = known_tokens(self.known)

    def wrong(self, said: BaseModel) -> list[str]:
        """What is wrong with a model's answer, as far as no part of an earlier one stands in its place."""
        model = errand.current().model or "?"
        texts = {name: text for name, text in self._texts(said) if name not in self.passed}
        betrayed = self._betrayed(texts)
        claimed = {} if betrayed else self._claimed(texts.values())
        betrayed = betrayed or self._foreign(claimed)
        problems = []
        for name, (part, place) in self.wanted.items():
            if name in self.passed:
                continue
            text = texts.get(name)
            title = part if place is None else f"{part} of picture {place}"
            found = ["It is missing."] if text is None else betrayed or self._judged(name, part, text, model, claimed)
            problems += [f"{title}: {sentence}" for sentence in found[:_MOST_TOLD]]
        return problems

    def _texts(self, said: BaseModel) -> Iterator[tuple[str, str | list[str]]]:
        """The texts of an answer by field, in the form in which they are kept."""
        shown: set[str] = set()
        alts = {one.place: one.text for one in getattr(said, "alt", None) or () if isinstance(one, Alt)}
        for name, (part, place) in self.wanted.items():
            given = alts.get(place) if part == "alt" and place is not None else getattr(said, part, None)
            if given is None:
                continue
            lines = [line for one in ([given] if isinstance(given, str) else given) for line in _lines(one)]
            if part == "description":
                yield name, _description(lines) if self.measured.rules.html else "\n\n".join(lines)
            elif part == "bullets":
                yield name, [line.removeprefix("- ") for line in lines]
            elif part == "title" and folded(" ".join(lines)) == folded(self.known.name):
                # It says the name, of which the color was taken: the product's own title says as much and more.
                yield name, self.known.title if self._at_home() else " ".join(lines)
            elif part == "alt":
                text = " ".join(lines)
                if text in shown and place is not None and (which := ordinal(place, base(self.known.language))):
                    text = f"{text}, {which}"
                shown.add(text)
                yield name, text
            else:
                yield name, " ".join(lines)

    def _at_home(self) -> bool:
        """Whether texts are asked for in the language that the product's title is in, as far as that is known."""
        titled = self.known.titled or self.known.spoken
        return titled is None or base(titled) == base(self.known.language)

    def _claimed(self, texts: Iterable[Text]) -> Mapping[str, Sequence[claims.Judged]]:
        """The claims of texts by the lines in which they stand; a line that stands in several is judged once."""
        lines = list(dict.fromkeys(line for text in texts for line in checks.plain(text).split("\n")))
        starts = list(accumulate((len(line) + 1 for line in lines), initial=0))
        found: dict[str, list[claims.Judged]] = {line: [] for line in lines}
        for one in checks.judged("\n".join(lines), self.known, self.measured):
            # A claim may go on over several lines, as that of another language does.
            first, last = (bisect_right(starts, place) - 1 for place in (one.claim.start, max(one.claim.end - 1, 0)))
            for line in lines[first : last + 1]:
                found[line].append(one)
        return found

    def _judged(
        self,
        name: str,
        part: Part,
        text: str | list[str],
        model: str,
        claimed: Mapping[str, Sequence[claims.Judged]],
    ) -> list[str]:
        """What is wrong with one text; one with which nothing is wrong has passed."""
        formal = checks.formal_problems(part, text, self.known, self.measured)
        found = [problem for problems in formal.values() for problem in problems]
        found += _repeated(text) + self._unnamed(part, text)
        lines = checks.plain(text).split("\n")
        judged = [one for line in lines for one in claimed[line]]
        found += _unsupported(judged)
        found += says_nothing(part, lines, claimed, self.known, self._there) if not found else []
        if part == "bullets" and found:
            # Its sound points may yet make a list, where no model gives a better one.
            self.bullets |= {one: model for one in text if self._sound(one, claimed)}
        if not found:
            self.passed[name] = Done(name, part, text, model, judged)
        return found

    def _betrayed(self, texts: Mapping[str, Text]) -> list[str]:
        """What is wrong with an answer as a whole, so that no part of it is trusted."""
        whole = "\n".join(checks.plain(text) for text in texts.values())
        if leaked := _LEAKED.search(whole) or _recited(whole):
            words = leaked if isinstance(leaked, str) else leaked[0]
            return [f"“{words}” is from what you were told, and is no text for buyers."]
        if unfilled := _UNFILLED.search(whole):
            return [f"“{unfilled[0]}” is not filled in."]
        if hidden := _HIDDEN.search(whole):
            return [f"It has a sign that nobody sees (U+{ord(hidden[0]):04X})."]
        return []

    def _foreign(self, claimed: Mapping[str, Sequence[claims.Judged]]) -> list[str]:
        """Whether most of an answer is in another language, so that the rest, where that cannot be told, is as well."""
        wrong = [one for found in claimed.values() for one in found if one.claim.kind == "language" and not one.ok]
        lines = [line for line, found in claimed.items() if any(one in wrong for one in found)]
        if 2 * sum(map(len, lines)) <= sum(map(len, claimed)):
            return []
        return [f"It is in another language than it was asked for ({self.measured.language}): {wrong[0].why}"]

    def _sound(self, point: str, claimed: Mapping[str, Sequence[claims.Judged]]) -> bool:
        limit = self.measured.limit("bullets")
        lines = checks.plain(point).split("\n")
        long = limit is not None and len(point) > limit.characters
        wrong = long or not all(one.ok for line in lines for one in claimed.get(line, ()))
        return not wrong and not says_nothing("bullets", lines, claimed, self.known, self._there)

    def rescue(self) -> None:
        """Make a list of the sound points of answers that had others as well, if they are enough and pass together."""
        limit = self.measured.limit("bullets")
        name = next((name for name, (part, _) in self.wanted.items() if part == "bullets"), None)
        if name is None or name in self.passed or limit is None or len(self.bullets) < limit.least:
            return
        points = list(self.bullets)[: limit.most]
        self._judged(name, "bullets", points, self.bullets[points[0]], self._claimed([points]))

    def _unnamed(self, part: Part, text: Text) -> list[str]:
        """Whether a title says what is sold, where its language is the one that the product's name is in."""
        if part not in ("title", "seo_title") or not isinstance(text, str):
            return []
        if not self._at_home() and folded(text) in map(folded, self.known.names) and self._has_words(text):
            return ["It is the title as it was, in another language."]
        names = [self.known.brand, *self.known.names]
        if self.known.spoken is None or base(self.known.spoken) == base(self.known.language):
            names += [self.known.name, self.known.kind or ""]
        sought = {word for name in names for word in _WORD.findall(name.casefold()) if len(word) > 1}
        if not sought or sought & set(_WORD.findall(text.casefold())):
            return []
        return ["It does not say what is sold."]

    def _has_words(self, title: str) -> bool:
        """Whether a title has other words than names in the language that it is in."""
        tongue = base(self.known.titled or self.known.spoken or "")
        return bool(
            kinds().in_title(title) or named(title, tongue, str(self.known.record.get("description") or "")).unknown
        )


def _lines(text: str) -> list[str]:
    """A text as a model says it, in lines, without the marks and tags that none of these texts has."""
    return [" ".join(_MARKED.sub("", line).split()) for line in prompting.blocks(text)]


def _description(lines: Sequence[str]) -> str:
    """Paragraphs as HTML, lines that begin with '- ' as items of a list."""
    made: list[str] = []
    for line in lines:
        item = line.startswith(("- ", "• ", "* "))
        shown = escape(line[2:].strip() if item else line, quote=False)
        if not item:
            made.append(f"<p>{shown}</p>")
        elif made and made[-1].endswith("</ul>"):
            made[-1] = f"{made[-1].removesuffix('</ul>')}<li>{shown}</li></ul>"
        else:
            made.append(f"<ul><li>{shown}</li></ul>")
    return "".join(made)


def _unsupported(judged: Sequence[claims.Judged]) -> list[str]:
    """Each claim that no fact supports, in a sentence."""
    return [
        f"“{one.claim.text}” ({one.claim.kind}): {one.why or 'no fact supports it'}".rstrip(".") + "."
        for one in judged
        if not one.ok
    ]


def _repeated(text: Text) -> list[str]:
    """A sentence that stands there twice, or words that go round and round."""
    shown = checks.plain(text)
    sentences = [sentence.strip().casefold() for sentence in _SENTENCE.split(shown) if len(sentence.strip()) > 12]
    for sentence in sentences:
        if sentences.count(sentence) > 1:
            return [f"“{sentence[:60]}” is said twice."]
    words = _WORD.findall(shown.casefold())
    grams = [tuple(words[at : at + 4]) for at in range(len(words) - 3)]
    for gram in set(grams) if len(set(grams)) < len(grams) else ():
        if grams.count(gram) > _OFTEN:
            return [f"“{' '.join(gram)}” comes again and again."]
    return []


@cache
def _prompt_grams() -> frozenset[tuple[str, ...]]:
    """The sequences of words that the prompt is made of."""
    told = prompting.words()
    texts = (told["task"], told["request"], told["examples"], told["samples"], *told["parts"].values())
    return frozenset(gram for text in texts for gram in _grams(text))


def _grams(text: str) -> Iterator[tuple[str, ...]]:
    words = _WORD.findall(text.casefold())
    return (tuple(words[at : at + _GRAM]) for at in range(len(words) - _GRAM + 1))


def _recited(text: str) -> str | None:
    """Words of the prompt that a text recites, if it does."""
    found = next((gram for gram in _grams(text) if gram in _prompt_grams()), None)
    return " ".join(found) if found else None


def taught(asked: Write, business: Business, texts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The conversation in which a model gives these texts, as it would be asked: for training one."""
    (job,) = _jobs([asked], business)
    known, measured = job.known, job.here.standard(asked.channel, job.known.language)
    wanted = {
        name: place for name, place in prompting.fields(asked.parts, known, asked.channel).items() if texts.get(name)
    }
    if not wanted:
        return []
    told = prompting.prompt(list(dict.fromkeys(part for part, _ in wanted.values())), measured)
    answer: dict[str, Any] = {}
    for name, (part, place) in wanted.items():
        if part == "alt":
            answer.setdefault(part, []).append({"place": place, "text": texts[name]})
        else:
            said = prompting.said(texts[name])
            said = said.split("\n") if part == "bullets" and isinstance(said, str) else said
            answer[part] = [said] if part == "description" and isinstance(said, str) else said
    messages = business.models.conversation(told.messages, told.wanted, prompting.facts(known, measured, ()))
    return [*map(dict, messages), {"role": "assistant", "content": orjson.dumps(answer).decode()}]
