"""Texts taken apart into what is to be translated and what is to stay as it is, and put together again byte by byte."""

from weft.skills.translate.structure.assembly import Parsed
from weft.skills.translate.structure.formats import Asked, Format, format_of, parsed
from weft.skills.translate.structure.marks import Mark, Segment, plain, wrong_marks
from weft.skills.translate.structure.sentences import joined, sentences

__all__ = [
    "Asked",
    "Format",
    "Mark",
    "Parsed",
    "Segment",
    "format_of",
    "joined",
    "parsed",
    "plain",
    "sentences",
    "wrong_marks",
]
