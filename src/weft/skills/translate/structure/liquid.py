"""Liquid's tags and outputs, found where they begin; what their blocks hold that is no text is kept with them."""

import re
from dataclasses import dataclass
from typing import Final, Literal

# Blocks whose inside is code, data, or not shown.
_OPAQUE: Final = frozenset(["comment", "raw", "javascript", "stylesheet", "style", "schema", "doc"])
_TAG: Final = re.compile(r"\{%-?\s*([A-Za-z_#][\w]*)?")


@dataclass(frozen=True, slots=True)
class Construct:
    """An output `{{ … }}` or a tag `{% … %}` with its name, and where it ends."""

    kind: Literal["output", "control"]
    end: int
    name: str = ""


class Liquid:
    """Finds Liquid in one text. What was once not found to be closed is not looked for again."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.spent: set[str] = set()

    def construct(self, at: int) -> Construct | None:
        """What begins at a place; None where nothing does, or it is never closed."""
        if self.text.startswith("{{", at):
            end = self._after("}}", at + 2)
            # {{{name}}} and {{ {} }} close with what they opened.
            while end is not None and self.text.startswith("{{{", at) and self.text.startswith("}", end):
                end += 1
            return Construct("output", end) if end is not None else None
        if not self.text.startswith("{%", at):
            return None
        end = self._after("%}", at + 2)
        tag = _TAG.match(self.text, at)
        if end is None or tag is None:
            return None
        name = tag.group(1) or ""
        return Construct("control", self._block_end(name, end) if name in _OPAQUE else end, name)

    def _after(self, what: str, at: int) -> int | None:
        if what in self.spent:
            return None
        found = self.text.find(what, at)
        if found < 0:
            self.spent.add(what)
            return None
        return found + len(what)

    def _block_end(self, name: str, at: int) -> int:
        if name in self.spent:
            return at
        found = re.compile(rf"\{{%-?\s*end{name}\s*-?%\}}").search(self.text, at)
        if found is None:
            self.spent.add(name)
            return at
        return found.end()


def open_blocks(names: list[str]) -> str | None:
    """What is wrong with the nesting of tags by their names, as a sentence; None where each block is closed in turn."""
    blocks = frozenset(["if", "unless", "case", "for", "tablerow", "capture", "form", "paginate"])
    stack: list[str] = []
    for name in names:
        if name in blocks:
            stack.append(name)
        elif name.startswith("end") and name[3:] in blocks:
            if not stack or stack[-1] != name[3:]:
                return f"{{% {name} %}} closes nothing that is open."
            stack.pop()
    return f"{{% {stack[-1]} %}} is never closed." if stack else None
