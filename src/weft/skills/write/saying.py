"""Whether a text says anything of a product: there is nothing else wrong with what a model says that knows no language."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from weft import claims
from weft.skills.write import Part
from weft.skills.write.brief import Brief
from weft.skills.write.channels import base

_TOKEN: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+|[^\W_\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")
_WIDE: Final = "\u3040"
_STEM: Final = 4
_LETTERS_OF_A_WIDE_ONE: Final = 3
_LEAST: Final[Mapping[Part, int]] = {
    "title": 3,
    "seo_title": 3,
    "description": 15,
    "bullets": 3,
    "seo_description": 12,
    "alt": 5,
}
_EMPTY: Final = frozenset(
    [
        *("the", "and", "for", "with", "from", "this", "that", "you", "your", "are", "our", "its"),
        *("und", "der", "die", "das", "den", "dem", "des", "ein", "eine", "mit", "für", "von", "aus", "ist", "sie"),
        *("les", "des", "une", "avec", "pour", "dans", "est", "que", "con", "los", "las", "una", "para", "del", "por"),
    ]
)


def tokens(texts: Iterable[str]) -> frozenset[str]:
    """What texts have in common with others that say the same: the starts of words, numbers, pairs of Chinese signs."""
    found: set[str] = set()
    for text in texts:
        for token in _TOKEN.findall(text.casefold()):
            if token >= _WIDE:
                found.update(token[at : at + 2] for at in range(max(len(token) - 1, 1)))
            elif token not in _EMPTY and (len(token) > 2 or (token.isdigit() and len(token) > 1)):
                found.add(token[:_STEM])
    return frozenset(found)


def known_tokens(known: Brief) -> frozenset[str]:
    """The tokens of all that is known of a product."""
    said = (known.title, known.name, known.brand, known.kind or "", known.audience or "", *known.names)
    facts = (text for fact in known.known for text in (fact.label or fact.name, fact.text))
    return tokens([*said, *facts, *known.sentences, *known.details, *known.foreign])


def says_nothing(
    part: Part, lines: Sequence[str], judged: Mapping[str, Sequence[claims.Judged]], known: Brief, there: frozenset[str]
) -> list[str]:
    """Whether a text is too short to say anything, or too little of it speaks of what is known (`there`): a sentence, or none.

    A line speaks of the product where it makes a claim that holds or has a word of the facts; in a language that the facts are not
    in, also where it is that language. Each point has to, of a description half of the lines.
    """
    least = _LEAST[part]
    if any(_letters(line) < least for line in (lines if part == "bullets" else ["".join(lines)])):
        return ["It is too short to say anything."]
    speaking = [line for line in lines if _speaks(line, judged.get(line, ()), known, there)]
    if len(speaking) == len(lines) or (part == "description" and 2 * len(speaking) >= len(lines)):
        return []
    silent = next(line for line in lines if line not in speaking)
    return [f"“{silent[:60]}” says nothing that is known of the product."]


def _speaks(line: str, judged: Sequence[claims.Judged], known: Brief, there: frozenset[str]) -> bool:
    if any(one.ok for one in judged) or not there or tokens([line]) & there:
        return True
    foreign = known.spoken is not None and base(known.spoken) != base(known.language)
    spoken = claims.language_of(line) if foreign else None
    return spoken is not None and base(spoken) == base(known.language)


def _letters(text: str) -> int:
    """How many letters and digits a text has; a Chinese sign is worth several."""
    return sum(_LETTERS_OF_A_WIDE_ONE if sign >= _WIDE else 1 for sign in text if sign.isalnum())
