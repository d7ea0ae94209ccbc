"""Taxonomies: trees of categories as they are published, and which node is meant by a business's own word for one."""

import functools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from weft import textfile
from weft.errors import InputError, TooLarge
from weft.skills.organize.signs import Sign, Signs

if TYPE_CHECKING:
    # An embedder brings onnxruntime with it, which nobody needs who has none.
    from weft.index.meaning import Embedder

_SHOPIFY: Final = re.compile(r"(gid://\S+)\s+:\s+(.+)")
_GOOGLE: Final = re.compile(r"(\d+)\s+-\s+(.+)")
_OWN: Final = re.compile(r"([^\s>:|]+)(?:\s+:\s+|\t)(.+)")
_CATEGORY: Final = "gid://shopify/TaxonomyCategory/"
_BETWEEN: Final = re.compile(r"\s>(?=\s|$)|^>\s")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffd]")
_MOST_NODES: Final = 200_000
_DEEPEST: Final = 20
_LONGEST: Final = 1_000
_LONGEST_NAME: Final = 200
_SURE_OF_PATH: Final = 1.0
_SURE_OF_NAME: Final = 0.95
_SURE_OF_PREFIX: Final = 0.7
_LEAST: Final = 0.5
_NEAR: Final = 0.62


@dataclass(frozen=True, slots=True)
class Node:
    """A category of a taxonomy: `path` is its name after those above it, as in `A > B > C`; `words` are further names."""

    id: str
    path: str
    leaf: bool = True
    words: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The path's names, from the root on."""
        return tuple(self.path.split(" > "))

    @property
    def name(self) -> str:
        """The node's own name, without those above it."""
        return self.path.rpartition(" > ")[2]


class Taxonomy:
    """The nodes of a taxonomy in the order of its file."""

    def __init__(self, nodes: Iterable[Node]) -> None:
        self.nodes: tuple[Node, ...] = tuple(nodes)
        self._by_id = {node.id: node for node in self.nodes}
        self._by_path = {_same(node.path): node for node in self.nodes}

    def __len__(self) -> int:
        return len(self.nodes)

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes)

    @classmethod
    def read(cls, source: str | Path) -> "Taxonomy":
        """Read Shopify's categories.txt, Google's taxonomy with ids or without, or one `A > B > C` a line.

        `source` is the text, or the path of a file, which may be compressed by gzip. A line of the plain form may begin with
        an id (`id : A > B` or `id`, tab, `A > B`) and end with further words (`A > B | words, more words`). Raises InputError
        for any other text, with the line where it ceases to be one of these.
        """
        text = (
            textfile.text_of(textfile.content_of(source, str(source)), str(source))
            if isinstance(source, Path)
            else source
        )
        return cls(_nodes(_lines(text.removeprefix("\ufeff"))))

    @classmethod
    def basic(cls) -> "Taxonomy":
        """Weft's own small taxonomy of retail, to start with."""
        return _basic()

    def node(self, name: str) -> Node | None:
        """The node with this id, else with this path; None if there is none."""
        return self._by_id.get(name) or self._by_path.get(_same(name))

    def _above(self, names: Sequence[str]) -> Node | None:
        """The deepest node that a path goes through, of two names at least."""
        for length in range(len(names) - 1, 1, -1):
            if there := self._by_path.get(_same(" > ".join(names[:length]))):
                return there
        return None

    @functools.cached_property
    def signs(self) -> Signs:
        """What words stand for which node."""
        return Signs(_sign(node) for node in self.nodes)

    def mapped(self, category: str, embedder: "Embedder | None" = None) -> tuple[Node, float] | None:
        """The node that a business means by a category or type of its own, and how sure that is; None if that is unclear.

        A path names its node; else the words of its last name decide, with those above it as a hint, then the part of the path
        that there is. With an embedder, what no
        words say is found by meaning, in a taxonomy of up to some thousand nodes.
        """
        there = self.node(category.strip())
        if there:
            return there, _SURE_OF_PATH
        names = [name.strip() for name in re.split(r"\s*[>/|»›]\s*", category) if name.strip()]
        if not names:
            return None
        best = self.signs.best(names[-1], names[:-1])
        if best and best[0].score >= _LEAST and (len(best) < 2 or best[0].score > best[1].score + 1e-9):
            apart = best[0].score - (best[1].score if len(best) > 1 else 0.0)
            return self.nodes[best[0].place], round(min(_SURE_OF_NAME, best[0].score * (0.7 + min(apart, 0.3))), 4)
        if prefix := self._above(names):
            return prefix, _SURE_OF_PREFIX
        if embedder is None:
            return None
        near = self.signs.nearest(names[-1], embedder, [one.place for one in best] or None)
        if near and near[0][1] >= _NEAR:
            return self.nodes[near[0][0]], round(near[0][1] * _SURE_OF_NAME, 4)
        return None


