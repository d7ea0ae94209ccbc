"""What stands among words and is not to be translated: placeholders, addresses, codes, terms."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Final

from stdnum import ean

from weft.skills.translate.structure.stream import Item, Kind, Tag, Words

_FLAGS: Final = r"[-+0#]{0,3}[0-9]{0,3}(?:\.[0-9]{1,3})?(?:hh|h|ll|l|L|z|j|t)?"
# Ways in which programs, frameworks and translation tools mark what they put in.
PLACEHOLDER: Final = (
    # {{name}}, {{{name}}}, [[name]], ${name}, #{name}, {name}, {0}, {name:.2f}
    r"\{\{\{[^{}\n]{1,200}\}\}\}|\{\{[^{}\n]{1,200}\}\}|\[\[[^\[\]\n]{1,100}\]\]|[$#]\{[^{}\n]{1,100}\}"
    r"|\{[A-Za-z_0-9][\w.\-\[\]]{0,60}(?:[:!,][^{}\n]{1,40})?\}|\{\}"
    # %(name)s, %1$s, %s, %-5.2f, %@, %%, %name%
    rf"|%\([A-Za-z_]\w{{0,60}}\){_FLAGS}[a-zA-Z]|%[0-9]{{1,2}}\$(?:{_FLAGS}[diouxXeEfFgGcsa@])"
    rf"|(?<![\w%])%(?:{_FLAGS})(?:[diouxXeEfFgGcsa](?![A-Za-z])|@)|(?<![\w%])%[A-Za-z_][\w.]{{0,40}}%|(?<![\w%])%%(?!\w)"
    # :name as frameworks write it
    r"|(?<![^\s(\[\"'“‘«>])\:[a-z][a-z0-9_]{0,40}\b(?![:/])"
    # <x id="1"/>, <ph …/>, <g id="1">, </g>, __NAME__, #NAME#, [shortcode of="blogs"]
    r"|</?(?:x|ph|g|bx|ex|bpt|ept|it|mrk)(?:\s[^<>\n]{0,200})?/?>|\b__[A-Z][A-Z0-9_]*?__\b|#[A-Z][A-Z0-9_]{1,40}#"
    r"|\[/?[a-z][a-z0-9_-]{0,40}(?:\s+[a-z_-]{1,40}=[^\[\]\n]{1,300})\]|\[/[a-z][a-z0-9_-]{1,40}\]"
    # What looks like a mark of ours
    r"|(?:<|&lt;)/?[0-9]{1,6}/?(?:>|&gt;)"
)
ADDRESS: Final = (
    r"(?:https?|ftp)://[^\s<>\"'{}|\\^`\[\]（），；：！？\u3000-\u9fff\uac00-\ud7af]+"
    r"|(?<![A-Za-z0-9_@./-])www\.[a-zA-Z0-9-]{1,63}(?:\.[a-zA-Z0-9-]{1,63}){1,5}(?:/[^\s<>\"'{}（），。；：！？、]*)?"
    r"|(?<![A-Za-z0-9_.+-])(?:mailto:|tel:)?[A-Za-z0-9_][A-Za-z0-9_.+-]{0,63}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,5}(?![A-Za-z0-9@])"
    r"|(?<![A-Za-z0-9_@./-])(?:[a-z0-9-]{1,63}\.){1,4}(?:com|org|net|de|fr|es|io|shop|store|eu|co\.uk|cn|jp|it|at|ch)"
    r"(?:/[A-Za-z0-9_./?=&%#~+-]*)?(?![A-Za-z0-9_@-]|\.[A-Za-z0-9])"
)
# Letters of scripts that part words by blanks; a word of another script may stand right beside a name.
LETTERS: Final = "0-9A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0370-\u052f"
_AROUND: Final = ".,;:!?)]'\"…"
_ENTITY_END: Final = re.compile(r"&[a-z]{2,6};?$")
_PLACED: Final = re.compile(f"(?P<placeholder>{PLACEHOLDER})|(?P<address>{ADDRESS})")
_HEX: Final = r"(?<![\w#&])#(?:[0-9a-fA-F]{8}|[0-9a-fA-F]{6}|[0-9a-fA-F]{3,4}(?=[0-9a-fA-F]*[\s,.;)<]|$))(?![\w])"
_LATIN: Final = r"A-Za-z0-9"
_TOKEN: Final = (
    rf"(?<![{_LATIN}_@#$€£./-])(?=[{_LATIN}./_-]{{0,60}}[0-9])(?=[{_LATIN}./_-]{{0,60}}[A-Z])"
    rf"[{_LATIN}]++(?:[-_./][{_LATIN}]++){{0,10}}+(?![{_LATIN}_@])"
)
_DIGITS: Final = rf"(?<![{_LATIN}.,])[0-9]{{8,14}}(?![{_LATIN}])"
_CODE: Final = re.compile(f"(?P<hex>{_HEX})|(?P<digits>{_DIGITS})|(?P<token>{_TOKEN})")
# 500ML, 20V, 4K, 10CM, 1ST, 3D, 2XL, XS-3XL, 12MP, 10X12, 7PM, 80S, 5G: a number with its unit, a size, no code.
_NO_CODE: Final = re.compile(
    r"(?:[0-9]+(?:[.,/x×X-][0-9]+)*[-/]?(?:[A-Za-z]{1,4}|inch|Inch|INCH|watts?|WATTS?)\.?)(?:[-/x×X][0-9]*[A-Za-z]{1,3})*"
    r"|[0-9]*X{0,4}[SML](?:[-/][0-9]*X{0,4}[SML])*|[A-Z]?[a-z]+/[0-9]+|[0-9]+[-/](?:[A-Z]?[a-z]+-?)+|[A-Za-z]+[-/][0-9]{1,2}"
    r"|[0-9]+(?:[-/][0-9]+)+[A-Za-z]{1,3}|[A-Z][0-9]|[0-9]+(?:[A-Z]?[a-z]+)(?:[-/][A-Za-z]+)*"
)
_SHORTEST_CODE: Final = 4
_LONGEST_CODE: Final = 60


def codes(text: str) -> Iterator[tuple[int, int]]:
    """Where product codes stand: SKUs and model numbers (capitals with digits), GTINs, colors in hexadecimal."""
    for found in _CODE.finditer(text):
        word = found.group()
        if found.group("token") and (not _SHORTEST_CODE <= len(word) <= _LONGEST_CODE or _NO_CODE.fullmatch(word)):
            continue
        if found.group("digits") and not ean.is_valid(word):
            continue
        yield found.span()


def addresses(text: str) -> Iterator[tuple[int, int]]:
    """Where web addresses and mail addresses stand, without the sentence's own punctuation."""
    for found in _PLACED.finditer(text):
        if found.group("address"):
            yield found.start(), _address_end(found)


