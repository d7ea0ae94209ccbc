"""The grammars of the local engine: real sentences from facts, a file for each language."""

from typing import Final

from weft.skills.write.grammar.english import English
from weft.skills.write.grammar.german import German
from weft.skills.write.grammar.telling import Grammar, Telling

GRAMMARS: Final[dict[str, Grammar]] = {"en": English(), "de": German()}

__all__ = ["GRAMMARS", "Grammar", "Telling"]
