"""Implementations are found in a folder and in installed packages; a broken package of somebody else's is left out."""

import logging
import sys
from pathlib import Path

import pytest

from weft.discover import found


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on the path with a package `finders_house`, which the test fills."""
    (tmp_path / "finders_house").mkdir()
    (tmp_path / "finders_house" / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in [name for name in sys.modules if name.startswith("finders_")]:
        monkeypatch.delitem(sys.modules, name)
    return tmp_path


def announce(folder: Path, name: str, value: str) -> None:
    """Make the folder hold an installed package that announces `value` under the group `finders.group`."""
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[finders.group]\n{name} = {value}\n")


def test_modules_that_set_the_name_are_found_by_name(folder: Path) -> None:
    house = folder / "finders_house"
    (house / "second.py").write_text("THING = 2")
    (house / "first.py").write_text("THING: int = 1")
    (house / "grown").mkdir()
    (house / "grown" / "__init__.py").write_text("THING = 3")
    assert [(one.name, one.value, one.origin) for one in found("finders_house", "THING", "finders.none")] == [
        ("first", 1, "finders_house.first"),
        ("grown", 3, "finders_house.grown"),
        ("second", 2, "finders_house.second"),
    ]


def test_modules_that_do_not_set_it_are_not_loaded(folder: Path) -> None:
    (folder / "finders_house" / "heavy.py").write_text("raise RuntimeError('loaded')\n# THING = 1")
    assert list(found("finders_house", "THING", "finders.none")) == []


def test_an_installed_package_is_found_by_its_module_or_its_object(folder: Path) -> None:
    (folder / "finders_other.py").write_text("THING = 4\nELSE = 5")
    announce(folder, "bymodule", "finders_other")
    announce(folder, "byobject", "finders_other:ELSE")
    assert [(one.name, one.value, one.origin) for one in found("finders_house", "THING", "finders.group")] == [
        ("bymodule", 4, "bymodule 1.0"),
        ("byobject", 5, "byobject 1.0"),
    ]


def test_a_broken_package_is_named_and_left_out(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    announce(folder, "broken", "finders_missing:THING")
    with caplog.at_level(logging.WARNING):
        assert list(found("finders_house", "THING", "finders.group")) == []
    assert "finders_missing:THING" in caplog.text
    assert "finders.group" in caplog.text


def test_a_broken_module_of_the_house_is_an_error(folder: Path) -> None:
    (folder / "finders_house" / "broken.py").write_text("THING = nothing")
    with pytest.raises(NameError):
        list(found("finders_house", "THING", "finders.none"))