def placeholders(text: str) -> Iterator[tuple[int, int]]:
    """Where placeholders stand."""
    for found in _PLACED.finditer(text):
        if found.group("placeholder"):
            yield found.span()


def _address_end(found: re.Match[str]) -> int:
    """Where an address ends, without the marks of the sentence that it stands in."""
    address = found.group()
    kept = address.rstrip(_AROUND)
    entity = _ENTITY_END.search(kept, max(0, len(kept) - 8))
    if entity is not None and address[entity.end() : entity.end() + 1] in (";", ""):
        kept = kept[: entity.start()]
    # A bracket that the address itself opened belongs to it.
    if address.startswith(")", len(kept)) and kept.count("(") > kept.count(")"):
        kept += ")"
    return found.start() + len(kept)


@lru_cache(maxsize=64)
def _of_terms(terms: tuple[str, ...]) -> re.Pattern[str] | None:
    words = sorted({unicodedata.normalize("NFC", term) for term in terms if term.strip()}, key=len, reverse=True)
    return re.compile(rf"(?<![{LETTERS}_])(?:{'|'.join(map(re.escape, words))})(?![{LETTERS}_])") if words else None


def _places(text: str, terms: tuple[str, ...], guarded: bool) -> list[tuple[int, int, Kind]]:
    found: list[tuple[int, int, Kind]] = []
    for match in _PLACED.finditer(text):
        if match.group("placeholder"):
            found.append((*match.span(), "placeholder"))
        else:
            found.append((match.start(), _address_end(match), "address"))
    if guarded:
        found += [(*place, "code") for place in codes(text)]
    pattern = _of_terms(terms)
    if pattern is not None:
        found += [(*match.span(), "term") for match in pattern.finditer(text)]
    return sorted(found, key=lambda place: (place[0], -place[1]))


def _order(kind: Kind, raw: str) -> str:
    """Unnumbered placeholders are filled in their order, and paired codes enclose what is between them."""
    if kind == "placeholder" and (raw in ("{}", "%@") or re.fullmatch(r"%[-+0#]*[0-9.]*[a-zA-Z]+", raw)):
        return "unnumbered"
    return "paired" if kind == "placeholder" and raw.startswith(("</", "<g", "[/")) else ""


def parted(
    raw: str, terms: Sequence[str] = (), guarded: bool = False, words: Callable[[str], Item] = Words
) -> Iterator[Item]:
    """A run of words parted into words and what is not to be translated in them."""
    at = 0
    for start, end, kind in _places(raw, tuple(terms), guarded):
        if start < at or end <= start:
            continue
        if start > at:
            yield words(raw[at:start])
        yield Tag((raw[start:end],), "single", kind, order=_order(kind, raw[start:end]))
        at = end
    if at < len(raw):
        yield words(raw[at:])
