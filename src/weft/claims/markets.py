"""Words that are claims for one business or in one market alone."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final

from weft.claims import data
from weft.claims.lexicon import UNION, Entry, Node, add, tokens

_KINDS: Final = ("superlative", "health", "environmental", "legal", "guarantee", "property", "material", "color")
_NAMES: Final = {"forbidden": "own", "allowed": "trap", "certifications": "certification"}


def own_words(lexicon: Mapping[str, Any] | None, market: str | None) -> Node | None:
    """The tree of a market's words and a business's own; None where there are none."""
    code = (market or "").strip().upper()
    tree: Node = {}
    for kind, phrases in _of_market(code):
        _put(tree, kind, phrases)
    if lexicon:
        _take(tree, lexicon)
        for name, inner in (lexicon.get("markets") or {}).items():
            if str(name).upper() == code and isinstance(inner, Mapping):
                _take(tree, inner)
    return tree or None


def _take(tree: Node, lexicon: Mapping[str, Any]) -> None:
    for name, kind in (*_NAMES.items(), *((kind, kind) for kind in _KINDS)):
        _put(tree, kind, lexicon.get(name) or ())


def _put(tree: Node, kind: str, phrases: Iterable[Any]) -> None:
    for phrase in phrases:
        add(tree, tokens(str(phrase)), Entry(kind, str(phrase).lower()))


@cache
def _of_market(code: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    found = []
    for line in data.lines("markets") if code else ():
        markets, kind, *parts = (part.strip() for part in line.split("|"))
        named = {one.strip() for one in markets.split(",")}
        if code in named or ("EU" in named and (code == "EU" or code in UNION)):
            phrases = tuple(phrase for words in data.by_language(parts).values() for phrase in words)
            found.append((kind, phrases))
    return tuple(found)
