"""Whether a translation asserts what its source does: nothing denied that it says, no other material, color, origin."""

import re
from collections.abc import Iterator
from typing import Final

from weft import claims
from weft.claims import Claim
from weft.skills.translate.checks.problem import Problem, short
from weft.skills.translate.checks.readable import OBJECT, Pair
from weft.skills.translate.language import base

_READ: Final = frozenset(["en", "de", "fr", "es", "zh"])
# A product has one of these or some; where one is gone and another one is there, it was swapped.
_SWAPPED: Final = {"material": "material", "color": "color", "origin": "origin", "certification": "certificate"}
# A certificate that is named by its letters is called so everywhere; what else speaks of certificates is worded freely.
_LETTERS: Final = re.compile(r"[A-Z0-9][A-Z0-9-]{2,}")
_DENIED: Final = frozenset([*_SWAPPED, "property", "compatibility", "guarantee"])


def wrong(pair: Pair) -> Iterator[Problem]:
    """Claims that are denied in one text and not in the other, and such as were put in another one's place."""
    languages = base(pair.source.language), base(pair.target.language)
    if languages[0] == languages[1] or not _READ.issuperset(languages):
        return
    before, after = (
        _read(side.words, language) for side, language in zip((pair.source, pair.target), languages, strict=True)
    )
    for key in before:
        denied = _denied(before[key])
        if key[0] in _DENIED and key in after and denied is not None and _denied(after[key]) is (not denied):
            word, said = before[key][0].text, after[key][0].text
            what = "denies" if denied else "says"
            yield Problem(
                "claims", f"The source {what} {short(word)}, and the translation does not: {short(said)}.", word
            )
    for kind, name in _SWAPPED.items():
        lost = [key for key in before if key[0] == kind and key not in after]
        new = [key for key in after if key[0] == kind and key not in before]
        if lost and new and not _akin(lost, new):
            word, said = before[lost[0]][0].text, after[new[0]][0].text
            yield Problem("claims", f"The {name} {short(word)} has become {short(said)}.", word)


def _akin(lost: list[tuple[str, str]], new: list[tuple[str, str]]) -> bool:
    """Whether one says more narrowly what the other says: sterling silver is silver."""
    words = [{word for _, value in side for word in re.split(r"[\s-]+", value)} for side in (lost, new)]
    return bool(words[0] & words[1])


def _read(text: str, language: str) -> dict[tuple[str, str], list[Claim]]:
    found: dict[tuple[str, str], list[Claim]] = {}
    for claim in claims.claims(text.replace(OBJECT, " "), language):
        if claim.kind == "certification" and not _LETTERS.fullmatch(claim.text):
            continue
        if claim.kind in _DENIED and isinstance(claim.value, str):
            found.setdefault((claim.kind, claim.value), []).append(claim)
    return found


def _denied(same: list[Claim]) -> bool | None:
    """Whether all of some claims are denied, or none; None where it is mixed."""
    told = {claim.negated for claim in same}
    return told.pop() if len(told) == 1 else None
