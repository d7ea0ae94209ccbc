"""The building is drawn from the imports: a file imports only from floors below its own."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent.parent / "src" / "weft"

GROUND = frozenset(["errors", "settings", "discover", "money", "ids", "timed", "textfile", "mojibake"])
FLOORS = {
    "__main__": 11,
    "app": 10,
    "sample": 9,
    "surfaces": 8,
    "skills": 7,
    "connectors": 7,
    "runs": 6,
    "evaluation": 6,
    "skill": 5,
    "examples": 5,
    "business": 4,
    "index": 3,
    "numbers": 3,
    "demand": 3,
    "store": 2,
    "gateway": 2,
    "access": 1,
    "postgres": 0,
    "claims": 0,
    "charts": 0,
    "client": 0,
}
# On this floor each file or folder is a room of its own.
SLICED = frozenset(["skills"])
# Names without a natural edge: a file so called never stops growing.
FORBIDDEN = frozenset(["service", "manager", "utils", "core", "engine", "helpers"])
# Where an import may stand inside a function, and which: "*" is any. Commands load what they need when they are called;
# the rest are modules that some operating systems do not have.
SANCTIONED = {
    "app.py": "*",
    "surfaces/cli/": "*",
    "postgres/embedded.py": "pwd",
    "postgres/lockfile.py": "fcntl msvcrt",
}
# What the package itself offers by name, loaded when it is asked for.
OFFERED = frozenset(["weft.client"])


@dataclass(frozen=True, slots=True)
class Import:
    """One import: the line, the dotted name, and whether it stands inside a function."""

    line: int
    name: str
    inside: bool


def modules(source: Path) -> dict[str, Path]:
    """The modules of the package in a folder, by dotted name."""
    found = {}
    for path in sorted(source.rglob("*.py")):
        parts = path.relative_to(source.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(module: str, path: Path, known: dict[str, Path]) -> Iterator[Import]:
    """The imports of one file, wherever they stand, also those of a module named by string."""
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]

    def visit(node: ast.AST, inside: bool) -> Iterator[Import]:
        if isinstance(node, ast.Import):
            yield from (Import(node.lineno, alias.name, inside) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                start = ".".join([*above, *([node.module] if node.module else [])])
            for alias in node.names:
                whole = f"{start}.{alias.name}"
                yield Import(node.lineno, whole if whole in known else start, inside)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module") and node.args:
            named = node.args[0]
            if isinstance(named, ast.Constant) and str(named.value).startswith("weft."):
                yield Import(node.lineno, str(named.value), False)
        inside = inside or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for child in ast.iter_child_nodes(node):
            yield from visit(child, inside)

    return visit(ast.parse(path.read_text(encoding="utf-8")), False)


def room(module: str) -> str:
    """The room that a module of the package stands in: `weft.store.catalog` stands in `store`."""
    parts = module.split(".")[1:]
    return ".".join(parts[: 2 if parts[0] in SLICED else 1])


def floor(of: str) -> int | None:
    """The floor of a room, the ground's being -1; None if the room is not in the plan."""
    name = of.partition(".")[0]
    return -1 if name in GROUND else FLOORS.get(name)


def sanctioned(path: str, name: str) -> bool:
    """Whether a file may import that module inside a function."""
    return any(path.startswith(place) and (what == "*" or name in what.split()) for place, what in SANCTIONED.items())


def broken_walls(source: Path) -> list[str]:
    """What is wrong with the building in a folder, a sentence each."""
    known = modules(source)
    wrong = []
    for module, path in known.items():
        place = path.relative_to(source).as_posix()
        if FORBIDDEN & {part.removesuffix(".py") for part in place.split("/")}:
            wrong.append(f"{place} is named after a role, not after a noun of the domain")
        here = room(module) if module != source.name else ""
        own = floor(here) if here else -2
        if own is None:
            wrong.append(f"{place} stands in a room that is not in the plan")
            continue
        for found in imports(module, path, known):
            if place == "__init__.py" and found.name in OFFERED:
                continue
            if found.inside and not sanctioned(place, found.name):
                wrong.append(f"{place}:{found.line} imports {found.name} inside a function")
            if not found.name.startswith(f"{source.name}.") or room(found.name) == here:
                continue
            there = floor(room(found.name))
            if there is None:
                wrong.append(f"{place}:{found.line} imports {found.name}, from a room that is not in the plan")
            elif there > own or (there == own and own >= 0):
                wrong.append(f"{place}:{found.line} imports {found.name}, which is not on a floor below")
    return wrong


