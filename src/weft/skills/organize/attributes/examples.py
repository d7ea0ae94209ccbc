"""What Weft learns attributes from: products whose attributes are filled in, and what people said of single values."""

import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, NamedTuple

from weft.skills.organize.attributes.places import Read

_ABSENT: Final = frozenset(["n/a", "absent", "none"])


class Correction(NamedTuple):
    """What a person said of one attribute of a product (or of a bare title): this is its value, it has none, or this
    is not its value."""

    product: str | Mapping[str, Any]
    name: str
    value: Any = None
    verdict: Literal["given", "absent", "rejected"] = "given"


Example = Mapping[str, Any] | Correction


@dataclass(slots=True)
class Case:
    """A product with what is known of it: values by attribute (nothing where it is known to have none), and values
    that are known to be wrong."""

    product: Mapping[str, Any]
    answers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    rejected: list[tuple[str, str]] = field(default_factory=list)


def words_of(value: Any) -> tuple[str, ...]:
    """An attribute's value as texts: several where it is a list, none where it is blank or says that there is none."""
    if isinstance(value, Mapping):
        value = value.get("value") if not value.get("unit") else f"{_plain(value.get('value'))} {value['unit']}"
    if isinstance(value, (list, tuple)):
        return tuple(dict.fromkeys(word for one in value for word in words_of(one)))
    text = _plain(value).strip()
    return () if not text or text.lower() in _ABSENT else (text,)


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def category_of(product: Mapping[str, Any]) -> str:
    """What a product is: its category, else its type."""
    return str(product.get("category") or product.get("type") or "").strip()


def text_key(product: Mapping[str, Any]) -> int:
    """A number for a product's title, the same for titles that differ in case and blanks alone."""
    return zlib.crc32(re.sub(r"\s+", " ", str(product.get("title") or "")).strip().lower().encode())


def cases(examples: Iterable[Example]) -> list[Case]:
    """Examples as cases, in their order; what people said of one product's title comes together in one case."""
    found, by_title = list[Case](), dict[tuple[int, str], Case]()
    for example in examples:
        product: Mapping[str, Any]
        if isinstance(example, Correction):
            product = {"title": example.product} if isinstance(example.product, str) else example.product
        else:
            product = example
        key = (text_key(product), category_of(product))
        case = by_title.get(key)
        if case is None:
            case = by_title[key] = Case(Read(product))
            found.append(case)
        if not isinstance(example, Correction):
            filled = product.get("attributes")
            for name, value in filled.items() if isinstance(filled, Mapping) else ():
                case.answers[str(name)] = words_of(value)
        elif example.verdict == "given":
            case.answers[example.name] = words_of(example.value)
        elif example.verdict == "absent":
            case.answers[example.name] = ()
        else:
            case.rejected += [(example.name, value) for value in words_of(example.value)]
    return found


def values_in(found: Iterable[Case]) -> Iterator[tuple[str, str]]:
    """Each (attribute, value) of cases, one for each case that has it."""
    for case in found:
        for name, values in case.answers.items():
            for value in values:
                yield name, value
