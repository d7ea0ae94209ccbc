"""A business's settings as people write them: name=value on a command line, JSON or TOML in a file."""

import json
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from weft.errors import InputError, UnreadableFile
from weft.store.preferences import SECTIONS

_MARKETS: Final = "markets"
# Texts that may hold commas themselves: each is said on its own.
_WHOLE: Final = frozenset(["examples"])
_LISTS: Final = frozenset(["use", "avoid", "others", "forbidden", "allowed", "certifications", *_WHOLE])


def read(path: Path) -> dict[str, Any]:
    """The sections of a JSON or TOML file; raises UnreadableFile with the line, and InputError for what is no section."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        found = tomllib.loads(text) if path.suffix.lower() == ".toml" else json.loads(text)
    except (OSError, UnicodeDecodeError) as problem:
        reason = problem.strerror if isinstance(problem, OSError) else "it is not UTF-8"
        raise UnreadableFile(f"{path} cannot be read: {reason}.") from problem
    except json.JSONDecodeError as problem:
        raise UnreadableFile(f"{path.name}, line {problem.lineno} is not JSON: {problem.msg}.") from problem
    except tomllib.TOMLDecodeError as problem:
        raise UnreadableFile(f"{path.name} is not TOML: {problem}.") from problem
    if not isinstance(found, dict) or not found:
        raise InputError(f"{path.name} has no sections; they are {', '.join(SECTIONS)}.")
    # In TOML markets are [[markets]], a list; in JSON that, or an object with one.
    return dict(found)


def said(section: str, pairs: Iterable[str], held: Mapping[str, Any]) -> dict[str, Any]:
    """A section with values said as name=value put into what is held of it; of a market as `markets.NAME`. Raises InputError."""
    name, _, market = section.partition(".")
    values = _values(pairs)
    if name == _MARKETS and market:
        return {_MARKETS: {_MARKETS: _with(held[_MARKETS][_MARKETS], market, values)}}
    if name not in SECTIONS or name == _MARKETS or market:
        raise InputError(
            f"There is no section {section[:60]!r} to set values of; there are voice, languages, claims, search, behaviors, and markets.NAME "
            "for one market."
        )
    return {name: {**held[name], **values}}


def without(section: str, held: Mapping[str, Any]) -> dict[str, Any]:
    """A section at its defaults, or the markets without one. Raises InputError where there is none of that name."""
    name, _, market = section.partition(".")
    if name == _MARKETS and market:
        markets = held[_MARKETS][_MARKETS]
        left = [one for one in markets if one["name"].casefold() != market.casefold()]
        if len(left) == len(markets):
            raise InputError(
                f"There is no market {market!r}; there are {', '.join(one['name'] for one in markets) or 'none'}."
            )
        return {_MARKETS: {_MARKETS: left}}
    return {section: {}}


def _with(markets: list[dict[str, Any]], market: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    changed = [{**one, **values} if one["name"].casefold() == market.casefold() else one for one in markets]
    there = any(one["name"].casefold() == market.casefold() for one in markets)
    return changed if there else [*markets, {"name": market, **values}]


def _values(pairs: Iterable[str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for pair in pairs:
        name, separator, text = pair.partition("=")
        name = name.strip()
        if not separator or not name:
            raise InputError(f"{pair!r} sets nothing: write it as name=value, such as tone=warm.")
        if name not in _LISTS:
            values[name] = text.strip()
        elif text.lstrip().startswith("["):
            values[name] = _array(name, text)
        else:
            parts = [text] if name in _WHOLE else text.split(",")
            values[name] = [*values.get(name, ()), *(part.strip() for part in parts if part.strip())]
    return values


def _array(name: str, text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as problem:
        raise InputError(f"{name} is not a list in JSON: {problem.msg}.") from problem
