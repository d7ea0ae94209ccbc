"""Aligned terms of a taxonomy: its published files in several languages, whose lines mean the same thing where their ids are one.

Shopify publishes its categories, attributes and values in many languages, and Google its categories; a line is `ID : NAME`, a
category's name is its path `A > B > C`, a value's name is followed by its attribute, `VALUE [ATTRIBUTE]`. What a business reads of
a language is kept under a name of its own; two languages are aligned when they are first needed together. A name that the
taxonomy renders in two ways is not answered.
"""

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from weft import textfile
from weft.business import Business
from weft.errors import InputError, NotFound, TooLarge
from weft.store.learned import Lesson

_KEPT_AS: Final = "taxonomy terms "
_MOST_LINES: Final = 500_000
_LONGEST: Final = 2_000
_LINE: Final = re.compile(r"(gid://\S+|\d+)(?:\s+:\s+|\s+-\s+)(.+)")
_VALUE: Final = re.compile(r"(?P<value>.+?)\s+\[(?P<attribute>[^\[\]]+)\]")
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")
_ENDINGS: Final = (".gz", ".txt", ".csv", ".tsv")


@dataclass(frozen=True, slots=True)
class Terms:
    """What a taxonomy calls things of one language in another: paths, single names, and values by their attribute's name."""

    names: Mapping[str, str]
    values: Mapping[tuple[str, str], str]

    def of(self, text: str, attribute: str | None = None) -> str | None:
        """What a text is called, where the text is a whole name; a value first as one of its attribute's. None if unknown."""
        key = _same(text)
        if attribute is not None and (found := self.values.get((_same(attribute), key))):
            return found
        return self.names.get(key)

    def __len__(self) -> int:
        return len(self.names)


def load_file(business: Business, file: Path, name: str, language: str | None, by: str) -> dict[str, Any]:
    """Take a file of a taxonomy's names in one language, beside those of that language that are there; as `load` does."""
    told = language or named_language(name) or named_language(file.parent.name)
    return load(business, textfile.content_of(file, name), name, told, by)


def load(business: Business, content: bytes, name: str, language: str | None, by: str) -> dict[str, Any]:
    """Take the content of a file of a taxonomy's names: its language, its file, how many names it has and how many there are.

    The language is told by the file's name (`categories.de.txt`) where it is not said. Raises InputError, TooLarge.
    """
    language = language or named_language(name)
    if language is None:
        raise InputError(f"Say in which language {name} is, as in --language de; its name does not tell it.")
    language = _tag(language)
    read = dict(_entries(textfile.text_of(content, name), name))
    names = {**_kept(business, language), **read}
    about = {"language": language, "name": name, "names": len(names), "by": by}
    business.learned.keep(_KEPT_AS + language, orjson.dumps(names, option=orjson.OPT_SORT_KEYS), about)
    return {"language": language, "name": name, "read": len(read), "names": len(names)}


def listed(business: Business) -> list[dict[str, Any]]:
    """The languages whose names are loaded: language, the last file, how many names, by whom, when."""
    return [{**lesson.about, "at": lesson.at} for lesson in _lessons(business).values()]


def forget(business: Business, language: str | None = None) -> int:
    """Forget the names of one language, or of all, and answer of how many; raises NotFound."""
    there = _lessons(business)
    chosen = there if language is None else {_tag(language): there.get(_tag(language))}
    if language is not None and there.get(_tag(language)) is None:
        raise NotFound(f"No names in {language!r} are loaded; there are {', '.join(there) or 'none'}.")
    return sum(business.learned.forget(_KEPT_AS + one) for one in chosen)


def digest(business: Business) -> str:
    """What is loaded as a text that differs where that differs."""
    return " ".join(f"{language}:{lesson.digest.hex()}" for language, lesson in _lessons(business).items())


def between(business: Business, source: str, target: str) -> Terms:
    """The aligned terms of two languages; none where one of them is not loaded."""
    there = _lessons(business)
    first, second = _nearest(there, source), _nearest(there, target)
    if first is None or second is None or first.digest == second.digest:
        return Terms({}, {})
    place = _place(first.digest, second.digest)
    if not place:
        place.append(aligned(*(_body(business, lesson.name, lesson.digest) for lesson in (first, second))))
    return place[0]