def circles(source: Path) -> list[str]:
    """Modules that need each other to be loaded, each circle once."""
    known = modules(source)
    needs = {
        module: {found.name for found in imports(module, path, known) if not found.inside and found.name in known}
        for module, path in known.items()
    }
    found: list[str] = []
    done: set[str] = set()

    def follow(module: str, way: list[str]) -> None:
        if module in way:
            found.append(" → ".join([*way[way.index(module) :], module]))
        elif module not in done:
            for needed in sorted(needs[module]):
                follow(needed, [*way, module])
            done.add(module)

    for module in sorted(needs):
        follow(module, [])
    return found


def test_no_file_imports_from_its_own_floor_or_from_above() -> None:
    assert broken_walls(SOURCE) == []


def test_no_modules_need_each_other_in_a_circle() -> None:
    assert circles(SOURCE) == []


def test_every_sanctioned_place_is_there() -> None:
    assert [place for place in SANCTIONED if not (SOURCE / place).exists()] == []


BROKEN = {
    "a floor above": (
        "store/catalog.py",
        "from weft.business import Business",
        "business, which is not on a floor below",
    ),
    "the same floor": ("connectors/a.py", "import weft.skills.write", "skills.write, which is not on a floor below"),
    "another slice": ("skills/write.py", "from weft.skills.translate import x", "which is not on a floor below"),
    "a relative way up": ("store/catalog.py", "from ..surfaces import rest", "surfaces, which is not on a floor below"),
    "for types alone": (
        "access/keys.py",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from weft.store import changes",
        "access/keys.py:3 imports weft.store",
    ),
    "by string": (
        "store/catalog.py",
        "import importlib\nimportlib.import_module('weft.app')",
        "weft.app, which is not",
    ),
    "the ground looking up": ("money.py", "from weft.postgres import database", "which is not on a floor below"),
    "a room without a plan": ("loft/attic.py", "", "loft/attic.py stands in a room that is not in the plan"),
    "from a room without a plan": ("app.py", "import weft.loft", "weft.loft, from a room that is not in the plan"),
    "inside a function": (
        "store/catalog.py",
        "def f():\n    import json",
        "catalog.py:2 imports json inside a function",
    ),
    "inside a method": (
        "postgres/embedded.py",
        "class A:\n    async def f(self):\n        if 1:\n            from weft.errors import NotFound",
        "postgres/embedded.py:4 imports weft.errors inside a function",
    ),
    "named after a role": ("store/utils.py", "", "store/utils.py is named after a role"),
    "a folder named after a role": ("store/core/__init__.py", "", "store/core/__init__.py is named after a role"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_wall_is_seen(case: str, tmp_path: Path) -> None:
    place, text, sentence = BROKEN[case]
    path = tmp_path / "weft" / place
    path.parent.mkdir(parents=True)
    path.write_text(text)
    wrong = broken_walls(tmp_path / "weft")
    assert len(wrong) == 1
    assert sentence in wrong[0]


@pytest.mark.parametrize(
    ("place", "text"),
    [
        (
            "store/catalog.py",
            "from weft.errors import NotFound\nfrom weft.access.keys import Key\nfrom weft.store import a",
        ),
        ("settings.py", "from weft.errors import InputError\nfrom weft import __version__"),
        ("surfaces/cli/root.py", "def f():\n    from weft.business import Business"),
        ("postgres/lockfile.py", "def f():\n    import fcntl"),
        ("app.py", "from weft.surfaces.rest import app\nimport json"),
    ],
)
def test_a_sound_wall_is_left_alone(place: str, text: str, tmp_path: Path) -> None:
    path = tmp_path / "weft" / place
    path.parent.mkdir(parents=True)
    path.write_text(text)
    assert broken_walls(tmp_path / "weft") == []


def test_a_circle_is_seen(tmp_path: Path) -> None:
    (tmp_path / "weft" / "store").mkdir(parents=True)
    (tmp_path / "weft" / "store" / "a.py").write_text("from weft.store import b")
    (tmp_path / "weft" / "store" / "b.py").write_text("from weft.store.a import x")
    assert circles(tmp_path / "weft") == ["weft.store.a → weft.store.b → weft.store.a"]
