"""Numbers that texts which resemble each other share: MinHash over words and over letters, two hashes at a time.

A. Broder, On the resemblance and containment of documents (1997). Of two texts with a part s of their words in common, one
pair of hashes is the same with probability s²; of ten pairs at least one is with 1 - (1 - s²)¹⁰: 0.99 for s = 0.6.
"""

import functools
import hashlib
import itertools
import re
import unicodedata
from typing import Final

_PRIME: Final = (1 << 61) - 1
_PAIRS: Final = 10
_LETTER_PAIRS: Final = 6
_FEW_WORDS: Final = 5
_MOST_WORDS: Final = 400
_STEM: Final = 6
_NUMBER: Final = re.compile(r"\d+(?:[.,:/]\d+)*")
_TOKEN: Final = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]|[^\\W_]+", re.UNICODE)


def _numbers(seed: str, count: int) -> tuple[int, ...]:
    text = b"".join(hashlib.blake2b(f"{seed} {n}".encode(), digest_size=8).digest() for n in range(count))
    return tuple(int.from_bytes(text[8 * n : 8 * n + 8], "big") % (_PRIME - 1) + 1 for n in range(count))


_FACTORS: Final = _numbers("factor", 2 * _PAIRS)
_TERMS: Final = _numbers("term", 2 * _PAIRS)


def compared(text: str) -> str:
    """The text as it is compared: without case, differences of spaces and widths, and with every number as `#`."""
    return " ".join(_NUMBER.sub("#", unicodedata.normalize("NFKC", text).casefold()).split())


def hash_of(*texts: str) -> int:
    """A signed 64-bit hash of texts (BLAKE2b)."""
    joined = "\x1f".join(texts).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(joined, digest_size=8).digest(), "big", signed=True)


def of(salt: str, alike: str) -> list[int]:
    """The signature of a text as it is compared: up to 17 numbers of 31 bits, which mean something under that salt alone."""
    words = _TOKEN.findall(alike)
    seed = hash_of(salt)
    found = [_mixed(seed, 0, hash_of(alike))]
    if len(words) > 1:
        # Unspaced scripts have letters for tokens: two of them together say something.
        marks = {word[:_STEM] for word in words[:_MOST_WORDS]}
        if all(len(word) == 1 for word in words):
            marks = {first + second for first, second in itertools.pairwise(words)}
        found += _pairs(seed, 1, marks, _PAIRS)
    if len(words) <= _FEW_WORDS:
        letters = f" {alike} "[:400]
        found += _pairs(seed, 2, {letters[n : n + 3] for n in range(len(letters) - 2)}, _LETTER_PAIRS)
    return found


def _pairs(seed: int, family: int, marks: set[str], count: int) -> list[int]:
    if not marks:
        return []
    hashes = [_mark(mark) for mark in marks]
    least = [min((value * a + b) % _PRIME for value in hashes) for a, b in zip(_FACTORS, _TERMS, strict=True)]
    return [_mixed(seed, family * 100 + n, least[2 * n] * _PRIME + least[2 * n + 1]) for n in range(count)]


@functools.lru_cache(maxsize=1 << 16)
def _mark(mark: str) -> int:
    return hash_of(mark) % _PRIME


def _mixed(seed: int, place: int, value: int) -> int:
    """One number of 31 bits out of three."""
    return ((seed ^ place * _FACTORS[0]) + value * _FACTORS[1]) % _PRIME >> 30
