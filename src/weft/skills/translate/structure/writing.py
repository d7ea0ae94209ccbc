"""How words are written in a format: read as a person reads them, and written back as the format wants them."""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

Form: TypeAlias = Literal["text", "html", "icu"]

_ENTITY: Final = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_LAYOUT: Final = re.compile(r"[ \t\r\n\f]+")
_WRAP: Final = re.compile(r"(?:(?<![ \t])[ \t]++)?+\r?\n[ \t]*")
_EDGE: Final = re.compile(r"(?:\s|&nbsp;|&#160;|&#[xX][aA]0;)+")
_EDGE_BACK: Final = re.compile(r"(?:\s|&nbsp;|&#160;|&#[xX][aA]0;)")
_SYNTAX: Final = re.compile(r"[{}]+")
_SYNTAX_IN_PLURAL: Final = re.compile(r"[{}#]+")


@dataclass(frozen=True, slots=True)
class Writing:
    """A form of writing: plain, HTML (inside an attribute `quote` is its quotation mark), or an ICU message (`plural` where
    `#` stands for the number). `habits` are the characters that the source writes in a way of its own."""

    form: Form = "text"
    quote: str = ""
    plural: bool = False
    habits: Mapping[str, str] = field(default_factory=dict)

    def read(self, raw: str) -> str:
        """Words as a translator is to see them."""
        if self.form == "html":
            return html.unescape(_LAYOUT.sub(" ", raw))
        if self.form == "icu":
            return raw.replace("''", "'")
        return _WRAP.sub(" ", raw)

    def with_habits(self, raw: str) -> "Writing":
        """This form, with the ways in which `raw` writes characters that may be written in several."""
        return Writing(self.form, self.quote, self.plural, _habits(self.form, raw))

    def write(self, words: str) -> str:
        """Words that a translator gave, as the format wants them."""
        if self.form == "html":
            return self._as_html(words)
        return self._as_icu(words) if self.form == "icu" else words

    def _as_html(self, words: str) -> str:
        written, at = [], 0
        for entity in _ENTITY.finditer(words):
            written += [self._escaped(words[at : entity.start()]), entity.group()]
            at = entity.end()
        return "".join([*written, self._escaped(words[at:])])

    def _escaped(self, words: str) -> str:
        fixed = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
        if self.quote:
            fixed |= {'"': "&quot;"} if self.quote == '"' else {"'": "&#39;"} if self.quote == "'" else _BARE
        # An ampersand that the source left bare may be followed by what makes it an entity in the translation.
        signs = {**fixed, **{sign: way for sign, way in self.habits.items() if way != "&"}}
        return words.translate({ord(sign): way for sign, way in signs.items()})

    def _as_icu(self, words: str) -> str:
        apostrophe = self.habits.get("'", "''")
        syntax = _SYNTAX_IN_PLURAL if self.plural else _SYNTAX
        written, at = [], 0
        for found in syntax.finditer(words):
            written += [words[at : found.start()].replace("'", "''"), f"'{found.group()}'"]
            at = found.end()
        rest = words[at:]
        # A lone apostrophe is itself unless a brace may follow it.
        return "".join([*written, rest.replace("'", "''" if at or rest.endswith("'") else apostrophe)])


_BARE: Final = {sign: f"&#{ord(sign)};" for sign in "\"'`= \t\n"}


def _habits(form: Form, raw: str) -> Mapping[str, str]:
    if form == "icu":
        return {"'": "'"} if "'" in raw.replace("''", "") else {}
    if form != "html":
        return {}
    found: dict[str, str] = {}
    for entity in _ENTITY.finditer(raw):
        sign = html.unescape(entity.group())
        if len(sign) == 1 and not (sign.isascii() and (sign.isalnum() or sign.isspace())):
            found.setdefault(sign, entity.group())
    return found


def edges(raw: str) -> tuple[int, int]:
    """Where the words of a text begin and end, between the blanks around them."""
    before = _EDGE.match(raw)
    start = before.end() if before else 0
    end = len(raw)
    while end > start:
        length = next((n for n in (1, 6) if end - n >= start and _EDGE_BACK.fullmatch(raw, end - n, end)), 0)
        if not length:
            break
        end -= length
    return start, end
