"""Lists from outside that `organize` works with: a taxonomy to place products on, and attributes with their values."""

import importlib
import re
from pathlib import Path
from typing import Any, Final

import orjson

from weft import textfile
from weft.business import Business
from weft.errors import NotFound
from weft.skills.organize.names import ATTRIBUTE_LISTS, TAXONOMY
from weft.store.learned import Lesson

_KINDS: Final = {"taxonomy": TAXONOMY, "attribute-lists": ATTRIBUTE_LISTS}
_LONGEST_HEADING: Final = 200
_VALUE: Final = re.compile(r"(?:\S+ +: +)?(?P<value>.+?) +\[(?P<attribute>[^\[\]]+)\]\s*")
_LISTED: Final = re.compile(r"(?P<attribute>[^\W\d_][\w /()&-]{0,60})[:=\t]\s*(?P<values>.+)")


def load_file(business: Business, file: Path, name: str, by: str) -> dict[str, Any]:
    """Take a file for the taxonomy or the attribute lists, whichever it is, and answer as `listed` does.

    `by` is who loads it. Raises UnreadableFile, TooLarge, and InputError for a file that is neither.
    """
    return load(business, textfile.content_of(file, name), name, by)


def load(business: Business, content: bytes, name: str, by: str) -> dict[str, Any]:
    """Take a file's content, as `load_file` does.

    Taxonomies are Shopify's and Google's, or one path `A > B > C` a line; attribute values are Shopify's, `VALUE [ATTRIBUTE]`
    a line, or `ATTRIBUTE: VALUE, VALUE` a line. Raises InputError.
    """
    text = textfile.text_of(content, name)
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
