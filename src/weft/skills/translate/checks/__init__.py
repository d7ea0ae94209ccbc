"""What is wrong with a translation: structure, figures, terms, language. The same for models, memories and people."""

from collections.abc import Iterator, Sequence
from typing import Literal, TypeAlias

from weft.skills.translate.checks import asserted, figures, markup, wording
from weft.skills.translate.checks.problem import Market, Problem, Term
from weft.skills.translate.checks.readable import Pair, pair_of
from weft.skills.translate.structure import Asked

__all__ = ["Market", "Problem", "Term", "wrong"]

Checked: TypeAlias = Asked | Literal["segment"]


def wrong(
    source: str,
    target: str,
    source_language: str,
    target_language: str,
    *,
    terms: Sequence[Term] = (),
    keep: Sequence[str] = (),
    market: Market | None = None,
    format: Checked = "auto",  # noqa: A002
) -> list[Problem]:
    """What is wrong with a translation, a sentence each; nothing where it may be used as it is.

    The texts are whole (in `format`) or a segment's with its marks (`segment`). `terms` are the glossary's of this pair of
    languages, `keep` what is not translated, `market` says which units and sizes its people use.
    """
    if not source.strip():
        return (
            [Problem("added", "There is nothing to translate, and the translation is not empty.")]
            if target.strip()
            else []
        )
    if not target.strip():
        return [Problem("empty", "The translation is empty.")]
    pair = pair_of(source, target, source_language, target_language, format)
    if isinstance(pair, Problem):
        return [pair]
    return list(_all(pair, terms, [*keep, *(term.source for term in terms if term.target is None)], market))


def _all(pair: Pair, terms: Sequence[Term], keep: Sequence[str], market: Market | None) -> Iterator[Problem]:
    yield from markup.wrong(pair)
    yield from figures.wrong(pair, keep, market)
    yield from wording.wrong(pair, terms, keep)
    yield from asserted.wrong(pair)
