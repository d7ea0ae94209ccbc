"""A request at work: what is to be translated into which languages, and the answer that comes of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from weft import mojibake
from weft.business import Business
from weft.errors import InputError
from weft.skill import Edit, product_of
from weft.skills.translate import How, Rendering, Translate, Translated, Untranslated, gate, languages, lessons
from weft.skills.translate.drafts import Draft
from weft.skills.translate.languages import Reader
from weft.skills.translate.products import Item, held, items, wordless
from weft.store.preferences import Languages, Market

NO_MODEL: Final = (
    "Nothing here knows how to say this; add a model with `weft models add`, and lead the route translate to it."
)
_NAMES: Final = " A glossary term or a taxonomy's names (`weft taxonomy terms`) say it as well."
MadeOf = Mapping[tuple[str, str], tuple[str, str]]
_LOST: Final = "Letters of “{}” were lost when it was read in the wrong encoding; mend the text first."
_MOST_FACT: Final = 50_000
_GIST: Final = "Apertium's rules made it, which is good for the gist; a person looks at it before it is used."
_SURE_OF_WRITTEN: Final = 0.85
_TEXT: Final = "text"
_BODIES: Final = ("title", "subject", "name", "body", "text", "html", "content", "description")


@dataclass(frozen=True, slots=True)
class Shop:
    """A business as its requests need it: its languages and markets, the words it avoids, and what its translations were made of."""

    business: Business
    languages: Languages
    markets: Sequence[Market]
    avoid: tuple[str, ...]
    made_of: MadeOf

    @classmethod
    def of(cls, business: Business, records: Sequence[str] = ()) -> "Shop":
        """The business now; what translations were made of is read for these products."""
        held = business.preferences
        made_of = lessons.sources(business, records) if records else {}
        return cls(business, held.languages(), held.markets(), tuple(held.voice().avoid), made_of)

    def rules(self, asked: Translate, target: str) -> gate.Rules:
        """What translations into a language are judged by; raises InputError for a market that there is not."""
        if asked.market is None:
            said = (one for one in self.markets if one.language and languages.same(one.language, target))
            return gate.Rules(next(said, None), self.avoid)
        for one in self.markets:
            if one.name.casefold() == asked.market.casefold():
                return gate.Rules(one, self.avoid)
        there = (
            ", ".join(one.name for one in self.markets)
            or "none yet: weft settings set markets.NAME language=de units=metric"
        )
        raise InputError(f"There is no market {asked.market[:60]!r}; there are {there}.")


@dataclass(slots=True)
class Work:
    """One request: its drafts, the texts that are taken over as they are, and what is left for a reason of its own.

    `record` is the product that edits are of; None for a text or a document, whose answer carries the text itself.
    """

    asked: Translate
    record: str | None
    product: Mapping[str, Any]
    source: str
    rules: Mapping[str, gate.Rules]
    drafts: list[Draft] = field(default_factory=list)
    taken: list[Draft] = field(default_factory=list)
    kept: int = 0
    edits: dict[tuple[str, str], Edit] = field(default_factory=dict)
    left: list[Untranslated] = field(default_factory=list)

    @classmethod
    def of(cls, asked: Translate, shop: Shop) -> "Work":
        """A request taken apart; raises InputError, NotFound."""
        business = shop.business
        into = languages.targets(asked, shop.languages)
        reader = Reader(asked, shop.languages, into)
        rules = {language: shop.rules(asked, language) for language in into}
        if asked.product is not None:
            product = product_of(asked.product, business)
            found, record = items(product, asked.fields), str(product["id"])
            if asked.fields and not found:
                raise InputError(f"{record} has no text in {', '.join(asked.fields)[:200]} that can be translated.")
        else:
            product, record = {}, None
            found = _texts(asked, business)
        source = reader.of_all(found)
        work = cls(asked, record, product, source, rules)
        for language in into:
            outdated = lessons.outdated(found, record or "", language, shop.made_of)
            work._begin(found, language, reader, outdated)
        return work

    def _begin(self, found: Sequence[Item], language: str, reader: Reader, outdated: set[str]) -> None:
        """Begin the drafts into one language."""
        for item in found:
            there = held(self.product, language, item.column)
            place = item.place(language)
            if there is not None and not self.asked.replace and place not in outdated:
                self.kept += 1
                continue
            if (garbled := mojibake.lost(item.text)) is not None:
                self.left.append(Untranslated(language=language, field=item.field, why=_LOST.format(garbled[:40])))
                continue
            if wordless(item.text):
                if self.record is None:
                    self.taken.append(Draft.of(item, language, language))
                continue
            source = reader.of_one(item, self.source)
            if not languages.same(source, language):
                self.drafts.append(Draft.of(item, source, language))
            elif self.record is None or not languages.same(reader.main or self.source, language):
                self.taken.append(Draft.of(item, source, language))

    def open(self) -> Iterator[Draft]:
        """The drafts of which something is open."""
        return (draft for draft in self.drafts if draft.open and not self.has_written(draft))

    def has_written(self, draft: Draft) -> bool:
        """Tell whether `write` has said a draft's text."""
        return (draft.target, draft.item.column) in self.edits

    def answer(self) -> Translated:
        """What became of it: texts, edits for those that hold, and what is left."""
        answer = Translated(source=self.source, left=list(self.left))
        for draft in self.taken:
            self._say_taken(answer, draft)
        for draft in self.drafts:
            self._say(answer, draft)
        answer.note = self._note()
        models = sorted({one.model for one in answer.texts if one.model})
        if models:
            answer.model = ", ".join(models)
        return answer

    def _note(self) -> str | None:
        if not self.kept:
            return None
        texts = "1 field has" if self.kept == 1 else f"{self.kept} fields have"
        return f"{texts} a translation already, which stands; ask with replace to translate anew."

    def _say_taken(self, answer: Translated, draft: Draft) -> None:
        """A text that is in the target language already."""
        name = languages.name(draft.target)
        flag = [f"It is in {name} already, and is taken over as it is."] if not wordless(draft.item.text) else []
        answer.texts.append(_rendering(draft, draft.item.text, "unchanged").model_copy(update={"problems": flag}))
        if self.record is not None:
            check = {"name": "language", "ok": True, "message": f"The {draft.item.field} is in {name} already."}
            answer.changes.append(self._edit(draft, draft.item.text, 0.9, [check], "it is in this language already"))

    def _say(self, answer: Translated, draft: Draft) -> None:
        """A draft that is whole, as a text and as an edit; or why it is left."""
        if (written := self.edits.get((draft.target, draft.item.column))) is not None:
            said = str(written.after)
            if said == draft.item.text:
                # A name that stays: nothing to propose.
                answer.texts.append(_rendering(draft, said, "unchanged"))
                return
            answer.texts.append(_rendering(draft, said, "written"))
            sure = min(written.confidence or _SURE_OF_WRITTEN, _SURE_OF_WRITTEN)
            answer.changes.append(written.model_copy(update={"confidence": sure, "engine": "local"}))
            return
        text, weakest = draft.text(), draft.weakest()
        if text is None:
            answer.left.append(Untranslated(language=draft.target, field=draft.item.field, why=_why_open(draft)))
            return
        gist = any(one.how == "apertium" for one in draft.parts)
        answer.texts.append(_rendering(draft, text, weakest.how if weakest else "unchanged", gist))
        if self.record is None or text == draft.item.text or weakest is None:
            return
        checks: list[dict[str, Any]] = [{"name": name, "ok": True} for name in CHECKS]
        if gist:
            checks.append({"name": "gist", "ok": False, "message": _GIST})
        answer.changes.append(self._edit(draft, text, weakest.sure, checks, _why(draft)))

    def _edit(self, draft: Draft, text: str, sure: float, checks: list[dict[str, Any]], why: str) -> Edit:
        assert self.record is not None
        fact = {"field": draft.item.field, "value": draft.item.text[:_MOST_FACT], "language": draft.source, "why": why}
        if (model := _models(draft)) is not None:
            fact["model"] = model
        return Edit(
            engine="model" if model is not None else "local",
            record=self.record,
            field=draft.item.place(draft.target),
            after=text,
            before=held(self.product, draft.target, draft.item.column),
            confidence=sure,
            facts=[fact],
            checks=checks,
        )


