"""The gate: what is said of a passage goes through only where the checks find nothing wrong with it."""

from dataclasses import dataclass

from weft.skills.translate.drafts import Draft, Passage
from weft.skills.translate.structure import wrong_marks
from weft.store.preferences import Market


@dataclass(frozen=True, slots=True)
class Rules:
    """What translations are judged by beside their source: the market whose units and sizes hold, and words to avoid."""

    market: Market | None = None
    avoid: tuple[str, ...] = ()


def wrong(draft: Draft, passage: Passage, text: str, rules: Rules, *, gist: bool = False) -> list[str]:
    """What is wrong with a passage's translation, a sentence each."""
    return wrong_marks(passage.segment, text)


def settle(draft: Draft, rules: Rules) -> None:
    """Take out of a draft what does not hold, so that it is open again."""
    if draft.whole is not None:
        return
    for passage in draft.passages:
        if passage.text is not None and passage.how != "unchanged":
            problems = wrong(draft, passage, passage.text, rules)
            if problems:
                passage.text, passage.how, passage.problems = None, None, problems
