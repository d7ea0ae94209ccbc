"""Lists from outside that `organize` works with: a taxonomy to place products on, and attributes with their values."""

import gzip
import importlib
import io
import re
import zlib
from pathlib import Path
from typing import Any, Final

import orjson

from weft.business import Business
from weft.errors import InputError, NotFound, TooLarge, UnreadableFile
from weft.skills.organize.names import ATTRIBUTE_LISTS, TAXONOMY
from weft.store.learned import Lesson

_KINDS: Final = {"taxonomy": TAXONOMY, "attribute-lists": ATTRIBUTE_LISTS}
_LARGEST: Final = 64 << 20
_LONGEST_HEADING: Final = 200
_VALUE: Final = re.compile(r"(?:\S+ +: +)?(?P<value>.+?) +\[(?P<attribute>[^\[\]]+)\]\s*")
_LISTED: Final = re.compile(r"(?P<attribute>[^\W\d_][\w /()&-]{0,60})[:=\t]\s*(?P<values>.+)")


def load_file(business: Business, file: Path, name: str, by: str) -> dict[str, Any]:
    """Take a file for the taxonomy or the attribute lists, whichever it is, and answer as `listed` does.

    `by` is who loads it. Raises UnreadableFile, TooLarge, and InputError for a file that is neither.
    """
    try:
        if file.stat().st_size > _LARGEST:
            raise _too_large(name)
        content = file.read_bytes()
    except OSError as problem:
        raise UnreadableFile(f"{name} cannot be read: {problem.strerror}.") from problem
    return load(business, content, name, by)


def load(business: Business, content: bytes, name: str, by: str) -> dict[str, Any]:
    """Take a file's content, as `load_file` does.

    Taxonomies are Shopify's and Google's, or one path `A > B > C` a line; attribute values are Shopify's, `VALUE [ATTRIBUTE]`
    a line, or `ATTRIBUTE: VALUE, VALUE` a line. Raises InputError.
    """
    text = _text(content, name)
    origin = {"name": name, "heading": _heading(text), "bytes": len(text.encode()), "by": by}
    lists = attribute_lists(text)
    if lists is not None:
        size = {"attributes": len(lists), "values": sum(map(len, lists.values()))}
        return _told(business.learned.keep(ATTRIBUTE_LISTS, orjson.dumps(lists), {**origin, **size}))
    # Brings numpy, of which nothing else here has need.
    nodes = len(importlib.import_module("weft.skills.organize.taxonomy").Taxonomy.read(text))
    return _told(business.learned.keep(TAXONOMY, text.encode(), {**origin, "nodes": nodes}))


def listed(business: Business) -> list[dict[str, Any]]:
    """What is loaded: id, kind, name, heading and bytes of its file, by whom, at which time, and how much is in it."""
    return [_told(lesson) for name in _KINDS.values() if (lesson := business.learned.find(name)) is not None]


def shown(business: Business, which: str) -> dict[str, Any]:
    """What is loaded as `taxonomy` or as `attribute-lists`; raises NotFound."""
    lesson = business.learned.find(_named(which))
    if lesson is None:
        raise NotFound(f"Nothing is loaded as {which}; `weft taxonomy load` or POST /api/v1/taxonomies loads a file.")
    return _told(lesson)


def forget(business: Business, which: str | None = None) -> int:
    """Forget `taxonomy` or `attribute-lists`, or both, and answer how many there were; raises NotFound."""
    names = _KINDS.values() if which is None else [_named(which)]
    return sum(business.learned.forget(name) for name in names)


def _named(which: str) -> str:
    if which not in _KINDS:
        raise NotFound(f"{which!r} cannot be loaded; there are {' and '.join(_KINDS)}.")
    return _KINDS[which]


def _told(lesson: Lesson) -> dict[str, Any]:
    which = next(one for one, name in _KINDS.items() if name == lesson.name)
    return {"id": which, "kind": lesson.name, **lesson.about, "at": lesson.at}


def _heading(text: str) -> str | None:
    """What a file says of itself in a comment at its beginning, as those of Shopify and Google do."""
    first = text.partition("\n")[0].strip()
    return first.lstrip("# ")[:_LONGEST_HEADING] or None if first.startswith("#") else None


def attribute_lists(text: str) -> dict[str, list[str]] | None:
    """Attributes with their values, or None where a text is no such list."""
    lists: dict[str, list[str]] = {}
    for line in text.splitlines():
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        if ">" in line:
            return None
        if value := _VALUE.fullmatch(line):
            lists.setdefault(_name(value["attribute"]), []).append(value["value"])
        elif (given := _LISTED.fullmatch(line)) and not line.startswith("gid:"):
            lists.setdefault(_name(given["attribute"]), []).extend(
                one.strip() for one in given["values"].split(",") if one.strip()
            )
        else:
            return None
    return {name: list(dict.fromkeys(values)) for name, values in lists.items()} or None


def _name(attribute: str) -> str:
    return re.sub(r"[^\w]+", "_", attribute.strip().lower()).strip("_")


def _too_large(name: str) -> TooLarge:
    return TooLarge(f"{name} is larger than {_LARGEST >> 20} MiB, which no taxonomy is.")


def _text(content: bytes, name: str) -> str:
    if content[:2] == b"\x1f\x8b":
        try:
            content = gzip.GzipFile(fileobj=io.BytesIO(content)).read(_LARGEST + 1)
        except (OSError, EOFError, zlib.error) as problem:
            raise InputError(f"{name} is not a whole gzip file: {problem}.") from None
    if len(content) > _LARGEST:
        raise _too_large(name)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = content.count(b"\n", 0, problem.start) + 1
        raise InputError(
            f"Line {line} of {name} is not text in UTF-8; a taxonomy is a text file, as it is or packed by gzip."
        ) from None
