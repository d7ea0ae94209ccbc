"""Implementations are found, not listed: in a package's folder, and in installed packages that announce them."""

import ast
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


def declared(package: str, call: str, group: str) -> Iterator[dict[str, str]]:
    """What calls of `call`, such as `Skill(name="tidy", does="…")`, say in words in the same modules; nothing is imported.

    A module that says it in another way than by plain words is passed over.
    """
    folder = importlib.import_module(package)
    modules = sorted(f"{package}.{module.name}" for module in pkgutil.iter_modules(folder.__path__))
    for entry in sorted(metadata.entry_points(group=group)):
        modules.append(entry.module)
    for name in dict.fromkeys(modules):
        try:
            source = _source(name)
        except ImportError:
            source = ""
        if not source and not name.startswith(package):
            _LOG.warning("%s, which an installed package offers as %s, cannot be found", name, group)
        if f"{call}(" in source:
            yield from _said(source, call)


def _said(source: str, call: str) -> Iterator[dict[str, str]]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == call:
            said = {
                keyword.arg: keyword.value.value
                for keyword in node.keywords
                if keyword.arg and isinstance(keyword.value, ast.Constant) and isinstance(keyword.value.value, str)
            }
            if "name" in said:
                yield said


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
