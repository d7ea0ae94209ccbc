"""The filter language: `vendor = "Acme" and price < 20 and not (tags = sale or title ~ outlet)`.

    filter     := term ("or" term)*
    term       := factor ("and" factor)*
    factor     := "not" factor | "(" filter ")" | comparison
    comparison := FIELD ("=" | "!=" | "<" | "<=" | ">" | ">=" | "~" | "!~") VALUE
                | FIELD ["not"] "in" "(" VALUE ("," VALUE)* ")" | FIELD "is" ["not"] "missing"

A value is a word, a number, or text in single or double quotes; `~` means contains, whatever the case. Fields come
from a fixed list, values travel as parameters, so no filter can say more than it may.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from weft.errors import BadFilter

_TOKEN: Final = re.compile(
    r"""\s*(?:(?P<op>!=|<=|>=|!~|[=<>~(),])|(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?P<word>[^\s=<>!~(),"']+))"""
)
_COMPARE: Final = {"=": "=", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_DEEPEST: Final = 40


@dataclass(frozen=True, slots=True)
class Field:
    """A name that filters may use: its SQL expression and kind (text, number, time, list, flag)."""

    sql: str
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class Filter:
    """A parsed filter: an SQL condition and its parameters, in order."""

    sql: str
    parameters: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Fields:
    """The list of fields; `open` maps a prefix such as `attributes` to an expression with one parameter, the name."""

    fixed: Mapping[str, Field]
    open: Mapping[str, Field]

    def find(self, name: str, place: int) -> tuple[Field, tuple[Any, ...]]:
        """The field of that name and the parameters of its expression; raises BadFilter."""
        if name in self.fixed:
            return self.fixed[name], ()
        prefix, _, rest = name.partition(".")
        if rest and prefix in self.open:
            return self.open[prefix], (rest,)
        names = ", ".join([*self.fixed, *(f"{prefix}.NAME" for prefix in self.open)])
        raise BadFilter(f"The filter names {name!r} at character {place + 1}, which is not a field. Fields: {names}.")


class _Parser:
    def __init__(self, text: str, fields: Fields) -> None:
        self.text, self.fields = text, fields
        self.tokens: list[tuple[str, str, int]] = []
        self.at = 0
        self.parameters: list[Any] = []
        place = 0
        while place < len(text.rstrip()):
            match = _TOKEN.match(text, place)
            if match is None:
                raise BadFilter(f"The filter cannot be read at character {place + 1}: {text[place : place + 20]!r}.")
            kind = match.lastgroup or ""
            self.tokens.append((kind, match[kind], match.start(kind)))
            place = match.end()

    def peek(self) -> tuple[str, str, int]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "", len(self.text))

    def word(self, *words: str) -> bool:
        kind, text, _ = self.peek()
        if kind == "word" and text.lower() in words:
            self.at += 1
            return True
        return False

    def op(self, text: str) -> bool:
        if self.peek()[:2] == ("op", text):
            self.at += 1
            return True
        return False

    def fail(self, wanted: str) -> BadFilter:
        kind, text, place = self.peek()
        found = "its end" if kind == "end" else repr(text)
        return BadFilter(f"The filter needs {wanted} at character {place + 1}, and has {found}.")

    def filter(self, depth: int = 0) -> str:
        parts = [self.term(depth)]
        while self.word("or"):
            parts.append(self.term(depth))
        return "(" + " or ".join(parts) + ")" if len(parts) > 1 else parts[0]

    def term(self, depth: int) -> str:
        parts = [self.factor(depth)]
        while self.word("and"):
            parts.append(self.factor(depth))
        return "(" + " and ".join(parts) + ")" if len(parts) > 1 else parts[0]

    def factor(self, depth: int) -> str:
        if depth > _DEEPEST:
            raise BadFilter(f"The filter is nested deeper than {_DEEPEST} levels.")
        if self.word("not"):
            return f"(not {self.factor(depth + 1)})"
        if self.op("("):
            inside = self.filter(depth + 1)
            if not self.op(")"):
                raise self.fail("a closing parenthesis")
            return inside
        return self.comparison()

    def comparison(self) -> str:
        kind, name, place = self.peek()
        if kind != "word":
            raise self.fail("a field's name")
        self.at += 1
        field, named = self.fields.find(name, place)
        if self.word("is"):
            negated = self.word("not")
            if not self.word("missing"):
                raise self.fail("'missing'")
            self.parameters.extend(named)
            blank = f"coalesce(({field.sql})::text, '') in ('', '{{}}', '[]')"
            return f"(not {blank})" if negated else f"({blank})"
        negated = self.word("not")
        if self.word("in"):
            choice = self.choice(field, named)
            return f"(not {choice})" if negated else choice
        if negated:
            raise self.fail("'in'")
        kind, operator, _ = self.peek()
        if kind != "op" or operator in "(),":
            raise self.fail("one of = != < <= > >= ~ !~ in is")
        self.at += 1
        return self.compared(field, named, operator, self.value(field, operator))

    def choice(self, field: Field, named: tuple[Any, ...]) -> str:
        if not self.op("("):
            raise self.fail("an opening parenthesis")
        parts = []
        while True:
            parts.append(self.compared(field, named, "=", self.value(field, "=")))
            if self.op(")"):
                return "(" + " or ".join(parts) + ")"
            if not self.op(","):
                raise self.fail("a comma or a closing parenthesis")

    def compared(self, field: Field, named: tuple[Any, ...], operator: str, value: Any) -> str:
        self.parameters.extend(named)
        if operator in ("~", "!~"):
            escaped = str(value).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
            self.parameters.append(f"%{escaped}%")
            expression = f"coalesce(({field.sql})::text, '') ilike %s"
            return f"({expression})" if operator == "~" else f"(not {expression})"
        self.parameters.append(value)
        if field.kind == "list":
            if operator not in ("=", "!="):
                raise BadFilter("A field that holds a list can be compared with =, != and ~ alone.")
            # The cast keeps a subquery from being read as rows to compare with, not as one list.
            expression = f"coalesce(%s = any(({field.sql})::text[]), false)"
            # The parameters of a list's own expression would come after the value; lists have none.
            return expression if operator == "=" else f"(not {expression})"
        if operator == "!=":
            return f"(({field.sql}) is distinct from %s)"
        return f"coalesce(({field.sql}) {_COMPARE[operator]} %s, false)"

    def value(self, field: Field, operator: str) -> Any:
        kind, text, place = self.peek()
        if kind not in ("word", "text"):
            raise self.fail("a value")
        self.at += 1
        if kind == "text":
            text = re.sub(r"\\(.)", r"\1", text[1:-1])
        if "\x00" in text:
            raise BadFilter(f"The filter has a NUL at character {place + 1}.")
        if operator in ("~", "!~") or field.kind in ("text", "list"):
            return text
        if field.kind == "number":
            if not re.fullmatch(r"[+-]?\d{1,18}(\.\d{1,9})?", text):
                raise BadFilter(f"The filter needs a number at character {place + 1}, and has {text!r}.")
            return Decimal(text)
        if field.kind == "flag":
            if text.lower() not in ("true", "false", "yes", "no"):
                raise BadFilter(f"The filter needs true or false at character {place + 1}, and has {text!r}.")
            return text.lower() in ("true", "yes")
        if not re.fullmatch(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?)?", text):
            raise BadFilter(f"The filter needs a date such as 2026-05-31 at character {place + 1}, and has {text!r}.")
        try:
            moment = datetime.fromisoformat(text)
        except ValueError as problem:
            raise BadFilter(f"The filter has no real date at character {place + 1}: {text!r}.") from problem
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def quoted(text: str) -> str:
    """A text as a value of the filter language."""
    return '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'


def parse(text: str, fields: Fields) -> Filter:
    """Parse a filter into SQL; raises BadFilter with the character at which it fails."""
    if len(text) > 4000:
        raise BadFilter("The filter is longer than 4000 characters.")
    parser = _Parser(text, fields)
    if not parser.tokens:
        raise BadFilter("The filter is empty.")
    sql = parser.filter()
    if parser.peek()[0] != "end":
        raise parser.fail("'and', 'or' or its end")
    return Filter(sql, tuple(parser.parameters))
