"""A business's own judged queries, read from a file: which products are how good an answer to a query.

CSV with a heading, JSON Lines, or lines of four as TREC keeps them (query, anything, product, grade; NIST, trec_eval). Grades are
numbers from 0 on; a pair that was graded more than once has the mean of its grades.
"""

import csv
import io
import json
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from weft import textfile
from weft.errors import InputError

_QUERY: Final = ("query", "search_term", "search term", "keyword", "user_query", "q", "qid", "query_id", "topic")
_PRODUCT: Final = (
    *("product", "id", "product_id", "product id", "docid", "doc_id", "document", "product_uid", "handle", "sku"),
    *("item", "item_id", "object_id", "objectid"),
)
_GRADE: Final = ("grade", "rating", "relevance", "rel", "judgment", "judgement", "label", "score", "gain")
_TOLD: Final = 3
_HIGHEST: Final = 1000
_Row = tuple[int, Any, Any, Any]


@dataclass(frozen=True, slots=True)
class Judgments:
    """Grades by query and product; `rows` were read, and `problems` say what of them could not be."""

    grades: Mapping[str, Mapping[str, float]]
    rows: int
    problems: Sequence[str]


def read(file: Path, queries: Path | None = None) -> Judgments:
    """The judgments of a file, packed by gzip or not; `queries` has lines `number⇥text` where a file names queries by numbers.

    Raises InputError where there is not one judgment in it, UnreadableFile, TooLarge.
    """
    names = _names(queries) if queries is not None else {}
    text = textfile.text_of(textfile.content_of(file, file.name), file.name)
    met: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    problems: list[str] = []
    rows = 0
    for line, query, product, grade in _rows(text, file.name):
        rows += 1
        said = " ".join(str(query or "").split())
        key, value = str(product if product is not None else "").strip(), _grade(grade)
        if names and said not in names:
            problems.append(f"Line {line}: {queries.name if queries else ''} has no query {said!r}.")
        elif not said or not key:
            problems.append(f"Line {line}: a query and a product are wanted.")
        elif value is None:
            problems.append(f"Line {line}: the grade {str(grade)[:40]!r} is no number up to {_HIGHEST}.")
        else:
            met[names.get(said, said)][key].append(value)
    if not met:
        raise InputError(
            f"{file.name} has no judgment: lines of a query, a product's id and a grade are wanted, as CSV with the heading "
            f"query,product,grade, as JSON Lines, or as TREC's qrels. {' '.join(problems[:_TOLD])}".rstrip()
        )
    grades = {query: {key: sum(values) / len(values) for key, values in some.items()} for query, some in met.items()}
    return Judgments(grades, rows, problems)


def _grade(said: Any) -> float | None:
    """A grade as a number; what TREC grades below 0 is worth nothing."""
    try:
        value = float(said)
    except (TypeError, ValueError):
        return None
    return max(value, 0.0) if math.isfinite(value) and value <= _HIGHEST else None


def _names(file: Path) -> dict[str, str]:
    text = textfile.text_of(textfile.content_of(file, file.name), file.name)
    parts = [line.split("\t", 1) if "\t" in line else line.split(None, 1) for line in text.splitlines()]
    found = {one[0].strip(): " ".join(one[1].split()) for one in parts if len(one) == 2}
    if not found:
        raise InputError(f"{file.name} has no query: lines of a number, a tab and a text are wanted.")
    return found


def _rows(text: str, name: str) -> Iterator[_Row]:
    start = text.lstrip()[:1]
    if start in ("{", "["):
        yield from _json(text, name)
        return
    lines = text.splitlines()
    first = next((line for line in lines if line.strip()), "")
    sign = max("\t,;|", key=first.count)
    if not first.count(sign):
        yield from _four(lines)
        return
    table = list(csv.reader(io.StringIO(text), delimiter=sign))
    heading = [one.strip().lower() for one in next((row for row in table if row), [])]
    places = [_place(heading, names) for names in (_QUERY, _PRODUCT, _GRADE)]
    if None not in places:
        query, product, grade = (place or 0 for place in places)
        for line, row in enumerate(table[1:], 2):
            if any(cell.strip() for cell in row):
                yield line, _cell(row, query), _cell(row, product), _cell(row, grade)
        return
    if _grade(table[0][-1] if table and table[0] else None) is None:
        raise InputError(
            f"{name} has the columns {', '.join(heading)[:200]}: one called query, one called product and one called grade are wanted."
        )
    for line, row in enumerate(table, 1):
        if any(cell.strip() for cell in row):
            yield line, _cell(row, 0), _cell(row, len(row) - 2 if len(row) > 2 else 1), _cell(row, len(row) - 1)


def _four(lines: Sequence[str]) -> Iterator[_Row]:
    """Lines of four words; a query of several words stands in a table with tabs."""
    for line, text in enumerate(lines, 1):
        if text.strip():
            words = [*text.split(), *[""] * 4]
            yield line, words[0], words[2], words[3]


def _place(heading: Sequence[str], names: Sequence[str]) -> int | None:
    return next((heading.index(name) for name in names if name in heading), None)


def _cell(row: Sequence[str], place: int) -> str:
    return row[place] if place < len(row) else ""


def _json(text: str, name: str) -> Iterator[_Row]:
    for line, one in _objects(text, name):
        lower = {str(key).lower(): value for key, value in one.items()} if isinstance(one, dict) else {}
        query, product, grade = (
            next((lower[key] for key in names if key in lower), None) for names in (_QUERY, _PRODUCT, _GRADE)
        )
        many = next((value for value in lower.values() if isinstance(value, dict)), None)
        if many is not None:
            for key, value in many.items():
                yield line, query, key, value
        else:
            yield line, query, product, grade


def _objects(text: str, name: str) -> Iterator[tuple[int, Any]]:
    if text.lstrip().startswith("["):
        try:
            yield from enumerate(json.loads(text), 1)
        except (ValueError, RecursionError) as problem:
            raise InputError(f"{name} is not JSON: {problem}.") from None
        return
    for line, one in enumerate(text.splitlines(), 1):
        if one.strip():
            try:
                yield line, json.loads(one)
            except (ValueError, RecursionError) as problem:
                raise InputError(f"Line {line} of {name} is not JSON: {problem}.") from None
