"""What a reader of a format hands on: words, inline tags, and walls between one segment and the next."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from weft.skills.translate.structure.writing import Writing

Role: TypeAlias = Literal["open", "close", "single"]
Kind: TypeAlias = Literal["markup", "control", "placeholder", "address", "code", "term", "message"]


@dataclass(frozen=True, slots=True)
class Words:
    """Words as the source writes them, with their entities or quotes."""

    raw: str


@dataclass(frozen=True, slots=True)
class Inner:
    """Something to be translated inside a tag: an attribute's value, a branch of a message.

    `selector` is that of a branch. An `added` one is a branch that the source does not have and the target language needs:
    it is written as `before`, the translation, `after`, and only where there is a translation.
    """

    items: tuple["Item", ...]
    writing: Writing
    context: str
    selector: str = ""
    added: bool = False
    before: str = ""
    after: str = ""


Piece: TypeAlias = str | Inner


@dataclass(frozen=True, slots=True)
class Tag:
    """What stands among words and is no word: an element's tag, a placeholder, an address, a message's argument.

    `name` pairs an opening with its closing tag. Tags of one `order` keep their order among themselves; those without one
    may go where the sentence wants them.
    """

    pieces: tuple[Piece, ...]
    role: Role = "single"
    kind: Kind = "markup"
    name: str = ""
    order: str = ""

    @property
    def key(self) -> str:
        """What it is, whatever its translatable parts say."""
        return key(self.pieces)


@dataclass(frozen=True, slots=True)
class Wall:
    """What ends one segment and begins the next; `context` says in what the next one stands."""

    pieces: tuple[Piece, ...]
    context: str = ""

    @property
    def key(self) -> str:
        """What it is, whatever its translatable parts say."""
        return key(self.pieces)


Run: TypeAlias = Words | Tag
Item: TypeAlias = Words | Tag | Wall


def key(pieces: Sequence[Piece]) -> str:
    """The fixed part of pieces: what is translatable in them shows as an empty place."""
    return "".join(piece if isinstance(piece, str) else "\0" for piece in pieces)


def raw(pieces: Sequence[Piece]) -> Iterator[str]:
    """The pieces as the source has them, one text after the other."""
    for piece in pieces:
        if isinstance(piece, str):
            yield piece
        elif not piece.added:
            for item in piece.items:
                yield from [item.raw] if isinstance(item, Words) else raw(item.pieces)


def partners_of(items: Sequence[Run]) -> dict[int, int]:
    """Which opening tag of a segment belongs to which closing one, both ways; those that cross another pair have none."""
    found: dict[int, int] = {}
    open_now: list[int] = []
    names: Counter[str] = Counter()
    for index, item in enumerate(items):
        if isinstance(item, Words) or item.role == "single":
            continue
        if item.role == "open":
            open_now.append(index)
            names[item.name] += 1
            continue
        while names[item.name]:
            opened = items[(start := open_now.pop())]
            name = opened.name if isinstance(opened, Tag) else ""
            names[name] -= 1
            if name == item.name:
                found[start], found[index] = index, start
                break
    return found
