"""HTML as it comes, broken too, with Liquid in it where there is some: read once from left to right, no byte changed."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from weft.skills.translate.structure.liquid import Liquid
from weft.skills.translate.structure.placeholders import parted
from weft.skills.translate.structure.stream import Inner, Item, Piece, Tag, Wall, Words
from weft.skills.translate.structure.writing import Writing

TokenKind: TypeAlias = Literal["text", "open", "close", "comment", "whole", "output", "control"]

_IN_SENTENCES: Final = (
    "a abbr acronym b bdi bdo big br cite code data del dfn em font i img ins kbd label mark nobr q rb rp rt ruby s samp "
    "small span strike strong sub sup time tt u var wbr svg math"
)
INLINE: Final = frozenset(_IN_SENTENCES.split())
_VOID: Final = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"]
)
# What stands inside is no text for readers, or is to be shown as it is.
_CODE: Final = frozenset(["script", "style", "iframe", "noembed", "noframes", "xmp", "textarea"])
_KEPT: Final = frozenset(["pre", "code", "kbd", "samp", "var", "svg", "math", "template"])
_FOR_READERS: Final = (
    "alt title placeholder label summary aria-label aria-description aria-placeholder aria-roledescription "
    "aria-valuetext"
)
_TRANSLATED: Final = frozenset(_FOR_READERS.split())
_DESCRIBING: Final = re.compile(
    r"(?:name|property|itemprop)\s*=\s*[\"']?(?:description|title|keywords|headline|name|og:title|og:description|"
    r"og:image:alt|twitter:title|twitter:description|twitter:image:alt)[\"'\s/>]",
    re.IGNORECASE,
)
_BUTTON: Final = re.compile(r"type\s*=\s*[\"']?(?:submit|button|reset)[\"'\s/>]", re.IGNORECASE)
_NOT_TRANSLATED: Final = re.compile(
    r"\stranslate\s*=\s*[\"']?no[\"'\s/>]|\sclass\s*=\s*(?:\"[^\"]*\bnotranslate\b|'[^']*\bnotranslate\b|notranslate\b)",
    re.IGNORECASE,
)
_NAME: Final = re.compile(r"[A-Za-z][^\s/>{]*")
_BLANK: Final = re.compile(r"[\s/]+")
_ATTRIBUTE: Final = re.compile(r"[^\s/>=][^\s/>={]*")
_EQUALS: Final = re.compile(r"\s*=\s*")
_BARE: Final = re.compile(r"[^\s>{]+")
_SIMPLE: Final = re.compile(r"</?[A-Za-z][^<>]*>")
_NEXT: Final = re.compile(r"<|\{\{|\{%")
_LINE_BREAKS: Final = 2


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute: its name in lower case, and where its value stands between its quotation marks."""

    name: str
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text: `whole` is an element that is kept with all that is in it."""

    kind: TokenKind
    start: int
    end: int
    name: str = ""
    attributes: tuple[Attribute, ...] = ()


class Reader:
    """Reads the tokens of an HTML text, in time that grows with its length alone."""

    def __init__(self, text: str, liquid: bool = False) -> None:
        self.text = text
        self.liquid = Liquid(text) if liquid else None
        # Once a tag has run to the end of the text, every later one that is not closed on its way would.
        self.broken = False
        self.spent: set[str] = set()

    def tokens(self) -> Iterator[Token]:
        """The tokens in order; put together they are the text."""
        at = begin = 0
        while (found := _NEXT.search(self.text, at)) is not None:
            token = self._token(found.start())
            if token is None:
                at = found.end()
                continue
            if token.start > begin:
                yield Token("text", begin, token.start)
            yield token
            at = begin = token.end
        if begin < len(self.text):
            yield Token("text", begin, len(self.text))

    def _token(self, at: int) -> Token | None:
        if self.text[at] == "{":
            found = self.liquid.construct(at) if self.liquid else None
            return Token(found.kind, at, found.end, found.name) if found else None
        following = self.text[at + 1 : at + 2]
        if following in ("!", "?"):
            return self._comment(at)
        closing = following == "/"
        name = _NAME.match(self.text, at + 1 + closing)
        if name is None:
            return None
        tag = name.group().lower()
        end, attributes = self._tag(name.end(), at)
        if end is None:
            return None
        if closing:
            return Token("close", at, end, tag)
        if tag in _CODE and not self.text.endswith("/>", at, end):
            return Token("whole", at, self._code_end(tag, end), tag, ())
        return Token("open", at, end, tag, attributes)

    def _comment(self, at: int) -> Token:
        if self.text.startswith("<!--", at):
            end = self.text.find("-->", at + 4)
            return Token("comment", at, len(self.text) if end < 0 else end + 3)
        end = self.text.find(">", at)
        return Token("comment", at, len(self.text) if end < 0 else end + 1, "!")

    def _code_end(self, name: str, at: int) -> int:
        closing = re.compile(rf"</{name}(?=[\s/>])[^>]*>", re.IGNORECASE).search(self.text, at)
        return closing.end() if closing else len(self.text)

    def _tag(self, at: int, start: int) -> tuple[int | None, tuple[Attribute, ...]]:
        """Where a tag ends, and its attributes; None for one that never ends."""
        attributes: list[Attribute] = []
        if self.broken:
            simple = _SIMPLE.match(self.text, start)
            return (simple.end() if simple else None), ()
        while at < len(self.text):
            sign = self.text[at]
            if sign == ">":
                return at + 1, tuple(attributes)
            blank = _BLANK.match(self.text, at)
            if blank is not None:
                at = blank.end()
                continue
            inside = self.liquid.construct(at) if self.liquid and sign == "{" else None
            if inside is not None:
                at = inside.end
                continue
            name = _ATTRIBUTE.match(self.text, at)
            at = name.end() if name else at + 1
            equals = _EQUALS.match(self.text, at) if name else None
            if name is None or equals is None:
                continue
            value = self._value(equals.end())
            if value is None:
                break
            attributes.append(Attribute(name.group().lower(), *value))
            at = value[1] + len(value[2])
        self.broken = True
        return self._tag(at, start)

    def _value(self, at: int) -> tuple[int, int, str] | None:
        """Where an attribute's value begins and ends, and its quotation mark; None where that is never closed."""
        quote = self.text[at : at + 1]
        if quote not in ('"', "'"):
            end = at
            while (found := _BARE.match(self.text, end)) is not None or self.text.startswith("{", end):
                inside = self.liquid.construct(end) if self.liquid and found is None else None
                end = found.end() if found else inside.end if inside else end + 1
            return at, end, ""
        end = self._quote_end(quote, at + 1)
        return None if end < 0 else (at + 1, end, quote)

    def _quote_end(self, quote: str, at: int) -> int:
        if self.liquid is None:
            return self.text.find(quote, at)
        pattern = _QUOTED[quote]
        while (found := pattern.search(self.text, at)) is not None:
            if found.group() == quote:
                return found.start()
            inside = self.liquid.construct(found.start())
            at = inside.end if inside else found.end()
        return -1


