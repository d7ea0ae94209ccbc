"""Files of synonyms: a table, or as Solr, Elasticsearch, Algolia and Typesense have them; and all rules as JSON Lines."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

import orjson

from weft.errors import InputError, UnknownFormat, UnreadableFile, WeftError
from weft.store.merchandising import Rule, compared, ruled
from weft.store.rows import Counts
from weft.store.rules import Rules
from weft.textfile import content_of, text_of

Format = Literal["csv", "solr", "elasticsearch", "algolia", "jsonl"]
_JSON: Final = ("elasticsearch", "algolia", "jsonl")
_TYPED: Final = ("typed", "from", "source", "input", "root", "term", "word", "query")
_WORDS: Final = ("words", "synonyms", "synonym", "to", "target", "also", "alternatives")
_ONE_WAY: Final = ("typed", "from", "source", "input", "root")
_BETWEEN: Final = re.compile(r"\s*[|;]\s*")
_SEPARATORS: Final = ",;\t|"
Found = tuple[int, Rule | str]


@dataclass(slots=True)
class Report:
    """What became of a file: counts, and the rows that could not be taken with line and reason."""

    counts: Counts = field(default_factory=Counts)
    rejected: list[tuple[int, str]] = field(default_factory=list)


def read(path: Path, format_name: str | None, called: str | None = None) -> Iterator[Found]:
    """The rules of a file with the lines where they stand, or what is wrong there; raises UnknownFormat, UnreadableFile."""
    name = called or path.name
    text = text_of(content_of(path, name), name)
    if not text.strip():
        raise UnreadableFile(f"{name} is empty.")
    chosen = format_name or _recognized(text)
    readers = {"csv": _table, "solr": _solr, "jsonl": _lines, "elasticsearch": _objects, "algolia": _objects}
    if chosen not in readers:
        raise UnknownFormat(f"There is no format of synonyms called {chosen!r}; there are {', '.join(readers)}.")
    if chosen == "elasticsearch" and text.lstrip()[:1] not in "[{":
        chosen = "solr"
    yield from readers[chosen](text, name)


def take(rules: Rules, found: Iterator[Found], who: str, *, dry_run: bool = False) -> Report:
    """Keep the rules of a file that can be; with `dry_run` say what would become of it and keep nothing.

    A rule that contradicts what is kept, or another of the file, is left out with the reason.
    """
    report = Report()
    good: list[tuple[int, Rule]] = []
    for line, one in found:
        if isinstance(one, str):
            report.rejected.append((line, one))
        else:
            good.append((line, one))
    kept = _fitting(rules, good, report)
    if dry_run:
        held = {_key(rule) for rule in rules.listed("synonyms")}
        same = sum(rule.kind == "synonyms" and _key(rule) in held for rule in kept)
        report.counts = Counts(created=len(kept) - same, unchanged=same)
    elif kept:
        report.counts = rules.put(kept, who)
    report.rejected.sort()
    return report


def _key(rule: Rule) -> tuple[frozenset[str], frozenset[str]]:
    return frozenset(map(compared, rule.typed)), frozenset(map(compared, rule.words))


def _fitting(rules: Rules, good: Sequence[tuple[int, Rule]], report: Report) -> list[Rule]:
    """The rules that can be kept together; where not all can, they are tried in halves, down to the ones that cannot."""
    kept: list[Rule] = []
    waiting = [list(good)]
    while waiting:
        some = waiting.pop()
        try:
            rules.check([*kept, *(rule for _, rule in some)])
        except WeftError as problem:
            if len(some) == 1:
                report.rejected.append((some[0][0], problem.message))
            elif some:
                middle = len(some) // 2
                waiting += [some[middle:], some[:middle]]
        else:
            kept += [rule for _, rule in some]
    return list({_key(rule) if rule.kind == "synonyms" else id(rule): rule for rule in kept}.values())


def write(rules: Sequence[Rule], path: Path, format_name: str) -> int:
    """Write synonyms as CSV or as Solr has them, or all rules as JSON Lines; answers how many. Raises UnknownFormat."""
    if format_name == "jsonl":
        path.write_bytes(b"".join(orjson.dumps(rule.kept()) + b"\n" for rule in rules))
        return len(rules)
    chosen = [rule for rule in rules if rule.kind == "synonyms" and (rule.on or format_name == "csv")]
    if format_name == "csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["typed", "words", "name", "on"])
            writer.writerows(
                [" | ".join(rule.typed), " | ".join(rule.words), rule.name, str(rule.on).lower()] for rule in chosen
            )
    elif format_name == "solr":
        lines = [
            " => ".join(", ".join(map(_escaped, some)) for some in (one.typed, one.words) if some) for one in chosen
        ]
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    else:
        raise UnknownFormat(f"Rules are written as csv, solr or jsonl, not as {format_name!r}.")
    return len(chosen)


def _escaped(word: str) -> str:
    return re.sub(r"([,\\#]|=>)", r"\\\1", word)


def _recognized(text: str) -> str:
    start = text.lstrip()[:1]
    if start == "[":
        return "algolia"
    if start == "{":
        first = text.strip().partition("\n")[0]
        try:
            whole = orjson.loads(first)
        except orjson.JSONDecodeError:
            return "elasticsearch"
        return "jsonl" if isinstance(whole, dict) and "kind" in whole else "elasticsearch"
    cells = _header(text)
    return "csv" if any(cell in _WORDS for cell in cells) else "solr"


def _header(text: str) -> list[str]:
    line = text.lstrip().partition("\n")[0]
    separator = max(_SEPARATORS, key=line.count)
    return [cell.strip().strip('"').lower() for cell in line.split(separator)]


def _made(line: int, typed: Sequence[str], words: Sequence[str], **more: Any) -> Found:
    """Synonyms as a rule, or what is wrong with them; a word that leads to itself as well is said once."""
    own = {compared(word) for word in typed}
    others = list({compared(word): word for word in words if compared(word) not in own}.values())
    try:
        return line, ruled({"kind": "synonyms", "typed": list(typed), "words": others, **more})
    except InputError as problem:
        return line, problem.message


def _table(text: str, name: str) -> Iterator[Found]:
    first = text.lstrip("\n").partition("\n")[0]
    separator = max(_SEPARATORS, key=first.count)
    rows = csv.reader(io.StringIO(text.lstrip("\n")), delimiter=separator)
    header = [cell.strip().lower() for cell in next(rows, [])]
    words_at = next((place for place, cell in enumerate(header) if cell in _WORDS), None)
    if words_at is None:
        raise InputError(f"{name} has no column called words or synonyms.")
    typed_at = next((place for place, cell in enumerate(header) if cell in _TYPED and place != words_at), None)
    one_way = typed_at is not None and header[typed_at] in _ONE_WAY
    for cells in rows:
        line = rows.line_num
        if not any(cell.strip() for cell in cells):
            continue
        words = _parts(cells, words_at)
        typed = _parts(cells, typed_at) if typed_at is not None else []
        said = {column: cells[place].strip() for place, column in enumerate(header) if place < len(cells)}
        more = {"name": said.get("name", ""), "on": said.get("on", "true").lower() not in ("false", "0", "no")}
        yield _made(line, typed if one_way else [], words if one_way else [*typed, *words], **more)


def _parts(cells: Sequence[str], place: int) -> list[str]:
    """The words of a cell, between | or ; or, where there is none of these, between commas."""
    cell = cells[place].strip() if place < len(cells) else ""
    parts = _BETWEEN.split(cell) if _BETWEEN.search(cell) else cell.split(",")
    return [part.strip() for part in parts if part.strip()]


def _solr(text: str, name: str) -> Iterator[Found]:
    """Lines as `a, b, c`, which mean the same, or `a, b => c`: who types a or b finds c as well."""
    del name
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            yield _said(number, line)


def _said(number: int, line: str) -> Found:
    sides = [
        [re.sub(r"\\(.)", r"\1", part).strip() for part in re.split(r"(?<!\\),", side) if part.strip()]
        for side in re.split(r"(?<!\\)=>", line)
    ]
    if len(sides) > 2:
        return number, "It has more than one =>."
    return _made(number, sides[0], sides[1]) if len(sides) == 2 else _made(number, [], sides[0])


def _lines(text: str, name: str) -> Iterator[Found]:
    """Rules of all kinds, an object a line; an id that they had elsewhere is not theirs here."""
    del name
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            given = orjson.loads(line)
            if not isinstance(given, Mapping):
                raise InputError("A line is one JSON object.")
            yield number, ruled({key: value for key, value in given.items() if key != "id"})
        except orjson.JSONDecodeError as problem:
            yield number, f"It is not JSON: {problem}."
        except InputError as problem:
            yield number, problem.message


def _objects(text: str, name: str) -> Iterator[Found]:
    """Objects as Algolia, Elasticsearch and Typesense have them, in a list or one a line; the line is counted in objects."""
    try:
        whole = orjson.loads(text)
    except orjson.JSONDecodeError as problem:
        try:
            whole = [orjson.loads(line) for line in text.splitlines() if line.strip()]
        except orjson.JSONDecodeError:
            raise UnreadableFile(f"{name} is not JSON: {problem}.") from None
    for key in ("synonyms_set", "hits", "synonyms"):
        if isinstance(whole, Mapping) and isinstance(whole.get(key), list) and "root" not in whole:
            whole = whole[key]
    for number, one in enumerate(whole if isinstance(whole, list) else [whole], 1):
        yield from _object(number, one)


def _object(number: int, one: Any) -> Iterator[Found]:
    if isinstance(one, str):
        yield _said(number, one)
        return
    if not isinstance(one, Mapping):
        yield number, "It is no object."
        return
    words = one.get("synonyms") or one.get("corrections") or one.get("replacements") or []
    typed = one.get("input") or one.get("word") or one.get("root") or ""
    if isinstance(words, str):
        yield _said(number, words)
    elif one.get("type") == "placeholder":
        yield number, "It is a placeholder, which Weft does not have."
    elif not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        yield number, "Its synonyms are no list of words."
    else:
        yield _made(number, [str(typed)] if typed else [], words)
