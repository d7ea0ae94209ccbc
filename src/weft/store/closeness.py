"""How close a text is to one that was translated before, from 0 to 1.

1 is the very same text. 0.99: but for case, spaces and widths of letters the same. 0.98: but for its numbers the same. Else
at most 0.97: the mean of two edit similarities (Levenshtein, normalized by the longer), over words and over letters, of the
texts as they are compared, in which every number is one sign.
"""

import re
import unicodedata
from typing import Final

from rapidfuzz.distance import Levenshtein

from weft.store.signatures import compared

EXACT: Final = 1.0
BUT_FOR_CASE: Final = 0.99
BUT_FOR_NUMBERS: Final = 0.98
_CLOSEST: Final = 0.97
_TOKEN: Final = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]|[^\\W_]+|[^\\w\\s]|_")


def score(text: str, other: str, at_least: float = 0.0) -> float:
    """The closeness of two texts; 0 where it is surely below `at_least`."""
    if text == other:
        return EXACT
    first, second = compared(text), compared(other)
    if first == second:
        return BUT_FOR_CASE if _plain(text) == _plain(other) else BUT_FOR_NUMBERS
    # The mean cannot reach what is wanted where one of the two is below twice that less one.
    letters = Levenshtein.normalized_similarity(first, second, score_cutoff=max(2 * at_least - 1, 0))
    if letters == 0 and at_least > 0:
        return 0.0
    words = Levenshtein.normalized_similarity(_TOKEN.findall(first), _TOKEN.findall(second))
    close = min((letters + words) / 2, _CLOSEST)
    return round(close, 4) if close >= at_least else 0.0


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