_QUOTED: Final = {quote: re.compile(rf"{quote}|\{{\{{|\{{%") for quote in "\"'"}


def _kept_whole(text: str, tokens: Sequence[Token]) -> Iterator[Token]:
    """The tokens, with each element that is not to be translated made one."""
    closes = _closed_by(tokens)
    at = 0
    while at < len(tokens):
        token = tokens[at]
        end = closes.get(at)
        if end is not None and (
            token.name in _KEPT or _NOT_TRANSLATED.search(text, token.start, token.end) is not None
        ):
            yield Token("whole", token.start, tokens[end].end, token.name)
            at = end + 1
            continue
        yield token
        at += 1


def _closed_by(tokens: Sequence[Token]) -> dict[int, int]:
    """Which token closes the element that a token opens, by its name alone."""
    open_now: dict[str, list[int]] = {}
    closes: dict[int, int] = {}
    for index, token in enumerate(tokens):
        if token.kind == "open" and token.name not in _VOID:
            open_now.setdefault(token.name, []).append(index)
        elif token.kind == "close" and open_now.get(token.name):
            closes[open_now[token.name].pop()] = index
    return closes


class Document:
    """The stream of an HTML text; `terms` and codes become marks where that is wished."""

    def __init__(self, text: str, liquid: bool = False, terms: Sequence[str] = (), guarded: bool = False) -> None:
        self.text = text
        self.terms = terms
        self.guarded = guarded
        self.read = list(_kept_whole(text, list(Reader(text, liquid).tokens())))
        self.within_liquid = liquid

    @property
    def tagged(self) -> bool:
        """Whether there is a tag or an entity in it at all, so that its line breaks are mere layout."""
        return any(token.kind not in ("text", "output", "control") for token in self.read)

    def items(self) -> Iterator[Item]:
        """Words, tags and walls in order."""
        breaks: list[Token] = []
        for token in self.read:
            if breaks and not (token.name == "br" or (token.kind == "text" and self._raw(token).isspace())):
                yield from self._broken(breaks)
                breaks = []
            if token.name == "br" or breaks:
                breaks.append(token)
            elif token.kind == "text":
                yield from parted(self._raw(token), self.terms, self.guarded)
            elif token.kind == "output":
                yield Tag((self._raw(token),), "single", "placeholder")
            elif token.kind == "control":
                yield Tag((self._raw(token),), "single", "control", order="control")
            else:
                yield self._tag(token)
        yield from self._broken(breaks)

    def _broken(self, tokens: Sequence[Token]) -> Iterator[Item]:
        """Line breaks: one stands in its sentence, two or more end a paragraph."""
        if sum(token.name == "br" for token in tokens) >= _LINE_BREAKS:
            yield Wall(tuple(self._raw(token) for token in tokens), "")
            return
        for token in tokens:
            yield Words(self._raw(token)) if token.kind == "text" else Tag((self._raw(token),), order="break")

    def _tag(self, token: Token) -> Item:
        pieces = self._pieces(token) if token.kind == "open" else (self._raw(token),)
        if token.kind in ("comment", "whole"):
            block = token.kind == "whole" and token.name not in INLINE and token.name not in ("script", "style")
            return (
                Wall(pieces)
                if block or token.name == "!"
                else Tag(pieces, kind="code" if token.name in _KEPT else "markup")
            )
        if token.name not in INLINE and "-" not in token.name and ":" not in token.name:
            return Wall(pieces, token.name if token.kind == "open" else "")
        if token.name in _VOID or (token.kind == "open" and self.text.endswith("/>", token.start, token.end)):
            return Tag(pieces)
        return Tag(pieces, "open" if token.kind == "open" else "close", name=token.name)

    def _raw(self, token: Token) -> str:
        return self.text[token.start : token.end]

    def _pieces(self, token: Token) -> tuple[Piece, ...]:
        """A tag with the values of its translatable attributes as places for segments."""
        pieces: list[Piece] = []
        at = token.start
        for attribute in token.attributes:
            if not self._is_translated(token, attribute.name):
                continue
            value = self.text[attribute.start : attribute.end]
            context = f"{token.name} {attribute.name}"
            quote = attribute.quote or "bare"
            inner = Inner(tuple(self._value(value)), Writing("html", quote), context)
            pieces += [self.text[at : attribute.start], inner]
            at = attribute.end
        return (*pieces, self.text[at : token.end])

    def _value(self, value: str) -> Iterator[Item]:
        if not self.within_liquid:
            yield from parted(value, self.terms, self.guarded)
            return
        at = 0
        liquid = Liquid(value)
        while (start := value.find("{", at)) >= 0:
            found = liquid.construct(start)
            if found is None:
                yield from parted(value[at : start + 1], self.terms, self.guarded)
                at = start + 1
                continue
            yield from parted(value[at:start], self.terms, self.guarded)
            kind: Literal["placeholder", "control"] = "placeholder" if found.kind == "output" else "control"
            yield Tag((value[start : found.end],), "single", kind, order="control" if kind == "control" else "")
            at = found.end
        yield from parted(value[at:], self.terms, self.guarded)

    def _is_translated(self, token: Token, name: str) -> bool:
        if name in _TRANSLATED:
            return name != "label" or token.name in ("track", "option", "optgroup")
        if name == "content":
            return token.name == "meta" and _DESCRIBING.search(self.text, token.start, token.end) is not None
        return (
            name == "value" and token.name == "input" and _BUTTON.search(self.text, token.start, token.end) is not None
        )