CHECKS: Final = ("structure", "numbers", "placeholders", "terms", "language", "whole")


def _texts(asked: Translate, business: Business) -> list[Item]:
    """The text of a request as an item, or a document's."""
    if asked.text is not None:
        if not asked.text.strip():
            raise InputError("The text is empty.")
        return [Item(_TEXT, _TEXT, asked.text, asked.format)]
    found = business.things.get("document", str(asked.document))
    body = found["body"]
    said = [*([("subject", found["subject"])] if found.get("subject") else []), *body.items()]
    chosen = [
        (name, text)
        for name, text in said
        if isinstance(text, str) and text.strip() and (name in asked.fields if asked.fields else name in _BODIES)
    ]
    if not chosen:
        raise InputError(f"The document {asked.document!r} has no text to translate.")
    return [Item(name, name, text, asked.format) for name, text in chosen]


def _rendering(draft: Draft, text: str, how: How | None, gist: bool = False) -> Rendering:
    return Rendering(
        language=draft.target,
        field=draft.item.field,
        source=draft.item.text,
        text=text,
        how=how,
        gist=gist,
        model=_models(draft) if how != "written" else None,
    )


def _models(draft: Draft) -> str | None:
    return ", ".join(sorted({one.model for one in draft.parts if one.model})) or None


def _why(draft: Draft) -> str:
    """How a translation came to be, for a person."""
    counted: dict[str, int] = {}
    for one in draft.parts:
        if one.how is not None:
            counted[one.how] = counted.get(one.how, 0) + 1
    if len(counted) == 1:
        return f"by {next(iter(counted))}"
    return "by " + ", ".join(f"{how} ({count})" for how, count in counted.items())


def _why_open(draft: Draft) -> str:
    """Why a text is left."""
    open_, all_ = len(draft.open), sum(not one.segment.added for one in draft.passages)
    problems = next((one.problems for one in draft.open if one.problems), [])
    if problems:
        return f"What was said of it does not hold: {' '.join(problems)[:400]}"
    if draft.unknown:
        words = ", ".join(f"“{word}”" for word in draft.unknown)
        return f"It is more than a noun and names: of {words} nothing here has a translation, and half of one is none. {NO_MODEL}"
    some = f"{open_} of its {all_} segments are open. " if all_ > 1 and open_ < all_ else ""
    named = draft.item.about is not None or draft.item.field.partition(".")[0] in ("options", "type")
    return some + NO_MODEL + (_NAMES if named else "") + _nearest(draft)


def _nearest(draft: Draft) -> str:
    """What the memory has that comes nearest, for a person to go by."""
    near = max((match for one in draft.open for match in one.similar), key=lambda match: match.score, default=None)
    if near is None:
        return ""
    return f" Nearest in the memory ({near.score:.0%}): “{near.source[:120]}” is “{near.target[:120]}”."
