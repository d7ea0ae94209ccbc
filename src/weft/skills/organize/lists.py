"""Lists from outside that `organize` works with: a taxonomy to place products on, and attributes with their values."""

import re
import zlib
from typing import Any, Final

import orjson

from weft.business import Business
from weft.errors import InputError, TooLarge
from weft.skills.organize.names import ATTRIBUTE_LISTS, TAXONOMY
from weft.skills.organize.taxonomy import Taxonomy

_LARGEST: Final = 64 << 20
_VALUE: Final = re.compile(r"(?:\S+ +: +)?(?P<value>.+?) +\[(?P<attribute>[^\[\]]+)\]\s*")
_LISTED: Final = re.compile(r"(?P<attribute>[^\W\d_][\w /()&-]{0,60})[:=\t]\s*(?P<values>.+)")


def load(business: Business, content: bytes, name: str) -> dict[str, Any]:
    """Take a file for the taxonomy or the attribute lists, whichever it is; answers its kind and how much is in it.

    Taxonomies are Shopify's and Google's, or one path `A > B > C` a line; attribute values are Shopify's, `VALUE [ATTRIBUTE]`
    a line, or `ATTRIBUTE: VALUE, VALUE` a line. Raises InputError.
    """
    text = _text(content, name)
    lists = attribute_lists(text)
    if lists is not None:
        about = {"name": name, "attributes": len(lists), "values": sum(map(len, lists.values()))}
        business.learned.keep(ATTRIBUTE_LISTS, orjson.dumps(lists), about)
        return {"kind": ATTRIBUTE_LISTS, **about}
    taxonomy = Taxonomy.read(text)
    about = {"name": name, "nodes": len(taxonomy)}
    business.learned.keep(TAXONOMY, text.encode(), about)
    return {"kind": TAXONOMY, **about}


def listed(business: Business) -> list[dict[str, Any]]:
    """What is loaded."""
    there = [(kind, business.learned.find(kind)) for kind in (TAXONOMY, ATTRIBUTE_LISTS)]
    return [{"kind": kind, **lesson.about, "at": lesson.at} for kind, lesson in there if lesson is not None]


def forget(business: Business) -> int:
    """Forget the taxonomy and the attribute lists, and answer how many there were."""
    return sum(business.learned.forget(kind) for kind in (TAXONOMY, ATTRIBUTE_LISTS))


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


def _text(content: bytes, name: str) -> str:
    if content[:2] == b"\x1f\x8b":
        try:
            content = zlib.decompressobj(wbits=31).decompress(content, _LARGEST + 1)
        except zlib.error as problem:
            raise InputError(f"{name} is not a whole gzip file: {problem}.") from None
    if len(content) > _LARGEST:
        raise TooLarge(f"{name} is larger than {_LARGEST >> 20} MiB, which no taxonomy is.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = content.count(b"\n", 0, problem.start) + 1
        raise InputError(f"Line {line} of {name} is not text in UTF-8.") from None
