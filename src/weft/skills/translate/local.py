"""The local engine of `translate`: memory, glossary, a taxonomy's names, `write` in the target language, Apertium for the gist.

No model, and no invention: what none of these knows is left and named. Whatever fills a passage is judged by the same checks as a
model's words, and falls out where they find something wrong.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from weft.business import Business
from weft.errors import WeftError
from weft.gateway import errand
from weft.skill import Edit
from weft.skills.translate import Translate, Translated, apertium, gate, known, lessons, written
from weft.skills.translate.drafts import Draft, Passage
from weft.skills.translate.work import Shop, Work

_SURE_OF_GIST: Final = 0.2
_SURE_A_WORD_LESS: Final = 0.03


def translated(asked: Translate, business: Business) -> Translated:
    """One request answered; raises InputError, NotFound."""
    if not errand.current().bulk:
        lessons.learn(business)
    work = Work.of(asked, Shop.of(business, records_of([asked])))
    finished([work], business)
    return work.answer()


def translated_many(asked: Sequence[Translate], business: Business) -> list[Translated | WeftError]:
    """Many requests answered in their order, what is looked up for all looked up at once."""
    shop = Shop.of(business, records_of(asked))
    begun: list[Work | WeftError] = []
    for one in asked:
        try:
            begun.append(Work.of(one, shop))
        except WeftError as problem:
            begun.append(problem)
    finished([one for one in begun if isinstance(one, Work)], business)
    return [one.answer() if isinstance(one, Work) else one for one in begun]


def records_of(asked: Sequence[Translate]) -> list[str]:
    """The ids of the products that have translations already, or may have some."""
    products = [one.product for one in asked if one.product is not None]
    return [
        str(one if isinstance(one, str) else one.get("id"))
        for one in products
        if isinstance(one, str) or (one.get("id") and one.get("translations"))
    ]


def finished(works: Sequence[Work], business: Business) -> None:
    """Fill in all that can be filled in without a model."""
    recalled(works, business)
    _write(works, business)
    _gists([draft for work in works for draft in work.drafts if draft.open and not work.has_written(draft)])


def recalled(works: Sequence[Work], business: Business) -> None:
    """Fill in what is known already, and take out of it what does not hold."""
    drafts = [draft for work in works for draft in work.drafts]
    known.answer(drafts, business)
    for work in works:
        for draft in work.drafts:
            gate.settle(draft, work.rules[draft.target])


def _write(works: Sequence[Work], business: Business) -> None:
    """Have `write` say in the target language what is still open of products."""
    languages: dict[str, list[tuple[Work, list[Draft]]]] = {}
    for work in works:
        for language in dict.fromkeys(draft.target for draft in work.drafts):
            open_ = [draft for draft in work.drafts if draft.target == language and draft.open]
            if work.record is not None and open_:
                languages.setdefault(language, []).append((work, open_))
    for language, some in languages.items():
        columns = [[draft.item.column for draft in drafts] for _, drafts in some]
        found = written.edits([work.product for work, _ in some], columns, language, business)
        for (work, drafts), said in zip(some, found, strict=True):
            for draft in drafts:
                draft.unknown = said.unknown.get(draft.item.column, [])
                if (edit := said.edits.get(draft.item.column)) is not None:
                    _take(edit, draft, work)


def _take(edit: Edit, draft: Draft, work: Work) -> None:
    """Take what `write` says for a draft, in its market's measures; what does not hold in them stays open."""
    adapted, problems = written.for_market(edit, work.product, draft.target, work.rules[draft.target])
    if not problems:
        work.edits[draft.target, draft.item.column] = adapted
    for passage in draft.open if problems else ():
        passage.problems = problems


def _gists(drafts: Iterable[Draft]) -> None:
    """Have Apertium say what is still open, where it has the languages; nobody applies that without a person."""
    pairs: dict[tuple[str, str], list[tuple[Draft, Passage]]] = {}
    for draft in drafts:
        pairs.setdefault((draft.source, draft.target), []).extend((draft, passage) for passage in draft.open)
    for (source, target), some in pairs.items():
        if apertium.mode(source, target) is None:
            continue
        said = apertium.gists([passage.segment.text for _, passage in some], source, target)
        for (draft, passage), gist in zip(some, said, strict=True):
            if gist is None:
                continue
            problems = gate.wrong(draft, passage, gist.text, "apertium", gate.Rules())
            if problems:
                passage.problems = problems
            else:
                passage.fill(gist.text, "apertium", max(_SURE_OF_GIST - _SURE_A_WORD_LESS * gist.unknown, 0.05))
