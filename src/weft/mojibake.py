"""Letters that were read in the wrong encoding: `KÃ¼che` is Küche in UTF-8, read as if it were Windows-1252.

What is mended is certain: the signs are exactly the bytes of one letter or sign of European texts (UTF-8, RFC 3629), and in a place
where nobody writes them. A sign in place of a letter that is lost (U+FFFD) cannot be mended.
"""

import re
from typing import Final

LOST: Final = "\ufffd"
_ROUNDS: Final = 3
_BYTES: Final = {
    **{bytes([code]).decode("latin-1"): code for code in range(256)},
    **{
        bytes([code]).decode("cp1252"): code for code in range(0x80, 0xA0) if code not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
    },
}
_FOLLOWS: Final = "".join(re.escape(sign) for sign, code in _BYTES.items() if 0x80 <= code <= 0xBF)
# A quotation mark, a dash or a trademark may well follow a letter in capitals: “IRMÔ”.
_NATURAL: Final = "‘’“”„‚…–—™®©°«»\u00a0"
_RUN: Final = re.compile(
    rf"â[€‚„†‡][{_FOLLOWS}]|ð[Ÿ\x9f][{_FOLLOWS}]{{2}}|ï»¿|"
    rf"[ÃÄÅ](?![{_NATURAL}])[{_FOLLOWS}]|Ã(?!’)(?=[{_NATURAL}][^\W\d_])[{_FOLLOWS}]|(?<=[^\W\d_A-ZÀ-Þ])Ã[{_FOLLOWS}]|"
    rf"Â(?=[\u00a0-\u00bf])[{_FOLLOWS}]"
)


def mended(text: str) -> str:
    """A text with its letters as they were written; the same text where nothing in it is certain to be garbled."""
    for _ in range(_ROUNDS):
        better = _RUN.sub(_letter, text) if _RUN.search(text) else text
        if better == text:
            return text
        text = better
    return text


def lost(text: str) -> str | None:
    """The first word of a text of which letters are lost; None where there is none."""
    return next((word for word in text.split() if LOST in word), None) if LOST in text else None


def _letter(found: re.Match[str]) -> str:
    try:
        return bytes(_BYTES[sign] for sign in found[0]).decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError:
        return found[0]
