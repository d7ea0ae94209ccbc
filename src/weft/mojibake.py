"""Letters that were read in the wrong encoding: `KÃ¼che` is Küche in UTF-8, read as if it were Windows-1252.

What is certain is mended as ftfy does it. A sign in place of a letter that is lost (U+FFFD) cannot be mended.
"""

import re
from typing import Final

import ftfy

LOST: Final = "\ufffd"
# A letter's first byte read as a sign, and the next one: nothing else is worth a closer look.
_SUSPECT: Final = re.compile(r"[\u00c2-\u00f4][^\x00-\x7f]|Ã ")
_CONFIG: Final = ftfy.TextFixerConfig(replace_lossy_sequences=False)


def mended(text: str) -> str:
    """A text with its letters as they were written; the same text where nothing in it is certain to be garbled."""
    return ftfy.fix_encoding(text, _CONFIG).removeprefix("\ufeff") if _SUSPECT.search(text) else text


def lost(text: str) -> str | None:
    """The first word of a text of which letters are lost; None where there is none."""
    return next((word for word in text.split() if LOST in word), None) if LOST in text else None
