"""Implementations are found, not listed: in a package's folder, and in installed packages that announce them."""

import importlib
import importlib.util
import logging
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Found:
    """One implementation: its module's or entry point's name, the object, and the module or package it comes from."""

    name: str
    value: object
    origin: str


def found(package: str, attribute: str, group: str) -> Iterator[Found]:
    """The objects called `attribute` in the modules of a package, by name, then those of installed packages.

    A module of the folder that sets no such name at its top is not imported. An installed package announces an
    object, or a module that holds one, by an entry point in `group`; one that cannot be loaded is logged and left out.
    """
    yield from _in_folder(package, attribute)
    for entry in sorted(metadata.entry_points(group=group)):
        try:
            loaded = entry.load()
        except Exception as problem:
            _LOG.warning(
                "%s, which an installed package offers as %s, cannot be loaded: %s", entry.value, group, problem
            )
            continue
        origin = f"{entry.dist.name} {entry.dist.version}" if entry.dist else entry.value
        yield Found(entry.name, getattr(loaded, attribute, loaded), origin)


def _in_folder(package: str, attribute: str) -> Iterator[Found]:
    folder = importlib.import_module(package)
    sets = re.compile(rf"^{re.escape(attribute)}\s*(:[^=\n]+)?=", re.MULTILINE)
    for module in sorted(pkgutil.iter_modules(folder.__path__), key=lambda module: module.name):
        name = f"{package}.{module.name}"
        if sets.search(_source(name)):
            yield Found(module.name, getattr(importlib.import_module(name), attribute), name)


def _source(name: str) -> str:
    spec = importlib.util.find_spec(name)
    get_source = getattr(spec.loader, "get_source", None) if spec else None
    return (get_source(name) if get_source else None) or ""
