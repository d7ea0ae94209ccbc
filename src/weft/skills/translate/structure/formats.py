"""Which format a text is in, and its reader."""

import re
from collections.abc import Sequence
from typing import Final, Literal, TypeAlias

from weft.errors import InputError
from weft.skills.translate.structure import icu, plain_text
from weft.skills.translate.structure.assembly import Assembly, Parsed
from weft.skills.translate.structure.html import INLINE, Document
from weft.skills.translate.structure.stream import Item, Tag, Words
from weft.skills.translate.structure.writing import Writing

Format: TypeAlias = Literal["text", "html", "icu", "liquid"]
Asked: TypeAlias = Literal["auto", "text", "html", "icu", "liquid"]

_BLOCKS: Final = (
    "address article aside blockquote body button caption center col colgroup dd details div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 head header hr html iframe input legend li link main meta nav noscript object ol optgroup "
    "option p param picture pre script section select source style summary table tbody td textarea tfoot th thead title tr "
    "ul video audio"
)
_ELEMENTS: Final = INLINE | frozenset(_BLOCKS.split())
_ELEMENT: Final = re.compile(r"</?([A-Za-z][A-Za-z0-9]{0,11})(?=[\s/>])[^<>]*>|<!--|<!DOCTYPE", re.IGNORECASE)
_ENTITY: Final = re.compile(
    r"&(?:amp|lt|gt|quot|nbsp|apos|copy|reg|trade|eacute|[aouAOU]uml|szlig|#[0-9]{2,5}|#x[0-9a-fA-F]{2,5});"
)
_LIQUID: Final = re.compile(r"\{%-?\s*[a-z#]|\{\{-?\s*(?:[\w.\[\]]+\s*\||[a-z_]+\.[a-z_]|['\"])")


def format_of(text: str) -> Format:
    """The format that a text is written in, by what only that format has."""
    if icu.looks_like(text) and _is_message(text):
        return "icu"
    if _LIQUID.search(text):
        return "liquid"
    for found in _ELEMENT.finditer(text):
        if found.group(1) is None or found.group(1).lower() in _ELEMENTS:
            return "html"
    return "html" if _ENTITY.search(text) else "text"


def _is_message(text: str) -> bool:
    try:
        icu.arguments(text)
    except InputError:
        return False
    return True


def stream(
    text: str, known: Format, into: str | None = None, terms: Sequence[str] = (), guarded: bool = False
) -> tuple[list[Item], Writing]:
    """A text's words, tags and walls, and how its words are written."""
    if known == "icu":
        return icu.Message(text, into, terms, guarded).items(), Writing("icu")
    if known == "text":
        return list(plain_text.items([Words(text)], terms, guarded)), Writing("text")
    document = Document(text, known == "liquid" or "{{" in text or "{%" in text, terms, guarded)
    if known == "liquid" and not document.tagged and not _ENTITY.search(text):
        bare = Document(text, True)
        whole = [
            Words(text[t.start : t.end]) if t.kind == "text" else _construct(text[t.start : t.end], t.kind)
            for t in bare.read
        ]
        return list(plain_text.items(whole, terms, guarded)), Writing("text")
    return list(document.items()), Writing("html")


def _construct(raw: str, kind: str) -> Tag:
    return (
        Tag((raw,), "single", "placeholder") if kind == "output" else Tag((raw,), "single", "control", order="control")
    )


def parsed(
    text: str,
    format: Asked = "auto",  # noqa: A002
    *,
    into: str | None = None,
    guard: Sequence[str] = (),
    codes: bool = False,
) -> Parsed:
    """A text taken apart into segments and what stands around them.

    `into` names the target language, whose further plural forms an ICU message then gets as segments. The terms in `guard`
    become marks, and with `codes` so do product codes: for translators that would not leave them alone. Raises InputError
    for a text said to be an ICU message that is none.
    """
    known: Format = format_of(text) if format == "auto" else format
    items, writing = stream(text, known, into, guard, codes)
    assembly = Assembly()
    parts = assembly.parts(items, writing)
    return Parsed(text, known, tuple(assembly.segments), tuple(items), tuple(parts))