@functools.cache
def _basic() -> Taxonomy:
    return Taxonomy.read(Path(__file__).with_name("basic_taxonomy.txt"))


def _sign(node: Node) -> Sign:
    names = node.names
    return Sign(names[-1], names[:-1], node.words, node.leaf)


def _same(path: str) -> str:
    """A path without what does not matter when two are compared: case and blanks."""
    return " > ".join(part.strip() for part in path.casefold().split(">"))


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines that say something, with their numbers; raises InputError where the text is of another kind."""
    said = False
    for number, line in enumerate(text.splitlines(), 1):
        if wrong := _CONTROL.search(line):
            raise InputError(f"Line {number} has a character that no text has (U+{ord(wrong[0]):04X}): not a taxonomy.")
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        if not said and (kind := _other_kind(line)):
            raise InputError(f"Line {number} looks like {kind}, not like a category: {_EXPECTED}")
        if len(line) > _LONGEST:
            raise InputError(f"Line {number} has {len(line):,} characters, too many for a category: {_EXPECTED}")
        said = True
        yield number, line
    if not said:
        raise InputError(f"There is no category in this text: {_EXPECTED}")


_EXPECTED: Final = (
    "expected is one category a line, as in Shopify's `gid://… : A > B`, Google's `1 - A > B`, or plainly `A > B`."
)


def _other_kind(line: str) -> str | None:
    """What another kind of file the first line shows; None if it may be a taxonomy's."""
    if line[0] in "{[":
        return "JSON"
    if line[0] == "<":
        return "HTML or XML"
    if line.startswith("%PDF"):
        return "a PDF"
    if _SHOPIFY.fullmatch(line) and not line.startswith(_CATEGORY):
        return "a list of attributes or values"
    if line.count("|") > 1:
        return "a table"
    line = line.partition("|")[0].strip()
    if line.count("\t") > 1 or (" > " not in line and (";" in line or line.count(",") > 1)):
        return "a table"
    return "a table" if line.startswith('"') or re.match(r"\w+,\S", line) else None


def _form(line: str) -> re.Pattern[str] | None:
    """The pattern that the first line follows; None for a plain path."""
    for form in (_SHOPIFY, _GOOGLE, _OWN):
        if form.fullmatch(line):
            return form
    return None


def _nodes(lines: Iterator[tuple[int, str]]) -> list[Node]:
    """The nodes of a taxonomy's lines, those above them made where no line is theirs."""
    ids: dict[str, int] = {}
    found: dict[str, tuple[int, str, str, tuple[str, ...]]] = {}
    parents: dict[str, str] = {}
    form: re.Pattern[str] | None = None
    first = True
    for number, line in lines:
        if first:
            form, first = _form(line), False
        name, path, words = _line(number, line, form)
        key = _same(path)
        if key in found:
            raise InputError(f"Line {number} says {path!r} again, which line {found[key][0]} has said already.")
        name = name or path
        if name in ids:
            raise InputError(f"Line {number} has the id {name!r}, which line {ids[name]} has already.")
        ids[name] = number
        found[key] = (number, name, path, words)
        above = path
        while (above := above.rpartition(" > ")[0]) and _same(above) not in parents:
            parents[_same(above)] = above
        if len(found) > _MOST_NODES:
            raise TooLarge(
                f"There are more than {_MOST_NODES:,} categories from line {number} on; no taxonomy has so many."
            )
    nodes = [Node(name, path, _same(path) not in parents, words) for _, name, path, words in found.values()]
    return nodes + [Node(path, path, False) for key, path in parents.items() if key not in found]


def _line(number: int, line: str, form: re.Pattern[str] | None) -> tuple[str, str, tuple[str, ...]]:
    """A line's id (may be empty), path and further words; raises InputError if it is not in the form of the first."""
    name, words = "", ""
    if form is not None:
        matched = form.fullmatch(line)
        if not matched:
            raise InputError(f"Line {number}, {line[:80]!r}, is not written as the first line is: {_EXPECTED}")
        name, line = matched[1], matched[2]
    if form is None or form is _OWN:
        line, _, words = line.partition("|")
    parts = [part.strip() for part in _BETWEEN.split(line)]
    if not all(parts):
        raise InputError(f"Line {number} has an empty name in its path: {line[:80]!r}.")
    if len(parts) > _DEEPEST or any(len(part) > _LONGEST_NAME for part in parts):
        raise InputError(f"Line {number} is not a category's path, it is too long or too deep: {line[:80]!r}.")
    return name, " > ".join(parts), tuple(word.strip() for word in words.split(",") if word.strip())