@functools.lru_cache(maxsize=32)
def _place(source: bytes, target: bytes) -> list[Terms]:  # noqa: ARG001 - they are the key
    """Where the terms of two lessons, which their digests name, are kept once they are aligned."""
    return []


def aligned(names: Mapping[str, str], others: Mapping[str, str]) -> Terms:
    """What names become in another language, both given by id: paths as wholes, and the last name of each path alone.

    A path goes before a name, and what would be two things is left out.
    """
    whole: dict[str, str | None] = {}
    single: dict[str, str | None] = {}
    values: dict[tuple[str, str], str | None] = {}
    for id_, name in names.items():
        other = others.get(id_)
        if other is None:
            continue
        said, meant = _VALUE.fullmatch(name), _VALUE.fullmatch(other)
        if "/TaxonomyValue/" in id_ and said and meant:
            _put(values, (_same(said["attribute"]), _same(said["value"])), meant["value"])
            _put(single, _same(said["value"]), meant["value"])
            continue
        _put(whole, _same(name), other)
        if name.count(" > ") == other.count(" > "):
            _put(single, _same(name.rpartition(" > ")[2]), other.rpartition(" > ")[2])
    sure = {key: name for key, name in {**single, **whole}.items() if name is not None}
    return Terms(sure, {key: name for key, name in values.items() if name is not None})


def _put(found: dict[Any, str | None], key: Any, name: str) -> None:
    there = found.setdefault(key, name)
    if there != name:
        found[key] = None


def named_language(name: str) -> str | None:
    """The language that a file's or folder's name tells, as in categories.de.txt.gz, zh-CN or terms_fr.txt; None if none."""
    while name.lower().endswith(_ENDINGS):
        name = name.rpartition(".")[0]
    last = re.split(r"[._ ](?=[^._ ]*$)", name)[-1]
    known = re.fullmatch(r"[a-z]{2}(?:[-_](?:[A-Z][a-z]{3}|[A-Z]{2}))?", last)
    return _tag(last) if known else None


def _tag(language: str) -> str:
    if not _LANGUAGE.fullmatch(language):
        raise InputError(f"{language[:40]!r} is not a language; write it as de, pt-BR or zh-CN.")
    return language.replace("_", "-")


def _nearest(there: Mapping[str, Lesson], language: str) -> Lesson | None:
    """The lesson in a language: of exactly that tag, else of its language alone, else the one variety of it that there is."""
    exact = {one.lower(): lesson for one, lesson in there.items()}
    base = language.lower().partition("-")[0]
    near = [lesson for one, lesson in exact.items() if one.partition("-")[0] == base]
    return exact.get(language.lower()) or exact.get(base) or (near[0] if len(near) == 1 else None)


def _lessons(business: Business) -> dict[str, Lesson]:
    return {lesson.name.removeprefix(_KEPT_AS): lesson for lesson in business.learned.beginning(_KEPT_AS)}


def _kept(business: Business, language: str) -> dict[str, str]:
    lesson = business.learned.find(_KEPT_AS + language)
    return _body(business, lesson.name, lesson.digest) if lesson is not None else {}


def _body(business: Business, name: str, digest: bytes) -> dict[str, str]:
    body = business.learned.body(name, digest)
    return orjson.loads(body) if body is not None else {}


def _entries(text: str, name: str) -> Iterator[tuple[str, str]]:
    """The ids and names of a file; raises InputError for a line of another kind."""
    said = 0
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        found = _LINE.fullmatch(line)
        if found is None or len(line) > _LONGEST:
            raise InputError(
                f"Line {number} of {name}, {line[:60]!r}, is not `ID : NAME` as Shopify's and Google's files have it."
            )
        said += 1
        if said > _MOST_LINES:
            raise TooLarge(f"{name} has more than {_MOST_LINES:,} names, more than any taxonomy.")
        yield found[1], " > ".join(part.strip() for part in found[2].split(" > "))
    if not said:
        raise InputError(f"There is no name in {name}.")


def _same(name: str) -> str:
    """A name without what does not matter when two are compared: case and blanks."""
    return " ".join(name.casefold().split())
