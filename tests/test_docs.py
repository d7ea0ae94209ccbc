"""Documents that cannot lie: reference pages are the code's, commands are understood, links lead somewhere."""

import ast
import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from typer.main import get_command

import weft.app  # noqa: F401 - the process has commands of its own
from weft import errors
from weft.connectors import Rejected, Taken
from weft.connectors.source import Source
from weft.postgres import embedded
from weft.settings import Settings
from weft.surfaces.cli import root, skills

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *DOCS.rglob("*.md")])
BIN = Path(sys.executable).parent


def generator() -> ModuleType:
    """docs/generate.py as a module."""
    spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def blocks(page: Path, *languages: str) -> Iterator[str]:
    """The fenced blocks of a page in one of these languages."""
    for language, text in re.findall(
        r"^```([^\n]*)\n(.*?)^```$", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    ):
        if language in languages:
            yield text


def typed(page: Path) -> Iterator[str]:
    """The commands `weft …` that a page tells to type."""
    for block in blocks(page, "sh", "console", ""):
        whole = re.sub(r"<<'END'\n.*?^END$", "", block.replace("\\\n", " "), flags=re.DOTALL | re.MULTILINE)
        for line in whole.splitlines():
            words = re.split(r"\s{3,}", line.strip().removeprefix("$ "))[0]
            if words.startswith("weft ") and "[OPTIONS]" not in words:
                yield words


def understood(line: str) -> None:
    """Fail when the command line would not take this: parse it without running anything."""
    words = shlex.split(line)[1:]
    skills.register(root.app)
    command: Any = get_command(root.app)
    while hasattr(command, "commands"):
        assert words, f"{line}: which of {', '.join(command.commands)}?"
        if words[0].startswith("--"):
            break
        assert words[0] in command.commands, f"{line}: there is no {words[0]}"
        command = command.commands[words.pop(0)]
    if "--help" not in words:
        command.make_context("weft", words)


@pytest.mark.parametrize("name", ["settings.md", "commands.md", "errors.md", "filters.md", "fields.md", "http.md"])
def test_reference_is_what_the_code_says(name: str) -> None:
    pages = generator().PAGES
    assert sorted(pages) == sorted(path.name for path in (DOCS / "reference").iterdir())
    written = (DOCS / "reference" / name).read_text(encoding="utf-8")
    assert written == pages[name](), f"docs/reference/{name} is out of date; run: .venv/bin/python docs/generate.py"


def test_every_setting_has_an_entry_and_a_sentence() -> None:
    page = (DOCS / "reference" / "settings.md").read_text(encoding="utf-8")
    for field in fields(Settings):
        assert f"| `{field.metadata['variable']}` | {field.metadata['help']} |" in page
        assert field.metadata["help"].endswith(".")


def test_every_variable_that_the_code_reads_is_a_setting() -> None:
    known = {field.metadata["variable"] for field in fields(Settings)}
    for path in [*(ROOT / "src").rglob("*.py"), *PAGES]:
        assert set(re.findall(r"\bWEFT_[A-Z_]+\b", path.read_text(encoding="utf-8"))) <= known, path


def test_every_command_has_a_section_and_every_part_of_it_a_word() -> None:
    page = (DOCS / "reference" / "commands.md").read_text(encoding="utf-8")
    for name, command in generator().commands():
        assert f"\n## {name}\n" in page
        assert command.help, f"{name} does not say what it does"
        silent = [parameter.name for parameter in command.params if not getattr(parameter, "help", None)]
        assert silent == [], f"{name} does not say what these are: {silent}"


def test_every_error_has_an_entry_and_stands_in_the_tree() -> None:
    page = (DOCS / "reference" / "errors.md").read_text(encoding="utf-8")
    family = list(generator().error_tree())
    for error in family:
        assert f"| `{error.code}` |" in page
        assert re.search(rf"(^|\s){error.__name__}\s", errors.__doc__ or "", re.MULTILINE), error
    assert len({error.code for error in family}) == len(family)


def test_no_error_is_born_outside_the_family() -> None:
    family = {error.__name__ for error in generator().error_tree()}
    strays = [
        f"{path.name}: {node.name}"
        for path in (ROOT / "src").rglob("*.py")
        if path.name != "errors.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef) and {ast.unparse(base).rpartition(".")[2] for base in node.bases} & family
    ]
    assert strays == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_in_pages_are_understood(page: Path) -> None:
    for line in typed(page):
        understood(line)


def test_a_command_that_is_not_there_is_seen(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("```sh\nweft conjure\n```\n\n```console\n$ weft export products\n$ weft serve --colour\n```\n")
    lines = list(typed(page))
    assert len(lines) == 3
    for line in lines:
        with pytest.raises(Exception, match=r"no conjure|Missing|No such option"):
            understood(line)


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings."""
    heads = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:", link):
            continue
        place, _, anchor = link.partition("#")
        target = (page.parent / place).resolve() if place else page
        assert target.exists(), f"{link} leads nowhere"
        assert not anchor or anchor in anchors(target), f"{link} has no such heading"


def test_every_page_can_be_reached_from_the_readme() -> None:
    seen, ahead = set(), [ROOT / "README.md"]
    while ahead:
        page = ahead.pop()
        if page in seen:
            continue
        seen.add(page)
        links = re.findall(r"\]\(([^)#\s]+\.md)[)#]", page.read_text(encoding="utf-8"))
        ahead += [(page.parent / link).resolve() for link in links if not re.match(r"[a-z]+:", link)]
    assert {str(page.relative_to(ROOT)) for page in PAGES} - {str(page.relative_to(ROOT)) for page in seen} == {
        "CHANGELOG.md"
    }


def test_the_connector_of_the_page_reads_and_writes(tmp_path: Path) -> None:
    code = next(blocks(DOCS / "how-to" / "add-a-connector.md", "python"))
    names: dict[str, Any] = {}
    exec(code, names)
    file = tmp_path / "list.csv"
    file.write_text("number;name;cents\n1;Tea;250\n2;Cake;much\n3;Milk\n")
    source, connector = Source(file), names["CONNECTOR"]
    assert connector.recognizes("products", source) > 0.5
    read = list(connector.read("products", source))
    assert [type(item) for item in read] == [Taken, Rejected, Rejected]
    assert read[0].record["variants"][0]["price"] == 250
    written = connector.write("products", [read[0].record], tmp_path / "back.csv", {})
    assert written[0].records == 1
    assert (tmp_path / "back.csv").read_text() == "number;name;cents\n1;Tea;250\n"


def test_the_first_hour_goes_as_told(tmp_path: Path) -> None:
    script = "set -eu\n" + "\n".join(blocks(DOCS / "tutorial.md", "sh"))
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith("WEFT_")}
    surroundings |= {
        "WEFT_HOME": str(tmp_path / "home"),
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        "COLUMNS": "200",
    }
    shop = tmp_path / "shop"
    shop.mkdir()
    try:
        done = subprocess.run(
            ["sh", "-c", script], cwd=shop, env=surroundings, capture_output=True, text=True, timeout=150, check=False
        )
    finally:
        embedded.stop(tmp_path / "home")
        shutil.rmtree((tmp_path / "home" / "postgres").resolve(), ignore_errors=True)
    told = done.stdout + done.stderr
    assert done.returncode == 0, told
    assert "created 2" in told
    assert "rejected 1" in told
    assert "unchanged 2" in told
    assert "The journal is whole" in told
    changed = (shop / "changed.csv").read_text()
    assert "Wool scarf" in changed
    assert "linen" not in changed
    assert "Vendor" not in changed
