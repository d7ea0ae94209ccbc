"""The grammars of the local engine: real sentences from facts, a file for each language."""

from typing import Final

from weft.skills.write.grammar.english import English
from weft.skills.write.grammar.german import German
from weft.skills.write.grammar.telling import Grammar, Telling

GRAMMARS: Final[dict[str, Grammar]] = {"en": English(), "de": German()}


def ordinal(place: int, language: str) -> str:
    """Which picture it is, counted from one, in words of the language; nothing where there is no grammar of it."""
    return GRAMMARS[language].ordinal(place) if language in GRAMMARS else ""


__all__ = ["GRAMMARS", "Grammar", "Telling", "ordinal"]
