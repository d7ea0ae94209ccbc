"""ICU MessageFormat: arguments, the branches of plural and select, quotes, and the forms that another language needs."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

import babel

from weft.errors import InputError
from weft.skills.translate.structure.placeholders import parted
from weft.skills.translate.structure.stream import Inner, Item, Piece, Tag
from weft.skills.translate.structure.writing import Writing

CATEGORIES: Final = ("zero", "one", "two", "few", "many", "other")
_DEEPEST: Final = 40
_COMPLEX: Final = re.compile(r"\{\s*([^\s,{}'#]+)\s*,\s*(plural|selectordinal|select)\s*,")
_SIMPLE: Final = re.compile(r"\{\s*([^\s,{}'#]+)\s*(?:,\s*([A-Za-z]+)\s*)?(?=[,}]|$)")
_OFFSET: Final = re.compile(r"\s*offset\s*:\s*[0-9]+")
_SELECTOR: Final = re.compile(r"(\s*)(=[0-9]+|[^\s{}=,'#]+)(\s*)\{")
_MARKUP: Final = re.compile(r"<(/?)([A-Za-z][\w-]*)((?:\s[^<>{}]*)?)(/?)>")
_LITERAL: Final = re.compile(r"[{}'#<]")
_LOOKS: Final = re.compile(r"\{\s*[\w.-]+\s*,\s*(?:plural|selectordinal|select)\s*,")


@dataclass(frozen=True, slots=True)
class Argument:
    """A plural or select argument of a message: its name, its kind, and its selectors in order."""

    name: str
    kind: str
    selectors: tuple[str, ...]


def looks_like(text: str) -> bool:
    """Whether a text has an argument that only an ICU message has."""
    return _LOOKS.search(text) is not None


@lru_cache(maxsize=256)
def categories(language: str, ordinal: bool = False) -> tuple[str, ...]:
    """The plural forms of a language (CLDR, by Babel), `other` always among them; only that of one that is not known."""
    try:
        locale = babel.Locale.parse(language.replace("-", "_"))
    except (ValueError, babel.UnknownLocaleError):
        return ("other",)
    form = locale.ordinal_form if ordinal else locale.plural_form
    return tuple(category for category in CATEGORIES if category in form.tags or category == "other")


class Message:
    """An ICU message being read, with the forms that `into` needs added where it names a language.

    Raises InputError where the message is not one, with the place.
    """

    def __init__(self, text: str, into: str | None = None, terms: Sequence[str] = (), guarded: bool = False) -> None:
        self.text = text
        self.into = into
        self.terms = terms
        self.guarded = guarded
        self.arguments: list[Argument] = []

    def items(self) -> list[Item]:
        """The stream of the whole message."""
        items, end = self._message(0, 0, False)
        if end < len(self.text):
            raise self._wrong(end, "a brace is closed that was not opened")
        return items

    def _wrong(self, at: int, why: str) -> InputError:
        return InputError(f"The ICU message cannot be read: {why} (character {at + 1}).")

    def _message(self, at: int, depth: int, plural: bool) -> tuple[list[Item], int]:
        """What stands from a place up to the brace that closes it, or to the end at depth 0."""
        if depth > _DEEPEST:
            raise self._wrong(at, f"its arguments are nested more than {_DEEPEST} deep")
        items: list[Item] = []
        begin = at
        while (found := _LITERAL.search(self.text, at)) is not None and found.group() != "}":
            tag, end = self._special(found.start(), depth, plural)
            if tag is not None:
                items += self._words(begin, found.start())
                items.append(tag)
                begin = end
            at = end
        end = found.start() if found else len(self.text)
        if found is None and depth:
            raise self._wrong(end, "a brace that was opened is never closed")
        return [*items, *self._words(begin, end)], end

    def _words(self, start: int, end: int) -> Iterator[Item]:
        return parted(self.text[start:end], self.terms, self.guarded) if end > start else iter(())

    def _special(self, at: int, depth: int, plural: bool) -> tuple[Tag | None, int]:
        sign = self.text[at]
        if sign == "'":
            return self._quoted(at, plural)
        if sign == "#":
            return (Tag(("#",), "single", "placeholder"), at + 1) if plural else (None, at + 1)
        if sign == "{":
            return self._argument(at, depth, plural)
        markup = _MARKUP.match(self.text, at)
        if markup is None:
            return None, at + 1
        role: Literal["open", "close", "single"] = (
            "close" if markup.group(1) else "single" if markup.group(4) else "open"
        )
        return Tag((markup.group(),), role, name=markup.group(2)), markup.end()

    def _quoted(self, at: int, plural: bool) -> tuple[Tag | None, int]:
        following = self.text[at + 1 : at + 2]
        if following == "'":
            return None, at + 2
        if not following or following not in ("{}#|" if plural else "{}|"):
            return None, at + 1
        end = at + 1
        while (end := self.text.find("'", end)) >= 0 and self.text.startswith("''", end):
            end += 2
        # A quote that is not closed reaches to the end.
        stop = len(self.text) if end < 0 else end + 1
        return Tag((self.text[at:stop],), "single", "placeholder"), stop

    def _argument(self, at: int, depth: int, plural: bool) -> tuple[Tag, int]:
        found = _COMPLEX.match(self.text, at)
        if found is not None:
            return self._branching(found, depth, plural)
        simple = _SIMPLE.match(self.text, at)
        if simple is None:
            raise self._wrong(at, "after the opening brace there is no argument's name")
        end = self._style_end(simple.end())
        return Tag((self.text[at:end],), "single", "placeholder"), end

    def _style_end(self, at: int) -> int:
        depth = 1
        for found in re.compile(r"'[{}][^']*'|[{}]").finditer(self.text, at):
            if len(found.group()) > 1:
                continue
            depth += 1 if found.group() == "{" else -1
            if not depth:
                return found.end()
        raise self._wrong(at, "a brace that was opened is never closed")

    def _branching(self, found: re.Match[str], depth: int, plural: bool) -> tuple[Tag, int]:
        name, kind = found.groups()
        counts = kind != "select"
        within = plural if not counts else True
        offset = _OFFSET.match(self.text, found.end()) if counts else None
        begin = at = offset.end() if offset else found.end()
        pieces: list[Piece] = [self.text[found.start() : at]]
        branches: dict[str, tuple[Inner, str]] = {}
        while (selector := _SELECTOR.match(self.text, at)) is not None:
            if selector.group(2) in branches:
                raise self._wrong(at, f"the argument {name} has two branches {selector.group(2)}")
            if counts and selector.group(2)[0] != "=" and selector.group(2) not in CATEGORIES:
                raise self._wrong(at, f"{selector.group(2)} is no plural form; they are {', '.join(CATEGORIES)}")
            inside, end = self._message(selector.end(), depth + 1, within)
            context = f"{kind} {selector.group(2)} of {name}"
            inner = Inner(tuple(inside), Writing("icu", plural=within), context, selector.group(2))
            branches[selector.group(2)] = (inner, selector.group(1))
            pieces += [self.text[at : selector.end()], inner, "}"]
            at = end + 1
        end = self._closed(at, name, branches, begin)
        self.arguments.append(Argument(name, kind, tuple(branches)))
        pieces += [*(self._forms(kind, name, branches) if counts else ()), self.text[at:end]]
        return Tag(tuple(pieces), "single", "message", f"{kind} {name}"), end

    def _closed(self, at: int, name: str, branches: dict[str, tuple[Inner, str]], begin: int) -> int:
        closing = re.compile(r"\s*\}").match(self.text, at)
        if closing is None:
            raise self._wrong(at, f"the argument {name} needs a branch such as other {{…}} or its closing brace here")
        if "other" not in branches:
            raise self._wrong(begin, f"the argument {name} has no branch other")
        return closing.end()

    def _forms(self, kind: str, name: str, branches: dict[str, tuple[Inner, str]]) -> Iterator[Inner]:
        """The plural forms that the target language needs and the message lacks."""
        needed = categories(self.into, kind == "selectordinal") if self.into else ()
        other, gap = branches["other"]
        for category in needed:
            if category not in branches:
                context = f"{kind} {category} of {name}"
                yield Inner(other.items, other.writing, context, category, True, f"{gap or ' '}{category} {{", "}")


def arguments(text: str) -> list[Argument]:
    """The plural and select arguments of a message, inner ones first; raises InputError where it is none."""
    message = Message(text)
    message.items()
    return message.arguments
