"""The seam behind which a business's data lives: a connector reads a file into records, and writes records into one.

One more connector is one more module here, or an installed package with an entry point in the group `weft.connectors`;
either has an object `CONNECTOR`, or a tuple of several.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, Protocol, cast

from weft import discover
from weft.connectors.source import Source
from weft.errors import UnknownFormat

KINDS: Final = (
    "products",
    "orders",
    "customers",
    "stock",
    "suppliers",
    "purchases",
    "conversations",
    "documents",
    "behaviors",
)
# What there is of texts in two languages: translations of products, and what translating rests on.
BILINGUAL: Final = ("translations", "memory", "glossary")


@dataclass(slots=True, frozen=True)
class Taken:
    """One record: the last source line of its group, how many source rows it was made of, the record."""

    line: int
    rows: int
    record: Any


@dataclass(slots=True, frozen=True)
class Rejected:
    """One row that cannot be taken: where, what it says there, why, and the row itself for the rejects file."""

    line: int
    column: str
    value: str
    reason: str
    row: Sequence[str] | None


@dataclass(slots=True, frozen=True)
class Written:
    """One file that an export wrote, and of which `kind` where it wrote several; how many it left out because the format needs what is not known of them, and why."""

    path: Path
    records: int
    rows: int
    left_out: int = 0
    reasons: tuple[str, ...] = ()
    kind: str = ""


class Connector(Protocol):
    """What reads and writes one kind of source; one that writes no tables says in `ending` how its files end."""

    name: str
    reads: frozenset[str]
    writes: frozenset[str]

    def recognizes(self, kind: str, source: Source) -> float:
        """How sure it is, from 0 to 1, that this file of that kind is one of its own."""

    def read(self, kind: str, source: Source) -> Iterator[Taken | Rejected]:
        """The file's records and rejected rows, in order; a rejected row comes before the record it stands in."""

    def write(self, kind: str, records: Iterable[Any], path: Path, options: Mapping[str, Any]) -> list[Written]:
        """Write records and answer the files."""


@cache
def connectors() -> dict[str, Connector]:
    """All connectors by name: Weft's own, then those of installed packages."""
    found = [one.value for one in discover.found(__name__, "CONNECTOR", "weft.connectors")]
    each = [one for value in found for one in (value if isinstance(value, tuple) else (value,))]
    return {connector.name: connector for connector in cast("list[Connector]", each)}


def named(name: str, kind: str, verb: str) -> Connector:
    """The connector of that name, if it reads (or writes) that kind; raises UnknownFormat."""
    all_of_them = connectors()
    able = [key for key, connector in all_of_them.items() if kind in getattr(connector, verb)]
    if name not in able:
        raise UnknownFormat(
            f"There is no format {name!r} that {verb} {kind}; formats that do: {', '.join(able) or 'none'}."
        )
    return all_of_them[name]


def ending(name: str) -> str:
    """How a file of a format ends: `.csv`, if its connector says nothing else."""
    return str(getattr(connectors().get(name), "ending", ".csv"))


def connector_for(kind: str, source: Source, name: str | None = None) -> Connector:
    """The connector named, or else the one that recognizes the file best; raises UnknownFormat."""
    if kind not in (*KINDS, *BILINGUAL):
        raise UnknownFormat(f"{kind!r} cannot be imported; kinds are {', '.join((*KINDS, *BILINGUAL))}.")
    if name is not None:
        return named(name, kind, "reads")
    able = [connector for connector in connectors().values() if kind in connector.reads]
    sure = [(connector.recognizes(kind, source), connector.name, connector) for connector in able]
    best = max(sure, key=lambda pair: pair[:2], default=None)
    if best is None or best[0] <= 0:
        raise UnknownFormat(
            f"{source.path.name} does not look like a file of {kind}: its columns are {source.columns_said()}. "
            "Name its columns with --map field=column, or its format with --format."
        )
    return best[2]
